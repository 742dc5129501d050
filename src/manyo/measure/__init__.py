"""Text becomes numbers.

In: any Arrow string column. Out: one row of measures for each text (`MEASURES` says which, in which unit, and by what
definition). Nothing is decided here: a threshold is `judge`'s business, so that any recipe can be applied to a ledger
of measures without touching the text again.

The measures come of a few passes over the UTF-8 bytes, a file each: `characters.py` (scripts, lines, sentences; the
language score of `language.py` is made of its counts), `repetition.py` (duplicates and n-grams) and `lexicon.py` (word
lists). What a pass finds is declared in the file of the same name in `catalogue/`; `batch.py` runs those that are
asked for.

The ideas are those of Gopher's quality and repetition filters (Rae et al. 2021, appendix A.1) and of what Japanese
corpora made of them: Swallow (Okazaki et al. 2024), HojiChar (Shinzato 2023), LLM-jp, uzushio; each definition is ours and
is stated where it is computed.

The room can be called: `manyo.measure(texts)` is `manyo.measure.measure(texts)`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from manyo.measure.catalogue import MEASURES, fields
from manyo.measure.catalogue.entry import Measure

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MEASURES", "Measure", "fields", "measure", "measure_batch"]


def measure_batch(
    texts: Any, only: Iterable[str] | None = None, *, lists: Mapping[str, str] | None = None, words: str = ""
) -> pa.RecordBatch:
    """Every measure of every text, as one batch. See `batch.measure_batch`; loads the kernels on the first call."""
    from manyo.measure import batch

    return batch.measure_batch(texts, only, lists=lists, words=words)


def measure(
    texts: Any, only: Iterable[str] | None = None, *, lists: Mapping[str, str] | None = None, words: str = ""
) -> pa.Table:
    """Every measure of every text of a column of any length. See `batch.measure`."""
    from manyo.measure import batch

    return batch.measure(texts, only, lists=lists, words=words)


class _Room(ModuleType):
    """This module: importing it makes it `manyo.measure`, which is a function to those who only measure."""

    def __call__(
        self, texts: Any, only: Iterable[str] | None = None, *, lists: Mapping[str, str] | None = None, words: str = ""
    ) -> pa.Table:
        return measure(texts, only, lists=lists, words=words)


sys.modules[__name__].__class__ = _Room
