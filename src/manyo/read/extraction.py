"""A page's bytes in, its main text out: decoding, segmenting, selecting and normalising put together.

`read` is what a build runs over a batch of pages; `extract` and `extract_batch` are the same for who wants only this.

>>> page = '<title>朝顔日記</title><nav><a href="/">ホーム</a></nav><p>今朝、青い花が三つ咲いた。水をやってから出かけた。つぼみもまだ七つある。'
>>> found = extract(page.encode("cp932"))
>>> found.text, found.title, found.charset
('今朝、青い花が三つ咲いた。水をやってから出かけた。つぼみもまだ七つある。', '朝顔日記', 'shift_jis')
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from manyo.columns import ByteArray, Column, IntArray
from manyo.errors import ManyoError
from manyo.kernels import kernel
from manyo.read import charset, main_text, markup, tags
from manyo.read import segment as segmenting
from manyo.read.decode import decode, decode_other
from manyo.read.normalise import normalise
from manyo.read.settings import Settings
from manyo.read.utf8 import put
from manyo.records import READING


@dataclass(frozen=True)
class Block:
    """A run of text that no block-level tag interrupts, and whether it was kept."""

    text: str
    kept: bool
    tag: str  # the element that it stands in, "" at the root


@dataclass(frozen=True)
class Extraction:
    """What was read from one page. `date` is ISO 8601 or "", `language` the page's own `lang` or ""."""

    text: str
    title: str
    date: str
    charset: str
    charset_from: str
    decode_errors: int
    language: str
    blocks: tuple[Block, ...]


DOCUMENT = pa.schema([*READING, pa.field("text", pa.large_string())])


def read(bodies: Column, content_types: pa.Array, kinds: pa.Array, settings: Settings | None = None) -> pa.RecordBatch:
    """Read a batch of pages: one row of `DOCUMENT` for each.

    `kinds` says "html" or "text" for each row; text is decoded and normalised, but not segmented.
    """
    rows, _, _ = _read(bodies, content_types, kinds, settings or Settings())
    return rows


def _read(
    bodies: Column, content_types: pa.Array, kinds: pa.Array, settings: Settings
) -> tuple[pa.RecordBatch, segmenting.Segments, npt.NDArray[np.uint8]]:
    """The rows, and the blocks that they were made of with which of them were kept."""
    decoded, codes, evidence, errors, labels = _decode(bodies, content_types)
    is_text = np.asarray(pc.equal(kinds, "text").fill_null(False), bool)
    pages, raw = _split(decoded, is_text) if is_text.any() else (decoded, None)
    found = segmenting.segment(pages, ruby=settings.ruby)
    kept = main_text.select(found)
    texts = main_text.assemble(found, kept)
    if raw is not None:
        texts = _merge(texts, raw, is_text)
    texts = normalise(texts, nfkc=settings.nfkc, punctuation=settings.punctuation)
    titles = normalise(
        _plain(pages, found.pages[:-1, segmenting.TITLE_START : segmenting.TITLE_END + 1]), nfkc=settings.nfkc
    )
    languages = _plain(pages, found.pages[:-1, segmenting.LANG_START : segmenting.LANG_END + 1])
    names = np.array(charset.NAMES, object)[codes]
    for row, label in labels.items():
        names[row] = label
    columns = {
        "charset": pa.array(names, pa.string()),
        "charset_from": pa.DictionaryArray.from_arrays(evidence, list(charset.EVIDENCE)).cast(pa.string()),
        "decode_errors": pa.array(errors),
        "language": pc.utf8_slice_codeunits(pc.utf8_lower(languages.text()), 0, 16).cast(pa.string()),
        "title": pc.replace_substring(titles.text(), "\n", " ").cast(pa.string()),
        "date": _dates(found.pages[:-1, segmenting.DATE]),
        "page_bytes": pa.array(bodies.lengths),
        "text": texts.text(),
    }
    rows = pa.RecordBatch.from_arrays([columns[field.name] for field in DOCUMENT], schema=DOCUMENT)
    return rows, found, kept


def extract(html: bytes, *, content_type: str | None = None, settings: Settings | None = None) -> Extraction:
    """Read one page. `content_type` is the HTTP header's value, for its charset."""
    header = pa.array([content_type or ""])
    rows, found, kept = _read(Column.join([html]), header, pa.array(["html"]), settings or Settings())
    blocks = tuple(
        Block(
            text=found.text[block[segmenting.START] : block[segmenting.END]].tobytes().decode("utf-8", "replace"),
            kept=bool(keep),
            tag=tags.ELEMENTS[block[segmenting.TAG]] if block[segmenting.TAG] >= 0 else "",
        )
        for block, keep in zip(found.blocks, kept, strict=True)
    )
    row = rows.to_pylist()[0]
    row.pop("page_bytes")
    return Extraction(**row, blocks=blocks)


