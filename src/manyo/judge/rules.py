"""Rules, sets of rules, and what a set says of a row of measures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo.errors import ManyoError
from manyo.judge import expressions
from manyo.judge.hosts import COLUMN, Hosts
from manyo.judge.known import extra, known
from manyo.measure.catalogue.entry import Measure
from manyo.measure.catalogue.tokens import EXTRA, TOKENIZERS


@dataclass(frozen=True, slots=True)
class Rule:
    """A document fails when `measure` < `min` or > `max`, or is not a number. A value on the threshold passes.

    `measure` is a name, or an expression over several (`expressions.py`). A rule about hosts has `hosts`, no thresholds,
    and `measure` says "host".
    """

    name: str
    measure: str
    min: float | None = None
    max: float | None = None
    why_ja: str = ""
    why_en: str = ""
    source: str = ""
    hosts: Hosts | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The measures that it looks at, each once; none for a rule about hosts."""
        return () if self.hosts else tuple(dict.fromkeys(expressions.names(expressions.parse(self.measure))))

    def to_dict(self, *, paths: bool = False) -> dict[str, Any]:
        """As it would stand in a recipe; keys without a value are left out. For `paths` see `RuleSet.to_dict`."""
        entries: dict[str, Any] = {"name": self.name}
        if self.hosts is None:
            entries |= {"measure": self.measure, "min": self.min, "max": self.max}
        else:
            key = "hosts_allowed" if self.hosts.allowed else "hosts_refused"
            if self.hosts.file:
                entries[f"{key}_file"] = self.hosts.path if paths else self.hosts.file
                entries["hosts_digest"] = self.hosts.digest
            else:
                entries[key] = list(self.hosts.names)
        why = {language: text for language, text in (("ja", self.why_ja), ("en", self.why_en)) if text}
        entries |= {"why": why or None, "source": self.source or None}
        return {key: value for key, value in entries.items() if value is not None}


