"""Tables: JSON lines, one page an object, and Parquet, one page a row.

Of Parquet only the needed columns are read, a few rows at a time, and rows stay Arrow: no Python object is made of a
page. JSON is unpacked line by line, since a line that is broken must cost that line only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc

from manyo import records
from manyo.collect.blocks import Blocks
from manyo.collect.members import Report, unpacked
from manyo.collect.tally import Tally
from manyo.errors import ManyoError

if TYPE_CHECKING:
    import pyarrow.parquet as pq

    from manyo.collect.source import Columns, Source
    from manyo.collect.warc import OnRecord, Page

CONTENT_TYPE: Final = {"html": "text/html; charset=utf-8", "text": "text/plain; charset=utf-8"}
_NAMED: Final = 12  # columns that an error names
_STRINGS: Final = (
    pa.types.is_null,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_binary,
    pa.types.is_large_binary,
)


# JSON lines


def json_lines(
    blocks: Blocks, source: Source, start: int, end: int, tally: Tally, *, max_page_bytes: int, report: Report
) -> Iterator[tuple[int, bytes | None]]:
    """The lines that begin in `[start, end)` with their offsets (unpacked); None for a line too long to be held.

    An empty line is no record.
    """
    limit = 2 * max_page_bytes + 65536  # "\\u3042" takes twice the bytes of the letter
    if source.compression:
        chunks = unpacked(blocks, source.compression, report)
        position, end = 0, 1 << 62
    else:
        # The line before `start` is the business of whoever reads there.
        position = 0 if start == 0 else blocks.find(b"\n", start - 1) + 1
        if position == 0 and start > 0:
            return
        chunks = unpacked(blocks, "", report, position)
    pieces: list[bytes] = []  # of the line that is not over yet
    held = 0
    long = False
    for chunk in chunks:
        at = 0
        while (stop := chunk.find(b"\n", at)) >= 0:
            if position >= end:
                return
            length = held + stop + 1 - at
            line = None if long or length > limit else b"".join([*pieces, chunk[at:stop]])
            tally.bytes_in += length
            if line is None or line.strip():
                yield position, line
            pieces, held, long = [], 0, False
            position += length
            at = stop + 1
        held += len(chunk) - at
        long = long or held > limit
        pieces = [] if long else [*pieces, chunk[at:]]
        if position >= end:
            return
    if held and position < end:
        tally.bytes_in += held
        yield position, None if long else b"".join(pieces)


def json_pages(
    lines: Iterator[tuple[int, bytes | None]],
    source: Source,
    tally: Tally,
    *,
    max_page_bytes: int,
    skip: frozenset[tuple[str, int, str]],
    on_record: OnRecord | None,
) -> Iterator[Page]:
    """A page for each line. Its pointer: the line's offset, and the object's id where it has one."""
    columns = source.columns
    for offset, line in lines:
        tally.records += 1
        row, problem = ({}, "too_large") if line is None else _object(line, tally)
        if problem:
            tally.refuse("quarantined" if (source.file, offset, "") in skip else problem)
            continue
        record = _plain(row.get(columns.id))
        if skip and ((source.file, offset, record) in skip or (source.file, offset, "") in skip):
            tally.refuse("quarantined")
            continue
        if on_record:
            on_record(source.file, offset, record)
        kind = "html" if row.get(columns.html) else "text"
        content = row.get(columns.html) or row.get(columns.text, 0)
        if content is not None and not isinstance(content, str):
            tally.refuse("no_column")
            continue
        body, lone = _utf8(content or "")
        if lone:
            tally.repair("surrogates")
        if not body.strip() or len(body) > max_page_bytes:
            tally.refuse("too_large" if body.strip() else "empty_body")
            continue
        tally.documents += 1
        url, date = _plain(row.get(columns.url)), _plain(row.get(columns.date))
        yield source.file, offset, record, url, date, CONTENT_TYPE[kind], kind, body


def _object(line: bytes, tally: Tally) -> tuple[dict[str, Any], str]:
    """The object of a line, or why there is none."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("utf-8", "replace")
        tally.repair("utf8")
    try:
        value = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return {}, "bad_json"
    return (value, "") if isinstance(value, dict) else ({}, "not_object")


