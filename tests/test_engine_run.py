"""A stage from plan to seal, with real worker processes."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine_tasks
from engine_tasks import FINGERPRINT, SECRET, build, executions, plan
from manyo import engine
from manyo.errors import ManyoError

TESTS = Path(__file__).parent


def executed(folder: Path, stage: str = "leaves") -> Counter[int]:
    """How often each shard was begun."""
    return Counter(shard for shard, _ in executions(folder, stage))


def leaves(folder: Path, shards: int = 4, workers: int = 1, **options: object) -> engine.Seal:
    tasks = plan(f"{folder}.trace", shards, 0.0)
    store = engine.open_store(folder)
    return engine.run("leaves", tasks, store=store, workers=workers, fingerprint=FINGERPRINT, **options)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "work"


def test_any_number_of_workers_gives_one_digest_and_a_rerun_executes_nothing(tmp_path: Path) -> None:
    digests = [build(str(tmp_path / "work"), workers=1, shards=5, seconds=0)]
    seals = sorted((tmp_path / "work/seals").iterdir())
    before = [(seal.read_bytes(), seal.stat().st_mtime_ns) for seal in seals]
    assert executed(tmp_path / "work") == Counter(range(5))
    assert executed(tmp_path / "work", "total") == {0: 1}
    digests.append(build(str(tmp_path / "work"), workers=2, shards=5, seconds=0))
    assert executed(tmp_path / "work") == Counter(range(5))
    assert executed(tmp_path / "work", "total") == {0: 1}
    assert before == [(seal.read_bytes(), seal.stat().st_mtime_ns) for seal in seals]
    for workers in (2, 3):
        # Elsewhere, but with the first folder's trace: that is an argument, so it is a part of what is done.
        store = engine.open_store(tmp_path / "elsewhere" / str(workers))
        tasks = plan(f"{tmp_path / 'work'}.trace", 5, 0)
        seal = engine.run("leaves", tasks, store=store, workers=workers, fingerprint=FINGERPRINT)
        assert seal.digest == digests[0][0]
    assert digests[0] == digests[1]


def test_what_a_seal_says_is_true(folder: Path) -> None:
    seal = leaves(folder, workers=2)
    store = engine.open_store(folder)
    assert engine.read_seal(store, "leaves") == seal
    assert [commit.shard for commit in seal.commits] == [0, 1, 2, 3]
    assert seal.statistics == {"documents": 4000, "reasons": {"even": 2, "odd": 2}}
    assert seal.lost == ()
    for commit in seal.commits:
        assert store.cat(commit.files["ledger"]["path"]) == str(commit.shard).encode()
        assert commit.files["documents"]["bytes"] == 32000
        assert commit.files["documents"]["path"].endswith(".bin")
    assert store.list("data/leaves").keys() == {
        file["path"] for commit in seal.commits for file in commit.files.values()
    }
    assert {path.name for path in store.scratch.iterdir()} == {"lock"}


def test_a_changed_task_alone_is_done_again(folder: Path) -> None:
    first = leaves(folder)
    tasks = plan(f"{folder}.trace", 4, 0.0)
    tasks[2] = engine.Task("leaves", 2, "engine_tasks:leaves", {"seed": 99, "trace": f"{folder}.trace"})
    store = engine.open_store(folder)
    second = engine.run("leaves", tasks, store=store, workers=1, fingerprint=FINGERPRINT)
    assert executed(folder) == Counter([0, 1, 2, 3, 2])
    assert [a == b for a, b in zip(first.commits, second.commits, strict=True)] == [True, True, False, True]
    assert first.digest != second.digest
    assert not store.exists(first.commits[2].files["ledger"]["path"])


def test_another_recipe_or_code_version_does_everything_again(folder: Path) -> None:
    first = leaves(folder)
    store = engine.open_store(folder)
    second = engine.run("leaves", plan(f"{folder}.trace", 4, 0.0), store=store, workers=1, fingerprint="another")
    assert executed(folder) == Counter([0, 1, 2, 3] * 2)
    assert first.digest == second.digest  # the same bytes were made: stages that read them need not run again


def test_a_smaller_plan_leaves_nothing_of_the_larger(folder: Path) -> None:
    leaves(folder, shards=4)
    seal = leaves(folder, shards=2)
    store = engine.open_store(folder)
    assert executed(folder) == Counter(range(4))
    assert len(store.list("data/leaves")) == 4
    assert len(store.list("commits/leaves")) == len(seal.commits) == 2


@pytest.mark.parametrize(
    "damage", ["removed", "shortened", "commit halved", "commit not JSON", "commit of another form"]
)
def test_what_is_damaged_is_done_again(folder: Path, damage: str) -> None:
    seal = leaves(folder)
    data = folder / seal.commits[1].files["documents"]["path"]
    record = folder / "commits/leaves/00001.json"
    if damage == "removed":
        data.unlink()
    elif damage == "shortened":
        data.write_bytes(data.read_bytes()[:-1])
    else:
        (folder / "seals/leaves.json").unlink()  # else the seal answers for the shard
        half = record.read_bytes()[: record.stat().st_size // 2]
        record.write_bytes({"commit halved": half, "commit not JSON": b"\xff\0"}.get(damage, b'{"key": [1]}'))
    assert leaves(folder).digest == seal.digest
    assert executed(folder) == Counter([0, 1, 2, 3, 1])


@pytest.mark.parametrize("content", [b"", b'{"digest": "0", "commits": []}', b"[]"])
def test_a_damaged_seal_is_written_again_from_the_commits(folder: Path, content: bytes) -> None:
    seal = leaves(folder)
    (folder / "seals/leaves.json").write_bytes(content)
    assert leaves(folder) == seal
    assert executed(folder) == Counter(range(4))
    assert engine.read_seal(engine.open_store(folder), "leaves") == seal


def test_orphans_are_ignored_and_removed_after_the_seal_but_foreign_files_stay(folder: Path) -> None:
    orphans = ["data/leaves/00001-documents-0123456789ab.bin", "data/leaves/00009-ledger-0123456789ab"]
    foreign = ["data/leaves/notes.txt", "data/other/00001-documents-0123456789ab.bin", "commits/leaves/notes"]
    for name in orphans + foreign:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"left by a dead attempt")
    left = folder / ".scratch/0123456789ab/documents.bin"
    left.parent.mkdir(parents=True)
    left.touch()
    seal = leaves(folder)
    assert seal.statistics["documents"] == 4000
    assert [(folder / name).exists() for name in orphans + foreign] == [False, False, True, True, True]
    assert not left.parent.exists()


def test_a_zombies_late_commit_changes_nothing(folder: Path) -> None:
    seal = leaves(folder)
    record = folder / "commits/leaves/00001.json"
    late = json.loads(record.read_bytes())
    for file in late["files"].values():
        file["path"] = file["path"].replace(late["attempt"], "0123456789ab")
        (folder / file["path"]).write_bytes(b"x" * file["bytes"])  # of the right size, even
    late["attempt"] = "0123456789ab"
    record.write_text(json.dumps(late))
    assert leaves(folder) == seal
    assert executed(folder) == Counter(range(4))
    assert not (folder / late["files"]["ledger"]["path"]).exists()


def test_a_task_reads_only_what_its_key_covers(folder: Path) -> None:
    trace = {"trace": f"{folder}.trace"}
    seal = leaves(folder)
    store = engine.open_store(folder)
    one = engine.Task("total", 0, "engine_tasks:total", trace, (seal.commits[2].digest,))
    none = engine.Task("total", 1, "engine_tasks:total", trace)
    result = engine.run("total", [one, none], store=store, workers=1, fingerprint="")
    assert store.cat(result.commits[0].files["total"]["path"]) == b"2"
    assert "LookupError" in result.commits[1].lost


def test_progress_counts_up_to_the_seal(folder: Path) -> None:
    seen: list[engine.Progress] = []
    tasks = plan(f"{folder}.trace", 3, 0.5)
    store = engine.open_store(folder)
    seal = engine.run("leaves", tasks, store=store, workers=2, fingerprint="", on_progress=seen.append)
    assert (seen[0].done, seen[0].total, seen[-1].done) == (0, 3, 3)
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert any(one.counts.get("documents", 0) > 1000 * one.done for one in seen)  # reports of running tasks
    assert seen[-1].counts == seal.statistics
    engine.run("leaves", tasks, store=store, workers=2, fingerprint="", on_progress=seen.append)
    assert (seen[-1].done, seen[-1].resumed) == (3, 3)


def test_a_manyo_error_ends_the_run(folder: Path) -> None:
    task = engine.Task("s", 0, "engine_tasks:refuses")
    with pytest.raises(ManyoError, match="input has changed") as caught:
        engine.run("s", [task], store=engine.open_store(folder), workers=1, fingerprint="")
    assert (caught.value.where, caught.value.hint) == ("a.warc", "start anew")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 kB, for those who may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    folder = small_disk / "work"
    tasks = plan(f"{small_disk.parent}/work.trace", 12, 0.0)
    store = engine.open_store(folder)
    with pytest.raises(ManyoError, match="disk is full") as caught:
        engine.run("leaves", tasks, store=store, workers=2, fingerprint="")
    assert caught.value.where == str(folder)
    committed = len(store.list("commits/leaves"))
    assert 0 < committed < 12
    subprocess.run(["mount", "-o", "remount,size=3m", small_disk], check=True)
    done = len(executions(small_disk.parent / "work", "leaves"))
    assert engine.run("leaves", tasks, store=store, workers=2, fingerprint="").statistics["documents"] == 12_000
    assert len(executions(small_disk.parent / "work", "leaves")) == done + 12 - committed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the kernel's full device")
def test_a_full_disk_in_a_task(folder: Path) -> None:
    """Needs no rights: a real ENOSPC from the kernel, though of /dev/full; a library has wrapped it."""
    task = engine.Task("s", 0, "engine_tasks:fills_the_disk")
    with pytest.raises(ManyoError, match="disk is full") as caught:
        engine.run("s", [task], store=engine.open_store(folder), workers=1, fingerprint="")
    assert "same command" in caught.value.hint


@pytest.mark.parametrize("name", ["seals/leaves.json", "identity.json"])
def test_a_full_disk_in_the_driver(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A double: the store raises what a full disk raises. The run goes on when there is room again."""
    store = engine.open_store(folder)
    put = type(store).put_atomic

    def full(self: engine.Store, at: str, content: bytes | Path) -> None:
        if at == name:
            raise OSError(errno.ENOSPC, "No space left on device")
        put(self, at, content)

    monkeypatch.setattr(type(store), "put_atomic", full)
    with pytest.raises(ManyoError, match="disk is full"):
        build(str(folder), workers=1, shards=3, seconds=0)
    monkeypatch.undo()
    build(str(folder), workers=1, shards=3, seconds=0)
    assert executed(folder) == Counter(range(3))


