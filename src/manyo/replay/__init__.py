"""Another recipe over a release that is there already, without its texts.

In: a release's folder and recipes (`judge.RuleSet`). Out: who would pass, rule by rule (`judge`), who would keep what
(`compare`), and, if asked, the verdicts as files beside the ledger. Measures were taken once and lie in the ledger; a
recipe is a few comparisons of columns, and a million documents are a matter of a second.

    ledger.py     a ledger's rows in batches, and the texts of its documents
    judging.py    one recipe: what each rule refuses, what is gained and lost
    comparing.py  several: who keeps what, and the documents that only one of them keeps
    showing.py    both, as text for a terminal

What a replay cannot know: duplicates. A document that was refused before it could be compared with others may turn out
to be one; `manyo release --from` finds out.
"""

from __future__ import annotations

from manyo.replay.comparing import Comparison, compare
from manyo.replay.judging import Replay, judge
from manyo.replay.ledger import Ledger

__all__ = ["Comparison", "Ledger", "Replay", "compare", "judge"]
