"""Rules on names: which hosts are refused, or which alone are allowed.

A list of hosts names domains: `5ch.net` is the host itself and every host that ends in `.5ch.net`, and `jp` is a
top-level domain. `w5ch.net` is neither. Case does not matter, nor a dot at the end; a name in Japanese letters is the
same as its form in ASCII (`日本.jp`, `xn--wgv71a.jp`). A document without a host, from a folder of files, is on no
list, and no list of those allowed refuses it.

Published lists are long: the adult domains of UT1 are some 4.6 million. So a list is kept as sorted 64-bit hashes (8
bytes a name), and a host is looked up in one pass from its end, once at each dot: that a host is mistaken for a name
of such a list has a chance below 10^-12.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from manyo.columns import Column
from manyo.errors import ManyoError
from manyo.kernels import inlined, kernel, wide

MOST_BYTES: Final = 1 << 30  # of a file of hosts
COLUMN: Final = "host"

_PRIME: Final = np.uint64(0x100000001B3)  # FNV-1a, 64 bits (Fowler, Noll and Vo), over the bytes from the last
_START: Final = np.uint64(0xCBF29CE484222325)


@dataclass(frozen=True)
class Hosts:
    """A list of hosts. Two are equal when they name the same hosts for the same purpose."""

    allowed: bool  # those on the list alone pass, instead of being refused
    names: tuple[str, ...] = field(default=(), compare=False)  # as the recipe gives them; none where a file does
    file: str = field(default="", compare=False)  # as the recipe names it
    path: str = field(default="", compare=False)  # where it was found
    digest: str = ""  # 32 hexadecimal digits of the names, in any order

    @cached_property
    def _hashes(self) -> npt.NDArray[np.uint64]:
        return _read(Path(self.path)) if self.file else _hashed(self.names, "")

    def failing(self, hosts: Any) -> npt.NDArray[np.bool_]:
        """Which of an Arrow column of hosts, or a sequence of them, fail: shape `(rows,)`.

        >>> of_names(["5ch.net", "wikipedia.org"]).failing(["egg.5ch.net", "5CH.NET.", "w5ch.net", "", None]).tolist()
        [True, True, False, False, False]
        >>> of_names(["jp"], allowed=True).failing(["www.city.example.jp", "example.com", "jp.com", ""]).tolist()
        [False, True, True, False]
        """
        if not isinstance(hosts, pa.Array | pa.ChunkedArray):
            hosts = pa.array(hosts, pa.string())
        elif not (pa.types.is_string(hosts.type) or pa.types.is_large_string(hosts.type)):
            hosts = pc.cast(hosts, pa.string())  # dictionaries among others
        column = Column.of(pc.fill_null(hosts, ""))
        found = np.zeros(column.rows, np.uint8)
        _look_up(column.data, column.offsets, self._hashes, found)
        return np.asarray(found == (_OTHER if self.allowed else _LISTED))


def of_names(names: Iterable[str], *, allowed: bool = False, where: str = "") -> Hosts:
    """A list of names. Raises `ManyoError` for one that no host can have."""
    names = tuple(names)
    return Hosts(allowed, names, digest=_digest(_hashed(names, where)))


def of_file(file: str, folder: Path, *, allowed: bool = False, where: str = "") -> Hosts:
    """A list in a file of UTF-8 text: a name a line; empty lines, and those that start with #, say nothing.

    Raises `ManyoError` for a file that cannot be read, or a line that is no host. No line of it is repeated in the
    message: the file may have been named by mistake.
    """
    path = folder / Path(file).expanduser()
    hashes = _read(path, where)
    hosts = Hosts(allowed, (), file, str(path), _digest(hashes))
    hosts.__dict__["_hashes"] = hashes  # what the property would read again
    return hosts


def _digest(hashes: npt.NDArray[np.uint64]) -> str:
    return blake2b(hashes.astype("<u8").tobytes(), digest_size=16).hexdigest()


def _hashed(names: Iterable[str], where: str) -> npt.NDArray[np.uint64]:
    lines = []
    for name in names:
        host = name.strip().removeprefix("*").strip(".")
        if not host or any(character.isspace() or character in "/:@?#,*" for character in host):
            hint = 'write hosts without https:// and path, such as "example.jp", or "jp" for a whole top-level domain'
            raise ManyoError(f"{name!r} is no host", where=where, hint=hint)
        lines += _forms(host)
    return _of_lines("\n".join(lines).encode(), Path(), where)


def _forms(host: str) -> list[str]:
    """A name as written, and in the other of the two ways in which a host with other than ASCII letters is written.

    >>> _forms("日本.JP"), _forms("xn--wgv71a.jp"), _forms("example.jp")
    (['日本.jp', 'xn--wgv71a.jp'], ['xn--wgv71a.jp', '日本.jp'], ['example.jp'])
    """
    host = host.lower()
    try:
        if not host.isascii():
            return [host, host.encode("idna").decode()]
        if "xn--" in host:
            return [host, host.encode().decode("idna")]
    except UnicodeError:  # not a name that a registry would take, and so written in this way only
        pass
    return [host]


def _read(path: Path, where: str = "") -> npt.NDArray[np.uint64]:
    hint = "the file is looked for beside the recipe; it holds a host a line"
    try:
        if not path.is_file():
            what = "this is a folder" if path.is_dir() else "there is no file here"
            raise ManyoError(f"{what}, and a list of hosts was expected", where=f"{where}: {path}", hint=hint)
        if path.stat().st_size > MOST_BYTES:
            what = "this file is too large for a list of hosts"
            raise ManyoError(what, where=f"{where}: {path}", hint=f"at most {MOST_BYTES >> 20:,} MiB")
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        what = f"this list of hosts cannot be read: {getattr(error, 'strerror', None) or error}"
        raise ManyoError(what, where=f"{where}: {path}", hint=hint) from None
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.isascii():
        try:
            lines = content.decode().splitlines()
        except UnicodeDecodeError:
            raise ManyoError("this list of hosts is not UTF-8 text", where=f"{where}: {path}", hint=hint) from None
        # Few lines are not ASCII; a comment stays one, for its forms start with its #.
        content += (
            "\n" + "\n".join(form for line in lines if not line.isascii() for form in _forms(line.strip()))
        ).encode()
    return _of_lines(content, path, where)


def _of_lines(content: bytes, path: Path, where: str) -> npt.NDArray[np.uint64]:
    """Hashes of the hosts of a text of one host a line: sorted, each once."""
    hashes = np.zeros(content.count(b"\n") + 1, np.uint64)
    size, wrong = _hash_lines(np.frombuffer(content, np.uint8), hashes)
    if wrong:
        hint = "one host a line, without https://, path or port; # starts a line of comment"
        raise ManyoError(f"line {wrong} of this list is no host", where=f"{where}: {path}", hint=hint)
    return np.unique(hashes[:size])


_NONE, _LISTED, _OTHER = range(3)


@inlined
def _step(state: np.uint64, byte: int) -> np.uint64:
    if 0x41 <= byte <= 0x5A:
        byte += 32
    return np.uint64((state ^ np.uint64(byte)) * _PRIME)


@inlined
def _mixed(state: np.uint64) -> np.uint64:
    """The bits of FNV-1a spread over the word (the finaliser of MurmurHash3): its low bits alone are well mixed."""
    state = (state ^ (state >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    state = (state ^ (state >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return np.uint64(state ^ (state >> np.uint64(33)))


@kernel
def _hash_lines(data: Any, hashes: Any) -> tuple[int, int]:
    """How many hosts there are, and the number of the first line that is none, or 0."""
    size = number = start = 0
    while start <= len(data):
        end = start
        while end < len(data) and data[end] != 0x0A:
            end += 1
        number += 1
        first, last = start, end
        while last > first and (data[last - 1] <= 0x20 or data[last - 1] == 0x2E):
            last -= 1
        while first < last and (data[first] <= 0x20 or data[first] == 0x2E):
            first += 1
        if first < last and data[first] != 0x23:
            state = _START
            for at in range(last - 1, first - 1, -1):
                byte = wide(data[at])
                if byte <= 0x20 or byte in (0x23, 0x2A, 0x2C, 0x2F, 0x3A, 0x3F, 0x40, 0x7F):  # # * , / : ? @
                    return size, number
                state = _step(state, byte)
            hashes[size] = _mixed(state)
            size += 1
        start = end + 1
    return size, 0


@kernel
def _look_up(data: Any, offsets: Any, hashes: Any, found: Any) -> None:
    for row in range(len(offsets) - 1):
        first, last = offsets[row], offsets[row + 1]
        while last > first and data[last - 1] == 0x2E:
            last -= 1
        if last == first:
            continue
        found[row] = _OTHER
        state = _START
        for at in range(last - 1, first - 1, -1):
            state = _step(state, wide(data[at]))
            if at == first or data[at - 1] == 0x2E:
                key = _mixed(state)
                place = np.searchsorted(hashes, key)
                if place < len(hashes) and hashes[place] == key:
                    found[row] = _LISTED
                    break
