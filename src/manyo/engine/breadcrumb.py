"""The last thing a worker was seen doing, in a file that outlives it.

A worker that dies by a signal has no time to say why. So before each step it leaves a breadcrumb in a page of memory
that it shares with a file: a store into memory, no system call, about a microsecond; the kernel keeps the page when
the process is gone. The text is written into one of two slots in turn and the counter set afterwards, so that a
breadcrumb cut short by a kill leaves the one before it readable.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

LIMIT = 1000  # bytes of UTF-8
_SLOT = 1024
_COUNTER = struct.Struct("<Q")
_LENGTH = struct.Struct("<H")


class Breadcrumb:
    """One worker's breadcrumb file. The driver makes it (`create=True`) and reads it, the worker writes it."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if create:
            path.unlink(missing_ok=True)  # a worker of a dead driver may still hold the old one
            # Real zeros, not a hole: filling a hole on a full disk would kill the writer with SIGBUS.
            path.write_bytes(bytes(_COUNTER.size + 2 * _SLOT))
        with path.open("rb+") as file:
            self._page = mmap.mmap(file.fileno(), 0)

    @property
    def count(self) -> int:
        """How many were left so far: a worker whose count moves is alive."""
        return int(_COUNTER.unpack_from(self._page)[0])

    def leave(self, text: str) -> None:
        """Replace the breadcrumb. Raises ValueError beyond `LIMIT` bytes: it is a pointer to a record, not its text."""
        content = text.encode("utf-8", "surrogatepass")
        if len(content) > LIMIT:
            raise ValueError(f"a breadcrumb has at most {LIMIT} bytes, not {len(content)}")
        count = self.count + 1
        slot = _COUNTER.size + (count & 1) * _SLOT
        _LENGTH.pack_into(self._page, slot, len(content))
        self._page[slot + _LENGTH.size : slot + _LENGTH.size + len(content)] = content
        _COUNTER.pack_into(self._page, 0, count)

    def read(self) -> str:
        """The last breadcrumb, "" when there is none. To be called when its worker is dead or idle."""
        slot = _COUNTER.size + (self.count & 1) * _SLOT
        length = min(int(_LENGTH.unpack_from(self._page, slot)[0]), LIMIT)
        return self._page[slot + _LENGTH.size :][:length].decode("utf-8", "surrogatepass")

    def close(self) -> None:
        self._page.close()
