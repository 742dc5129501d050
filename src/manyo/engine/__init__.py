"""How tasks are spread and survive.

In come the tasks of a stage, each a pure function of a shard. Out comes the stage's *seal*: the list of the commits
that count, the same whatever the number of workers and however often the build was killed on the way.

    store = engine.open_store("work")
    with engine.claim(store, {"recipe": digest}):
        seal = engine.run("read", tasks, store=store, workers=2, fingerprint=fingerprint)

The idea is that of MapReduce (Dean & Ghemawat 2004: tasks that can be run again, output committed by rename) with the
manifests of Apache Iceberg (readers follow a list and never a directory), on plain files. See docs/engine.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from manyo.engine.commits import Commit, File, Quarantine, Seal, read_seal
from manyo.engine.driver import Progress, run
from manyo.engine.local import LocalPool
from manyo.engine.pool import Pool
from manyo.engine.store import Store, below, is_url, open_store, reached
from manyo.engine.task import Context, Result, Task, sha256
from manyo.engine.workfolder import WORK, Claim, claim

if TYPE_CHECKING:
    from manyo.engine.ray_pool import RayPool
    from manyo.engine.remote import RemoteStore

__all__ = [
    "WORK",
    "Claim",
    "Commit",
    "Context",
    "File",
    "LocalPool",
    "Pool",
    "Progress",
    "Quarantine",
    "RayPool",
    "RemoteStore",
    "Result",
    "Seal",
    "Store",
    "Task",
    "below",
    "claim",
    "is_url",
    "open_store",
    "reached",
    "read_seal",
    "run",
    "sha256",
]

_LATER = {"RayPool": "ray_pool", "RemoteStore": "remote"}  # with what a local build need not wait for


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
