"""The local engine: worker processes on this machine, and a watch over them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path

import manyo
from manyo.engine.breadcrumb import Breadcrumb
from manyo.engine.commits import Commit
from manyo.engine.pool import Died, Done, Event, NotBegun, Reported
from manyo.engine.protocol import OUT_OF_MEMORY, Begun, Counts, Failed, Refused, Setup
from manyo.engine.store import Store
from manyo.engine.task import Attempt
from manyo.errors import ManyoError

# One thread a worker: the build's parallelism is its shards.
_ONE_THREAD = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
    *("NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_IO_THREADS"),
)
# Batches come and go by the megabyte: memory that is given back to the system and asked for anew is memory whose every
# page has to be cleared again. One pool that keeps what it has is faster, and smaller than two. (glibc's names; other
# systems ignore them.)
_MEMORY = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_MMAP_THRESHOLD_": str(256 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
}
# Signals that somebody else may have sent. Any other is the process's own doing.
_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
_START_SECONDS = 60.0  # a worker may need on a machine that is busy
_STARTS = 5  # workers in a row that may die before their first task
_GAP = 1.0  # seconds of silence that one look can add: more passed only because the machine or the driver was stopped
_FRAME = re.compile(rb'^  File "([^"]+)", line (\d+) in (\S+)', re.MULTILINE)


class LocalPool:
    """One attempt at a time for each worker; workers start when they are needed and stay until `close`.

    `node` is what commit records call this machine. The workers' own files lie in the store's scratch.
    """

    def __init__(self, store: Store, node: str = "") -> None:
        self._store, self._node = store, node
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    @property
    def slots(self) -> int:
        """One for each processor."""
        return os.cpu_count() or 1

    def submit(self, attempt: Attempt) -> None:
        """Hand the attempt to an idle worker, or to a new one. A careful attempt gets a worker of its own."""
        idle = [worker for worker in self._workers if worker.attempt is None]
        for worker in idle:
            if attempt.careful or not worker.alive:
                self._dismiss(worker)
        worker = next((worker for worker in idle if worker in self._workers), None) or self._start()
        worker.hand(attempt)

    def _start(self) -> _Worker:
        taken = {worker.number for worker in self._workers}
        number = next(number for number in range(len(taken) + 1) if number not in taken)
        self._workers.append(_Worker(number, self._store, self._node))
        return self._workers[-1]

    def _dismiss(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.end()

    def wait(self, seconds: float) -> Iterator[Event]:
        """What has happened to the running attempts; waits at most `seconds` for something to happen.

        Raises the error with which a task refused to go on, and `ManyoError` when no worker can be started.
        """
        busy = {worker.connection: worker for worker in self._workers if worker.attempt is not None}
        for connection in wait(list(busy), seconds):
            assert isinstance(connection, Connection)
            yield from self._hear(busy[connection])
        for worker in list(self._workers):
            cause = worker.look()
            if cause:
                yield self._bury(worker, cause)

    def _hear(self, worker: _Worker) -> Iterator[Event]:
        attempt = worker.attempt
        assert attempt is not None
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            yield self._bury(worker)
            return
        worker.quiet = 0.0
        match message:
            case Begun():
                worker.begun = True
                self._failed_starts = 0
            case Counts(counts):
                yield Reported(attempt, counts)
            case Commit():
                worker.attempt = None
                yield Done(attempt, message)
            case Failed(cause):
                worker.attempt = None
                breadcrumb = worker.breadcrumb.read()
                if cause == OUT_OF_MEMORY:
                    self._dismiss(worker)
                yield Died(attempt, cause, breadcrumb, own_doing=True)
            case Refused(error):
                worker.attempt = None
                raise error

    def _bury(self, worker: _Worker, cause: str = "") -> Event:
        """Make sure that the worker is dead, and say what of: `cause` if we have condemned it, else how it ended."""
        attempt = worker.attempt
        assert attempt is not None
        own_doing = bool(cause)
        self._workers.remove(worker)
        status = worker.end(kill=bool(cause))
        if not worker.begun:
            self._failed_starts += 1
            if self._failed_starts >= _STARTS:
                log = worker.log_tail().decode(errors="replace").strip()  # no task has run: it holds no document
                raise ManyoError("worker processes end as soon as they start", where=log, hint="free some memory")
            return NotBegun(attempt)
        if not cause:
            own_doing = -status not in _FROM_OUTSIDE
            cause = f"killed by {signal.Signals(-status).name}" if status < 0 else f"exited with status {status}"
            frame = _FRAME.search(worker.log_tail()) if status < 0 else None  # faulthandler's, innermost first
            if frame:
                file, line, function = (part.decode(errors="replace") for part in frame.groups())
                cause += f" at {Path(file).name}:{line} in {function}"
        return Died(attempt, cause, worker.last_breadcrumb, own_doing)

    def close(self, *, kill: bool = False) -> None:
        """End the workers: at once with `kill`, else they are idle and see for themselves that we are done."""
        for worker in self._workers:
            worker.connection.close()
        while self._workers:
            worker = self._workers.pop()
            worker.end(kill=kill)
            worker.tidy()


class _Worker:
    """One process, the connection to it, its breadcrumb and its log."""

    def __init__(self, number: int, store: Store, node: str) -> None:
        self.number = number
        self.attempt: Attempt | None = None
        self.begun = False
        self.quiet = 0.0  # seconds since the last sign of life
        self._seen = time.monotonic()
        self._count = 0
        self._log = store.scratch / f"worker-{number}.log"
        self._crumbs = store.scratch / f"worker-{number}.breadcrumb"
        self.breadcrumb = Breadcrumb(self._crumbs, create=True)
        ours, theirs = socket.socketpair()
        search = [str(Path(manyo.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        with theirs, self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "manyo.engine.worker", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                env={
                    **_MEMORY,
                    **os.environ,
                    **dict.fromkeys(_ONE_THREAD, "1"),
                    "PYTHONPATH": os.pathsep.join(search),
                },
            )
        self.connection = Connection(ours.detach())
        part = str(store.scratch.relative_to(store.home))
        self._send(Setup(sys.path, store.url, part, str(self._crumbs), node))

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def hand(self, attempt: Attempt) -> None:
        self.attempt, self.begun, self.quiet, self._seen = attempt, False, 0.0, time.monotonic()
        self._send(attempt)

    def _send(self, message: object) -> None:
        try:
            self.connection.send(message)
        except OSError:
            return  # it has died: reading from the connection will say so

    def look(self) -> str:
        """Why this worker must be ended, or ""."""
        if self.attempt is None:
            return ""
        now, count = time.monotonic(), self.breadcrumb.count
        self.quiet = 0.0 if count != self._count else self.quiet + min(now - self._seen, _GAP)
        self._seen, self._count = now, count
        limit, patience = self.attempt.memory_limit, self.attempt.stall_seconds
        if not self.begun:
            patience = max(patience, _START_SECONDS)
        if limit is not None and _owned(self._process.pid) > limit:
            return f"{OUT_OF_MEMORY}: more than {limit >> 20} MiB"
        if self.quiet > patience:
            return f"stalled for {patience:g} s"
        return ""

    def end(self, *, kill: bool = False) -> int:
        """Let the process end, by force if need be; its exit status, negative for a signal."""
        if kill:
            self._process.kill()
        self.connection.close()
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self.last_breadcrumb = self.breadcrumb.read()
        self.breadcrumb.close()
        return status

    def tidy(self) -> None:
        """Remove the process's files, but not a log that says something."""
        self._crumbs.unlink(missing_ok=True)
        if not self.log_tail():
            self._log.unlink()

    def log_tail(self) -> bytes:
        return self._log.read_bytes()[-4096:]


def _owned(process: int) -> int:
    """The bytes of memory that a process owns; 0 when it is gone.

    On Linux without what it shares with files: a memory-mapped shard counts as resident, but the kernel can take it
    back at any time.
    """
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{process}/statm").read_bytes().split()
        except (FileNotFoundError, ProcessLookupError):
            return 0
        return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, check=False)
    return int(shown.stdout or 0) << 10
