"""Rules, sets of rules, and what a set says of a row of measures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo.errors import ManyoError
from manyo.measure.catalogue import MEASURES


@dataclass(frozen=True, slots=True)
class Rule:
    """A document fails when `measure` < `min` or > `max`, or is not a number. A value on the threshold passes."""

    name: str
    measure: str
    min: float | None = None
    max: float | None = None
    why_ja: str = ""
    why_en: str = ""
    source: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As it would stand in a recipe; keys without a value are left out."""
        why = {language: text for language, text in (("ja", self.why_ja), ("en", self.why_en)) if text}
        entries = {"name": self.name, "measure": self.measure, "min": self.min, "max": self.max}
        entries |= {"why": why or None, "source": self.source or None}  # type: ignore[dict-item]  # mixed on purpose
        return {key: value for key, value in entries.items() if value is not None}


@dataclass(frozen=True)
class RuleSet:
    """A recipe as read and checked: rules of different names, in order."""

    name: str
    description: str
    rules: tuple[Rule, ...]

    def to_dict(self) -> dict[str, Any]:
        """For a manifest: JSON-able, and `load(rules.to_dict()) == rules`."""
        return {"name": self.name, "description": self.description, "rule": [rule.to_dict() for rule in self.rules]}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of a ledger that the rules look at, each once."""
        return tuple(dict.fromkeys(rule.measure for rule in self.rules))

    @cached_property
    def digest(self) -> str:
        """32 hexadecimal digits of what decides: two sets have the same digest when they refuse alike by name."""
        deciding = [[rule.name, rule.measure, rule.min, rule.max] for rule in self.rules]
        return hashlib.blake2b(json.dumps(deciding).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that a document failed, with the number and the thresholds.

    >>> print(Failure("too_short", "characters", 80, 100, None, "短すぎる", "too short"))
    too_short: characters is 80, less than 100
    """

    rule: str
    measure: str
    value: float
    min: float | None
    max: float | None
    why_ja: str
    why_en: str

    def __str__(self) -> str:
        beyond = "not a number"
        if self.min is not None and self.value < self.min:
            beyond = f"less than {self.min:g}"
        elif self.max is not None and self.value > self.max:
            beyond = f"more than {self.max:g}"
        return f"{self.rule}: {self.measure} is {self.value:.4g}, {beyond}"


def failed(rules: RuleSet, measures: pa.RecordBatch | pa.Table) -> pa.Array:
    """The names of all failed rules of every row, in the order of the rules: a `list<string>` array, one list a row.

    `measures` may hold other columns too, a ledger's for instance. Raises `ManyoError` where one that a rule needs is
    missing.

    >>> rules = RuleSet("mine", "", (Rule("too_short", "characters", min=100), Rule("many_urls", "url_share", max=0.3)))
    >>> failed(rules, pa.table({"characters": [99, 100, 12], "url_share": [0.0, 0.3, 0.9]})).to_pylist()
    [['too_short'], [], ['too_short', 'many_urls']]
    """
    verdicts = np.zeros((measures.num_rows, len(rules.rules)), bool)
    for number, rule in enumerate(rules.rules):
        verdicts[:, number] = failing(rule, values(rule, measures))
    names = pa.array([rule.name for rule in rules.rules], pa.string())
    offsets = np.zeros(len(verdicts) + 1, np.int32)
    np.cumsum(verdicts.sum(axis=1), out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), names.take(pa.array(np.nonzero(verdicts)[1])))


def explain(rules: RuleSet, row: Mapping[str, Any]) -> list[Failure]:
    """Every rule that one row of measures fails: the same that `failed` names, with value, thresholds and reason.

    >>> rules = RuleSet("mine", "", (Rule("too_short", "characters", min=100, why_ja="短すぎる"),))
    >>> [(failure.rule, failure.value, failure.why_ja) for failure in explain(rules, {"characters": 12})]
    [('too_short', 12.0, '短すぎる')]
    """
    failures = []
    for rule in rules.rules:
        if rule.measure not in row:
            raise _missing(rule)
        measured = row[rule.measure]
        value = float("nan") if measured is None else float(measured)
        if failing(rule, np.array([value]))[0]:
            failures.append(Failure(rule.name, rule.measure, value, rule.min, rule.max, rule.why_ja, rule.why_en))
    return failures


def values(rule: Rule, measures: pa.RecordBatch | pa.Table) -> npt.NDArray[Any]:
    """What a rule looks at, for every row. Raises `ManyoError` where its measure is missing."""
    if rule.measure not in measures.schema.names:
        raise _missing(rule)
    return np.asarray(measures.column(rule.measure).to_numpy(zero_copy_only=False))


def failing(rule: Rule, values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which of the values, as `values` gives them, fail the rule's thresholds: shape `(rows,)`.

    Compared in the measure's own type: a share of 1/5, stored in 32 bits, is not more than 0.2."""
    kind: Any = np.float32 if pa.types.is_float32(MEASURES[rule.measure].dtype) else np.float64
    values = values.astype(kind)
    passes = np.ones(len(values), bool)
    if rule.min is not None:
        passes &= values >= kind(rule.min)
    if rule.max is not None:
        passes &= values <= kind(rule.max)
    return ~passes  # NaN compares false, and so fails


def _missing(rule: Rule) -> ManyoError:
    return ManyoError(
        f"the measure {rule.measure!r} is not among the columns",
        where=f"rule {rule.name!r}",
        hint="measure the texts again with this version, or disable the rule",
    )
