"""Running a stage: what is done is skipped, what dies is looked into, and at the end the stage is sealed."""

from __future__ import annotations

import platform
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from manyo.engine.commits import (
    LOST,
    Commit,
    Quarantine,
    Seal,
    add_up,
    collect_orphans,
    read_commit,
    standing,
    write_commit,
    write_seal,
)
from manyo.engine.pool import Died, Done, Event, Lost, NotBegun, Pool, Reported
from manyo.engine.store import Store, disk_full, unreachable
from manyo.engine.task import Attempt, Task
from manyo.engine.workfolder import Claim, claimed
from manyo.errors import ManyoError

RECORDS_PER_SHARD = 16  # records that may be quarantined before their whole shard is
_PATIENCE = 3  # deaths in a row that teach nothing before the whole shard is given up
_LOSSES = 3  # machines that may be lost under a shard before that counts as a death of its own
_TICK = 0.1  # seconds between looks at the workers
_SHOW_EVERY = 0.25  # seconds between calls of on_progress while nothing is committed
_STAGE = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")


@dataclass(frozen=True)
class Progress:
    """How far a stage is. `counts` adds up the statistics of what is committed and the reports of what is running."""

    stage: str
    done: int
    total: int
    resumed: int  # of those done, how many an earlier run had done
    quarantined: int  # records and whole shards
    counts: dict[str, Any]


def run(
    stage: str,
    tasks: Iterable[Task],
    *,
    store: Store,
    workers: int,
    fingerprint: str,
    memory_limit: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stall_seconds: float = 300.0,
    needed: bool = False,
    retry_quarantined: bool = False,
) -> Seal:
    """Run the tasks of a stage that are not yet committed, seal the stage, remove what no commit names.

    `fingerprint` digests the recipe and the code version. `memory_limit` is in bytes for each worker. A task must
    report or leave a breadcrumb within `stall_seconds`. With `needed`, a shard that has to be given up ends the run;
    without, it is committed as quarantined with its cause, and `Seal.lost` lists it. `retry_quarantined` runs again
    what an earlier run had quarantined.

    Raises `ManyoError`: one that a task raised, a full disk, a store out of reach, another build in the same folder, a
    needed shard lost.
    After any of them, and after KeyboardInterrupt, the same call goes on where this one was.
    """
    with claimed(store) as work:
        pool = work.pool
        planned = _Stage(stage, list(tasks), store, fingerprint, on_progress, needed, memory_limit, stall_seconds)
        try:
            planned.resume(retry_quarantined)
            planned.execute(work, max(1, workers))
            work.check()
            return planned.seal()
        except KeyboardInterrupt:
            pool.close(kill=True)
            done = f"stopped in stage {stage}; {len(planned.commits)} of {len(planned.tasks)} shards are kept"
            raise KeyboardInterrupt(f"{done}, and the same command goes on from there") from None
        except BaseException as error:
            pool.close(kill=True)
            stop = disk_full(error, store.url) or unreachable(error)
            if stop is not None:
                raise stop from error
            raise


@dataclass
class _History:
    """What is known against a task that has died."""

    deaths: Counter[str] = field(default_factory=Counter)  # by breadcrumb
    quarantined: list[Quarantine] = field(default_factory=list)
    fruitless: int = 0
    losses: int = 0

    def learn(self, death: Died) -> str:
        """Take in one more death; why the whole shard must be given up, or "" to try again.

        A record is blamed when the task died at it while alone and careful: at once if the death was the process's
        own doing; if something outside may have killed it, only when it happened there twice. So an operator's kill
        costs an attempt and no document.
        """
        record = death.breadcrumb
        self.deaths[record] += 1
        if not death.attempt.careful:
            return ""
        known = {one["record"] for one in self.quarantined}
        if record and record not in known and (death.own_doing or self.deaths[record] > 1):
            self.quarantined.append({"record": record, "cause": death.cause})
            self.fruitless = 0
            if len(self.quarantined) > RECORDS_PER_SHARD:
                return f"more than {RECORDS_PER_SHARD} records that kill their worker, the last: {death.cause}"
            return ""
        self.fruitless += 1
        if (death.own_doing and not record) or self.fruitless >= _PATIENCE:
            return death.cause
        return ""


