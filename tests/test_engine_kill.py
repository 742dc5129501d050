"""`kill -9` of a worker, of the driver, of everything, at random moments of a build in a process of its own.

MANYO_KILLS sets how many moments of each kind are tried.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import engine_tasks
from engine_tasks import build, executions
from manyo import engine
from manyo.engine.local import LocalPool
from manyo.engine.pool import Done
from manyo.engine.task import Attempt

SHARDS = 8
MOMENTS = int(os.environ.get("MANYO_KILLS", "3"))


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, engine_tasks.__file__, *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def gone(process: int) -> bool:
    """Not there, or dead with nobody to bury it, as in a container without an init."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{process}/stat")
    try:
        return stat.parent.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], float]:
    """The digests that every disturbed build must reach, and the seconds it takes without disturbance."""
    folder = tmp_path_factory.mktemp("undisturbed") / "work"
    before = time.monotonic()
    driver = start(str(folder), "2", str(SHARDS))
    output, _ = driver.communicate(timeout=60)
    return json.loads(output), time.monotonic() - before


@pytest.mark.parametrize("victim", ["worker", "driver", "everything"])
def test_a_killed_build_ends_as_if_nothing_had_been(
    tmp_path: Path, undisturbed: tuple[list[str], float], victim: str
) -> None:
    digests, seconds = undisturbed
    moments = random.Random(f"moments to kill: {victim}")
    for number in range(MOMENTS):
        folder = tmp_path / str(number) / "work"
        folder.parent.mkdir()
        driver = start(str(folder), "2", str(SHARDS))
        assert wait_until(lambda at=folder: bool(executions(at, "leaves")), 30)
        time.sleep(moments.uniform(0, seconds))
        workers = sorted({process for _, process in executions(folder, "leaves")})
        with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
            if victim == "worker":
                os.kill(moments.choice(workers), signal.SIGKILL)
            elif victim == "driver":
                driver.kill()
            else:
                os.killpg(driver.pid, signal.SIGKILL)
        output, _ = driver.communicate(timeout=60)
        assert wait_until(lambda processes=workers: all(map(gone, processes)), 2)

        store, before = engine.open_store(folder), {}
        for stage in ("leaves", "total"):
            executed = Counter(shard for shard, _ in executions(folder, stage))
            committed = {int(Path(name).stem) for name in store.list(f"commits/{stage}")}
            before[stage] = executed, committed
        if victim == "worker":
            assert json.loads(output) == digests  # the driver has carried on
            assert sum(sum(executed.values()) for executed, _ in before.values()) <= SHARDS + 1 + 1
        assert build(str(folder), 2, SHARDS) == digests
        for stage, (executed, committed) in before.items():
            again = Counter(shard for shard, _ in executions(folder, stage)) - executed
            assert again == Counter(set(range(SHARDS if stage == "leaves" else 1)) - committed)
        once_more = len(executions(folder, "leaves"))
        assert build(str(folder), 1, SHARDS) == digests
        assert len(executions(folder, "leaves")) == once_more
        seals = [engine.read_seal(store, stage) for stage in ("leaves", "total")]
        named = {file["path"] for seal in seals if seal for one in seal.commits for file in one.files.values()}
        assert store.list("data").keys() == named


@pytest.mark.parametrize("function", ["sleeps", "holds_the_interpreter"])
def test_workers_do_not_outlive_their_driver(tmp_path: Path, function: str) -> None:
    if function == "holds_the_interpreter" and sys.platform != "linux":
        pytest.skip("only Linux kills a child with its parent")
    driver = start("sleep", str(tmp_path / "work"), f"engine_tasks:{function}")
    assert wait_until(lambda: len(executions(tmp_path / "work", "s")) == 2, 30)
    workers = [process for _, process in executions(tmp_path / "work", "s")]
    assert not any(map(gone, workers))
    driver.kill()
    driver.communicate(timeout=10)
    assert wait_until(lambda: all(map(gone, workers)), 2)


@pytest.mark.parametrize("busy", [False, True])
def test_a_worker_ends_by_itself_when_nobody_is_at_the_other_end(tmp_path: Path, busy: bool) -> None:
    """Without the kernel's help, which only Linux gives, and without being killed."""
    trace = f"{tmp_path / 'work'}.trace"
    function = "engine_tasks:sleeps" if busy else "engine_tasks:leaves"
    arguments = {"trace": trace} if busy else {"trace": trace, "seed": 1}
    pool = LocalPool(engine.open_store(tmp_path / "work"))
    pool.submit(Attempt(engine.Task("s", 0, function, arguments), "key"))
    assert wait_until(lambda: bool(executions(tmp_path / "work", "s")), 30)
    while not busy and not any(isinstance(event, Done) for event in pool.wait(1)):
        pass
    (worker,) = pool._workers
    assert worker.end() == 0
    worker.tidy()


def test_ctrl_c_ends_the_workers_and_says_what_is_kept(tmp_path: Path) -> None:
    command = [sys.executable, engine_tasks.__file__, "sleep", str(tmp_path / "work"), "engine_tasks:sleeps"]
    driver = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert wait_until(lambda: len(executions(tmp_path / "work", "s")) == 2, 30)
    for _, worker in executions(tmp_path / "work", "s"):
        os.kill(worker, signal.SIGINT)
    time.sleep(0.3)
    assert not any(gone(worker) for _, worker in executions(tmp_path / "work", "s"))
    os.killpg(driver.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, errors = driver.communicate(timeout=10)
    assert "KeyboardInterrupt: stopped in stage s; 0 of 2 shards are kept" in errors
    assert all(gone(process) for _, process in executions(tmp_path / "work", "s"))
