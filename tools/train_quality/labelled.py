"""Labelled texts: those of people, and those that were written for the training."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from manyo.errors import ManyoError

WRITTEN = Path(__file__).with_name("texts")
WEIGHT = 0.7  # of a text written for the training, where one that a person judged weighs 1


@dataclass(frozen=True)
class Labelled:
    text: str
    good: bool
    weight: float = 1.0


def judged(path: Path) -> Iterator[Labelled]:
    """Texts that a person judged: a JSON object a line, with "text" and "label", "good" or "bad".

    `manyo explore` writes such files. Raises `ManyoError` where a line is none, or the file cannot be read.
    """
    try:
        lines = _lines(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ManyoError("the file cannot be read as UTF-8 text", where=str(path)) from error
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("text"), str) or row.get("label") not in ("good", "bad"):
            raise ManyoError(
                'a line is no judgement: a JSON object with a "text" and a "label", "good" or "bad"',
                where=f"{path} line {number}",
                hint="manyo explore writes such files",
            )
        yield Labelled(row["text"], row["label"] == "good")


def written() -> Iterator[Labelled]:
    """Texts written for the training, in the manner of snippets of web pages: `texts/good.jsonl`, `texts/bad.jsonl`."""
    for label in ("good", "bad"):
        for line in _lines(WRITTEN / f"{label}.jsonl"):
            yield Labelled(json.loads(line)["text"], label == "good", WEIGHT)


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").strip("\n").split("\n")  # a text may hold U+2028, at which `splitlines` splits
