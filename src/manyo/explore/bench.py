"""The workbench: a recipe under change over the rows of a ledger.

`Bench.turn` goes to a setting from wherever it stood, and judges anew only the rules that differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from manyo import judge
from manyo.explore import bits
from manyo.explore.bases import Base
from manyo.explore.rows import VERDICTS, Flags, Numbers, Rows
from manyo.explore.setting import Setting
from manyo.records import DUPLICATE, KEPT, REFUSED


@dataclass(frozen=True)
class Standing:
    """What a setting gives: the same numbers as `replay.judge` of the recipe, by the same names."""

    candidates: int
    passed: int
    kept: int
    duplicates: int
    gained: int
    lost: int
    characters: int
    rules: dict[str, dict[str, int]]  # for each rule that is on: failed, alone, left

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dict(self.__dict__)


class Bench:
    """Rows, a recipe to start from, and the setting that the masks now stand at."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.base: Base | None = None
        self._at: dict[str, judge.Rule | None] = {}  # the rule that each bit was computed with; None where it is off
        self._values: tuple[judge.Rule, Numbers] | None = None
        self.masks = np.zeros((1, rows.count), np.uint64)

    def turn(self, base: Base, setting: Setting) -> judge.RuleSet:
        """Stand at this setting of this recipe; the recipe that it makes. Raises `ManyoError` as `Setting.rules` does."""
        rules = setting.rules(base.rules, self.rows.ledger.measures)
        if base is not self.base:
            self.rows.load(base.rules.columns)
            self.rows.forget(base.rules.columns)
            self.base, self._at, self._values = base, {}, None
            self.masks = np.zeros((bits.words(len(base.rules.rules)), self.rows.count), np.uint64)
            self.__dict__.pop("places", None)
        wanted = {rule.name: rule for rule in rules.rules}
        for number, rule in enumerate(base.rules.rules):
            now = wanted.get(rule.name)
            if rule.name not in self._at or self._at[rule.name] != now:
                bits.put(self.masks, number, None if now is None else judge.failing(now, self.values(now)))
                self._at[rule.name] = now
        return rules

    @cached_property
    def places(self) -> dict[str, int]:
        """The bit of each rule of the recipe."""
        assert self.base is not None
        return {rule.name: number for number, rule in enumerate(self.base.rules.rules)}

    def values(self, rule: judge.Rule) -> Numbers:
        """What a rule looks at. The last one's stay in memory: it is the rule whose threshold is being moved."""
        if self._values is None or self._values[0].name != rule.name or self._values[0].measure != rule.measure:
            self._values = rule, self.rows.values(rule)
        return self._values[1]

    def standing(self) -> Standing:
        """Count everything for the setting that the bench stands at."""
        names = list(self._at)
        failed, alone, first, became, characters = bits.count(
            self.masks, self.rows.verdicts, self.rows.characters, len(names)
        )
        left, rules = self.rows.count, {}
        for number, name in enumerate(names):
            left -= int(first[number])
            if self._at[name] is not None:
                rules[name] = {"failed": int(failed[number]), "alone": int(alone[number]), "left": left}
        code = VERDICTS.index
        return Standing(
            candidates=self.rows.count,
            passed=int(became[:, 0].sum()),
            kept=int(became[code(KEPT), 0]),
            duplicates=int(became[code(DUPLICATE), 0]),
            gained=int(became[code(REFUSED), 0]),
            lost=int(became[code(KEPT), 1]),
            characters=characters,
            rules=rules,
        )

    def fails(self, rule: str, *, alone: bool = False) -> Flags:
        """The rows that fail a rule, or fail it and nothing else."""
        found = bits.holds(self.masks, self.places[rule])
        return found & ~bits.others(self.masks, self.places[rule]) if alone else found

    def others(self, rule: str) -> Flags:
        """The rows that fail some rule other than this one: its threshold decides nothing about them."""
        return bits.others(self.masks, self.places[rule])

    def refused(self) -> Flags:
        """The rows that fail any rule."""
        return bits.fails(self.masks)

    def verdict(self, name: str) -> Flags:
        """The rows on which the release's verdict was this."""
        found: Flags = self.rows.verdicts == VERDICTS.index(name)
        return found