@pytest.mark.parametrize("function", ["engine_tasks:none_such", "no_such_module:f", "engine_tasks:wrong"])
def test_a_fault_of_the_program_is_not_a_shards(folder: Path, function: str) -> None:
    task = engine.Task("s", 0, function)
    with pytest.raises(RuntimeError):
        engine.run("s", [task], store=engine.open_store(folder), workers=1, fingerprint="")


def test_plans_that_make_no_sense(folder: Path) -> None:
    store = engine.open_store(folder)
    tasks = plan("", 1, 0.0)
    for stage, wrong in (("leaves", tasks * 2), ("other", tasks), ("../leaves", [])):
        with pytest.raises(ValueError, match="stage"):
            engine.run(stage, wrong, store=store, workers=1, fingerprint="")
    with pytest.raises(TypeError):
        engine.Task("s", 0, "m:f", {"path": Path()}).key("")
    assert engine.run("empty", [], store=store, workers=1, fingerprint="").commits == ()


def test_workers_have_one_thread_the_drivers_path_and_a_log_that_is_not_shown(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    task = engine.Task("s", 0, "engine_tasks:environment")
    seal = engine.run("s", [task], store=engine.open_store(folder), workers=1, fingerprint="")
    assert seal.commits[0].statistics == {"threads": "1", "path": sys.path}
    assert SECRET not in "".join(capfd.readouterr())


def test_a_script_needs_no_main_guard(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(TESTS)!r})\n"
        f"import engine_tasks\nprint('once', engine_tasks.build({str(folder)!r}, 2, 3, 0))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.count("once") == 1


