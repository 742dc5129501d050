"""What a driver and its worker say to each other, pickled, over one connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from manyo.engine.commits import Commit

OUT_OF_MEMORY = "out of memory"


@dataclass(frozen=True)
class Setup:
    """The first message to a worker."""

    path: list[str]  # sys.path
    store: str
    part: str  # of the store's scratch
    breadcrumb: str
    node: str  # what commit records call this machine


@dataclass(frozen=True)
class Begun:
    """From now on the attempt answers for the worker's death."""


@dataclass(frozen=True)
class Counts:
    """What the attempt has done so far."""

    counts: dict[str, Any]


@dataclass(frozen=True)
class Failed:
    """The attempt raised. `cause` holds the exception's type and place, not its message: that may quote a document."""

    cause: str


@dataclass(frozen=True)
class Refused:
    """The build cannot go on: the person must do something, or the program is wrong."""

    error: Exception


Message = Begun | Counts | Commit | Failed | Refused
