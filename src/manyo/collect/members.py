"""Compressed members: gzip members and Zstandard frames, one after the other, with a way on after a damaged one.

An archive that is compressed record by record can be entered at any member, and left again after a broken one. What
FastWARC and other tolerant readers pass over in silence, a file that ends within a member, is raised here as `Broken`.

Memory is bounded whatever the bytes are: a gzip member is fed 32 KB at a time and gives at most `CHUNK` bytes back at
once; a Zstandard frame is fed block by block (RFC 8878, 3.1.1.2), each of which is at most 128 KB when unpacked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Protocol, TypeAlias, cast

import zstandard
from isal import isal_zlib

from manyo.collect.blocks import Blocks

FEED: Final = 32768  # compressed bytes at a time: what lies behind a member's end is copied, so not many
FINE: Final = 256  # the same, when the exact place of a fault is looked for
CHUNK: Final = 1 << 20
INFLATE_ERROR: Final = cast(type[Exception], isal_zlib.error)  # its type stub calls it an instance
GZIP: Final = b"\x1f\x8b\x08"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
DICTIONARY: Final = b"\x5d\x2a\x4d\x18"  # the skippable frame that holds a .warc.zst's dictionary
Report: TypeAlias = Callable[[int, str, str], None]  # offset, kind of damage, detail
_LARGEST_DICTIONARY: Final = 64 << 20


class Broken(Exception):  # noqa: N818 (a state of the data, handled where it is met)
    """A member that cannot be read on. `kind` is one of `tally.DAMAGE`; `end`: about where its bytes went wrong."""

    def __init__(self, kind: str, detail: str, end: int) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.end = kind, detail, end


class Codec(Protocol):
    """A compressed file, one member at a time."""

    blocks: Blocks
    magic: bytes
    position: int  # in the compressed file: behind the member, once `read` has returned b""

    def starts(self, head: bytes) -> bool:
        """Whether a member may begin with these four bytes."""

    def open(self, position: int) -> None:
        """Begin the member at `position`."""

    def read(self) -> bytes:
        """The next unpacked bytes of the member, b"" at its end. Raises `Broken`."""


class Gzip:
    """gzip members (RFC 1952), unpacked by ISA-L."""

    magic = GZIP

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.position = 0

    def starts(self, head: bytes) -> bool:
        return head.startswith(GZIP)

    def open(self, position: int) -> None:
        self._begin = self.position = position
        self._inflate = isal_zlib.decompressobj(31)
        self._made = 0
        self._fault: Broken | None = None

    def read(self) -> bytes:
        if self._fault:
            raise self._fault
        inflate, blocks = self._inflate, self.blocks
        while not inflate.eof:
            fed = blocks.at(self.position)[:FEED]
            try:
                made: bytes = inflate.decompress(fed, CHUNK)
            except INFLATE_ERROR as error:
                return self._salvage(str(error))
            self.position += len(fed) - len(inflate.unused_data if inflate.eof else inflate.unconsumed_tail)
            if made:
                self._made += len(made)
                return made
            if not fed and not inflate.eof:
                raise Broken("truncated", "the file ends within a gzip member", self.position)
        return b""

    def _salvage(self, said: str) -> bytes:
        """Unpack the member again in small steps, for what it still gives and for where exactly it went wrong."""
        inflate, position, made = isal_zlib.decompressobj(31), self._begin, 0
        saved = []
        try:
            while not inflate.eof and (fed := self.blocks.at(position)[:FINE]):
                out = inflate.decompress(fed)
                position += len(fed)
                made += len(out)
                if made > self._made:
                    saved.append(out[max(0, self._made - made + len(out)) :])
        except INFLATE_ERROR:
            position += FINE
        self._fault = Broken("corrupt", f"a gzip member does not decompress: {said}", position)
        if not saved:
            raise self._fault
        return b"".join(saved)


class Zstd:
    """Zstandard frames (RFC 8878), with the dictionary of a `.warc.zst` when its first frame holds one."""

    magic = ZSTD

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.position = 0
        try:
            self._unpack = zstandard.ZstdDecompressor(dict_data=self._dictionary())
        except zstandard.ZstdError:  # the dictionary is damaged: each frame that needs it will be reported as corrupt
            self._unpack = zstandard.ZstdDecompressor()

    def starts(self, head: bytes) -> bool:
        return head == ZSTD or _skippable(head)

    def open(self, position: int) -> None:
        self.position = position
        self._last, self._check = False, 0
        self._frame = self._unpack.decompressobj()
        head = bytes(self.blocks.at(position, 18)[:18])
        if len(head) < 8:
            raise Broken("truncated", "the file ends within a Zstandard frame", position + len(head))
        if _skippable(head[:4]):
            self.position += 8 + int.from_bytes(head[4:8], "little")
            if not len(self.blocks.at(self.position - 1)):
                raise Broken("truncated", "the file ends within a skippable Zstandard frame", self.position)
            self._last = True
            return
        descriptor = head[4]
        single = descriptor >> 5 & 1
        sized = (single, 2, 4, 8)[descriptor >> 6]
        length = 5 + (1 - single) + (0, 1, 2, 4)[descriptor & 3] + sized
        self._check = 4 if descriptor & 4 else 0
        self._feed(length, "header")

    def read(self) -> bytes:
        while not self._last:
            head = self.blocks.at(self.position, 3)[:3]
            if len(head) < 3:
                raise Broken("truncated", "the file ends within a Zstandard frame", self.position + len(head))
            word = int.from_bytes(head, "little")
            last, kind, size = word & 1, word >> 1 & 3, word >> 3
            if kind == 3 or (size > 1 << 17 and kind != 1):
                raise Broken("corrupt", "a Zstandard frame has an impossible block", self.position)
            made = self._feed(3 + (1 if kind == 1 else size) + (self._check if last else 0), "block")
            self._last = bool(last)
            if made:
                return made
        return b""

    def _feed(self, length: int, what: str) -> bytes:
        fed = self.blocks.at(self.position, length)[:length]
        if len(fed) < length:
            raise Broken("truncated", "the file ends within a Zstandard frame", self.position + len(fed))
        try:
            made: bytes = self._frame.decompress(fed)
        except zstandard.ZstdError as error:
            said = f"a Zstandard frame's {what} does not decompress: {error}"
            raise Broken("corrupt", said, self.position + length) from error
        self.position += length
        return made

    def _dictionary(self) -> zstandard.ZstdCompressionDict | None:
        """From the leading skippable frame, itself packed or not (IIPC, "Zstandard Compression for WARC Files")."""
        head = bytes(self.blocks.at(0, 8)[:8])
        if head[:4] != DICTIONARY or len(head) < 8:
            return None
        length = int.from_bytes(head[4:8], "little")
        if length > _LARGEST_DICTIONARY:
            return None
        data = bytes(self.blocks.at(8, length)[:length])
        if data.startswith(ZSTD):
            with zstandard.ZstdDecompressor().stream_reader(data) as reader:
                data = reader.read(_LARGEST_DICTIONARY)
        return zstandard.ZstdCompressionDict(data)


def _skippable(head: bytes) -> bool:
    return len(head) >= 4 and 0x50 <= head[0] <= 0x5F and head[1:4] == b"\x2a\x4d\x18"


def compression_of(head: bytes) -> str:
    """What the first four bytes of a file say.

    >>> compression_of(b"WARC"), compression_of(b"\\x1f\\x8b\\x08\\x00"), compression_of(b"\\x5d\\x2a\\x4d\\x18")
    ('', 'gzip', 'zstd')
    """
    if head[:3] == GZIP:
        return "gzip"
    return "zstd" if head[:4] == ZSTD or _skippable(head) else ""


def codec_of(blocks: Blocks, compression: str) -> Codec:
    return Zstd(blocks) if compression == "zstd" else Gzip(blocks)


def first_bytes(blocks: Blocks, compression: str) -> bytes | None:
    """Some unpacked bytes from the start of a file; None where they cannot be unpacked."""
    if not compression:
        return bytes(blocks.at(0))
    codec = codec_of(blocks, compression)
    try:
        while codec.starts(bytes(blocks.at(codec.position, 4)[:4])):
            codec.open(codec.position)
            if made := codec.read():
                return made
    except Broken:
        return None
    return b""


def unpacked(blocks: Blocks, compression: str, report: Report, position: int = 0) -> Iterator[bytes]:
    """All bytes of a file from `position` on, unpacked, up to where it cannot be read on: `report` is told why."""
    if not compression:
        while view := blocks.at(position):
            position += len(view)
            yield bytes(view)
        return
    codec = codec_of(blocks, compression)
    while head := bytes(blocks.at(position, 4)[:4]):
        if not codec.starts(head):
            report(position, "junk", "bytes behind the last compressed member")
            return
        try:
            codec.open(position)
            while made := codec.read():
                yield made
        except Broken as broken:
            report(position, broken.kind, broken.detail)
            return
        position = codec.position


class Members:
    """A compressed archive as runs: a run begins with a member that begins with a record, and goes on until the next.

    In an archive compressed record by record every member is a run. One gzip stream over all records is one long run,
    and so are members that were cut without regard to records. A run belongs to the range in which it begins.

    `report(offset, kind, detail)` is told of damage between runs; damage within one is raised to the run's reader,
    which calls `begin` for the next.
    """

    sealed = True  # a member has an end of its own: a record cannot be cut short unnoticed

    def __init__(self, codec: Codec, start: int, end: int, report: Report) -> None:
        self._codec, self._end, self._report = codec, end, report
        self.offset = start  # of the member that the last bytes handed out came from
        self._searched = 0  # compressed bytes that a broken member was already searched for another
        self._broken: Broken | None = None
        self._head: tuple[int, bytes] | None = self._member(0) if start == 0 else self._search(start)

    def begin(self) -> bytes:
        """The first bytes of the next run, b"" when no more begins in the range. The last run was read to its end."""
        if self._broken:
            self._head = self._search(self._after(self.offset, self._broken))
            self._broken = None
        while self._head and self._head[0] < self._end and not self._head[1].startswith(b"WARC/"):
            offset, _ = self._head  # the range begins with a member that belongs to nothing
            self._report(offset, "junk", "a member that does not begin with a record")
            self._head = self._search(offset + 1)
        if self._head is None or self._head[0] >= self._end:
            return b""
        self.offset, head = self._head
        self._head = None
        return head

    def more(self) -> bytes:
        """The next bytes of the run, b"" at its end. Raises `Broken`."""
        if self._head:
            return b""
        try:
            if made := self._codec.read():
                return made
        except Broken as broken:
            self._broken = broken
            raise
        following = self._member(self._codec.position)
        if following is None or following[1].startswith(b"WARC/"):
            self._head = following or (self._end, b"")
            return b""
        self.offset = following[0]
        return following[1]

    def skip(self, count: int) -> bytes | None:
        """Pass over `count` bytes of the run: what follows them in the last chunk; None when the run ends before."""
        while made := self.more():
            if len(made) >= count:
                return made[count:]
            count -= len(made)
        return None

    def rewind(self, offset: int, count: int) -> bytes | None:
        """Go back to `count` bytes behind the beginning of the run at `offset`."""
        self._head, self._broken, self.offset = None, None, offset
        self._codec.open(offset)
        return self.skip(count)

    def _member(self, position: int) -> tuple[int, bytes] | None:
        """The next member that holds anything, from `position` on, past whatever is broken; None at the file's end."""
        codec = self._codec
        while head := bytes(codec.blocks.at(position, 4)[:4]):
            if not codec.starts(head):
                if len(head) < 4 and codec.magic.startswith(head):
                    self._report(position, "truncated", "the file ends within the first bytes of a member")
                    return None
                self._report(position, "junk", "bytes between compressed members")
                return self._search(position + 1)
            try:
                codec.open(position)
                if made := self._prefix():
                    return position, made
                position = codec.position
            except Broken as broken:
                self._report(position, broken.kind, broken.detail)
                return self._search(self._after(position, broken))
        return None

    def _prefix(self) -> bytes:
        """Enough of an opened member to see whether it begins with a record."""
        head = self._codec.read()
        while 0 < len(head) < 5 and (made := self._codec.read()):
            head += made
        return head

    def _after(self, begin: int, broken: Broken) -> int:
        """Where to look for the next member: in the broken one, for it may have swallowed it; but only once, so that
        members packed into one another cannot make the search quadratic."""
        at = max(begin + 1, min(self._searched, broken.end))
        self._searched = max(self._searched, broken.end)
        return at

    def _search(self, position: int) -> tuple[int, bytes] | None:
        """The next member that begins with a record, from `position` on."""
        codec = self._codec
        while (position := codec.blocks.find(codec.magic, position)) >= 0:
            try:
                codec.open(position)
                head = self._prefix()
                if head.startswith(b"WARC/"):
                    return position, head
            except Broken as broken:
                del broken  # not a member at all, most likely: these four bytes occur in any data
            position += 1
        return None
