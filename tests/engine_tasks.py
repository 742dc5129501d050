"""Task functions for the engine's tests, and, run as a script, a driver that can be killed.

    python engine_tasks.py FOLDER WORKERS SHARDS [TRACE RAY-ADDRESS]

Each execution of a task adds a line "stage shard pid" to the file `trace`, so that a test can say what ran, and where.
It stands beside the work folder unless it is named.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import mmap
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from manyo import engine
from manyo.engine import task
from manyo.engine.commits import write_commit
from manyo.errors import ManyoError

FINGERPRINT = "recipe and code"
SECRET = "山田太郎 090-1234-5678"


def _trace(context: engine.Context, trace: str) -> None:
    with Path(trace).open("a") as file:
        file.write(f"{context.task.stage} {context.task.shard} {os.getpid()}\n")


def leaves(context: engine.Context, seed: int, trace: str, seconds: float = 0.0) -> engine.Result:
    """Some bytes that depend on the seed alone, in two files, written slowly."""
    _trace(context, trace)
    content = b"".join(hashlib.sha256(f"{seed}/{i}".encode()).digest() for i in range(1000))
    paths = {"documents": context.scratch("documents.bin"), "ledger": context.scratch("ledger.txt")}
    with paths["documents"].open("wb") as file:
        for start in range(0, len(content), 8000):
            file.write(content[start : start + 8000])
            file.flush()
            context.report({"documents": start})
            time.sleep(seconds / 4)
    paths["ledger"].write_text(str(seed))
    return engine.Result(paths, {"documents": 1000, "reasons": {"even" if seed % 2 == 0 else "odd": 1}})


def total(context: engine.Context, trace: str) -> engine.Result:
    """A gather: reads all that the seal of stage "leaves" names."""
    _trace(context, trace)
    path = context.scratch("total.txt")
    parts = [context.fetch(commit.files["ledger"]).read_text() for commit in context.commits("leaves")]
    path.write_text("\n".join(parts))
    return engine.Result({"total": path}, {"parts": len(parts)})


def records(context: engine.Context, names: list[str], trace: str) -> engine.Result:
    """Copies the names of records to a file; some names do harm."""
    _trace(context, trace)
    path = context.scratch("records.txt")
    with path.open("w") as file:
        for name in names:
            if name in context.quarantined:
                continue
            context.breadcrumb(name)
            _suffer(name.partition("-")[0], Path(f"{trace}.{name}"))
            file.write(f"{name}\n")
    return engine.Result({"records": path}, {"documents": len(path.read_text().split())})


def _suffer(harm: str, marker: Path) -> None:
    match harm:
        case "segfault":
            ctypes.string_at(0)
        case "abort":
            os.abort()
        case "exit":
            os._exit(7)
        case "raise":
            raise ValueError(SECRET)
        case "memoryerror":
            raise MemoryError(SECRET)
        case "hog":
            hoard = []
            while True:
                hoard.append(bytearray(b"x" * (8 << 20)))
                time.sleep(0.01)
        case "stall":
            time.sleep(3600)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "killedonce":
            if not marker.exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case "slow":
            time.sleep(0.5)


def watches(context: engine.Context, trace: str) -> dict[str, Any]:
    """Shard 0 fails unless it is careful; each says how many others were running when it began."""
    _trace(context, trace)
    marker = Path(f"{trace}.running.{context.task.shard}")
    others = len(list(marker.parent.glob("*.running.*")))
    marker.touch()
    if context.task.shard == 0 and not context.careful:
        marker.unlink()
        raise ValueError
    time.sleep(0.4)
    marker.unlink()
    return {"others": others}


def nameless(context: engine.Context, trace: str) -> dict[str, Any]:
    """Dies without ever having left a breadcrumb."""
    _trace(context, trace)
    os.abort()


def forgets_its_file(context: engine.Context) -> engine.Result:
    context.breadcrumb("a")
    return engine.Result({"records": context.scratch("never written")})


def refuses(context: engine.Context) -> dict[str, Any]:
    raise ManyoError("the input has changed", where="a.warc", hint="start anew")


def fills_the_disk(context: engine.Context) -> dict[str, Any]:
    try:
        with open("/dev/full", "wb") as file:  # noqa: PTH123 - the kernel's own full disk
            file.write(b"x" * 100_000)
    except OSError as error:
        raise RuntimeError("a library wraps it") from error
    return {}


def wrong(context: engine.Context) -> Any:
    return 5


def environment(context: engine.Context) -> dict[str, Any]:
    """What a worker inherits."""
    print(SECRET, "on standard output belongs into the log")
    return {"threads": os.environ["NUMBA_NUM_THREADS"], "path": sys.path}


def holds_the_interpreter(context: engine.Context, trace: str) -> dict[str, Any]:
    """No other thread of the process gets a turn while this pattern is matched."""
    _trace(context, trace)
    re.match("(a*)*b", "a" * 60)
    return {}


def maps(context: engine.Context, path: str) -> dict[str, Any]:
    """Reads every page of a mapped file, and stays long enough to be looked at."""
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as page:
        ones = sum(page[start] for start in range(0, len(page), 4096))
        time.sleep(0.5)
        return {"bytes": len(page) + ones}


def sleeps(context: engine.Context, trace: str) -> dict[str, Any]:
    _trace(context, trace)
    time.sleep(3600)
    return {}


def dies_when_committed(context: engine.Context, trace: str) -> dict[str, Any]:
    """Its worker is killed after the commit record is written and before the driver hears of it."""
    _trace(context, trace)

    def write_and_die(store: engine.Store, commit: engine.Commit) -> None:
        write_commit(store, commit)
        os.kill(os.getpid(), signal.SIGKILL)

    task.write_commit = write_and_die
    return {"done": 1}


def plan(trace: str, shards: int, seconds: float) -> list[engine.Task]:
    arguments = [{"seed": shard, "trace": trace, "seconds": seconds} for shard in range(shards)]
    return [engine.Task("leaves", shard, "engine_tasks:leaves", given) for shard, given in enumerate(arguments)]


def executions(folder: str | Path, stage: str) -> list[tuple[int, int]]:
    """(shard, process) of every execution of the stage's tasks so far, by the trace beside the folder."""
    trace = Path(f"{folder}.trace")
    lines = [line.split() for line in trace.read_text().splitlines()] if trace.exists() else []
    return [(int(shard), int(process)) for of, shard, process in lines if of == stage]


