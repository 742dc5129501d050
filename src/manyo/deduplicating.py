"""Tables in, the same tables without what is in them twice: what `manyo dedupe` does, for files of any size.

`collect` reads them and `dedupe` finds what is the same; rows that stay are written as they stand in the input: a line byte for
byte, a row of Parquet with all its columns. The files are read twice, once to sign and once to write, and no text is
held in between.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import manyo.dedupe as room
from manyo import collect, tables
from manyo.collect.blocks import Blocks
from manyo.collect.tables import json_lines
from manyo.dedupe.spilled import Spilled
from manyo.errors import ManyoError

MAX_TEXT_BYTES: Final = 256 << 20
ADDED: Final = ("row", "cluster", "kept", "similarity", "cluster_size", "duplicate_kind")
_FORMATS: Final = {".jsonl": "jsonl", ".parquet": "parquet"}

OnBytes = Callable[[int], None]


@dataclass(frozen=True)
class Outcome:
    """What was found. `left_out` counts rows without a text, by reason; `damage` lists damaged places of the input."""

    texts: int
    kept: int
    exact: int
    near: int
    url: int
    largest: int  # texts of the largest cluster
    left_out: dict[str, int] = field(default_factory=dict)
    damage: list[dict[str, Any]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Deduplication:
    """Deduplication of some tables; a context manager, since standard input and what is known of the texts lie in files.

    `inputs` are what `tables.find` takes; `columns` name their fields (`text`, `url`, `date`). `folder` is where files may
    grow: for each text `permutations` + 8 x `bands` bytes, and the texts themselves where `verify` is "exact". `size` is
    what there is to read, in bytes as stored; `run` and `write` tell `on_bytes` how far they are.

    Memory: 16 MB of texts, some 300 bytes a text, and three times the longest one (256 MB at most; longer ones are left
    out). Raises `ManyoError` for inputs and columns that are not there.
    """

    def __init__(
        self,
        inputs: Sequence[str],
        settings: room.Settings,
        *,
        columns: dict[str, str] | None = None,
        folder: Path | None = None,
        base: str = ".",
    ) -> None:
        self._opened = ExitStack()
        self._settings = settings
        try:
            roles = {"html": "", **(columns or {})}
            self._sources = list(tables.find(inputs, self._opened, columns=roles, base=base))
            made = tempfile.TemporaryDirectory(prefix=".manyo-dedupe-", dir=folder)
            self._folder = Path(self._opened.enter_context(made))
        except OSError as error:
            self._opened.close()
            hint = "name a folder that can be written with --temp"
            raise ManyoError(f"no file can be made: {error.strerror}", where=str(folder or ""), hint=hint) from error
        except BaseException:
            self._opened.close()
            raise
        self._offsets: list[npt.NDArray[np.int64]] = []  # where the rows of each source begin
        self.size = sum(source.size for source in self._sources)
        self.form = self._sources[0].format

    def __enter__(self) -> Deduplication:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def run(self, on_bytes: OnBytes = lambda _: None) -> Outcome:
        """Read all texts, and find what is the same. Raises `ManyoError` when there is none."""
        tally = collect.Tally()
        before = 0
        try:
            with Spilled(self._folder, self._settings) as spilled:
                for source in self._sources:
                    (shard,) = collect.plan([source], shard_bytes=max(source.size, 1))
                    reader = collect.Reader(shard, max_page_bytes=MAX_TEXT_BYTES)
                    offsets = [np.zeros(0, np.int64)]
                    for pages in reader:
                        spilled.add(pages["body"], pages["url"], pages["fetched"])
                        offsets.append(np.asarray(pages["offset"]).astype(np.int64))
                        on_bytes(before + reader.stored)
                    self._offsets.append(np.concatenate(offsets))
                    tally.add(reader.tally)
                    before += source.size
                if not spilled.rows:
                    raise self._nothing(tally)
                self._found = spilled.settle()
        except OSError as error:
            hint = "name a folder with more room with --temp"
            raise ManyoError(f"no room: {error.strerror}", where=str(self._folder), hint=hint) from error
        kinds = dict(zip(*np.unique(self._found["duplicate_kind"].to_numpy(), return_counts=True), strict=True))
        counts = {kind: int(kinds.get(kind, 0)) for kind in ("exact", "near", "url")}
        sizes = self._found["cluster_size"].to_numpy()
        return Outcome(
            self._found.num_rows,
            int(kinds[""]),
            **counts,
            largest=int(sizes.max()),
            left_out=dict(sorted(tally.refused.items())),
            damage=tally.damage,
        )

    def _nothing(self, tally: collect.Tally) -> ManyoError:
        where = ", ".join(source.file for source in self._sources[:3])
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(tally.refused.items()))
        hint = f"name the field that holds the text with --column, if it is not {self._sources[0].columns.text!r}"
        return ManyoError(f"no text was found ({reasons or 'no rows'})", where=where, hint=hint)

    def check_out(self, out: Path) -> None:
        """Raise `ManyoError` where `save` could not write into `out`, before anything is read."""
        wanted = _FORMATS.get(out.suffix)
        if wanted is None:
            raise ManyoError(
                "the form of the result is not known", where=str(out), hint="let it end in .jsonl or .parquet"
            )
        self._check_form(wanted, str(out))
        if out.exists():
            raise ManyoError("this file is already there", where=str(out), hint="name another one")
        if not out.parent.is_dir():
            raise ManyoError("there is no such folder", where=str(out.parent), hint="make it, or name another one")

    def check_lines(self) -> None:
        """Raise `ManyoError` where rows cannot go to standard output."""
        self._check_form("jsonl", "standard output")

    def _check_form(self, wanted: str, where: str) -> None:
        for source in self._sources:
            if source.format != wanted:
                hint = f"rows are written as they are read: let the result be {source.format}, all inputs of one form"
                raise ManyoError(f"{source.file} is {source.format}, and the result {wanted}", where=where, hint=hint)

    def save(self, out: Path, *, whole: bool = False, on_bytes: OnBytes = lambda _: None) -> None:
        """Write the kept rows, or with `whole` all of them with the columns `ADDED`; the file appears when it is whole."""
        try:
            with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
                path = Path(folder) / out.name
                if self.form == "parquet":
                    with _parquet(path) as write:
                        for batch in self._batches(whole, on_bytes):
                            write(batch)
                else:
                    with path.open("wb") as file:
                        self.lines(file, whole=whole, on_bytes=on_bytes)
                path.rename(out)
        except OSError as error:
            hint = "name a place that can be written, and has room"
            raise ManyoError(f"the result cannot be written: {error.strerror}", where=str(out), hint=hint) from error

    def lines(self, file: IO[bytes], *, whole: bool = False, on_bytes: OnBytes = lambda _: None) -> None:
        """Write the rows as JSON lines, each as it stands in the input; with `whole` the new fields behind its own."""
        for source, offsets, fates, before in self._rows():
            kept = fates["kept"].to_numpy()
            place = 0
            with source.open() as stored:
                blocks = Blocks(stored)
                read = json_lines(
                    blocks,
                    source,
                    0,
                    source.size,
                    collect.Tally(),
                    max_page_bytes=MAX_TEXT_BYTES,
                    report=lambda *_: None,
                )
                for offset, line in read:
                    if place == len(offsets) or offset != offsets[place] or line is None:
                        continue  # it had no text
                    if whole:
                        file.write(_with(line, fates.slice(place, 1).to_pylist()[0]))
                    elif kept[place]:
                        file.write(line + b"\n")
                    place += 1
                    if place % 1024 == 0:
                        on_bytes(before + min(blocks.reached, source.size))

    def _batches(self, whole: bool, on_bytes: OnBytes) -> Iterator[pa.RecordBatch]:
        """The rows of Parquet files, as they stand there."""
        import pyarrow.parquet as pq

        schema = None
        for source, offsets, fates, before in self._rows():
            with source.open() as stored:
                table = pq.ParquetFile(stored)
                if schema is not None and table.schema_arrow.remove_metadata() != schema:
                    hint = "give them one after another, each with a result of its own"
                    raise ManyoError("this table has other columns than the first", where=source.file, hint=hint)
                schema = table.schema_arrow.remove_metadata()
                if whole and (known := sorted(set(schema.names) & set(ADDED))):
                    hint = "rename it, or write only the kept rows"
                    raise ManyoError(f"the table has a column {known[0]!r} already", where=source.file, hint=hint)
                row = 0
                for batch in table.iter_batches(8192, use_threads=False):
                    begin, end = np.searchsorted(offsets, [row, row + batch.num_rows])
                    mine, some = offsets[begin:end] - row, fates.slice(begin, end - begin)
                    row += batch.num_rows
                    on_bytes(before + source.size * row // max(table.metadata.num_rows, 1))
                    if not whole:
                        yield batch.take(pa.array(mine[some["kept"].to_numpy()])).replace_schema_metadata(None)
                        continue
                    taken = batch.take(pa.array(mine))
                    columns = [*taken.columns, *(some[name].combine_chunks() for name in ADDED)]
                    yield pa.RecordBatch.from_arrays(columns, names=[*taken.schema.names, *ADDED])

    def _rows(self) -> Iterator[tuple[collect.Source, npt.NDArray[np.int64], pa.Table, int]]:
        """Each source, where its rows begin, what is to become of them, and how many bytes lie before it."""
        row = before = 0
        for source, offsets in zip(self._sources, self._offsets, strict=True):
            yield source, offsets, self._found.slice(row, len(offsets)), before
            row += len(offsets)
            before += source.size


def _with(line: bytes, fate: dict[str, Any]) -> bytes:
    """A JSON object with more fields behind its own, which stay byte for byte.

    >>> _with(b'{"text": "x" }', {"kept": True}).decode()
    '{"text": "x" ,"kept":true}\\n'
    """
    import json

    share = fate.get("similarity")
    if share is not None:
        fate = {**fate, "similarity": float(f"{share:.7g}")}
    added = json.dumps(fate, separators=(",", ":"))
    return line.rstrip()[:-1] + b"," + added[1:].encode() + b"\n"


@contextmanager
def _parquet(path: Path) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """What writes batches into a Parquet file, whose columns are those of the first."""
    import pyarrow.parquet as pq

    with ExitStack() as closing:
        writers: list[pq.ParquetWriter] = []

        def write(batch: pa.RecordBatch) -> None:
            if not writers:
                writers.append(closing.enter_context(pq.ParquetWriter(path, batch.schema, compression="zstd")))
            if batch.num_rows:
                writers[0].write_batch(batch)

        yield write
