"""Where a build keeps its state: a folder of named byte strings, each of which is there whole or not at all.

`open_store` takes a path or any fsspec URL. A local store writes beside its files, fsyncs, and renames; an object
store uploads in one request, which object stores publish atomically. Neither hands out a file object for writing:
closing one publishes what was written so far even when the writing block raised, in fsspec and in pyarrow alike.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, BinaryIO, cast

from manyo.errors import ManyoError


class Store(ABC):
    """Named byte strings under one address. Names are relative, with `/`. Pickles as its address."""

    url: str
    scratch: Path  # a folder on this machine for files being written; on a local store, on the store's own disk

    @abstractmethod
    def put_atomic(self, name: str, content: bytes | Path) -> None:
        """Publish `content` under `name`, replacing what was there. A path must lie in `scratch`, and is used up."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """Open for reading, seekable. Raises FileNotFoundError."""

    @abstractmethod
    def list(self, folder: str) -> dict[str, int]:
        """The names below a folder, in order, each with its size in bytes; none when there is no such folder."""

    @abstractmethod
    def exists(self, name: str) -> bool: ...

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove; no error when it is already gone."""

    def local_path(self, name: str) -> Path | None:
        """The file's path on this machine, or None when the store is elsewhere."""
        return None

    def cat(self, name: str) -> bytes:
        """The whole content. Raises FileNotFoundError."""
        with self.open(name) as file:
            return file.read()

    def __reduce__(self) -> tuple[object, ...]:
        return open_store, (self.url,)


def open_store(address: str | Path) -> Store:
    """The store at a path or fsspec URL, made when it is not there yet.

    Raises `ManyoError` when the folder cannot be made, or the address is of a kind that fsspec cannot open.
    """
    address = str(address).removeprefix("file://")
    try:
        return _Remote(address) if "://" in address else _Local(Path(address))
    except (OSError, ValueError, ImportError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ManyoError(
            f"the work folder cannot be used: {reason}",
            where=address,
            hint="name a folder that can be written, or an fsspec URL whose package is installed",
        ) from error


class _Local(Store):
    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.url = str(self.root)
        self.scratch = self.root / ".scratch"
        self.scratch.mkdir(parents=True, exist_ok=True)

    def put_atomic(self, name: str, content: bytes | Path) -> None:
        path = content if isinstance(content, Path) else self.scratch / token()
        target = self.root / name
        try:
            if not isinstance(content, Path):
                path.write_bytes(content)
            _sync(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        _sync(target.parent)  # the rename itself must outlive a power cut

    def open(self, name: str) -> BinaryIO:
        return (self.root / name).open("rb")

    def list(self, folder: str) -> dict[str, int]:
        top = self.root / folder
        files = (Path(at, name) for at, _, names in os.walk(top) for name in names)
        return dict(sorted((file.relative_to(self.root).as_posix(), file.stat().st_size) for file in files))

    def exists(self, name: str) -> bool:
        return (self.root / name).exists()

    def remove(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)

    def local_path(self, name: str) -> Path | None:
        return self.root / name


class _Remote(Store):
    def __init__(self, url: str) -> None:
        import fsspec  # 70 ms that a local build need not wait for

        self.url = url.rstrip("/")
        self._files: Any
        self._files, self._root = fsspec.core.url_to_fs(self.url)
        name = hashlib.sha256(self.url.encode()).hexdigest()[:16]
        self.scratch = Path(tempfile.gettempdir()) / f"manyo-{os.getuid()}-{name}"
        self.scratch.mkdir(mode=0o700, exist_ok=True)
        if self.scratch.stat().st_uid != os.getuid():
            raise PermissionError(f"{self.scratch} is somebody else's")

    def _full(self, name: str) -> str:
        return f"{self._root}/{name}"

    def put_atomic(self, name: str, content: bytes | Path) -> None:
        full = self._full(name)
        self._files.makedirs(full.rpartition("/")[0], exist_ok=True)
        if isinstance(content, Path):
            self._files.put_file(str(content), full)
            content.unlink()
        else:
            self._files.pipe_file(full, content)

    def open(self, name: str) -> BinaryIO:
        return cast(BinaryIO, self._files.open(self._full(name), "rb"))

    def list(self, folder: str) -> dict[str, int]:
        self._files.invalidate_cache()  # others write here too
        try:
            found = self._files.find(self._full(folder), detail=True)
        except FileNotFoundError:
            return {}
        skip = len(self._root) + 1
        return {name[skip:]: int(entry["size"]) for name, entry in sorted(found.items())}

    def exists(self, name: str) -> bool:
        self._files.invalidate_cache()
        return bool(self._files.exists(self._full(name)))

    def remove(self, name: str) -> None:
        if self.exists(name):
            self._files.rm_file(self._full(name))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def token() -> str:
    """Twelve hexadecimal digits that nobody else has: for attempts and for temporary names, never for content."""
    return secrets.token_hex(6)


def disk_full(error: BaseException | None, where: str) -> ManyoError | None:
    """The error to show when a full disk is the cause of `error`, however deep a library has wrapped it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "make room, then run the same command: it goes on from where it was"
            return ManyoError("the disk is full", where=where, hint=hint)
        error = error.__cause__ or error.__context__
    return None
