"""A release's ledger, row by row in order, and the texts that belong to the rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from manyo import engine
from manyo.errors import ManyoError
from manyo.judge.known import known
from manyo.measure.catalogue import measures
from manyo.measure.catalogue.entry import Measure
from manyo.release import manifest

BATCH: Final = 1 << 16  # rows
_REPAIR: Final = "copy the release again, or build it again with the same recipe"


@dataclass(frozen=True)
class Ledger:
    """The ledger of the release in `folder`. Raises `ManyoError` when there is none.

    Rows are numbered by part and by their place in it: part `n` is what the n-th shard of the build found.
    """

    folder: Path

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        return manifest.read(self.folder)

    @cached_property
    def parts(self) -> list[Path]:
        return [self.folder / name for name in manifest.parts(self.folder, self.manifest, "ledger")]

    @cached_property
    def columns(self) -> frozenset[str]:
        """The names of its columns."""
        names: set[str] = set()
        for path in self.parts[:1]:
            with _reading(path):
                names = set(pq.read_schema(path.absolute()).names)
        return frozenset(names)

    @cached_property
    def measures(self) -> Mapping[str, Measure]:
        """What a rule over it may name: every measure that Manyo knows, and those of the word lists it was built with.

        A measure may be known and yet not be among the columns.
        """
        return {**known(), **measures(self.manifest.get("lists", {}))}

    @property
    def rows(self) -> int:
        return int(self.manifest["counts"]["candidates"])

    @property
    def words(self) -> str:
        """The tokenizer that its measures of words were taken with, "" where it has none."""
        return str(self.manifest.get("words", ""))

    def batches(self, columns: Sequence[str]) -> Iterator[tuple[int, int, pa.RecordBatch]]:
        """Part number, number of the first row in it, and a batch of at most `BATCH` rows with these columns.

        Raises `ManyoError` for a column that the ledger has not, and for a damaged part.
        """
        for name in columns:
            if self.parts and name not in self.columns:
                raise ManyoError(
                    f"the ledger has no column {name!r}",
                    where=str(self.folder),
                    hint=f"it was written by Manyo {self.manifest['manyo']}; build it again, or disable the rule",
                )
        for number, path in enumerate(self.parts):
            with _reading(path):
                first = 0
                with pq.ParquetFile(path.absolute(), memory_map=True) as file:
                    for batch in file.iter_batches(BATCH, columns=list(columns)):
                        yield number, first, batch
                        first += batch.num_rows


class _reading:  # noqa: N801  # used as a statement
    """What Arrow says of a damaged file, as a `ManyoError`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, pa.ArrowException | OSError):
            raise ManyoError("the ledger cannot be read", where=f"{self._path}: {error}", hint=_REPAIR) from None


class Texts:
    """The texts of a ledger's documents, refused ones too, as they stand in the build's work folder.

    Where that is gone (a copy of the release holds only what is published), `kept` is False and every text is "".
    """

    def __init__(self, folder: Path) -> None:
        self._files: list[Path] = []
        self._begins: dict[int, list[int]] = {}
        if (folder / engine.WORK).is_dir():
            store = engine.open_store(folder / engine.WORK)
            lines = manifest.read(folder).get("recipe", {}).get("lines", {})
            trimmed = any(lines.get(name) for name in ("per_host", "overall"))  # then texts were measured without them
            seal = engine.read_seal(store, "trim" if trimmed else "read")
            commits = [] if seal is None else [commit for commit in seal.commits if not commit.lost]
            paths = [store.local_path(commit.files["documents"]["path"]) for commit in commits]
            self._files = [path for path in paths if path is not None and path.is_file()]
            if len(self._files) != len(paths):
                self._files = []

    @property
    def kept(self) -> bool:
        return bool(self._files)

    def of(self, part: int, rows: Sequence[int], column: str = "text") -> dict[int, str]:
        """The texts of some rows of a part, by row. Only the batches that hold them are read."""
        found = dict.fromkeys(rows, "")
        wanted = sorted(found)
        while wanted:
            for first, batch in self.scan(part, [column], wanted[0]):
                while wanted and wanted[0] < first + batch.num_rows:
                    row = wanted.pop(0)
                    found[row] = batch.column(column)[row - first].as_py() or ""
                break  # the next row may lie many batches further on
            else:
                break
        return found

    def scan(self, part: int, columns: Sequence[str], first: int = 0) -> Iterator[tuple[int, pa.RecordBatch]]:
        """The batches of a part with these columns, from the one that holds row `first` on, each with its first row."""
        if not self._files:
            return
        with pa.memory_map(str(self._files[part])) as source:
            starts = self._starts(part, source)
            reader = _ipc(source, columns)
            for number in range(max(0, bisect_right(starts, first) - 1), len(starts) - 1):
                yield starts[number], reader.get_batch(number)

    def _starts(self, part: int, source: pa.NativeFile) -> list[int]:
        """The first row of each batch of a part, and the row after its last: from one narrow column."""
        if part not in self._begins:
            reader = _ipc(source, ["id"])
            counts = (reader.get_batch(number).num_rows for number in range(reader.num_record_batches))
            self._begins[part] = list(accumulate(counts, initial=0))
        return self._begins[part]


def _ipc(source: pa.NativeFile, columns: Sequence[str]) -> Any:
    names = pa.ipc.open_file(source).schema.names
    chosen = [names.index(name) for name in columns]
    return pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(use_threads=False, included_fields=chosen))
