"""A file seen through one block at a time, at any position: memory stays at a block, however large the file is."""

from __future__ import annotations

from typing import BinaryIO, Final

BLOCK: Final = 1 << 20


class Blocks:
    """Bytes of a seekable file by position.

    >>> import io
    >>> blocks = Blocks(io.BytesIO("いろはにほ".encode()), size=4)
    >>> bytes(blocks.at(3, need=6)).decode(), blocks.find("に".encode(), 0), bytes(blocks.at(15))
    ('ろは', 9, b'')
    """

    def __init__(self, file: BinaryIO, size: int = BLOCK) -> None:
        self._file, self._size = file, size
        self._start, self._data = 0, b""
        self._view = memoryview(self._data)

    @property
    def reached(self) -> int:
        """The position up to which the file has been read."""
        return self._start + len(self._data)

    def at(self, position: int, need: int = 1) -> memoryview:
        """What the file has from `position` on: `need` bytes or more, fewer only where the file ends."""
        begin = position - self._start
        if begin < 0 or begin + need > len(self._data):
            self._load(position, need)
            begin = 0
        return self._view[begin:]

    def find(self, needle: bytes, position: int) -> int:
        """Where `needle` begins, at `position` or after it; -1 when it is not there."""
        while len(self.at(position, len(needle))) >= len(needle):
            found = self._data.find(needle, position - self._start)
            if found >= 0:
                return self._start + found
            position = self._start + len(self._data) - len(needle) + 1
        return -1

    def _load(self, position: int, need: int) -> None:
        self._file.seek(position)
        data = self._file.read(max(need, self._size))
        while len(data) < need and (more := self._file.read(need - len(data))):  # a raw file may read short
            data += more
        self._start, self._data, self._view = position, data, memoryview(data)
