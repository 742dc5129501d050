"""Numbers become verdicts.

In: columns of measures, from a batch or from a ledger. Out: for each row the names of all rules that it failed. A
recipe (`recipes/*.toml`) is data: rules with thresholds over measures, a reason that a person can read and the
threshold's source. So a published rule set is a file, another recipe is replayed over a ledger without touching the
text, and "why was this page refused?" always has a complete answer (`explain`).

Of `measure`, this room knows the catalogue alone: names, types and ranges.

The idea is Swallow's (Okazaki et al. 2024), whose scoring is apart from its deciding.
"""

from __future__ import annotations

from manyo.judge.load import load, recipes
from manyo.judge.rules import Failure, Rule, RuleSet, explain, failed, failing, values

__all__ = ["Failure", "Rule", "RuleSet", "explain", "failed", "failing", "load", "recipes", "values"]
