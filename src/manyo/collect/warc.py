"""WARC records (ISO 28500, 1.0 and 1.1) from plain and compressed archives, whatever state they are in.

A record is a header, a blank line, and as many bytes as `Content-Length` says. That number is believed only when the
record ends where it says: before another record, or at the end of the compressed run. Where it lies, the record is
taken to end where the next one begins; nothing after it is lost. The search for that place moves forward only, so
that the cost stays linear on any bytes.

In the common case, one record in one compressed member, a record costs one look at its header: six `bytes.find`, no
line is split, and a body that is not wanted is not copied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, Protocol, TypeAlias

from manyo.collect import http
from manyo.collect.blocks import Blocks
from manyo.collect.http import Body, blank_line
from manyo.collect.media import kind_of, may_be_page
from manyo.collect.members import Broken
from manyo.collect.tally import Tally

HEADER_LIMIT: Final = 65536  # bytes of a WARC or HTTP header
_NEXT: Final = re.compile(rb"(?<=\n)WARC/\d\.\d+[ \t]*\r?\n")
_NEWLINES: Final = re.compile(rb"[\r\n]*")
_NUMBER: Final = re.compile(rb"\d{1,18}")
_DOCUMENTS: Final = frozenset({b"response", b"resource", b"conversion"})
_NOT_DOCUMENTS: Final = {kind.encode(): kind for kind in ("warcinfo", "request", "metadata", "revisit", "continuation")}

# file, offset, record, url, fetched, content_type, kind, body: the columns of `records.PAGE` in order
Page: TypeAlias = tuple[str, int, str, str, str, str, str, bytes | memoryview]
OnRecord: TypeAlias = Callable[[str, int, str], None]


class Stream(Protocol):
    """What `Archive` reads from: `members.Members`, or `Plain`."""

    sealed: bool  # whether an end of the bytes is known to be their end
    offset: int

    def begin(self) -> bytes: ...
    def more(self) -> bytes: ...
    def skip(self, count: int) -> bytes | None: ...
    def rewind(self, offset: int, count: int) -> bytes | None: ...


class Plain:
    """An uncompressed archive: one run, in which passing over costs nothing."""

    sealed = False
    offset = 0

    def __init__(self, blocks: Blocks, size: int) -> None:
        self._blocks, self._size, self._position = blocks, size, 0

    def begin(self) -> bytes:
        return self.more() if self._position == 0 else b""

    def more(self) -> bytes:
        view = self._blocks.at(self._position)
        self._position += len(view)
        return bytes(view)

    def skip(self, count: int) -> bytes | None:
        self._position += count
        return b"" if self._position <= self._size else None

    def rewind(self, offset: int, count: int) -> bytes | None:
        self._position = offset + count
        return b""


class Archive:
    """The pages of one piece of a WARC or WET file.

    `max_page_bytes` bounds a page, decoded; a record that is longer as stored is passed over unread. Of what is read
    no more than about `max_page_bytes` is held. `skip` and `on_record` as for `Reader`.
    """

    def __init__(
        self,
        stream: Stream,
        file: str,
        tally: Tally,
        *,
        max_page_bytes: int,
        skip: frozenset[tuple[str, int, str]] = frozenset(),
        on_record: OnRecord | None = None,
    ) -> None:
        self._stream, self._file, self._tally = stream, file, tally
        self._limit, self._hold = max_page_bytes, max_page_bytes + HEADER_LIMIT
        self._skip, self._on_record = skip, on_record

    def __iter__(self) -> Iterator[Page]:
        while data := self._stream.begin():
            self._data, self._at = data, 0
            self._base = 0  # where _data begins, counted from the beginning of the run
            self._over = False  # nothing follows _data in this run
            self._broken: Broken | None = None
            self._distrust = False  # a length beyond _hold has lied in this run
            self._members = [(0, self._stream.offset)]  # where in the run its members begin; the first that matter
            self._ordinal = 0
            self._counted = 0  # bytes of the run that are in the tally
            self._unbroken = 0  # where in the run a stretch without a blank line, looked through already, ends
            while self._to_record():
                page = self._record()
                if page is not None:
                    self._tally.documents += 1
                    self._count(self._at)
                    yield page
            self._count(len(self._data))
            if self._broken:
                self._report(self._place(), self._broken.kind, self._broken.detail)

    def _count(self, at: int) -> None:
        self._tally.bytes_in += self._base + at - self._counted
        self._counted = self._base + at

    # The window: _data[_at:] is what is next, made longer as needed.

    def _fill(self, need: int) -> bool:
        """Hold `need` bytes from `_at` on; False when the run ends before."""
        have = len(self._data) - self._at
        if have >= need or self._over:
            return have >= need
        # Once bytes must be moved, a quarter more than there are is fetched, so that moving stays linear.
        target = max(need, have + have // 4)
        chunks: list[bytes | memoryview] = [memoryview(self._data)[self._at :]]
        fresh = have
        while fresh < target and (made := self._more(self._base + self._at + fresh)):
            chunks.append(made)
            fresh += len(made)
        if fresh > have:
            self._base += self._at
            self._data, self._at = b"".join(chunks), 0
        return fresh >= need

    def _more(self, position: int) -> bytes:
        try:
            made = self._stream.more()
        except Broken as broken:
            self._broken, made = broken, b""
        if not made:
            self._over = True
        elif self._stream.offset != self._members[-1][1]:
            self._members.append((position, self._stream.offset))
        return made

    def _drop(self, count: int) -> bool:
        """Pass over `count` bytes, held or not; False when the run ends before."""
        have = len(self._data) - self._at
        if count <= have:
            self._at += count
            return True
        self._base += len(self._data)
        self._data, self._at = b"", 0
        if self._over:
            return False
        try:
            left = self._stream.skip(count - have)
        except Broken as broken:
            self._broken, left = broken, None
        if left is None:
            self._over = True
            return False
        self._base += count - have
        self._data = left
        if self._stream.offset != self._members[-1][1]:
            self._members.append((self._base, self._stream.offset))
        return True

    def _place(self) -> int:
        """The pointer's offset for what begins at `_at`: of its member, or of itself in a plain file."""
        position = self._base + self._at
        if not self._stream.sealed:
            return position
        while len(self._members) > 1 and self._members[1][0] <= position:
            self._members.pop(0)
            self._ordinal = 0
        return self._members[0][1]

    def _report(self, offset: int, kind: str, detail: str) -> None:
        self._tally.report(self._file, offset, kind, detail)

    # From record to record.

    def _to_record(self) -> bool:
        """Go to the next record; False at the end of the run."""
        if self._data.startswith(b"\r\n\r\n", self._at):
            self._at += 4
        if self._data.startswith(b"WARC/", self._at):
            return True
        if self._over and self._at == len(self._data):
            return False
        while True:
            self._at = _NEWLINES.match(self._data, self._at).end()  # type: ignore[union-attr]  # matches always
            if self._at < len(self._data) or not self._fill(1):
                break
        if not self._fill(5) and self._at == len(self._data):
            return False
        if self._data.startswith(b"WARC/", self._at):
            return True
        place = self._place()
        lost, found = self._to_next(self._at)
        self._report(place, "junk", f"{lost} bytes that belong to no record")
        return found

    def _to_next(self, look: int) -> tuple[int, bool]:
        """Move to the next line that begins a record (at `look` or later), or to the end of the run, holding little.

        The bytes passed, and whether there is such a line.
        """
        passed = self._base + self._at
        while True:
            found = _NEXT.search(self._data, look)
            if found:
                self._at = found.start()
                return self._base + self._at - passed, True
            self._at = max(self._at, len(self._data) - 32)
            if not self._fill(33) and self._over:
                self._at = len(self._data)
                return self._base + self._at - passed, False
            look = self._at

    def _record(self) -> Page | None:
        """Account for the record at `_at` and move behind it; the page, when it holds one."""
        tally = self._tally
        place = self._place()
        body = self._blank_line()
        while body < 0:
            have = len(self._data) - self._at
            self._fill(min(2 * have, HEADER_LIMIT))
            if have >= HEADER_LIMIT or len(self._data) - self._at == have:
                self._headless(place)
                return None
            body = self._blank_line()
        data, start = self._data, self._at
        tally.records += 1
        self._ordinal += 1
        head = data[start:body]
        number = _value(head, b"\nContent-Length:")
        length = int(number) if _NUMBER.fullmatch(number) else -1
        self._at = body
        size, problem = self._extent(place, length, number)
        # From here on the block is _data[_at : _at + size]; a record with a problem may have only its beginning there.
        outcome = self._account(place, head, size, problem)
        if problem != "too_large":  # else it is passed over already
            self._at += size
        return outcome

    def _blank_line(self) -> int:
        """Where the header at `_at` is over, or -1. No stretch is looked through twice, however often a header begins."""
        start, limit = self._at, self._at + HEADER_LIMIT
        body = blank_line(self._data, max(start, self._unbroken - self._base - 2), limit)
        if body < 0:
            self._unbroken = self._base + min(limit, len(self._data))
        return body

    def _headless(self, place: int) -> None:
        """A record whose header does not end."""
        self._tally.records += 1
        if self._over and (self._broken or not self._stream.sealed):
            self._tally.refuse("damaged")
            if not self._broken:
                self._report(place, "truncated", "the file ends within a record's header")
            self._at = len(self._data)
            return
        self._tally.refuse("bad_warc_header")
        self._report(place, "header", "a WARC header without an end")
        self._to_next(self._at + 1)

    def _extent(self, place: int, length: int, number: bytes) -> tuple[int, str]:
        """How many bytes the block at `_at` has, and why it cannot be used: "", "damaged" or "too_large".

        A block that is too large has been passed over; its first bytes are kept in `_front`.
        """
        if 0 <= length <= self._hold:
            if self._ends_at(length):
                return length, ""
        elif length > 0 and not self._distrust:
            self._fill(HEADER_LIMIT)
            self._front = self._data[self._at : self._at + HEADER_LIMIT]
            mark, run = self._base + self._at, self._members[0]
            if self._drop(length) and self._ends_at(0):
                return 0, "too_large"
            self._back(mark, run)
        return self._search_end(place, length, number)

    def _ends_at(self, length: int) -> bool:
        """Whether a record ends `length` bytes on: another follows, or the run ends there, and soundly.

        Behind two proper line ends anything may follow: the record is whole, what follows is junk.
        """
        end = self._at + length
        if end + 4 == len(self._data) and not self._over and self._data.endswith(b"\r\n\r\n"):
            # The usual case: the record fills what there is of its run. Asked for more, the run is over.
            made = self._more(self._base + end + 4)
            if not made:
                return self._broken is None
            self._data += made
        self._fill(length + 12)
        end = self._at + length
        if self._data.startswith(b"\r\n\r\n", end) and len(self._data) > end + 4:
            return True
        if end > len(self._data):
            return False
        while True:
            following = _NEWLINES.match(self._data, end).end()  # type: ignore[union-attr]  # matches always
            if following + 5 <= len(self._data):
                return self._data.startswith(b"WARC/", following)
            if self._over:
                return following == len(self._data) and self._broken is None
            if following - end > HEADER_LIMIT:  # blank space without end: `_to_record` passes over it, holding nothing
                return True
            before = self._at
            self._fill(following + 5 - before)
            end += self._at - before

    def _back(self, mark: int, member: tuple[int, int]) -> None:
        """Return to `mark` bytes behind the beginning of the run, after a length that lied beyond what is held."""
        self._distrust = self._stream.sealed
        self._broken, self._over = None, False
        self._members = [member]
        self._base, self._at = mark, 0
        try:
            self._data = self._stream.rewind(member[1], mark - member[0]) or b""
        except Broken as broken:  # cannot be: these bytes were read before
            self._broken, self._over, self._data = broken, True, b""

    def _search_end(self, place: int, length: int, number: bytes) -> tuple[int, str]:
        """The extent of a block whose length lies or is none: up to the next record, or to the end of the run."""
        look = self._at
        while True:
            found = _NEXT.search(self._data, look)
            have = (found.start() if found else len(self._data)) - self._at
            if have > self._hold:
                self._front = self._data[self._at : self._at + HEADER_LIMIT]
                passed, _ = self._to_next(look)
                self._lied(place, number, passed)
                return 0, "too_large"
            if found:
                break
            if self._over:
                if self._broken:
                    return have, "damaged"
                if not self._stream.sealed and length > have:
                    said = f"the file ends {length - have} bytes before the record does"
                    self._report(place, "truncated", said)
                    return have, "damaged"
                break
            self._fill(min(max(2 * have, HEADER_LIMIT), self._hold + 1))
            look = self._at + max(have - 32, 0)
        size = len(self._data[self._at : self._at + have].rstrip(b"\r\n"))
        self._lied(place, number, size)
        self._tally.repair("length")
        return size, ""

    def _lied(self, place: int, number: bytes, size: int) -> None:
        said = number[:20].decode("latin-1") or "nothing"
        self._report(place, "length", f"Content-Length says {said}, the record has {size} bytes")

    # What a record holds.

    def _account(self, place: int, head: bytes, size: int, problem: str) -> Page | None:
        """Count the record as skipped or refused, or give its page."""
        tally = self._tally
        kind = _value(head, b"\nWARC-Type:").lower()
        if kind not in _DOCUMENTS:
            tally.skip(_NOT_DOCUMENTS.get(kind, "other_type"))
            return None
        record = _value(head, b"\nWARC-Record-ID:").decode("utf-8", "replace") or f"#{self._ordinal - 1}"
        if self._skip and (self._file, place, record) in self._skip:
            tally.refuse("quarantined")
            return None
        if self._on_record:
            self._on_record(self._file, place, record)
        declared = _value(head, b"\nContent-Type:").decode("latin-1")
        data, start, end = self._data, self._at, self._at + size
        if problem == "too_large":
            data, start, end = self._front, 0, len(self._front)
        if kind == b"response":
            message = http.read_head(data, start, end)
            if message is None:
                if declared and not declared.lower().startswith("application/http"):
                    tally.skip("not_http")
                else:
                    tally.refuse(problem if problem == "damaged" else "empty_body" if start == end else "bad_http")
                return None
            if message.status != 200:
                tally.skip("redirect" if 300 <= message.status < 400 else "not_200")
                return None
            content_type, codings, start = message.content_type, message.codings, message.body
        else:
            content_type, codings = declared, []
        if problem == "damaged":
            tally.refuse("damaged")
            return None
        if not may_be_page(content_type):
            tally.refuse("not_text")
            return None
        if problem:
            tally.refuse(problem)
            return None
        body = Body(memoryview(data)[start:end])
        if codings:
            body = http.decode(memoryview(data)[start:end], codings, self._limit)
        refused = body.refused or _refusal(body.data, self._limit)
        medium = "" if refused else kind_of(content_type, body.data)
        if not medium:
            tally.refuse(refused or "not_text")
            return None
        if body.repaired:
            tally.repair(body.repaired)
        url = _value(head, b"\nWARC-Target-URI:").strip(b"<>").decode("utf-8", "replace")
        fetched = _value(head, b"\nWARC-Date:").decode("latin-1")
        return self._file, place, record, url, fetched, content_type, medium, body.data


def _refusal(body: bytes | memoryview, limit: int) -> str:
    if len(body) > limit:
        return "too_large"
    return "" if len(body) > 64 or bytes(body).strip() else "empty_body"


def _value(head: bytes, name: bytes) -> bytes:
    """The first value of a WARC field, given as `b"\\nName:"`. In any case, but the usual one is the fastest."""
    at = head.find(name)
    if at < 0 and (at := head.lower().find(name.lower())) < 0:
        return b""
    at += len(name)
    end = head.find(b"\n", at)
    return head[at:end].strip()
