"""One driver at a time where no kernel can say who holds a lock: a record in the store that has to be renewed.

A driver holds `leases/N.json` and writes it anew every few seconds, each time with another count. Who wants to drive a
build looks at the highest N: if its count moves, somebody is there; if it stands still for `PATIENCE` seconds, whoever
wrote it is taken for dead, and N + 1 is created. Object stores create a name for one of two who ask (a conditional
PUT), so of two successors one wins; and a driver that was only asleep finds the higher number and stops. Time is what
the watcher's own monotonic clock says: no clock is compared with another, and one that is set changes nothing. (The
scheme is that of leases with fencing tokens: Gray & Cheriton 1989; the store cannot check the token, so see `check`.)
"""

from __future__ import annotations

import json
import os
import platform
import threading
import time
from typing import Any, Final

from manyo.engine.commits import canonical
from manyo.engine.remote import RemoteStore
from manyo.engine.store import token
from manyo.errors import ManyoError

BEAT: Final = 5.0  # seconds between renewals
PATIENCE: Final = 30.0  # seconds without one after which a holder is taken for dead
_DOUBT: Final = PATIENCE - 2 * BEAT  # ... after which it no longer trusts itself
_FOLDER: Final = "leases"


class Lease:
    """The right to drive the build of a work folder, from now until `close`.

    `predecessor` is the token of a driver that is known to be dead: nobody waits for it. Raises `ManyoError` when another
    driver is at it; to find out takes up to `PATIENCE` seconds if one was killed.
    """

    def __init__(self, store: RemoteStore, predecessor: str = "") -> None:
        self.token = token()
        self._store = store
        self._count = 0
        number = self._succeed(predecessor)
        self._name = f"{_FOLDER}/{number:08d}.json"
        try:
            store.create(self._name, self._content())
        except FileExistsError:
            raise _taken(store, {}) from None
        self._renewed = time.monotonic()
        self.check()  # where the store lets two create one name, the later of the two has it
        for name in store.list(_FOLDER):
            if name < self._name:
                store.remove(name)
        self._ended = threading.Event()
        self._lost = False
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()

    @property
    def overdue(self) -> bool:
        """Whether somebody else has it, or may have by now."""
        return self._lost or time.monotonic() - self._renewed > _DOUBT

    def check(self) -> None:
        """Raise `ManyoError` when this lease is no longer the highest, or no longer ours.

        Between this look and whatever is done next, another driver can take over. Both then write what is right (a task
        makes the same bytes for either), but one may remove files of the other, which is then made again.
        """
        names = list(self._store.list(_FOLDER))
        if not names or names[-1] != self._name or _read(self._store, self._name).get("token") != self.token:
            raise _taken(self._store, _read(self._store, names[-1]) if names else {})

    def close(self) -> None:
        """Give it back. Whatever goes wrong here, the lease ends by itself."""
        self._ended.set()
        self._thread.join()
        try:
            if _read(self._store, self._name).get("token") == self.token:
                self._store.remove(self._name)
        except OSError:
            return

    def _content(self) -> bytes:
        self._count += 1
        holder = {"token": self.token, "host": platform.node(), "process": os.getpid()}
        return canonical({**holder, "count": self._count})

    def _renew(self) -> None:
        while not self._ended.wait(BEAT):
            try:
                self.check()
                began = time.monotonic()
                self._store.put_atomic(self._name, self._content())
                self._renewed = began
            except ManyoError:
                self._lost = True
                return
            except OSError:
                continue  # the network may come back; if it does not, `overdue` says so

    def _succeed(self, predecessor: str) -> int:
        """The number to take: the one after the highest, whose holder is dead."""
        names = list(self._store.list(_FOLDER))
        if not names:
            return 1
        first = _read(self._store, names[-1])
        end = time.monotonic() + PATIENCE
        while first and first.get("token") != predecessor and time.monotonic() < end:
            time.sleep(BEAT / 2)
            now = _read(self._store, names[-1])
            if not now:
                break  # it was given back
            if now != first or list(self._store.list(_FOLDER))[-1:] != names[-1:]:
                raise _taken(self._store, now)
        return int(names[-1].rpartition("/")[2].partition(".")[0]) + 1


def _read(store: RemoteStore, name: str) -> dict[str, Any]:
    try:
        content = json.loads(store.cat(name))
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _taken(store: RemoteStore, holder: dict[str, Any]) -> ManyoError:
    who = f" (process {holder['process']} on {holder['host']})" if {"process", "host"} <= holder.keys() else ""
    return ManyoError(
        f"another build is running in this work folder{who}",
        where=store.url,
        hint="wait for it, stop it, or choose another folder",
    )