def _utf8(text: str) -> tuple[bytes, bool]:
    """UTF-8 with lone surrogates replaced by U+FFFD, and whether there were any. A split pair is put together.

    >>> _utf8("猫\\ud83d\\ude3a"), _utf8("猫\\ud83d")[0].decode()
    ((b'\\xe7\\x8c\\xab\\xf0\\x9f\\x98\\xba', False), '猫\ufffd')
    """
    try:
        return text.encode(), False
    except UnicodeEncodeError:
        joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        try:
            return joined.encode(), False
        except UnicodeEncodeError:
            return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in joined).encode(), True


def _plain(value: object) -> str:
    """A string or number of a table as a pointer's field; "" for anything else."""
    if isinstance(value, str):
        return _utf8(value)[0].decode()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


# Parquet


def check_columns(file: BinaryIO, columns: Columns, where: str) -> None:
    """Raise `ManyoError` for a file that is no whole Parquet file or has neither a text nor an html column."""
    present = _open(file, where).schema_arrow
    usable = [name for name in (columns.html, columns.text) if name in present.names and _is_text(present.field(name))]
    if not usable:
        has = [f"{field.name} ({field.type})" for field in list(present)[:_NAMED]]
        if len(present) > _NAMED:
            has.append(f"and {len(present) - _NAMED} more")
        raise ManyoError(
            f"the table has neither a text column ({columns.text!r}) nor an html column ({columns.html!r})",
            where=where,
            hint=f"it has: {', '.join(has)}; name the right one under columns",
        )


def row_group_sizes(source: Source) -> list[int]:
    """Bytes of each row group as stored."""
    with source.open() as file:
        metadata = _open(file, source.file).metadata
        groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
        return [sum(g.column(c).total_compressed_size for c in range(g.num_columns)) for g in groups]