class _Stage:
    """The state of one run: all of it can be lost, since whatever counts is in the store."""

    def __init__(
        self,
        name: str,
        tasks: list[Task],
        store: Store,
        fingerprint: str,
        on_progress: Callable[[Progress], None] | None,
        needed: bool,
        memory_limit: int | None,
        stall_seconds: float,
    ) -> None:
        if not _STAGE.match(name) or any(task.stage != name for task in tasks):
            raise ValueError(f"not the name of a stage, or not of all its tasks: {name!r}")
        self.name, self.tasks, self.store, self.needed = name, tasks, store, needed
        self.keys = {task.shard: task.key(fingerprint) for task in tasks}
        if len(self.keys) != len(tasks):
            raise ValueError(f"stage {name} has two tasks for one shard")
        self.commits: dict[int, Commit] = {}
        self._counts: dict[str, Any] = {}  # of the commits, added up as they come
        self._resumed = self._quarantined = 0
        self._limits = memory_limit, stall_seconds
        self._histories: dict[int, _History] = {}
        self._suspects: deque[Task] = deque()
        self._running: dict[int, dict[str, Any]] = {}  # live counts by shard
        self._on_progress = on_progress
        self._shown = float("-inf")

    def resume(self, retry_quarantined: bool) -> None:
        for commit in standing(self.store, self.name, self.keys).values():
            again = (retry_quarantined and commit.quarantined) or (self.needed and commit.lost)
            if not again:
                self._accept(commit)
        self._resumed = len(self.commits)

    def execute(self, work: Claim, workers: int) -> None:
        """Hand out tasks in order; those that have died wait until all others are done, then run one by one."""
        pool = work.pool
        fresh = deque(task for task in self.tasks if task.shard not in self.commits)
        self._show(now=True)
        while fresh or self._suspects or self._running:
            while fresh and len(self._running) < workers:
                self._submit(pool, fresh.popleft(), careful=False)
            if self._suspects and not self._running:
                self._submit(pool, self._suspects.popleft(), careful=True)
            for event in pool.wait(_TICK):
                self._take(event, fresh)
            if work.overdue:
                work.check()
            self._show()

    def _submit(self, pool: Pool, task: Task, *, careful: bool) -> None:
        history = self._histories.get(task.shard, _History())
        self._running[task.shard] = {}
        pool.submit(Attempt(task, self.keys[task.shard], careful, tuple(history.quarantined), *self._limits))

    def _take(self, event: Event, fresh: deque[Task]) -> None:
        task = event.attempt.task
        if isinstance(event, Reported):
            self._running[task.shard] = event.counts
            return
        del self._running[task.shard]
        match event:
            case Done(_, commit):
                self._accept(commit)
            case NotBegun(attempt):
                (self._suspects if attempt.careful else fresh).appendleft(task)
            case Died() | Lost():
                record = read_commit(self.store, self.name, task.shard)
                if record is not None and record.attempt == event.attempt.id:  # it ended before it could say so
                    self._accept(record)
                elif isinstance(event, Died):
                    self._look_into(event)
                else:
                    self._set_back(event, fresh)
        self._show(now=isinstance(event, Done))

    def _set_back(self, loss: Lost, fresh: deque[Task]) -> None:
        """A lost machine costs an attempt. But a task may be what takes machines down, so this has an end."""
        attempt = loss.attempt
        history = self._histories.setdefault(attempt.task.shard, _History())
        history.losses += 1
        if history.losses <= _LOSSES:
            (self._suspects if attempt.careful else fresh).appendleft(attempt.task)
        else:
            self._look_into(Died(attempt, loss.cause, "", own_doing=False))

    def _look_into(self, death: Died) -> None:
        task = death.attempt.task
        history = self._histories.setdefault(task.shard, _History())
        cause = history.learn(death)
        if not cause:
            self._suspects.appendleft(task) if death.attempt.careful else self._suspects.append(task)
            return
        if self.needed:
            raise ManyoError(
                f"shard {task.shard} of stage {self.name} cannot be done, and the build needs it: {cause}",
                where=self.store.url,
                hint="give each worker more memory, or take a newer version; the same command goes on from here",
            )
        key, attempt = death.attempt.key, death.attempt.id
        quarantined: tuple[Quarantine, ...] = (*history.quarantined, {"record": "", "cause": cause})
        lost = Commit(self.name, task.shard, key, {}, {LOST: cause}, quarantined, attempt, platform.node())
        write_commit(self.store, lost)
        self._accept(lost)

    def _accept(self, commit: Commit) -> None:
        self.commits[commit.shard] = commit
        self._counts = add_up([self._counts, commit.statistics])
        self._quarantined += len(commit.quarantined)

    def _show(self, *, now: bool = False) -> None:
        clock = time.monotonic()
        if self._on_progress is None or not (now or clock - self._shown >= _SHOW_EVERY):
            return
        self._shown = clock
        self._on_progress(
            Progress(
                stage=self.name,
                done=len(self.commits),
                total=len(self.tasks),
                resumed=self._resumed,
                quarantined=self._quarantined,
                counts=add_up([self._counts, *self._running.values()]),
            )
        )

    def seal(self) -> Seal:
        seal = Seal(self.name, tuple(self.commits[task.shard] for task in self.tasks))
        write_seal(self.store, seal)
        collect_orphans(self.store, seal)
        return seal
