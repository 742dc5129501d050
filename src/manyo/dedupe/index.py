"""What a release leaves for later ones: an index of its kept documents, in files that are mapped and never loaded.

    index.json          whose index it is, with which settings, and the files with their checksums
    keys-00000.bin      uint64, rising: the band keys of one partition (`candidates.partition`), all parts together
    rows-00000.bin      uint32, the document of each key: its row in the release's data, counted through the parts
    exact-00000.bin     uint64, three rows: the digests' low halves, rising, their high halves, and the documents
    sketches-00000.bin  of one part: uint8 x permutations for each document; so digests (uint64 pairs), ids (16 bytes)

How it is looked into stands in `lookup.py`; nothing here needs a kernel.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.dedupe.settings import Settings
from manyo.errors import ManyoError

Int64Array = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]

FORMAT: Final = 1
NAME: Final = "index.json"
_AGAIN: Final = "`manyo index` makes it anew"


def signing(settings: Settings) -> dict[str, int]:
    """The settings that decide what an index holds; the others may differ from build to build."""
    return {name: getattr(settings, name) for name in ("ngram", "permutations", "bands", "rows")}


def _names(parts: int, partitions: int) -> set[str]:
    """The files that an index has."""
    of_parts = {f"{name}-{part:05d}.bin" for name in ("sketches", "digests", "ids") for part in range(parts)}
    return of_parts | {f"{name}-{number:05d}.bin" for name in ("keys", "rows", "exact") for number in range(partitions)}


@dataclass(frozen=True)
class Index:
    """An opened index. Rows are numbered through the parts of the release's data."""

    folder: Path
    about: Mapping[str, Any]

    @classmethod
    def open(cls, folder: Path, release: str) -> Index:
        """Open the index in `folder`, of the release whose manifest has this SHA-256.

        Raises `ManyoError` when it is damaged, of another release, or of another format.
        """
        where = folder / NAME
        try:
            about = json.loads(where.read_bytes())
            files = {file["path"]: file["bytes"] for file in about["files"]}
            wanted = _names(len(about["parts"]), int(about["partitions"]))
            dict(about["signing"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise ManyoError("the index cannot be read", where=str(where), hint=_AGAIN) from None
        if about.get("format") != FORMAT:
            what = f"the index is of format {about.get('format')!r}, this Manyo reads format {FORMAT}"
            raise ManyoError(what, where=str(where), hint=_AGAIN)
        if about.get("release") != release:
            raise ManyoError("the index is of another release than the one it lies in", where=str(where), hint=_AGAIN)
        for name in sorted(wanted | set(files)):
            path = folder / name
            whole = name in files and Path(name).name == name and path.is_file()
            if not whole or path.stat().st_size != files[name]:
                raise ManyoError("a file of the index is missing or damaged", where=str(path), hint=_AGAIN)
        return cls(folder, about)

    def differences(self, settings: Settings) -> list[str]:
        """What of the settings differs from those that the index was made with, in words; none when it can be used."""
        ours, its = signing(settings), self.about["signing"]
        return [
            f"{name} is {its.get(name)} there and {value} here"
            for name, value in ours.items()
            if its.get(name) != value
        ]

    @property
    def documents(self) -> int:
        return int(self.bases[-1])

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(int(file["bytes"]) for file in self.about["files"])

    @cached_property
    def bases(self) -> Int64Array:
        """The row with which each part begins, and the number of all."""
        return np.concatenate([[0], np.cumsum(self.about["parts"], dtype=np.int64)]).astype(np.int64)

    def sketches(self, rows: Int64Array) -> npt.NDArray[np.uint8]:
        """The sketches of some documents."""
        return self._gathered("sketches", np.uint8, int(self.about["signing"]["permutations"]), rows)

    def ids(self, rows: Int64Array) -> list[str]:
        """The ids of some documents."""
        return [raw.tobytes().hex() for raw in self._gathered("ids", np.uint8, 16, rows)]

    def digests(self, rows: Int64Array) -> UInt64Array:
        """The exact digests of some documents."""
        return self._gathered("digests", np.uint64, 2, rows)

    def _gathered(self, name: str, kind: Any, width: int, rows: Int64Array) -> npt.NDArray[Any]:
        out = np.empty((len(rows), width), kind)
        parts = np.searchsorted(self.bases, rows, side="right") - 1
        for part in np.unique(parts).tolist():
            here = parts == part
            out[here] = self.mapped(f"{name}-{part:05d}", kind, width)[rows[here] - self.bases[part]]
        return out

    def mapped(self, name: str, kind: Any, width: int = 0) -> npt.NDArray[Any]:
        """A file as an array of shape (rows,), or (rows, width): what is looked at is read."""
        path = self.folder / f"{name}.bin"
        shape = (-1, width) if width else (-1,)
        if path.stat().st_size == 0:
            return np.zeros((0, width) if width else 0, kind)
        return np.memmap(path, kind, "r").reshape(shape)
