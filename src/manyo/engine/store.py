"""Where a build keeps its state: a folder of named byte strings, each of which is there whole or not at all.

`open_store` takes a path or any fsspec URL. A local store writes beside its files, fsyncs, and renames; one that is
elsewhere (`remote.py`) uploads. Neither hands out a file object for writing: closing one publishes what was written so
far even when the writing block raised, in fsspec and in pyarrow alike.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from manyo.errors import ManyoError

FETCHED: Final = "fetched"  # in a store's home: copies of its files
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Store(ABC):
    """Named byte strings under one address. Names are relative, with `/`. Pickles as its address."""

    url: str

    @property
    @abstractmethod
    def home(self) -> Path:
        """This store's folder on this machine; of a local store, on the store's own disk."""

    @property
    @abstractmethod
    def scratch(self) -> Path:
        """`home`, or a part of it: for files being written."""

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


def is_url(address: str | Path) -> bool:
    """Whether fsspec opens it. A `file://` URL is a path.

    >>> is_url("s3://bucket/corpus"), is_url("file:///data/corpus"), is_url(Path("corpus"))
    (True, False, False)
    """
    return isinstance(address, str) and bool(_URL.match(address)) and not address.startswith("file://")


def below(address: str | Path, name: str) -> str | Path:
    """What lies under a path or URL.

    >>> below("s3://bucket/corpus", "manifest.json"), below(Path("corpus"), "manifest.json")
    ('s3://bucket/corpus/manifest.json', PosixPath('corpus/manifest.json'))
    """
    return f"{str(address).rstrip('/')}/{name}" if is_url(address) else Path(address, name)


def open_store(address: str | Path, part: str = "") -> Store:
    """The store at a path or fsspec URL, made when it is not there yet. `part` is a folder of its own in the scratch.

    Raises `ManyoError` when the folder cannot be made, the address is of a kind that fsspec cannot open, or it holds
    a password.
    """
    address = str(address).removeprefix("file://")
    if re.match(r"[^/]*://[^/]*@", address):
        raise ManyoError(
            "this address holds a name or a password, which would be seen in messages and lists of processes",
            where=re.sub(r"://[^/]*@", "://", address),
            hint="give credentials as the store's package takes them: in the environment, or in its own files",
        )
    try:
        if _URL.match(address):
            from manyo.engine.remote import RemoteStore  # with fsspec, which a local build need not wait for

            return RemoteStore(address, part)
        return _Local(Path(address), part)
    except (OSError, ValueError, ImportError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ManyoError(
            f"the work folder cannot be used: {reason}",
            where=address,
            hint="name a folder that can be written, or an fsspec URL whose package is installed",
        ) from error


class _Local(Store):
    def __init__(self, root: Path, part: str) -> None:
        self.root = root.absolute()
        self.url = str(self.root)
        self._part = part
        self.scratch.mkdir(parents=True, exist_ok=True)

    @property
    def home(self) -> Path:
        return self.root / ".scratch"

    @property
    def scratch(self) -> Path:
        return self.home / self._part

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


class StoreError(OSError):
    """A store that is elsewhere does not do what it should: no network, no rights, no bucket. No shard's fault."""


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def token() -> str:
    """Twelve hexadecimal digits that nobody else has: for attempts and for temporary names, never for content."""
    return secrets.token_hex(6)


def unreachable(error: BaseException) -> ManyoError | None:
    """The error to show when `error` is a store's that is elsewhere."""
    if not isinstance(error, StoreError):
        return None
    return ManyoError(
        f"the store cannot be used: {error.strerror}",
        where=str(error.filename),
        hint="see to the address, the network and your rights, then run the same command: it goes on from where it was",
    )


@contextmanager
def reached() -> Iterator[None]:
    """Raise what a store that is elsewhere cannot do as the `ManyoError` to show."""
    try:
        yield
    except StoreError as error:
        raise unreachable(error) or error from error


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
