"""The engine on a real Ray cluster of this machine: a head without processors and two nodes of one, data in an S3.

One kernel, one clock and one disk: this shows that nothing is lost when parts die, not how fast several machines are.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import engine_tasks
import manyo
from engine_tasks import build, executions
from manyo import engine
from manyo.engine.ray_pool import RayPool, software
from manyo.errors import ManyoError
from object_store import served
from small_crawl import write

ray = pytest.importorskip("ray", reason="the engine for clusters needs the package ray")
cluster_utils = pytest.importorskip("ray.cluster_utils")


TESTS = Path(__file__).parent
SMALL = {"object_store_memory": 80 << 20}


@dataclass
class Site:
    """A cluster, and the bucket that its nodes and we see."""

    cluster: Any
    bucket: str
    nodes: list[Any] = field(default_factory=list)

    @property
    def pool(self) -> Callable[[engine.Store], engine.Pool]:
        return partial(RayPool, address=self.cluster.address)

    def add(self) -> None:
        self.nodes.append(self.cluster.add_node(num_cpus=1, **SMALL))

    def lose(self) -> None:
        """A machine goes without a word."""
        self.cluster.remove_node(self.nodes.pop(0), allow_graceful=False)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with served() as bucket, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{TESTS.parent / 'src'}:{TESTS}")  # of the nodes, which inherit it
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        head = {"num_cpus": 0, "include_dashboard": False, **SMALL}
        site = Site(cluster_utils.Cluster(initialize_head=True, head_node_args=head), bucket)
        try:
            site.add()
            site.add()
            yield site
        finally:
            site.cluster.shutdown()


def start(site: Site, folder: str, shards: int, trace: Path) -> subprocess.Popen[str]:
    command = [sys.executable, engine_tasks.__file__, folder, "2", str(shards), str(trace), site.cluster.address]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def nodes(*seals: engine.Seal | None) -> set[str]:
    return {commit.node for seal in seals if seal for commit in seal.commits}


def test_a_lost_node_a_killed_driver_orphans_and_a_zombie_leave_no_trace(site: Site, tmp_path: Path) -> None:
    shards, folder, trace = 10, f"{site.bucket}/lost/.manyo", tmp_path / "run.trace"
    expected = build(str(tmp_path / "local"), 2, shards, 0.4, trace=str(trace))
    trace.unlink()
    store = engine.open_store(folder)
    orphan = "data/leaves/00003-documents-0123456789ab.bin"
    store.put_atomic(orphan, b"left by a dead attempt")

    driver = start(site, folder, shards, trace)
    wait_until(lambda: len(executions(trace.with_suffix(""), "leaves")) >= 3)
    site.lose()
    wait_until(lambda: len(store.list("commits/leaves")) >= 5)
    driver.kill()
    driver.communicate(timeout=30)
    committed = {int(Path(name).stem) for name in store.list("commits/leaves")}
    assert len(committed) < shards, "killed too late to show anything"
    before = Counter(shard for shard, _ in executions(trace.with_suffix(""), "leaves"))

    site.add()
    again = start(site, folder, shards, trace)
    output, errors = again.communicate(timeout=120)
    assert output, errors
    assert json.loads(output.splitlines()[-1]) == expected  # Ray may have told of the lost node before
    after = Counter(shard for shard, _ in executions(trace.with_suffix(""), "leaves"))
    assert not (after - before).keys() & committed
    leaves, total = (engine.read_seal(store, stage) for stage in ("leaves", "total"))
    assert leaves is not None
    assert [commit.shard for commit in leaves.commits] == list(range(shards))
    assert len(nodes(leaves, total)) >= 2
    assert all("/" in node for node in nodes(leaves, total))
    assert not store.exists(orphan)

    late = json.loads(store.cat("commits/leaves/00001.json"))
    for file in late["files"].values():
        file["path"] = file["path"].replace(late["attempt"], "0123456789ab")
        store.put_atomic(file["path"], b"x" * file["bytes"])  # of the right size, even
    store.put_atomic("commits/leaves/00001.json", json.dumps({**late, "attempt": "0123456789ab"}).encode())
    assert build(folder, 2, shards, 0.4, str(trace), site.pool) == expected
    assert Counter(shard for shard, _ in executions(trace.with_suffix(""), "leaves")) == after  # 0 tasks executed
    assert engine.read_seal(store, "leaves") == leaves
    assert not store.exists(late["files"]["ledger"]["path"])
    assert not store.list("leases")


def test_records_that_kill_are_set_aside_as_without_a_cluster(site: Site, tmp_path: Path) -> None:
    names = ["a", "segfault-1", "b", "hog-2", "stall-3", "killedonce-4"], ["c", "raise-5"], ["d"]
    seals = []
    for kind, make_pool in (("local", engine.LocalPool), ("ray", site.pool)):
        folder = str(tmp_path / "local") if kind == "local" else f"{site.bucket}/poison/.manyo"
        tasks = [
            engine.Task(
                "copy", shard, "engine_tasks:records", {"names": each, "trace": str(tmp_path / f"{kind}.trace")}
            )
            for shard, each in enumerate(names)
        ]
        store = engine.open_store(folder)
        with engine.claim(store, {}, make_pool):
            seals.append(
                engine.run(
                    "copy", tasks, store=store, workers=2, fingerprint="", memory_limit=200 << 20, stall_seconds=5.0
                )
            )
        copies = [store.cat(commit.files["records"]["path"]).decode().split() for commit in seals[-1].commits]
        assert copies == [["a", "b", "killedonce-4"], ["c"], ["d"]]
    assert seals[0].digest == seals[1].digest  # it covers what was set aside, with its cause
    assert [one["record"] for one in seals[1].commits[0].quarantined] == ["segfault-1", "hog-2", "stall-3"]
    assert seals[1].commits[0].quarantined[0]["cause"].startswith("killed by SIGSEGV at ")


def test_what_ends_a_run_ends_it_here_too(site: Site, tmp_path: Path) -> None:
    store = engine.open_store(f"{site.bucket}/ends/.manyo")
    seen: list[engine.Progress] = []
    with engine.claim(store, {}, site.pool) as work:
        wait_until(lambda: work.pool.slots == 2)  # it takes Ray a while to see that a node is gone
        for function, error, match in (
            ("refuses", ManyoError, "input has changed"),
            ("fills_the_disk", ManyoError, "disk is full"),
            ("none_such", RuntimeError, "none_such"),
        ):
            with pytest.raises(error, match=match):
                task = engine.Task("s", 0, f"engine_tasks:{function}")
                engine.run("s", [task], store=store, workers=1, fingerprint="")
        tasks = engine_tasks.plan(str(tmp_path / "trace"), 2, 4.0)  # after an end, the pool can be used again
        engine.run("leaves", tasks, store=store, workers=2, fingerprint="", on_progress=seen.append)
    assert any(one.counts.get("documents", 0) > 1000 * one.done for one in seen)  # reports of running tasks


def test_a_program_that_is_connected_stays_so(site: Site, tmp_path: Path) -> None:
    ray.init(address=site.cluster.address, log_to_driver=False)
    try:
        folder = f"{site.bucket}/mine/.manyo"
        digests = build(folder, 2, 2, 0.0, str(tmp_path / "trace"), RayPool)
        assert ray.is_initialized()
        assert digests == build(str(tmp_path / "local"), 2, 2, 0.0, str(tmp_path / "trace"))
    finally:
        ray.shutdown()


def test_machines_with_other_software_are_refused(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("manyo.engine.ray_pool.software", lambda: software().replace("Python 3", "Python 2"))
    with pytest.raises(ManyoError, match=r"a machine of the cluster has Python 3.*the driver has Python 2"):
        build(f"{site.bucket}/mixed/.manyo", 1, 1, 0.0, str(tmp_path / "trace"), site.pool)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_on_one_machine_nothing_listens_to_the_network(tmp_path: Path) -> None:
    mark = {"MANYO_TEST_MARK": str(tmp_path)}  # which everything that is started inherits
    command = [sys.executable, engine_tasks.__file__, str(tmp_path / "work"), "1", "1", str(tmp_path / "trace"), ""]
    driver = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **mark})
    wait_until((tmp_path / "trace").exists)
    here, elsewhere = listening(str(tmp_path))
    assert here
    assert not elsewhere
    output, _ = driver.communicate(timeout=120)
    assert json.loads(output) == build(str(tmp_path / "local"), 1, 1, 0.4, trace=str(tmp_path / "trace"))


def listening(mark: str) -> tuple[set[str], set[str]]:
    """The addresses on which processes with a mark in their environment listen: the loopback's, and others."""
    sockets = {}
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":  # LISTEN
                sockets[f"socket:[{fields[9]}]"] = fields[1]
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark.encode() in (process / "environ").read_bytes():
                found |= {sockets.get(str(file.readlink()), "") for file in (process / "fd").iterdir()}
    loopback = ("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000")
    here = {one for one in found if one.startswith(loopback)}
    return here, found - here - {""}


