"""One work folder, one recipe, one driver at a time."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from manyo.engine.commits import canonical
from manyo.engine.local import LocalPool
from manyo.engine.store import Store, disk_full
from manyo.errors import ManyoError

WORK = ".manyo"  # in the folder of a release
_IDENTITY = "identity.json"
_LEFTOVER = re.compile(r"[0-9a-f]{12}\Z")
_SHOWN = 5  # differences that a message names
_claims: weakref.WeakValueDictionary[str, Claim] = weakref.WeakValueDictionary()


class Claim:
    """The right to work in a folder, held until `close` or the end of a with block; its workers serve all stages.

    The right is a lock on a file (`flock`), which the kernel takes back when the process dies, however it dies. It
    speaks for this machine: on an object store, or a network disk without locks, see to it that one driver runs.
    Raises `ManyoError` when another process holds it.
    """

    def __init__(self, store: Store) -> None:
        lock = os.open(store.scratch / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            other = os.read(lock, 20).decode(errors="replace")
            os.close(lock)
            raise ManyoError(
                f"another build is running in this work folder (process {other})",
                where=store.url,
                hint="wait for it, stop it, or choose another folder",
            ) from error
        os.ftruncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        self._release = weakref.finalize(self, os.close, lock)
        self.pool = LocalPool(store)
        for left in store.scratch.iterdir():  # by attempts that died
            if _LEFTOVER.match(left.name):
                shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
        _claims[store.url] = self

    @property
    def held(self) -> bool:
        return self._release.alive

    def close(self) -> None:
        self.pool.close()
        self._release()

    def __enter__(self) -> Claim:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.pool.close(kill=kind is not None)
        self._release()


def claim(store: Store, identity: Mapping[str, Any]) -> Claim:
    """Claim the folder for the build that `identity` describes; to be used in a with block around its stages.

    `identity` is what JSON can say: whatever may not differ between the first run and a resumed one. Raises
    `ManyoError`, naming what differs, when the folder holds the work of another build, or another driver is at it.
    """
    claimed = Claim(store)
    wanted = json.loads(canonical(identity))
    try:
        known = json.loads(store.cat(_IDENTITY))
    except (FileNotFoundError, ValueError):
        try:
            store.put_atomic(_IDENTITY, canonical(identity))
        except OSError as error:
            claimed.close()
            full = disk_full(error, store.url)
            if full is None:
                raise
            raise full from error
        return claimed
    if known != wanted:
        claimed.close()
        raise ManyoError(
            f"this work folder holds another build's work: {'; '.join(_differences(known, wanted))}",
            where=store.url,
            hint="choose another folder, or remove this one if its work is not needed",
        )
    return claimed


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
