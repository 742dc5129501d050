"""Tables in, measures out: what `manyo measure` does, for JSON lines and Parquet of any size.

`Texts` brings `collect` and `measure` together: it reads a table in batches and gives, for each text, where it stands and
what was measured. `save` streams these into a file, `Summary` keeps enough of them to say how each measure lies.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo import collect, tables
from manyo.errors import ManyoError
from manyo.measure import catalogue, measure_batch

POINTER: Final = ("file", "offset", "record")
FORMATS: Final = (".parquet", ".jsonl")
MAX_TEXT_BYTES: Final = 256 << 20
SAMPLE: Final = 1 << 16  # rows from which the quantiles of a summary are taken, at most
QUANTILES: Final = (0.05, 0.5, 0.95)


class Texts:
    """The measures of every text of some tables; iterate over it for record batches of `schema`, once.

    `inputs` are paths, folders, patterns and URLs as a recipe has them, of JSON lines (plain, .gz, .zst) and Parquet, and
    "-" for JSON lines on standard input; `column` names the field with the text. The other arguments are those of
    `measure.measure_batch`. A row says where its text stands: `file`, `offset` (the byte at which its line
    begins, or the number of its row), `record` (its `id`, if it has one).

    Afterwards `tally` says what was read, and what was left out and why. `done` of `size` bytes, as stored, have been read.
    Raises `ManyoError` for inputs, columns, measures, lists and tokenizers that are not there, on making it; and when no text
    was found, at the end.

    Memory: 16 MB of texts at a time, and three times the longest text (256 MB at most; longer ones are left out).
    """

    def __init__(
        self,
        inputs: Sequence[str],
        *,
        column: str = "text",
        only: Iterable[str] | None = None,
        lists: Mapping[str, str] | None = None,
        words: str = "",
        base: str = ".",
    ) -> None:
        known = catalogue.measures(tuple(lists or {}), words)
        self.measures = {name: known[name] for name in catalogue.checked(only, known)}
        measure_batch([], list(self.measures), lists=lists, words=words)  # for lists and tokenizers that cannot be
        self._options: dict[str, Any] = {"only": list(self.measures), "lists": lists, "words": words}
        self._column = column
        self._opened = ExitStack()
        self._sources = list(tables.find(inputs, self._opened, columns={"text": column, "html": ""}, base=base))
        self.size = sum(source.size for source in self._sources)
        self.done = 0
        self.tally = collect.Tally()
        pointer = [pa.field("file", pa.string()), pa.field("offset", pa.int64()), pa.field("record", pa.string())]
        self.schema = pa.schema([*pointer, *(pa.field(name, one.dtype) for name, one in self.measures.items())])

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        with self._opened:
            before = 0
            for source in self._sources:
                (shard,) = collect.plan([source], shard_bytes=max(source.size, 1))
                reader = collect.Reader(shard, max_page_bytes=MAX_TEXT_BYTES)
                for pages in reader:
                    measured = measure_batch(pages["body"], **self._options)
                    arrays = [*(pages[name] for name in POINTER), *measured.columns]
                    self.done = before + reader.stored
                    yield pa.RecordBatch.from_arrays(arrays, schema=self.schema)
                self.tally.add(reader.tally)
                before += source.size
                self.done = before
        if self.tally.documents == 0:
            where = ", ".join(source.file for source in self._sources[:3])
            reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(self.tally.refused.items()))
            hint = f"name the field that holds the text with --column, if it is not {self._column!r}"
            raise ManyoError(f"no text was found ({reasons or 'no rows'})", where=where, hint=hint)


class Summary:
    """How each measure lies over the rows that it was given: the least and the most, and quantiles.

    Up to 65,536 rows the quantiles are exact; beyond, they are of every second row, then of every fourth, ...
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        self.rows = 0
        self._step = 1
        self._kept: list[npt.NDArray[np.float64]] = []
        self._least = np.full(len(self.names), np.inf)
        self._most = np.full(len(self.names), -np.inf)

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the measures of a batch into account."""
        if batch.num_rows == 0:
            return
        values = np.stack([batch[name].to_numpy(zero_copy_only=False).astype(np.float64) for name in self.names], 1)
        self._least, self._most = np.minimum(self._least, values.min(0)), np.maximum(self._most, values.max(0))
        self._kept.append(values[-self.rows % self._step :: self._step])
        self.rows += len(values)
        while sum(map(len, self._kept)) > SAMPLE:
            self._kept = [np.concatenate(self._kept)[::2]]
            self._step *= 2

    @property
    def figures(self) -> dict[str, tuple[float, ...]]:
        """For each measure the least, the quantiles of 5, 50 and 95 %, and the most."""
        if not self.rows:
            return {}
        middle = np.quantile(np.concatenate(self._kept), QUANTILES, axis=0)
        rows = np.vstack([self._least, middle, self._most]).T
        return {name: tuple(row.tolist()) for name, row in zip(self.names, rows, strict=True)}


def save(batches: Iterable[pa.RecordBatch], schema: pa.Schema, out: Path) -> None:
    """Write batches into `out`, by its ending Parquet or JSON lines; it appears when it is whole.

    Raises `ManyoError` for another ending, a file that is there already, and a place that cannot be written.
    """
    check_out(out)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
            path = Path(folder) / out.name
            with writing(path, schema) as write:
                for batch in batches:
                    write(batch)
            path.rename(out)
    except OSError as error:
        hint = "name a place that can be written, and has room"
        raise ManyoError(f"the result cannot be written: {error.strerror}", where=str(out), hint=hint) from error


def check_out(out: Path) -> None:
    """Raise `ManyoError` where `save` could not write into `out`, before anything is measured."""
    if out.suffix not in FORMATS:
        raise ManyoError("the form of the result is not known", where=str(out), hint="let it end in .parquet or .jsonl")
    if out.exists():
        raise ManyoError("this file is already there", where=str(out), hint="name another one")
    if not out.parent.is_dir():
        raise ManyoError("there is no such folder", where=str(out.parent), hint="make it, or name another one")


@contextmanager
def writing(path: Path, schema: pa.Schema) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """What writes batches into a file by its ending."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            yield writer.write_batch
    else:
        with path.open("w", encoding="utf-8") as file:
            yield lambda batch: lines(batch, file)


def lines(batch: pa.RecordBatch, file: IO[str]) -> None:
    """Write a batch as JSON lines, numbers with seven digits, as many as 32 bits hold."""
    columns = []
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if pa.types.is_float32(field.type):
            columns.append([float(f"{value:.7g}") for value in column.to_pylist()])
        else:
            columns.append(column.to_pylist())
    for row in zip(*columns, strict=True):
        file.write(json.dumps(dict(zip(batch.schema.names, row, strict=True)), ensure_ascii=False) + "\n")