def test_no_cluster_where_one_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(ManyoError, match="no Ray cluster"):
        RayPool(engine.open_store(tmp_path / "work"), address="127.0.0.1:9")


def test_a_build_on_the_cluster_is_the_one_that_is_made_here(site: Site, tmp_path: Path) -> None:
    """Input, output and work folder in the store."""
    write(tmp_path / "crawl.warc.gz", good=16)
    engine.RemoteStore(f"{site.bucket}/in").put_atomic("crawl.warc.gz", (tmp_path / "crawl.warc.gz").read_bytes())
    recipe = {"name": "small", "inputs": [f"{site.bucket}/in/crawl.warc.gz"], "engine": {"shard": 10_000}}
    here = manyo.build(recipe, tmp_path / "out", workers=1)
    there = manyo.build(recipe, f"{site.bucket}/corpus", workers=2, engine="ray", address=site.cluster.address)
    assert there.manifest == here.manifest
    store = engine.RemoteStore(str(there.place))
    for entry in [*here.manifest["shards"], *here.manifest["files"]]:
        assert store.cat(entry["path"]) == (tmp_path / "out" / entry["path"]).read_bytes()
    seal = engine.read_seal(engine.open_store(f"{site.bucket}/corpus/.manyo"), "read")
    assert len(nodes(seal)) == 2
