"""More texts than fit in memory: what is known of them goes to files as they come, and is mapped when it is settled.

One file for each band, so that one band's keys are in memory at a time; they lie in the order of the texts and need no
numbers beside them. Where pairs in doubt are to be compared, the texts themselves are written down too.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from mmap import ACCESS_READ, MADV_DONTNEED, MADV_NORMAL, MADV_RANDOM, mmap
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo.columns import Column
from manyo.dedupe.captures import addresses, times
from manyo.dedupe.digest import UInt64Array, digests, exact_edges
from manyo.dedupe.minhash import band_keys, signatures, sketches
from manyo.dedupe.settings import Settings
from manyo.dedupe.settling import Signed, settle


class _Bands:
    """The keys of every band, each read from its file when it is asked for."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, band: int) -> UInt64Array:
        return np.fromfile(self._paths[band], np.uint64)


class Spilled:
    """Texts, added batch by batch, with their addresses and times; `settle` says what is to become of them.

    A context manager over files in `folder`, an empty place: `permutations` + 8 x `bands` bytes a text, and the texts
    as UTF-8 where `verify` is "exact". Memory: 40 bytes a text while they come; when they are settled some 250, and what
    the system lends of its own for mapped files.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.rows = 0
        self._folder, self._settings = folder, settings
        self._lengths: list[npt.NDArray[np.int64]] = [np.zeros(1, np.int64)]
        self._digests: list[UInt64Array] = [np.zeros((0, 2), np.uint64)]
        self._addresses: list[UInt64Array] = [np.zeros((0, 2), np.uint64)]
        self._times: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)]
        self._closing = ExitStack()
        names = [f"band-{band}" for band in range(settings.bands)] if settings.near else []
        self._bands = [self._open(name) for name in names]
        self._sketches, self._texts = self._open("sketches"), self._open("texts")

    def _open(self, name: str) -> BinaryIO:
        return self._closing.enter_context((self._folder / name).open("wb"))

    def add(self, texts: Column | Any, urls: pa.Array | None = None, dates: pa.Array | None = None) -> None:
        """The next texts, at most some megabytes of them."""
        column = Column.of(texts)
        self.rows += column.rows
        self._lengths.append(column.lengths)
        self._digests.append(digests(column))
        self._times.append(times(dates, column.rows))
        self._addresses.append(np.zeros((column.rows, 2), np.uint64) if urls is None else addresses(urls))
        if not self._settings.near:
            return
        signed = signatures(column, self._settings)
        self._sketches.write(sketches(signed).data)
        for file, keys in zip(self._bands, np.ascontiguousarray(band_keys(signed, self._settings).T), strict=True):
            file.write(keys.data)
        if self._settings.doubts:
            self._texts.write(column.data[column.offsets[0] : column.offsets[-1]].data)

    def settle(self) -> pa.Table:
        """The table that `table.dedupe` gives, of all texts that were added; no more can be added then."""
        self._closing.close()
        found = np.concatenate(self._digests)
        self._digests.clear()
        stars = exact_edges(found, np.arange(self.rows))
        del found
        offsets = np.cumsum(np.concatenate(self._lengths), dtype=np.int64)
        # Of the texts a few here and there are looked at: to read on behind each would read a hundred times as much.
        (texts, let_go), (sketched, _) = self._mapped("texts", MADV_RANDOM), self._mapped("sketches")
        bands = _Bands([self._folder / f"band-{band}" for band in range(len(self._bands))])
        signed = Signed(np.arange(self.rows), bands, sketched.reshape(-1, self._settings.permutations))
        known = np.concatenate(self._addresses), np.concatenate(self._times)
        return settle(Column(texts, offsets), stars, *known, signed, self._settings, let_go)

    def _mapped(self, name: str, advice: int = MADV_NORMAL) -> tuple[npt.NDArray[np.uint8], Callable[[], None]]:
        """A file's bytes, and what lets those that were looked at go from memory: looked at again, they are read again."""
        with (self._folder / name).open("rb") as file:
            if not file.seek(0, 2):
                return np.zeros(0, np.uint8), lambda: None
            mapped = mmap(file.fileno(), 0, access=ACCESS_READ)
        mapped.madvise(advice)
        return np.frombuffer(mapped, np.uint8), lambda: mapped.madvise(MADV_DONTNEED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()