def parquet_batches(
    file: BinaryIO,
    source: Source,
    start: int,
    end: int,
    tally: Tally,
    *,
    batch_bytes: int,
    max_page_bytes: int,
    skip: frozenset[tuple[str, int, str]],
    report: Report,
) -> Iterator[pa.RecordBatch]:
    """The pages of the row groups `[start, end)` as batches of `records.PAGE`, not yet cut to size.

    A page's pointer: its row in the file, and its id where it has one. A row group that does not decompress is
    reported, and its rows that could not be read are refused as damaged.
    """
    table = _open(file, source.file)
    columns, metadata = source.columns, table.metadata
    roles = dict.fromkeys((columns.text, columns.html, columns.url, columns.date, columns.id))
    wanted = [name for name in roles if name in table.schema_arrow.names]
    row = sum(metadata.row_group(group).num_rows for group in range(start))
    for group in range(start, end):
        about = metadata.row_group(group)
        weight = max(1, about.total_byte_size // max(1, about.num_rows))
        stop = row + about.num_rows
        try:
            for batch in table.iter_batches(
                max(1, min(65536, batch_bytes // weight)), row_groups=[group], columns=wanted, use_threads=False
            ):
                yield _pages(batch, source, row, tally, max_page_bytes, skip)
                row += len(batch)
        except (OSError, pa.ArrowException) as error:
            report(row, "corrupt", f"row group {group} cannot be read: {_first_line(error)}")
            tally.records += stop - row
            tally.refuse("damaged", stop - row)
        row = stop


def _open(file: BinaryIO, where: str) -> pq.ParquetFile:
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20)
    except (OSError, pa.ArrowException) as error:
        raise ManyoError(
            f"this Parquet file cannot be read: {_first_line(error)}",
            where=where,
            hint="its footer is damaged or missing, as after an interrupted download: fetch it again",
        ) from error


def _pages(
    batch: pa.RecordBatch,
    source: Source,
    row: int,
    tally: Tally,
    limit: int,
    skip: frozenset[tuple[str, int, str]],
) -> pa.RecordBatch:
    """The pages among some rows; the others are counted."""
    columns, count = source.columns, len(batch)
    text, html = _body(batch, columns.text), _body(batch, columns.html)
    has_html = pc.greater(pc.binary_length(html), 0)
    body = pc.if_else(has_html, html, text)
    lengths = pc.binary_length(body)
    empty = pc.or_(pc.equal(lengths, 0), pc.equal(pc.binary_length(_trimmed(body)), 0))
    large = pc.greater(lengths, limit)
    ids = _strings(batch, columns.id)
    quarantined = pa.array([False] * count, pa.bool_())
    if skip:
        names = enumerate(ids.to_pylist(), row)
        quarantined = pa.array(
            [(source.file, n, i) in skip or (source.file, n, "") in skip for n, i in names], pa.bool_()
        )
    tally.records += count
    tally.bytes_in += pc.sum(lengths).as_py() or 0
    kept = pa.array([True] * count, pa.bool_())
    for reason, hit in (("quarantined", quarantined), ("empty_body", empty), ("too_large", large)):
        hit = pc.and_(kept, hit)
        tally.refuse(reason, pc.sum(hit).as_py() or 0)
        kept = pc.and_not(kept, hit)
    tally.documents += pc.sum(kept).as_py() or 0
    pages = pa.RecordBatch.from_arrays(
        [
            pa.array([source.file] * count, pa.string()),
            pa.array(range(row, row + count), pa.int64()),
            ids,
            _strings(batch, columns.url),
            _strings(batch, columns.date),
            pc.if_else(has_html, CONTENT_TYPE["html"], CONTENT_TYPE["text"]),
            pc.if_else(has_html, "html", "text"),
            body,
        ],
        schema=records.PAGE,
    )
    return pages.filter(kept)


def _trimmed(body: pa.Array) -> pa.Array:
    """The first bytes of each body without white space around: enough to see an empty page without a copy of all."""
    return pc.ascii_trim_whitespace(pc.binary_slice(body, 0, 65).cast(pa.large_string(), safe=False))


def _body(batch: pa.RecordBatch, name: str) -> pa.Array:
    """A column as bytes, null as none; nothing at all where there is no such column, or it is no text."""
    if name in batch.schema.names and _is_text(batch.schema.field(name)):
        array = batch.column(name)
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        return array.cast(pa.large_binary()).fill_null(b"")
    return pa.array([b""] * len(batch), pa.large_binary())


def _strings(batch: pa.RecordBatch, name: str) -> pa.Array:
    """A column of a pointer as strings: times in ISO 8601, malformed UTF-8 replaced, null as ""."""
    if name not in batch.schema.names:
        return pa.array([""] * len(batch), pa.string())
    array = batch.column(name)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_timestamp(array.type):
        seconds = array.cast(pa.timestamp("s", array.type.tz), safe=False).cast(pa.int64()).cast(pa.timestamp("s"))
        array = pc.replace_substring(seconds.cast(pa.string()), " ", "T")
        return pc.binary_join_element_wise(array, "Z", "").fill_null("")
    if not (_is_text(batch.schema.field(name)) or pa.types.is_primitive(array.type)):
        return pa.array([""] * len(batch), pa.string())
    if _is_text(batch.schema.field(name)):  # Parquet's strings are not checked when they are read
        try:
            return array.cast(pa.binary()).cast(pa.string()).fill_null("")
        except pa.ArrowInvalid:
            rows = array.cast(pa.binary()).fill_null(b"").to_pylist()
            return pa.array([value.decode("utf-8", "replace") for value in rows], pa.string())
    return array.cast(pa.string()).fill_null("")


def _is_text(field: pa.Field) -> bool:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    return any(test(kind) for test in _STRINGS)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
