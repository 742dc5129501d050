"""What the driver asks of an engine: take attempts, tell what became of them.

An engine only places attempts; which comes next, and what a death means, is decided in `driver.py` for every engine
alike. `local.py` is the engine for one machine, `ray_pool.py` the one for several.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from manyo.engine.commits import Commit
from manyo.engine.task import Attempt


@dataclass(frozen=True)
class Done:
    attempt: Attempt
    commit: Commit


@dataclass(frozen=True)
class Reported:
    """What a running attempt has done so far."""

    attempt: Attempt
    counts: dict[str, Any]


@dataclass(frozen=True)
class Died:
    """The attempt ended without a commit. `breadcrumb` is the last it left, "" for none.

    `own_doing` is False when something outside, which has nothing to do with the shard, may have ended it.
    """

    attempt: Attempt
    cause: str
    breadcrumb: str
    own_doing: bool


@dataclass(frozen=True)
class NotBegun:
    """The worker was gone before it could begin: nothing is known against the attempt."""

    attempt: Attempt


@dataclass(frozen=True)
class Lost:
    """The machine that the attempt ran on is gone, or what runs workers there: no word of a shard's doing."""

    attempt: Attempt
    cause: str


Event = Done | Reported | Died | NotBegun | Lost


class Pool(Protocol):
    """An engine. Raises from `wait` what a task refused to go on with."""

    @property
    def slots(self) -> int:
        """How many attempts can run at one time, as things stand."""

    def submit(self, attempt: Attempt) -> None:
        """Start the attempt now: the driver never has more in flight than it was given workers."""

    def wait(self, seconds: float) -> Iterable[Event]:
        """What has happened to the attempts in flight; waits at most `seconds` for something to happen."""

    def close(self, *, kill: bool = False) -> None:
        """Free everything, with `kill` also what is still running. The pool can be used again afterwards."""