def extract_batch(
    pages: Any, *, content_types: Sequence[str] | None = None, settings: Settings | None = None
) -> pa.RecordBatch:
    """Read a column of pages (Arrow binary, or a sequence of bytes): one row of `DOCUMENT` for each.

    Raises `ManyoError` when there are not as many content types as pages.
    """
    bodies = Column.of(pages)
    if content_types is not None and len(content_types) != bodies.rows:
        raise ManyoError(
            f"there are {bodies.rows} pages and {len(content_types)} content types",
            where="content_types",
            hint='give one for each page, "" where there is none',
        )
    headers = pa.array(content_types if content_types is not None else [""] * bodies.rows, pa.string())
    return read(bodies, headers, pa.array(["html"] * bodies.rows, pa.string()), settings)


def _decode(
    bodies: Column, content_types: pa.Array
) -> tuple[Column, npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.int32], dict[int, str]]:
    """Decoded pages, codes, evidence, error counts, and the labels of pages that another language's codec read."""
    encoded = content_types.dictionary_encode()  # a crawl has a few dozen different headers
    codes_of = [charset.label_code(charset.header_label(value or "")) for value in encoded.dictionary.to_pylist()]
    indices = np.asarray(encoded.indices.fill_null(len(codes_of)), np.int64)
    headers = np.array([*codes_of, 0], np.uint8)[indices]
    codes, evidence = charset.choose(bodies, headers)
    labels: dict[int, str] = {}
    # Pages of other languages reach this only through `extract`: a build has turned them away.
    for row in np.flatnonzero(codes == charset.OTHER).tolist():
        value = content_types[row].as_py() or ""
        labels[row] = (charset.EVIDENCE[evidence[row]] == "header" and charset.header_label(value)) or (
            charset.meta_label(bodies.row(row))
        )
    if not labels:
        decoded, errors = decode(bodies, codes)
        return decoded, codes, evidence, errors, labels
    foreign = {row: decode_other(bodies.row(row), label) for row, label in labels.items()}
    rows = [
        foreign[row][0].encode("utf-8", "replace") if row in foreign else bodies.row(row) for row in range(bodies.rows)
    ]
    decoded, errors = decode(Column.join(rows), codes)
    for row, (_, count) in foreign.items():
        errors[row] = count
    return decoded, codes, evidence, errors, labels


def _split(pages: Column, is_text: npt.NDArray[np.bool_]) -> tuple[Column, Column]:
    """The same rows twice: text rows blanked, and all but text rows blanked."""
    array = pages.binary()
    empty = pa.scalar(b"", pa.large_binary())
    mask = pa.array(is_text)
    return Column.of(pc.if_else(mask, empty, array)), Column.of(pc.if_else(mask, array, empty))


def _merge(texts: Column, raw: Column, is_text: npt.NDArray[np.bool_]) -> Column:
    return Column.of(pc.if_else(pa.array(is_text), raw.binary(), texts.binary()))


def _dates(dates: IntArray) -> pa.Array:
    """yyyymmdd as ISO 8601 dates, "" for 0. A 31 February is no date."""
    years, months, days = dates // 10000, dates // 100 % 100, dates % 100
    known = dates > 0
    months_since = np.where(known, (years - 1970) * 12 + months - 1, 0).astype("datetime64[M]")
    moment = months_since.astype("datetime64[D]") + np.where(known, days - 1, 0)
    known &= moment.astype("datetime64[M]") == months_since
    return pa.array(np.where(known, moment.astype(str), ""), pa.string())


def _plain(pages: Column, spans: IntArray) -> Column:
    """The text of one span of each page, its references decoded and its white space collapsed."""
    table = tags.tables()
    spans = np.ascontiguousarray(spans)
    out = np.empty(int((spans[:, 1] - spans[:, 0]).sum()) * 3 // 2 + 8, np.uint8)
    offsets = np.zeros(len(spans) + 1, np.int64)
    _plain_rows(pages.data, spans, table.entities, table.entity_points, table.entity_bare, out, offsets)
    return Column(out[: offsets[-1]], offsets)


@kernel
def _plain_rows(
    data: ByteArray,
    spans: IntArray,
    entities: npt.NDArray[np.uint64],
    entity_points: npt.NDArray[np.int32],
    entity_bare: npt.NDArray[np.uint8],
    out: ByteArray,
    offsets: IntArray,
) -> None:
    to = 0
    for row in range(len(spans)):
        at, end = spans[row, 0], spans[row, 1]
        first = to
        space = False
        while at < end:
            byte = data[at]
            point = second = 0
            past = at
            if byte == 0x26:
                past, point, second = markup.reference(data, at, end, entities, entity_points, entity_bare)
            if markup.is_blank(byte) or (past > at and (point == 0x20 or 0x09 <= point <= 0x0D)):
                space = True
                at = max(past, at + 1)
                continue
            if space and to > first:
                out[to] = 0x20
                to += 1
            space = False
            if past > at:
                to = put(out, to, point)
                if second:
                    to = put(out, to, second)
                at = past
            else:
                out[to] = byte
                to += 1
                at += 1
        offsets[row + 1] = to
