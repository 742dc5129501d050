"""What a person has set: which thresholds they moved, and which rules they switched off.

It comes whole with every request, so that two windows, a reload or the back button cannot show the counts of something
else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from manyo import judge
from manyo.errors import ManyoError
from manyo.judge.rules import ranges
from manyo.measure.catalogue.entry import Measure


@dataclass(frozen=True)
class Setting:
    """Changes to a recipe. `limits` has for a rule's name its new thresholds, `min`, `max` or both."""

    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    disabled: frozenset[str] = frozenset()

    def rules(self, base: judge.RuleSet, measures: Mapping[str, Measure]) -> judge.RuleSet:
        """The recipe as it is with these changes, the rules that are switched off left out.

        `measures` are those that its rules name, by name.

        Raises `ManyoError` for a rule that the recipe has not, and for a threshold that no value could reach.
        """
        for name in (*self.limits, *self.disabled):
            if name not in {rule.name for rule in base.rules}:
                hint = "load the page again"
                raise ManyoError(f"the recipe {base.name!r} has no rule {name!r}", where="setting", hint=hint)
        changed = [self._changed(rule, measures) for rule in base.rules if rule.name not in self.disabled]
        return replace(base, rules=tuple(changed))

    def _changed(self, rule: judge.Rule, measures: Mapping[str, Measure]) -> judge.Rule:
        limits = self.limits.get(rule.name)
        if limits is None:
            return rule
        where = f"setting: {rule.name}"
        least, most = (-math.inf, math.inf) if rule.hosts else ranges(measures, rule)
        for end, limit in limits.items():
            if rule.hosts is not None or end not in ("min", "max") or getattr(rule, end) is None:
                what = f"this rule has no threshold {end!r}"
                raise ManyoError(what, where=where, hint="move one that it has")
            if not math.isfinite(limit) or not least <= limit <= most:
                hint = f"{rule.measure} lies between {least:g} and {most:g}"
                raise ManyoError(f"the threshold {end} = {limit:g} is impossible", where=where, hint=hint)
        moved = replace(rule, min=_as_written(limits, "min", rule.min), max=_as_written(limits, "max", rule.max))
        if moved.min is not None and moved.max is not None and moved.min > moved.max:
            what = f"min {moved.min:g} is more than max {moved.max:g}: nothing could pass"
            raise ManyoError(what, where=where, hint="lower min or raise max")
        return moved


def _as_written(limits: Mapping[str, float], end: str, before: float | None) -> float | None:
    """A threshold as a person would write it, a whole number as one; what was not moved as it was."""
    limit = limits.get(end)
    if limit is None or limit == before:
        return before
    return int(limit) if limit == int(limit) and abs(limit) < 2**53 else limit
