"""One work folder, one recipe, one driver at a time."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from manyo.engine.commits import canonical
from manyo.engine.local import LocalPool
from manyo.engine.pool import Pool
from manyo.engine.store import FETCHED, Store, disk_full, unreachable
from manyo.errors import ManyoError

if TYPE_CHECKING:
    from manyo.engine.lease import Lease

WORK = ".manyo"  # in the folder of a release
_IDENTITY = "identity.json"
_LEFTOVER = re.compile(rf"([0-9a-f]{{12}}|host-[\w.-]+|{FETCHED})\Z")
_SHOWN = 5  # differences that a message names
_claims: weakref.WeakValueDictionary[str, Claim] = weakref.WeakValueDictionary()


class Claim:
    """The right to work in a folder, held until `close` or the end of a with block; its workers serve all stages.

    The right is a lock on a file (`flock`), which the kernel takes back when the process dies, however it dies. It
    speaks for this machine, so for a store that is elsewhere there is a lease beside it (see `lease.py`); for a network
    disk without locks, see to it that one driver runs. `make_pool` makes the engine. Raises `ManyoError` when another
    process holds the right.
    """

    def __init__(self, store: Store, make_pool: Callable[[Store], Pool] = LocalPool) -> None:
        lock = os.open(store.home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            other = os.read(lock, 20).decode(errors="replace").partition(" ")[0]
            os.close(lock)
            raise ManyoError(
                f"another build is running in this work folder (process {other})",
                where=store.url,
                hint="wait for it, stop it, or choose another folder",
            ) from error
        self._release = weakref.finalize(self, os.close, lock)
        self._lease: Lease | None = None
        if store.local_path("") is None:
            try:
                self._lease = _lease(store, lock)
            except BaseException:
                self._release()
                raise
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()} {self._lease.token if self._lease else ''}".strip().encode(), 0)
        self.pool = make_pool(store)
        clear(store)
        _claims[store.url] = self

    @property
    def held(self) -> bool:
        return self._release.alive

    @property
    def overdue(self) -> bool:
        """Whether it is time for a `check`. Costs nothing."""
        return self._lease is not None and self._lease.overdue

    def check(self) -> None:
        """Raise `ManyoError` when another driver has taken over, for all that the store can tell."""
        if self._lease is not None:
            self._lease.check()

    def close(self, *, kill: bool = False) -> None:
        """Let go. With `kill`, workers are ended in what they are doing."""
        try:
            self.pool.close(kill=kill)
        finally:
            if self._lease is not None and self.held:
                self._lease.close()
            self._release()

    def __enter__(self) -> Claim:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(kill=kind is not None)


def _lease(store: Store, lock: int) -> Lease:
    """A lease for who holds the lock of this machine: whoever wrote into it has held both, and is dead."""
    from manyo.engine.lease import Lease  # with fsspec
    from manyo.engine.remote import RemoteStore

    assert isinstance(store, RemoteStore)
    return Lease(store, predecessor=os.pread(lock, 100, 0).decode(errors="replace").partition(" ")[2])


def clear(store: Store) -> None:
    """Remove what dead attempts have left in the store's folder on this machine."""
    for left in store.home.iterdir():
        if _LEFTOVER.match(left.name):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def claim(store: Store, identity: Mapping[str, Any], make_pool: Callable[[Store], Pool] = LocalPool) -> Claim:
    """Claim the folder for the build that `identity` describes; to be used in a with block around its stages.

    `identity` is what JSON can say: whatever may not differ between the first run and a resumed one. `make_pool` makes
    the engine. Raises `ManyoError`, naming what differs, when the folder holds the work of another build, or another
    driver is at it, or the store is out of reach.
    """
    claimed = None
    try:
        claimed = Claim(store, make_pool)
        _identify(store, identity)
    except BaseException as error:
        if claimed is not None:
            claimed.close()
        stop = disk_full(error, store.url) or unreachable(error)
        if stop is None:
            raise
        raise stop from error
    return claimed


def _identify(store: Store, identity: Mapping[str, Any]) -> None:
    """Say whose work this is, or see that it is this build's."""
    wanted = json.loads(canonical(identity))
    try:
        known = json.loads(store.cat(_IDENTITY))
    except (FileNotFoundError, ValueError):
        store.put_atomic(_IDENTITY, canonical(identity))
        return
    if known != wanted:
        raise ManyoError(
            f"this work folder holds another build's work: {'; '.join(_differences(known, wanted))}",
            where=store.url,
            hint="choose another folder, or remove this one if its work is not needed",
        )


@contextmanager
def claimed(store: Store) -> Iterator[Claim]:
    """The claim that this process holds on the folder, else one for the length of the block."""
    held = _claims.get(store.url)
    if held is not None and held.held:
        yield held
    else:
        with Claim(store) as fresh:
            yield fresh


def _differences(known: object, wanted: object) -> list[str]:
    before, after = dict(_leaves("", known)), dict(_leaves("", wanted))
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    shown = [f"{name} was {before.get(name, 'not set')}, is {after.get(name, 'not set')}" for name in names[:_SHOWN]]
    return shown + ([f"and {len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])


def _leaves(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, part)
    else:
        text = json.dumps(value, ensure_ascii=False)
        yield path, text if len(text) <= 60 else text[:57] + "..."