def build(
    folder: str,
    workers: int,
    shards: int,
    seconds: float = 0.04,
    trace: str = "",
    make_pool: Callable[[engine.Store], engine.Pool] = engine.LocalPool,
) -> list[str]:
    """Two stages, as a pipeline runs them; their digests."""
    trace = trace or f"{folder}.trace"
    store = engine.open_store(folder)
    with engine.claim(store, {"recipe": "test", "shards": shards}, make_pool):
        leaves = engine.run(
            "leaves", plan(trace, shards, seconds), store=store, workers=workers, fingerprint=FINGERPRINT
        )
        gather = engine.Task("total", 0, "engine_tasks:total", {"trace": trace}, (leaves.digest,))
        sum_up = engine.run("total", [gather], store=store, workers=workers, fingerprint=FINGERPRINT, needed=True)
    return [leaves.digest, sum_up.digest]


if __name__ == "__main__":
    if sys.argv[1] == "sleep":
        folder, function = sys.argv[2:]
        tasks = [engine.Task("s", shard, function, {"trace": f"{folder}.trace"}) for shard in range(2)]
        engine.run("s", tasks, store=engine.open_store(folder), workers=2, fingerprint="")
    elif len(sys.argv) == 6:
        from manyo.engine.ray_pool import RayPool

        folder, workers, shards, trace, address = sys.argv[1:]
        on_ray = partial(RayPool, address=address or None)
        print(json.dumps(build(folder, int(workers), int(shards), 0.4, trace, on_ray)))
    else:
        print(json.dumps(build(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
