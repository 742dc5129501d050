"""What a person has judged good or bad, in a file of JSON lines that the training of the quality score takes.

    {"id": ..., "label": "good", "text": ..., "rule": ..., "recipe": ..., "failed": [...], "release": ..., "time": ...}

`label` is about the document, `rule` the one that was being looked at ("" for none), `failed` all that it failed as the
recipe stood. The file holds texts: it is made readable by its owner alone. A judgement is one line, written and flushed
before the page is answered; taking one back, or judging a document anew, replaces the file as a whole. A last line
that a crash cut off is taken off; anything else in the file that is no judgement is an error, and nothing is written.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Any, Final

from manyo.errors import ManyoError

NAME: Final = "judgements.jsonl"
LABELS: Final = ("good", "bad")
MOST_CHARACTERS: Final = 200_000  # of a text; what is longer is cut


class Judgements:
    """The judgements of one file, in the order in which they were made. One process at a time has a file open.

    Raises `ManyoError` where the file cannot be read or written, or holds something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._made: dict[str, dict[str, Any]] = {}
        self._handle = self._open()
        try:
            self._read()
        except ManyoError:
            os.close(self._handle)
            raise

    def label(self, name: str) -> str:
        """What was said of the document with this id: "good", "bad" or ""."""
        return str(self._made[name]["label"]) if name in self._made else ""

    def labels(self) -> Mapping[str, str]:
        """All of them by id."""
        return {name: str(made["label"]) for name, made in self._made.items()}

    @property
    def count(self) -> int:
        return len(self._made)

    def add(self, name: str, label: str, text: str, **about: Any) -> None:
        """Judge a document. Another judgement of it is replaced."""
        if label not in LABELS:
            raise ManyoError(f"a judgement is good or bad, not {label!r}", where="label", hint="choose one of them")
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        made = {"id": name, "label": label, "text": text[:MOST_CHARACTERS], **about, "time": moment}
        if name in self._made:
            self._replace({**{one: before for one, before in self._made.items() if one != name}, name: made})
        else:
            self._append(made)
            self._made[name] = made

    def undo(self) -> str:
        """Take the last judgement back; the id of its document, "" where there is none."""
        if not self._made:
            return ""
        *before, (name, _) = self._made.items()
        self._replace(dict(before))
        return name

    def close(self) -> None:
        """Let go of the file. Nothing can be judged after it."""
        os.close(self._handle)

    def _open(self) -> int:
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            hint = "name another file with --judgements"
            raise ManyoError(
                f"the judgements cannot be opened: {error.strerror}", where=str(self.path), hint=hint
            ) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            what = "another `manyo explore` writes to this file"
            raise ManyoError(what, where=str(self.path), hint="end it, or name another file") from None
        return handle

    def _read(self) -> None:
        hint = "name another file with --judgements: nothing was written to this one"
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise ManyoError(
                f"the judgements cannot be read: {error.strerror}", where=str(self.path), hint=hint
            ) from None
        lines = content.split(b"\n")
        torn = lines.pop()
        for number, line in enumerate(lines, 1):
            made = _judgement(line)
            if made is None:
                raise ManyoError("this line is no judgement", where=f"{self.path} line {number}", hint=hint)
            self._made.pop(made["id"], None)
            self._made[made["id"]] = made
        if torn:
            made = _judgement(torn)
            if made is None and not (lines or torn.startswith(b'{"id": ')):
                raise ManyoError("this file holds something else", where=str(self.path), hint=hint)
            if made is not None:
                self._made[made["id"]] = made
            self._replace(self._made)

    def _append(self, made: Mapping[str, Any]) -> None:
        """Add a line. Where that fails, what was written of it is taken off again."""
        size = os.fstat(self._handle).st_size
        try:
            _write(self._handle, _line(made))
        except OSError as error:
            os.ftruncate(self._handle, size)
            raise self._full(error) from None

    def _replace(self, made: dict[str, dict[str, Any]]) -> None:
        """Put a new file in the place of the old one, which stays where that fails."""
        waiting = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                _write(handle, "".join(map(_line, made.values())))
            finally:
                os.close(handle)
            waiting.replace(self.path)
        except OSError as error:
            waiting.unlink(missing_ok=True)
            raise self._full(error) from None
        os.close(self._handle)
        self._handle = self._open()
        self._made = made

    def _full(self, error: OSError) -> ManyoError:
        hint = "make room, or see to your rights there; what was judged before is safe"
        return ManyoError(f"the judgement cannot be written: {error.strerror}", where=str(self.path), hint=hint)


def _write(handle: int, text: str) -> None:
    """The whole text, on the disk before this returns."""
    left = memoryview(text.encode("utf-8"))
    while left:
        left = left[os.write(handle, left) :]
    os.fsync(handle)


def _line(made: Mapping[str, Any]) -> str:
    return json.dumps(made, ensure_ascii=False) + "\n"


def _judgement(line: bytes) -> dict[str, Any] | None:
    try:
        made = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(made, dict) or made.get("label") not in LABELS:
        return None
    return made if isinstance(made.get("id"), str) and isinstance(made.get("text"), str) else None


def wilson(hits: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of a share from `hits` in `trials` (Wilson 1927), of 95 % unless another `z` is given.

    >>> [round(end, 3) for end in wilson(9, 10)], wilson(0, 0)
    ([0.596, 0.982], (0.0, 1.0))
    """
    if not trials:
        return 0.0, 1.0
    share, square = hits / trials, z * z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials)) / (1 + square / trials)
    return max(0.0, middle - half), min(1.0, middle + half)
