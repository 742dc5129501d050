"""A store that is elsewhere: an object store, or whatever else fsspec opens by URL.

A small file goes up in one request, a large one in parts that appear when the last is confirmed: object stores publish
either whole or not at all. (Where a URL leads to a plain file system, over SSH say, this is not so; but nobody reads a
file before the record that names it, and the record is small.) Credentials are what the store's package finds in the
environment or in its own files; no address that holds any is taken.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import fsspec

from manyo.engine.store import Store, StoreError

# Object stores have no folders. To "make" one there may make a bucket of whatever was mistyped.
_NO_FOLDERS: Final = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss"})


class RemoteStore(Store):
    """Opening one makes nothing and asks nothing. `part`: as in `open_store`."""

    def __init__(self, url: str, part: str = "") -> None:
        self.url = url.rstrip("/")
        self._files: Any
        self._files, self._root = fsspec.core.url_to_fs(self.url)
        self._folders = self.url.partition("://")[0] not in _NO_FOLDERS
        self._part = part

    @cached_property
    def home(self) -> Path:
        """A folder for this address in the system's place for temporary files (TMPDIR names another)."""
        name = hashlib.sha256(self.url.encode()).hexdigest()[:16]
        home = Path(tempfile.gettempdir()) / f"manyo-{os.getuid()}-{name}"
        home.mkdir(mode=0o700, exist_ok=True)
        if home.stat().st_uid != os.getuid():
            raise PermissionError(f"{home} is somebody else's")
        return home

    @cached_property
    def scratch(self) -> Path:
        folder = self.home / self._part
        folder.mkdir(exist_ok=True)
        return folder

    def _full(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _target(self, name: str) -> str:
        full = self._full(name)
        if self._folders:
            self._files.makedirs(full.rpartition("/")[0], exist_ok=True)
        return full

    def put_atomic(self, name: str, content: bytes | Path) -> None:
        with _asked(self.url):
            if isinstance(content, Path):
                self._files.put_file(str(content), self._target(name))
            else:
                self._files.pipe_file(self._target(name), content)
        if isinstance(content, Path):
            content.unlink()

    def create(self, name: str, content: bytes) -> None:
        """Publish `content` under a name that nobody has taken. Raises FileExistsError: of two, one gets it.

        Only stores that can be asked for this keep the promise: S3 and Google Cloud Storage can. Elsewhere two who ask
        at the same moment may both get it.
        """
        if self.exists(name):
            raise FileExistsError(name)
        with _asked(self.url):
            self._files.pipe_file(self._target(name), content, mode="create")

    def copy(self, names: Mapping[str, str]) -> None:
        """Publish files a second time, `{name: other name}`. The store does it by itself, many at once."""
        if names:
            with _asked(self.url):
                targets = [self._target(name) for name in names.values()]
                self._files.copy([self._full(name) for name in names], targets)

    def open(self, name: str) -> BinaryIO:
        with _asked(self.url, missing=True):
            return cast(BinaryIO, self._files.open(self._full(name), "rb"))

    def cat(self, name: str) -> bytes:
        with _asked(self.url, missing=True):
            return bytes(self._files.cat_file(self._full(name)))  # whatever was known of it before

    def list(self, folder: str) -> dict[str, int]:
        self._files.invalidate_cache()  # others write here too
        try:
            with _asked(self.url, missing=True):
                found = self._files.find(self._full(folder) if folder else self._root, detail=True)
        except FileNotFoundError:
            return {}
        skip = len(self._root) + 1
        return {name[skip:]: int(entry["size"]) for name, entry in sorted(found.items())}

    def exists(self, name: str) -> bool:
        self._files.invalidate_cache()
        with _asked(self.url):
            return bool(self._files.exists(self._full(name)))

    def remove(self, name: str) -> None:
        if self.exists(name):
            with _asked(self.url):
                self._files.rm_file(self._full(name))


@contextmanager
def _asked(url: str, *, missing: bool = False) -> Iterator[None]:
    """What goes wrong in a store as `StoreError`, whatever its package raises.

    FileExistsError stays what it is, and so does, with `missing`, FileNotFoundError.
    """
    try:
        yield
    except FileExistsError:
        raise
    except Exception as error:  # packages for stores raise what theirs raise: botocore's errors are no OSErrors
        if missing and isinstance(error, FileNotFoundError):
            raise
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise StoreError(getattr(error, "errno", None) or errno.EIO, reason, url) from error
