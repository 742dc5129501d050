"""The engine for several machines: attempts placed by Ray, watched where they run as on one machine.

Ray is asked for three things: a place with a processor and the memory that an attempt may take, word of what became of
it, and word of machines that are gone. On each place a *host*, the Ray task, hands the attempt to a worker of its own
(`local.py`, one worker): so a crash in a C library, a stall, too much memory and the breadcrumb of the record at fault
are seen, word for word, as without a cluster, and a worker is kept for the next attempt. Ray retries nothing
(`max_retries=0`); `driver.py` does. Nothing goes through Ray's object store but attempts and small words: what is large
goes from worker to store.

The node ids that Ray gives are in the commit records. Needs the package `ray` (`pip install 'manyo[ray]'`), Ray Core only.
"""

from __future__ import annotations

import fcntl
import os
import platform
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from manyo.engine.commits import Commit
from manyo.engine.local import LocalPool
from manyo.engine.pool import Died, Done, Event, Lost, NotBegun, Reported
from manyo.engine.protocol import Begun, Counts, Refused
from manyo.engine.store import Store, open_store
from manyo.engine.task import Attempt
from manyo.engine.workfolder import clear
from manyo.errors import ManyoError
from manyo.version import VERSION

_REPORT_EVERY: Final = 1.0  # seconds between words of one attempt: a driver may have hundreds to listen to
_SIGN_EVERY: Final = 20.0  # ... and between signs of life, when it has nothing to say
_SILENCE: Final = 120.0  # seconds without any after which a host is given up
_GAP: Final = 1.0  # seconds of silence that one look can add, as in `local.py`
_STARTS: Final = 5  # hosts in a row that may be lost before any has begun
_STORE_BYTES: Final = 80 << 20  # of Ray's own object store, where Ray is started here: little goes through it


@dataclass(frozen=True)
class Ended:
    """What `pool.Died` says, on its way from a host."""

    cause: str
    breadcrumb: str
    own_doing: bool


Word = Begun | Counts | Commit | Ended | Refused


class RayPool:
    """Attempts on the machines of a Ray cluster: the one at `address`, or else one that is started on this machine.

    `address` is what `ray.init` takes: "auto", or "HOST:PORT" of the head. A program that has called `ray.init` itself is
    left connected. Raises `ManyoError` when there is no such cluster.
    """

    def __init__(self, store: Store, address: str | None = None) -> None:
        self._store, self._address = store, address
        self._flights: dict[Any, _Flight] = {}  # by the stream of words from its host
        self._failed_starts = 0
        self._ours = False
        self._ray = _package(alone=not (address or os.environ.get("RAY_ADDRESS")))
        self._connect()

    def _connect(self) -> None:
        if self._ray.is_initialized():
            return
        options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR", "include_dashboard": False}
        address = self._address or os.environ.get("RAY_ADDRESS")
        if address:
            options = {"log_to_driver": False, "logging_level": "ERROR", "address": address}
        else:
            # Without "local" it would join whatever cluster somebody has started on this machine.
            options |= {"address": "local", "_node_ip_address": "127.0.0.1", "object_store_memory": _STORE_BYTES}
        try:
            _knock(address or "")
            self._ray.init(**options)
        except (self._ray.exceptions.RayError, OSError, ValueError, RuntimeError) as error:
            raise ManyoError(
                f"there is no Ray cluster to work on: {str(error).partition(chr(10))[0]}",
                where=address or "this machine",
                hint="start one with `ray start --head`, and name it: --address HOST:6379",
            ) from error
        self._ours = True

    @property
    def slots(self) -> int:
        """One for each processor of the machines that are there now."""
        self._connect()
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def submit(self, attempt: Attempt) -> None:
        """Queue the attempt with Ray: it begins when a machine has a processor and its memory free."""
        self._connect()
        needs = {"memory": attempt.memory_limit} if attempt.memory_limit else {}
        task = self._ray.remote(max_retries=0, num_cpus=1, num_returns="streaming", **needs)(host)
        self._flights[task.remote(attempt, self._store.url, software())] = _Flight(attempt)

    def wait(self, seconds: float) -> Iterator[Event]:
        """What has happened; waits at most `seconds`. Raises the error with which a task refused to go on."""
        if not self._flights:
            return
        streams = list(self._flights)
        ready, _ = self._ray.wait(streams, timeout=seconds, fetch_local=False)
        if ready:
            ready, _ = self._ray.wait(streams, num_returns=len(streams), timeout=0, fetch_local=False)
        for stream in ready:
            yield from self._hear(stream)
        for stream, flight in list(self._flights.items()):
            if flight.look() > _SILENCE:
                yield self._give_up(stream, "no sign of life from its machine")

    def _hear(self, stream: Any) -> Iterator[Event]:
        flight = self._flights[stream]
        attempt = flight.attempt
        try:
            word: Word = self._ray.get(next(stream))
        except self._ray.exceptions.RayTaskError:
            raise  # in `host` itself: a fault of ours
        except (self._ray.exceptions.RayError, StopIteration) as gone:  # its process, or its machine, or what it said
            yield self._give_up(stream, type(gone).__name__)
            return
        flight.heard()
        self._failed_starts = 0
        match word:
            case Counts(counts):
                yield Reported(attempt, counts)
            case Commit():
                del self._flights[stream]
                yield Done(attempt, word)
            case Ended(cause, breadcrumb, own_doing):
                del self._flights[stream]
                yield Died(attempt, cause, breadcrumb, own_doing)
            case Refused(error):
                del self._flights[stream]
                raise error

    def _give_up(self, stream: Any, cause: str) -> Event:
        flight = self._flights.pop(stream)
        self._ray.cancel(stream, force=True)
        if flight.begun:
            return Lost(flight.attempt, cause)
        self._failed_starts += 1
        if self._failed_starts >= _STARTS:
            raise ManyoError(
                f"nothing begins on the cluster: {cause}",
                where=self._address or "ray",
                hint="see that every machine has Manyo, and look into Ray's logs there",
            )
        return NotBegun(flight.attempt)

    def close(self, *, kill: bool = False) -> None:
        """End what is in flight, and the connection if it is ours: Ray then ends all hosts, and these their workers."""
        for stream in self._flights:
            self._ray.cancel(stream, force=True)
        self._flights.clear()
        if self._ours:
            self._ray.shutdown()
            self._ours = False


