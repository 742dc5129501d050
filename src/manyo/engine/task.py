"""A task, and an attempt at it: what runs in a worker, whoever has placed it there.

`perform` is all that an engine has to call somewhere: it runs the task's function, publishes the files it made and
then the commit record, and gives back the small record. Nothing large passes through the driver.
"""

from __future__ import annotations

import errno
import hashlib
import importlib
import json
import platform
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from manyo.engine.commits import Commit, File, Quarantine, canonical, data_name, digest, read_seal, write_commit
from manyo.engine.store import FETCHED, Store, StoreError, token

REPORT_EVERY = 0.2  # seconds
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*\Z")


@dataclass(frozen=True)
class Task:
    """One shard's share of a stage: `function`, named as "module:function", is called as `f(context, **arguments)`.

    `arguments` is what JSON can say. `reads` holds the digests of the seals or commits of earlier stages that the
    function reads (see `Context.commits`). Two tasks with one key make the same bytes, so whatever can change the
    bytes belongs into `arguments`, `reads` or the run's fingerprint, and what cannot (the number of workers) must not.
    """

    stage: str
    shard: int
    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    reads: tuple[str, ...] = ()

    def key(self, fingerprint: str) -> str:
        """A digest of everything the bytes depend on. Raises TypeError when an argument is not for JSON."""
        return digest([self.stage, self.shard, self.function, self.arguments, fingerprint, self.reads])


@dataclass(frozen=True)
class Attempt:
    """One try at a task. Its id is in the name of every file it writes, so that no two attempts share one."""

    task: Task
    key: str
    careful: bool = False
    quarantined: tuple[Quarantine, ...] = ()
    memory_limit: int | None = None  # bytes that its worker may own
    stall_seconds: float = float("inf")  # how long it may go without a report or breadcrumb
    id: str = field(default_factory=token)


@dataclass(frozen=True)
class Result:
    """What a task function gives back: paths that it got from `Context.scratch`, by name, and small statistics."""

    files: Mapping[str, Path] = field(default_factory=dict)
    statistics: Mapping[str, Any] = field(default_factory=dict)


class BrokenTaskError(Exception):
    """No such function, or a result of the wrong form: a fault of the program, which no shard must answer for."""


class Context:
    """What a task function may ask of the engine."""

    def __init__(
        self,
        attempt: Attempt,
        store: Store,
        breadcrumb: Callable[[str], None],
        report: Callable[[dict[str, Any]], None],
    ) -> None:
        self.store = store
        self.task = attempt.task
        #: True when the task is tried alone after it has killed a worker: leave a breadcrumb for every single record.
        self.careful = attempt.careful
        #: Breadcrumbs of records that are to be passed over: each has killed a worker.
        self.quarantined = tuple(one["record"] for one in attempt.quarantined)
        #: `breadcrumb(text)` says which record is next, by a pointer of at most 1,000 bytes: never by its text.
        #: "" says that no record is being worked on.
        self.breadcrumb = breadcrumb
        self._report = report
        self._reported = float("-inf")
        self._folder = store.scratch / attempt.id

    def scratch(self, name: str) -> Path:
        """A path for a file that this attempt alone writes; gone afterwards unless the result declares it."""
        self._folder.mkdir(exist_ok=True)
        return self._folder / name

    def report(self, counts: Mapping[str, Any]) -> None:
        """What this attempt has done so far, for the progress display: as often as you like, passed on 5 times/s."""
        now = time.monotonic()
        if now - self._reported >= REPORT_EVERY:
            self._reported = now
            self._report(dict(counts))

    def commits(self, stage: str) -> tuple[Commit, ...]:
        """The commits of an earlier stage that this task reads, in order: all if it reads the seal, else those named.

        Raises LookupError when the task has not said in `reads` that it reads any: its key would not cover them.
        """
        seal = read_seal(self.store, stage)
        commits = () if seal is None else seal.commits
        if seal is not None and seal.digest not in self.task.reads:
            commits = tuple(commit for commit in commits if commit.digest in self.task.reads)
        if not commits:
            raise LookupError(f"stage {self.task.stage} reads nothing of stage {stage}")
        return commits

    def fetch(self, file: File, store: Store | None = None, *, share: bool = False) -> Path:
        """A published file as a file on this machine: itself where the store is local, else a copy in scratch.

        `store` is that of another build; by default this one's. With `share` the copy stays there for whatever else
        this machine does for the build: for files that many tasks read.
        """
        store = store or self.store
        path = store.local_path(file["path"])
        if path is not None:
            return path
        path = self.scratch(token())
        shared = store.home / FETCHED / file["path"].rpartition("/")[2]  # no two files of a store have one name
        if shared.exists():
            return shared
        with store.open(file["path"]) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        if path.stat().st_size != file["bytes"]:
            raise StoreError(errno.EIO, f"{file['path']} came short", store.url)
        if not share:
            return path
        shared.parent.mkdir(exist_ok=True)
        return path.replace(shared)


def perform(
    attempt: Attempt,
    store: Store,
    breadcrumb: Callable[[str], None],
    report: Callable[[dict[str, Any]], None],
    node: str = "",
) -> Commit:
    """Run the task, publish its files, then its commit record. Raises what the function raises.

    `node` is what the record calls this machine: its name in the network, unless the engine knows better.
    """
    context = Context(attempt, store, breadcrumb, report)
    try:
        outcome = _resolve(attempt.task.function)(context, **attempt.task.arguments)
        result = outcome if isinstance(outcome, Result) else Result(statistics=outcome)
        breadcrumb("")  # whatever happens from here on is no record's fault
        statistics = _plain(result.statistics)
        files = {name: _publish(attempt, store, name, path) for name, path in sorted(result.files.items())}
        task = attempt.task
        commit = Commit(
            stage=task.stage,
            shard=task.shard,
            key=attempt.key,
            files=files,
            statistics=statistics,
            quarantined=attempt.quarantined,
            attempt=attempt.id,
            node=node or platform.node(),
        )
        write_commit(store, commit)
    finally:
        shutil.rmtree(store.scratch / attempt.id, ignore_errors=True)
    return commit


def _publish(attempt: Attempt, store: Store, name: str, path: Path) -> File:
    if not _NAME.match(name):
        raise BrokenTaskError(f"not a name for a file of a result: {name!r}")
    digest = sha256(path)
    size = path.stat().st_size
    published = data_name(attempt.task.stage, attempt.task.shard, name, attempt.id, path.suffix)
    store.put_atomic(published, path)
    return File(path=published, sha256=digest, bytes=size)


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal, as `File` has it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(statistics: object) -> dict[str, Any]:
    """Statistics as whoever reads the record will see them: with lists for tuples and strings for keys."""
    if not isinstance(statistics, Mapping):
        raise BrokenTaskError(f"a task function gives back a Result or a dict, not {type(statistics).__name__}")
    try:
        plain: dict[str, Any] = json.loads(canonical(statistics))
    except (TypeError, ValueError) as error:
        raise BrokenTaskError(f"statistics that JSON cannot say: {error}") from error
    return plain


def _resolve(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise BrokenTaskError(f"{name}: {error}") from error
    return found
