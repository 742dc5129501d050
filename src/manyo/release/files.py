"""Where a release is read: its files by name, in a folder of this machine or at a URL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow.dataset as ds

from manyo.engine import is_url


class Files(ABC):
    """Files by their names, which are relative and have `/`. Raises OSError for what cannot be read."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """Open for reading. Raises FileNotFoundError."""

    @abstractmethod
    def sizes(self, folder: str) -> dict[str, int]:
        """The names of the files in a folder, each with its size in bytes; none when there is no such folder."""

    @abstractmethod
    def size(self, name: str) -> int | None:
        """A file's size in bytes, None when there is no such file."""

    @abstractmethod
    def dataset(self, names: Sequence[str]) -> ds.Dataset:
        """Parquet files as one dataset; nothing is loaded yet."""


def files_of(out: str | Path) -> Files:
    """What lies in `out`. Nothing is made there, nor looked for yet."""
    return _There(str(out)) if is_url(out) else _Here(Path(str(out).removeprefix("file://")))


class _Here(Files):
    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, name: str) -> BinaryIO:
        return (self._root / name).open("rb")

    def sizes(self, folder: str) -> dict[str, int]:
        top = self._root / folder
        found = sorted(top.iterdir()) if top.is_dir() else []
        return {f"{folder}/{file.name}": file.stat().st_size for file in found if file.is_file()}

    def size(self, name: str) -> int | None:
        path = self._root / name
        return path.stat().st_size if path.is_file() else None

    def dataset(self, names: Sequence[str]) -> ds.Dataset:
        # Absolute: relative, "a:b" would be a URL to Arrow.
        return ds.dataset([str((self._root / name).absolute()) for name in names], format="parquet")


class _There(Files):
    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    @cached_property
    def _place(self) -> tuple[Any, str]:
        import fsspec  # 70 ms that a local folder need not wait for

        try:
            return cast(tuple[Any, str], fsspec.core.url_to_fs(self._url))
        except (ImportError, ValueError) as error:
            raise OSError(str(error)) from error

    def open(self, name: str) -> BinaryIO:
        system, root = self._place
        # Parquet's footer and single columns are a few ranges of a large file; whole files are read in large blocks.
        return cast(BinaryIO, system.open(f"{root}/{name}", "rb", block_size=4 << 20))

    def sizes(self, folder: str) -> dict[str, int]:
        system, root = self._place
        system.invalidate_cache()
        try:
            found = system.ls(f"{root}/{folder}", detail=True)
        except FileNotFoundError:
            return {}
        entries = [entry for entry in found if entry["type"] == "file"]
        return {f"{folder}/{entry['name'].rpartition('/')[2]}": int(entry["size"]) for entry in entries}

    def size(self, name: str) -> int | None:
        system, root = self._place
        try:
            entry = system.info(f"{root}/{name}")
        except FileNotFoundError:
            return None
        return int(entry["size"]) if entry["type"] == "file" else None

    def dataset(self, names: Sequence[str]) -> ds.Dataset:
        from pyarrow.fs import FSSpecHandler, PyFileSystem

        system, root = self._place
        return ds.dataset(
            [f"{root}/{name}" for name in names], format="parquet", filesystem=PyFileSystem(FSSpecHandler(system))
        )