def _package(*, alone: bool) -> Any:
    """The package ray. `alone` says that nobody but this machine takes part.

    Ray listens on the network, even where it serves one machine, unless it is told at its import to do as it does on
    macOS and Windows. A program that has imported it before has decided for itself.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody, unless the user says so
    if alone and "ray" not in sys.modules:
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    try:
        import ray
    except ImportError as missing:
        raise ManyoError(
            "the engine 'ray' needs the package ray", where="engine", hint="run: pip install 'manyo[ray]'"
        ) from missing
    return ray


def _knock(address: str) -> None:
    """Raise OSError when nobody listens at HOST:PORT, for which Ray would wait ten minutes."""
    name, _, port = address.rpartition(":")
    if port.isdigit():
        socket.create_connection((name.strip("[]"), int(port)), timeout=10).close()


@dataclass
class _Flight:
    """An attempt between `submit` and its end."""

    attempt: Attempt
    begun: bool = False
    _quiet: float = 0.0  # seconds since it was last heard of
    _seen: float = field(default_factory=time.monotonic)

    def heard(self) -> None:
        self.begun, self._quiet, self._seen = True, 0.0, time.monotonic()

    def look(self) -> float:
        """For how long a host that has begun has been silent, as far as anybody listened."""
        now = time.monotonic()
        self._quiet += min(now - self._seen, _GAP) if self.begun else 0.0
        self._seen = now
        return self._quiet


def software() -> str:
    """What must be the same on all machines, so that they make the same bytes."""
    python = ".".join(platform.python_version_tuple()[:2])
    return f"Python {python}, Manyo {VERSION}, " + ", ".join(f"{name} {version(name)}" for name in ("numba", "pyarrow"))


def host(attempt: Attempt, url: str, wanted: str) -> Iterator[Word]:
    """The Ray task: has the attempt performed by a worker on this machine, and says what it hears of it."""
    yield Begun()
    if software() != wanted:
        yield Refused(_mixed(wanted))
        return
    try:
        pool = _pool(url)
        pool.submit(attempt)
        said = signed = time.monotonic()
        while True:
            for event in pool.wait(0.1):
                now = time.monotonic()
                match event:
                    case Reported(_, counts) if now - said >= _REPORT_EVERY:
                        said = signed = now
                        yield Counts(counts)
                    case NotBegun():
                        pool.submit(attempt)
                    case Done(_, commit):
                        yield commit
                        return
                    case Died(_, cause, breadcrumb, own_doing):
                        yield Ended(cause, breadcrumb, own_doing)
                        return
            if time.monotonic() - signed >= _SIGN_EVERY:
                signed = time.monotonic()
                yield Begun()
    except ManyoError as error:
        yield Refused(error)


def _mixed(wanted: str) -> ManyoError:
    return ManyoError(
        f"a machine of the cluster has {software()}; the driver has {wanted}",
        where=platform.node(),
        hint="install the same everywhere: other versions may make other bytes",
    )


@cache
def _pool(url: str) -> LocalPool:
    """This host's workers, kept from task to task. The process, and so its folder, belong to one driver."""
    store = open_store(url, part=f"host-{platform.node()}-{os.getpid()}")
    if store.local_path("") is None:
        _move_in(store)
    elif not (store.home / "lock").exists():
        raise ManyoError(
            "the machines of the cluster do not share this folder",
            where=f"{url} on {platform.node()}",
            hint="name a folder that all of them see, or a URL such as s3://bucket/corpus",
        )
    import ray  # whose process this is

    return LocalPool(store, f"{platform.node()}/{ray.get_runtime_context().get_node_id()[:12]}")


def _move_in(store: Store) -> None:
    """Hosts of one machine share its scratch. The first clears away what dead ones left; all hold it until they end."""
    shared = os.open(store.home / "hosts", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB)
        clear(store)
        store.scratch.mkdir(exist_ok=True)
    except BlockingIOError:
        pass
    fcntl.flock(shared, fcntl.LOCK_SH)  # closed by the kernel, with this process
