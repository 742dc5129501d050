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
    """Texts that a person judged: a JSON object a line, with "text" and "label", "good" or "bad"."""
    for number, line in enumerate(_lines(path), 1):
        row = json.loads(line)
        if not isinstance(row.get("text"), str) or row.get("label") not in ("good", "bad"):
            raise ManyoError('a judgement needs a "text" and a "label", "good" or "bad"', where=f"{path} line {number}")
        yield Labelled(row["text"], row["label"] == "good")


def written() -> Iterator[Labelled]:
    """Texts written for the training, in the manner of snippets of web pages: `texts/good.jsonl`, `texts/bad.jsonl`."""
    for label in ("good", "bad"):
        for line in _lines(WRITTEN / f"{label}.jsonl"):
            yield Labelled(json.loads(line)["text"], label == "good", WEIGHT)


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").strip("\n").split("\n")  # a text may hold U+2028, at which `splitlines` splits