@dataclass(frozen=True)
class RuleSet:
    """A recipe as read and checked: rules of different names, in order, and the edits to the text that go with them.

    `before` names the edits that a text undergoes before it is measured, `after` those of a text that is kept. `words`
    names the tokenizer that its thresholds on measures of words were found with, "" where it has none.
    """

    name: str
    description: str
    rules: tuple[Rule, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    words: str = ""

    def to_dict(self, *, paths: bool = False) -> dict[str, Any]:
        """For a manifest: JSON-able, and `load(rules.to_dict()) == rules`.

        A file of hosts is named as the recipe names it, with its digest; with `paths`, for another process on this
        machine, by where it lies.
        """
        contents: dict[str, Any] = {"name": self.name, "description": self.description}
        edits = {when: list(names) for when, names in (("before", self.before), ("after", self.after)) if names}
        if edits:
            contents["edits"] = edits
        if self.words:
            contents["words"] = self.words
        return contents | {"rule": [rule.to_dict(paths=paths) for rule in self.rules]}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of a ledger that the rules look at, each once: the measures, and `host`."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.needs or (COLUMN,)))

    @cached_property
    def digest(self) -> str:
        """32 hexadecimal digits of what decides: two sets have the same digest when they edit and refuse alike by name."""
        deciding: list[Any] = [
            [rule.name, rule.measure, rule.min, rule.max]
            + ([rule.hosts.allowed, rule.hosts.digest] if rule.hosts else [])
            for rule in self.rules
        ]
        deciding += [list(self.before), list(self.after), *([self.words] if self.words else [])]
        return hashlib.blake2b(json.dumps(deciding).encode(), digest_size=16).hexdigest()

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The measures that the rules look at, each once, in the order of the rules."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.needs))

    @property
    def extras(self) -> tuple[str, ...]:
        """The extras of Manyo's without which some of them cannot be measured, such as "words"."""
        return tuple(sorted({self._extra(name) for name in self.needs} - {""}))

    def _extra(self, name: str) -> str:
        needed = extra(known()[name]) if name in known() else ""
        return TOKENIZERS.get(self.words, needed) if needed == EXTRA else needed

    def require(self, installed: Collection[str]) -> None:
        """Raises `ManyoError` where an extra that the rules need is not among those installed."""
        for missing in sorted(set(self.extras) - set(installed)):
            names = [name for name in self.needs if self._extra(name) == missing]
            asking = [rule.name for rule in self.rules if set(rule.needs) & set(names)]
            raise ManyoError(
                f"the recipe {self.name!r} needs manyo[{missing}], which is not installed",
                where=f"{', '.join(asking)} look at {', '.join(names)}",
                hint=f"pip install 'manyo[{missing}]', or disable these rules",
            )


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that a document failed, with the number and the thresholds; of a rule about hosts, with the host.

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
    host: str = ""

    def __str__(self) -> str:
        if self.host:
            return f"{self.rule}: the host {self.host}"
        beyond = "not a number"
        if self.min is not None and self.value < self.min:
            beyond = f"less than {self.min:g}"
        elif self.max is not None and self.value > self.max:
            beyond = f"more than {self.max:g}"
        return f"{self.rule}: {self.measure} is {self.value:.4g}, {beyond}"


def failed(rules: RuleSet, measures: pa.RecordBatch | pa.Table) -> pa.Array:
    """The names of all failed rules of every row, in the order of the rules: a `list<string>` array, one list a row.

    `measures` may hold other columns too, a ledger's for instance. Raises `ManyoError` where one that a rule needs is
    missing; texts without a column `host` are of no host, and pass the rules about hosts.

    >>> rules = RuleSet("mine", "", (Rule("too_short", "characters", min=100), Rule("many_urls", "url_share", max=0.3)))
    >>> failed(rules, pa.table({"characters": [99, 100, 12], "url_share": [0.0, 0.3, 0.9]})).to_pylist()
    [['too_short'], [], ['too_short', 'many_urls']]
    """
    rows = measures.num_rows
    # A bit for each row and rule, rule by rule: a million rows and 25 rules are 3 MB.
    verdicts = [np.packbits(failing(rule, values(rule, measures))) for rule in rules.rules]
    offsets = np.zeros(rows + 1, np.int32)
    for bits in verdicts:
        offsets[1:] += np.unpackbits(bits, count=rows)
    np.cumsum(offsets, out=offsets)
    places = offsets[:-1].copy()  # where the next name of each row goes
    chosen = np.empty(offsets[-1], np.int32)
    for number, bits in enumerate(verdicts):
        failing_rows = np.flatnonzero(np.unpackbits(bits, count=rows))
        chosen[places[failing_rows]] = number
        places[failing_rows] += 1
    names = pa.array([rule.name for rule in rules.rules], pa.string())
    return pa.ListArray.from_arrays(pa.array(offsets), names.take(pa.array(chosen)))


def explain(rules: RuleSet, row: Mapping[str, Any]) -> list[Failure]:
    """Every rule that one row of measures fails: the same that `failed` names, with value, thresholds and reason.

    >>> rules = RuleSet("mine", "", (Rule("too_short", "characters", min=100, why_ja="短すぎる"),))
    >>> [(failure.rule, failure.value, failure.why_ja) for failure in explain(rules, {"characters": 12})]
    [('too_short', 12.0, '短すぎる')]
    """

    def number(name: str) -> npt.NDArray[Any]:
        value = np.array([np.nan if row[name] is None else row[name]], np.float64)
        # A row does not say what type its column has. That of a word list's share has 32 bits, and its values fit them.
        with np.errstate(over="ignore"):
            narrow = value.astype(np.float32)
        return narrow if isinstance(row[name], float) and narrow[0] == value[0] else value

    failures = []
    for rule in rules.rules:
        host = str(row.get(COLUMN) or "") if rule.hosts else ""
        value = rule.hosts.failing([host]).astype(np.float64) if rule.hosts else _look(rule, row, number)
        if failing(rule, value)[0]:
            why = (rule.why_ja, rule.why_en)
            failures.append(Failure(rule.name, rule.measure, float(value[0]), rule.min, rule.max, *why, host=host))
    return failures


def values(rule: Rule, measures: pa.RecordBatch | pa.Table) -> npt.NDArray[Any]:
    """What a rule looks at, for every row. Raises `ManyoError` where its measure is missing.

    That is the measure in its own type, the expression in `float64`, and 1 for a host that fails, 0 for one that passes.
    """
    present = measures.schema.names
    if rule.hosts is not None:
        if COLUMN not in present:
            return np.zeros(measures.num_rows)
        return rule.hosts.failing(measures.column(COLUMN)).astype(np.float64)
    return _look(rule, present, lambda name: np.asarray(measures.column(name).to_numpy(zero_copy_only=False)))


def failing(rule: Rule, values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which of the values, as `values` gives them, fail the rule's thresholds: shape `(rows,)`.

    Compared in the measure's own type: a share of 1/5, stored in 32 bits, is not more than 0.2."""
    if rule.hosts is not None:
        return values > 0
    measure = known().get(rule.measure)
    single = values.dtype == np.float32 if measure is None else pa.types.is_float32(measure.dtype)
    kind: Any = np.float32 if single else np.float64
    values = values.astype(kind, copy=False)
    passes = np.ones(len(values), bool) if rule.min is None else values >= kind(rule.min)
    if rule.max is not None:
        passes &= values <= kind(rule.max)
    return ~passes  # NaN compares false, and so fails


def _look(rule: Rule, present: Iterable[str], column: Any) -> npt.NDArray[Any]:
    tree = expressions.parse(rule.measure)
    present = set(present)
    for name in expressions.names(tree):
        if name not in present:
            raise ManyoError(
                f"the measure {name!r} is not among the columns",
                where=f"rule {rule.name!r}",
                hint="measure the texts again with this version, or disable the rule",
            )
    if isinstance(tree, expressions.Name):
        return np.asarray(column(tree.name))
    return expressions.evaluate(tree, column)


def ranges(measures: Mapping[str, Measure], rule: Rule) -> expressions.Interval:
    """The least and the most that a rule's measure can be."""
    return expressions.bounds(expressions.parse(rule.measure), lambda name: (measures[name].least, measures[name].most))
