"""The verbs a person types. No logic here: each verb calls one function and shows what came of it.

Results go to standard output, progress and errors to standard error. A `ManyoError` is shown as it is and ends with
status 1; Ctrl-C ends with status 130 and says that the same command goes on from there.

`corpus.py` has the verbs that make and read releases, `texts.py` those for single texts, `measures.py` the one that
measures, `duplicates.py` the one that dedupes, `rules.py` those that judge, `exploring.py` the one that opens a page.
"""

from __future__ import annotations

from manyo.cli import corpus, duplicates, exploring, measures, rules, texts
from manyo.cli.group import main

__all__ = ["corpus", "duplicates", "exploring", "main", "measures", "rules", "texts"]
