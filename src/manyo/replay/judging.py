"""One recipe over a ledger: what each rule refuses, and what is gained and lost beside the release."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from manyo import judge as rooms
from manyo.errors import ManyoError
from manyo.judge.known import extra
from manyo.judge.known import known as known_measures
from manyo.records import DUPLICATE, KEPT, REFUSED
from manyo.replay.ledger import Ledger

OnRows = Callable[[int], None]


@dataclass(frozen=True)
class RuleCount:
    """What one rule does: how many fail it, how many nothing but it, and how many pass it and all before it."""

    rule: rooms.Rule
    failed: int
    alone: int
    left: int


@dataclass(frozen=True)
class Replay:
    """What a recipe says of a release's candidates.

    `passed` = those that the release keeps, and its duplicates, and `gained` ones that the release refused; `lost` are
    kept in the release and refused here. `characters` are of those that pass. `unedited` names the edits before
    measuring that the recipe asks for and the release's texts have not undergone: the measures are not what they would be.
    `words` is the tokenizer of the ledger's words where the rules ask for another.
    """

    rules: rooms.RuleSet
    candidates: int
    passed: int
    kept: int
    duplicates: int
    gained: int
    lost: int
    characters: int
    counts: tuple[RuleCount, ...]
    unedited: tuple[str, ...] = ()
    words: str = ""
    written: Path | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        names = ("candidates", "passed", "kept", "duplicates", "gained", "lost", "characters")
        return {
            "recipe": self.rules.name,
            "digest": self.rules.digest,
            **{name: getattr(self, name) for name in names},
            "rules": [
                {**one.rule.to_dict(), "failed": one.failed, "alone": one.alone, "left": one.left}
                for one in self.counts
            ],
            "unedited": list(self.unedited),
            "words": self.words,
            "written": None if self.written is None else str(self.written),
        }


def judge(folder: Path, rules: rooms.RuleSet, *, write: bool = False, on_rows: OnRows | None = None) -> Replay:
    """Replay `rules` over the ledger of the release in `folder`.

    With `write` the verdicts go to `folder/verdicts/NAME/part-00000.parquet` and so on, a row for every row of the
    ledger part of the same number, in the same order: `id`, `verdict` ("kept" or "refused") and `failed`, the names of
    all rules that the document fails. `on_rows` is told how many rows are done. Memory: a batch of the rules' columns.
    Raises `ManyoError` when the folder is no release, or lacks a column that a rule needs.
    """
    ledger = Ledger(folder)
    ready(ledger, rules)
    whole = [*rules.columns, *(["characters"] if "characters" not in rules.columns else [])]
    found = np.zeros((len(rules.rules), 3), np.int64)  # failed, alone, left
    before = dict.fromkeys((KEPT, DUPLICATE, REFUSED), 0)
    candidates = lost = characters = 0
    with _writing(folder, rules, ledger, wanted=write) as put:
        for part, _, batch in ledger.batches([*whole, "verdict", *(["id"] if write else [])]):
            fails = failures(rules, batch)
            often = np.zeros(batch.num_rows, np.int16)
            for number, rule in enumerate(fails):
                found[number, 2] += int((~rule & (often == 0)).sum())
                often += rule
            for number, rule in enumerate(fails):
                found[number, :2] += int(rule.sum()), int((rule & (often == 1)).sum())
            passes = often == 0
            verdicts = batch.column("verdict")
            for verdict in before:
                before[verdict] += int((passes & np.asarray(pc.equal(verdicts, verdict))).sum())
            lost += int((~passes & np.asarray(pc.equal(verdicts, KEPT))).sum())
            characters += int(batch.column("characters").to_numpy()[passes].sum())
            candidates += batch.num_rows
            if put is not None:
                put(part, batch.column("id"), fails)
            if on_rows is not None:
                on_rows(candidates)
    return Replay(
        rules=rules,
        candidates=candidates,
        passed=sum(before.values()),
        kept=before[KEPT],
        duplicates=before[DUPLICATE],
        gained=before[REFUSED],
        lost=lost,
        characters=characters,
        counts=tuple(
            RuleCount(rule, int(failed), int(alone), int(left))
            for rule, (failed, alone, left) in zip(rules.rules, found, strict=True)
        ),
        unedited=() if list(rules.before) == ledger.manifest.get("rule_set", {}).get("before", []) else rules.before,
        words=other_words(ledger, rules),
        written=_target(folder, rules) if write else None,
    )


def ready(ledger: Ledger, rules: rooms.RuleSet) -> None:
    """Raises `ManyoError` where the ledger lacks the measures of words that the rules look at."""
    needed = known_measures()
    for name in rules.needs:
        if ledger.parts and name not in ledger.columns and name in needed and extra(needed[name]):
            raise ManyoError(
                f"the ledger of this release has no measures of words, such as {name!r}",
                where=f"{ledger.folder}: the recipe {rules.name!r} asks for {rules.words or 'a tokenizer'}",
                hint=f"pip install 'manyo[{rules.extras[0]}]', then let a new release measure the texts that this one keeps: "
                f"manyo release --from {ledger.folder} --recipe {rules.name} --out NEW",
            )


def other_words(ledger: Ledger, rules: rooms.RuleSet) -> str:
    """The tokenizer of the ledger's words where the rules' thresholds were found with another, else ""."""
    return ledger.words if rules.words not in ("", ledger.words) else ""


def failures(rules: rooms.RuleSet, batch: pa.RecordBatch) -> list[npt.NDArray[np.bool_]]:
    """Which rows fail each rule."""
    return [rooms.failing(rule, rooms.values(rule, batch)) for rule in rules.rules]


def _target(folder: Path, rules: rooms.RuleSet) -> Path:
    return folder / "verdicts" / rules.name


Put = Callable[[int, pa.Array, list[npt.NDArray[np.bool_]]], None]


@contextmanager
def _writing(folder: Path, rules: rooms.RuleSet, ledger: Ledger, *, wanted: bool) -> Iterator[Put | None]:
    """Write verdicts into a folder aside, and put it in its place when all is done."""
    if not wanted:
        yield None
        return
    target = _target(folder, rules)
    if Path(rules.name).name != rules.name or rules.name in (".", ".."):
        raise ManyoError(f"{rules.name!r} cannot be a folder's name", where="name", hint="rename the recipe")
    aside = target.with_name(f".{rules.name}.{os.getpid()}.tmp")
    names = pa.array([rule.name for rule in rules.rules], pa.string())
    schema = pa.schema([("id", pa.string()), ("verdict", pa.string()), ("failed", pa.list_(pa.string()))])
    writers: dict[int, pq.ParquetWriter] = {}

    def open_part(part: int) -> pq.ParquetWriter:
        for number in range(part + 1):  # a part without rows has its file too
            if number not in writers:
                path = aside / f"part-{number:05d}.parquet"
                writers[number] = pq.ParquetWriter(path, schema, compression="zstd", store_schema=False)
        return writers[part]

    def put(part: int, ids: pa.Array, fails: list[npt.NDArray[np.bool_]]) -> None:
        failed = np.stack(fails, axis=1) if fails else np.zeros((len(ids), 0), bool)
        offsets = np.zeros(len(ids) + 1, np.int32)
        np.cumsum(failed.sum(axis=1), out=offsets[1:])
        lists = pa.ListArray.from_arrays(pa.array(offsets), names.take(pa.array(np.nonzero(failed)[1])))
        verdicts = pa.array(np.where(np.diff(offsets) == 0, KEPT, REFUSED), pa.string())
        open_part(part).write_batch(pa.RecordBatch.from_arrays([ids, verdicts, lists], schema=schema))

    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        yield put
        if ledger.parts:
            open_part(len(ledger.parts) - 1)
        for writer in writers.values():
            writer.close()
        shutil.rmtree(target, ignore_errors=True)
        aside.replace(target)
    except OSError as error:
        what = f"the verdicts cannot be written: {error.strerror or error}"
        raise ManyoError(what, where=str(target), hint="make room, or see to your rights there") from None
    finally:
        for writer in writers.values():
            writer.close()
        shutil.rmtree(aside, ignore_errors=True)