def test_one_pool_serves_all_stages_of_a_claim(folder: Path) -> None:
    build(str(folder), workers=1, shards=2, seconds=0)
    assert len({process for stage in ("leaves", "total") for _, process in executions(folder, stage)}) == 1


def test_the_same_through_fsspec(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`local://` is fsspec's own local file system: the path that object stores take, without their network."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    here = leaves(folder, workers=2)
    store = engine.open_store(f"local://{tmp_path}/through-fsspec")
    assert store.local_path("x") is None
    tasks = plan(f"{folder}.trace", 4, 0.0)
    there = engine.run("leaves", tasks, store=store, workers=2, fingerprint=FINGERPRINT)
    gather = engine.Task("total", 0, "engine_tasks:total", {"trace": f"{folder}.trace"}, (there.digest,))
    total = engine.run("total", [gather], store=store, workers=1, fingerprint=FINGERPRINT)
    assert there.digest == here.digest
    assert store.cat(total.commits[0].files["total"]["path"]) == b"0\n1\n2\n3"
    (tmp_path / "through-fsspec" / there.commits[0].files["ledger"]["path"]).unlink()
    again = engine.run("leaves", tasks, store=store, workers=2, fingerprint=FINGERPRINT)
    assert again.digest == here.digest
    assert executed(folder) == Counter([*range(4), *range(4), 0])


def test_two_drivers_and_two_recipes(folder: Path) -> None:
    store = engine.open_store(folder)
    identity = {"recipe": {"name": "manyo", "length": 100}, "inputs": ["a.warc"]}
    with engine.claim(store, identity):
        with pytest.raises(ManyoError, match="another build is running"):
            engine.claim(store, identity)
        command = [sys.executable, engine_tasks.__file__, str(folder), "1", "1"]
        other = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert "ManyoError: another build is running in this work folder (process " in other.stderr
    with engine.claim(store, identity):
        pass  # the same build may go on
    with pytest.raises(ManyoError, match="another build's work") as caught:
        engine.claim(store, {"recipe": {"name": "manyo", "length": 200}, "inputs": ["a.warc"], "ruby": "keep"})
    assert 'recipe.length was 100, is 200; ruby was not set, is "keep"' in caught.value.what
    assert "choose another folder" in caught.value.hint
    engine.claim(store, identity)  # a claim that is let go of is no claim
    engine.claim(store, identity)


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for address in (tmp_path / "file", tmp_path / "file/below", "nosuchprotocol://bucket/x"):
        with pytest.raises(ManyoError, match="work folder cannot be used"):
            engine.open_store(address)
