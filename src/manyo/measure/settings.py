"""What is measured beyond the catalogue's own: a user's word lists, and words as a tokenizer cuts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from manyo.errors import ManyoError
from manyo.measure import catalogue
from manyo.measure.catalogue import removal
from manyo.measure.catalogue.entry import Measure


@dataclass(frozen=True)
class Settings:
    """`lists` are texts of word lists by name (see `lexicon.py`), `words` the tokenizer: "", "sudachi" or "mecab".

    `lines` says that repeated lines are taken out, and how many of each text is told; `benchmarks` are the names of the
    evaluation sets that texts are compared with.
    """

    lists: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    words: str = ""
    lines: bool = False
    benchmarks: tuple[str, ...] = ()

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Every measure that is taken, by name. Raises `ManyoError` for a list or a tokenizer that cannot be."""
        found = dict(catalogue.measures(tuple(self.lists), self.words))
        if self.lines:
            found |= {item.name: item for item in removal.LINES}
        for item in map(removal.of_benchmark, self.benchmarks):
            if item.name in found:
                hint = "rename the benchmark"
                raise ManyoError(f"there is a measure {item.name!r} already", where="[decontaminate]", hint=hint)
            found[item.name] = item
        return MappingProxyType(found)

    @property
    def fields(self) -> list[pa.Field]:
        """The same as Arrow fields."""
        return [pa.field(item.name, item.dtype) for item in self.measures.values()]

    def measure(self, texts: Any) -> pa.RecordBatch:
        """One row a text, one column for each measure of the text itself. See `batch.measure_batch`."""
        from manyo.measure import measure_batch

        return measure_batch(texts, lists=self.lists, words=self.words)

    def to_dict(self) -> dict[str, Any]:
        """As JSON can say it: `Settings(**settings.to_dict()) == settings`."""
        return {
            "lists": dict(self.lists),
            "words": self.words,
            "lines": self.lines,
            "benchmarks": list(self.benchmarks),
        }
