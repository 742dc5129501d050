"""A page's bytes in, its main text out: decoding, segmenting, selecting and normalising put together.

`read` is what a build runs over a batch of pages; `extract` and `extract_batch` are the same for who wants only this.

>>> page = '<title>朝顔日記</title><nav><a href="/">ホーム</a></nav><p>今朝、青い花が三つ咲いた。水をやってから出かけた。つぼみもまだ七つある。'
>>> found = extract(page.encode("cp932"))
>>> found.text, found.title, found.charset
('今朝、青い花が三つ咲いた。水をやってから出かけた。つぼみもまだ七つある。', '朝顔日記', 'shift_jis')
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

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
from manyo.read.markdown import markdown
from manyo.read.normalise import normalise
from manyo.read.settings import FAITHFUL, Settings
from manyo.read.utf8 import put
from manyo.records import READING


@dataclass(frozen=True)
class Block:
    """A run of text that no block-level tag interrupts, and what became of it.

    `text` is as the page has it, not normalised. `score` is the probability, from 0 to 1, that it belongs to the main text;
    a score does not decide alone whether a block is `kept` (what a page says twice is kept once). `tag` is the element
    that it stands in, "" at the root.
    """

    text: str
    kept: bool
    score: float
    tag: str


@dataclass(frozen=True, eq=False)
class _Tables:
    """What blocks and Markdown are made of when somebody asks for them: the page's segments and what was selected."""

    found: segmenting.Segments
    kept: npt.NDArray[np.uint8]
    score: npt.NDArray[np.float32]
    settings: Settings

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Tables):
            return NotImplemented
        pairs = [(getattr(self.found, name), getattr(other.found, name)) for name in ("text", "blocks", "containers")]
        pairs += [(self.kept, other.kept), (self.score, other.score)]
        return self.settings == other.settings and all(np.array_equal(mine, its) for mine, its in pairs)


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
    _tables: _Tables = field(repr=False, hash=False)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Every block of the page, in page order. Made when first asked for."""
        found, kept, score = self._tables.found, self._tables.kept, self._tables.score
        data = found.text.tobytes()
        columns = [segmenting.START, segmenting.END, segmenting.TAG]
        rows = zip(found.blocks[:, columns].tolist(), kept.tolist(), score.tolist(), strict=True)
        return tuple(
            Block(
                text=data[start:end].decode("utf-8", "replace"),
                kept=bool(keep),
                score=round(probability, 4),
                tag=tags.ELEMENTS[tag] if tag >= 0 else "",
            )
            for (start, end, tag), keep, probability in rows
        )

    @cached_property
    def markdown(self) -> str:
        """The main text with its structure, see `manyo.read.markdown`. Made when first asked for."""
        return markdown(self._tables.found, self._tables.kept, settings=self._tables.settings)


_LANGUAGE: Final = 16  # characters of a page's `lang` that are kept
DOCUMENT = pa.schema([*READING, pa.field("text", pa.large_string())])


def read(bodies: Column, content_types: pa.Array, kinds: pa.Array, settings: Settings | None = None) -> pa.RecordBatch:
    """Read a batch of pages: one row of `DOCUMENT` for each.

    `kinds` says "html" or "text" for each row; text is decoded and normalised, but not segmented.
    """
    is_text = np.asarray(pc.equal(kinds, "text").fill_null(False), bool)
    batch = _read(bodies, content_types, is_text, settings or Settings())
    names = np.array(charset.NAMES, object)[batch.codes]
    for row, label in batch.labels.items():
        names[row] = label
    columns = {
        "charset": pa.array(names, pa.string()),
        "charset_from": pa.DictionaryArray.from_arrays(batch.evidence, list(charset.EVIDENCE)).cast(pa.string()),
        "decode_errors": pa.array(batch.errors),
        "language": pc.utf8_slice_codeunits(pc.ascii_lower(batch.languages.text()), 0, _LANGUAGE).cast(pa.string()),
        "title": pc.replace_substring(batch.titles.text(), "\n", " ").cast(pa.string()),
        "date": _dates(batch.found.pages[:-1, segmenting.DATE]),
        "page_bytes": pa.array(bodies.lengths),
        "link_share": pa.array(main_text.link_share(batch.found, batch.kept)),
        "text": batch.texts.text(),
    }
    return pa.RecordBatch.from_arrays([columns[field.name] for field in DOCUMENT], schema=DOCUMENT)


@dataclass(frozen=True)
class _Batch:
    """Pages as they were read: their segments, what was selected of these, and a row for each page of everything else."""

    found: segmenting.Segments
    kept: npt.NDArray[np.uint8]
    score: npt.NDArray[np.float32]
    texts: Column
    titles: Column
    languages: Column
    codes: npt.NDArray[np.uint8]
    evidence: npt.NDArray[np.uint8]
    errors: npt.NDArray[np.int32]
    labels: dict[int, str]  # of pages that another language's codec read


def _read(bodies: Column, content_types: pa.Array, is_text: npt.NDArray[np.bool_], settings: Settings) -> _Batch:
    decoded, codes, evidence, errors, labels = _decode(bodies, content_types)
    pages, raw = _split(decoded, is_text) if is_text.any() else (decoded, None)
    found = segmenting.segment(pages, ruby=settings.ruby)
    selected = main_text.select(found, comments=settings.comments)
    kept, score = selected.kept, selected.score
    texts = main_text.assemble(found, kept)
    if raw is not None:
        texts = _merge(texts, raw, is_text)
    texts = normalise(texts, nfkc=settings.nfkc, punctuation=settings.punctuation)
    titles = _plain(pages, found.pages[:-1, segmenting.TITLE_START : segmenting.TITLE_END + 1])
    titles = normalise(titles, nfkc=settings.nfkc)
    languages = _plain(pages, found.pages[:-1, segmenting.LANG_START : segmenting.LANG_END + 1])
    return _Batch(found, kept, score, texts, titles, languages, codes, evidence, errors, labels)


def extract(
    html: bytes, *, url: str | None = None, content_type: str | None = None, settings: Settings | None = None
) -> Extraction:
    """Read one page, by default spelled as its author did (`FAITHFUL`).

    `content_type` is the HTTP header's value, for its charset. `url` is where the page is from: where the page itself has no
    date, one in the URL's path is taken (`/2024/05/17/`, `/20240517.html`, `/2024-05-17-title`). It is not kept.
    """
    settings = settings or FAITHFUL
    # The row of `read`, without Arrow's cost for a table of one row.
    batch = _read(Column.join([html]), pa.array([content_type or ""], pa.string()), np.zeros(1, bool), settings)
    found = batch.found
    used = int(found.blocks[:, segmenting.END].max(initial=0))
    # Copies: the tables have room for more text and blocks than most pages have, and a result may be kept for long.
    found = segmenting.Segments(
        found.text[:used].copy(), found.blocks.copy(), found.containers.copy(), found.names.copy(), found.pages
    )
    return Extraction(
        text=batch.texts.row(0).decode(),
        title=batch.titles.row(0).decode().replace("\n", " "),
        date=_date(int(found.pages[0, segmenting.DATE])) or _url_date(url or ""),
        charset=batch.labels.get(0, charset.NAMES[batch.codes[0]]),
        charset_from=charset.EVIDENCE[batch.evidence[0]],
        decode_errors=int(batch.errors[0]),
        language=batch.languages.row(0).lower().decode()[:_LANGUAGE],
        _tables=_Tables(found, batch.kept, batch.score, settings),
    )


def extract_batch(
    pages: Any, *, content_types: Sequence[str] | None = None, settings: Settings | None = None
) -> pa.RecordBatch:
    """Read a column of pages (Arrow binary, or a sequence of bytes): one row of `DOCUMENT` for each.

    The default is `FAITHFUL`. Raises `ManyoError` when there are not as many content types as pages.
    """
    bodies = Column.of(pages)
    if content_types is not None and len(content_types) != bodies.rows:
        raise ManyoError(
            f"there are {bodies.rows} pages and {len(content_types)} content types",
            where="content_types",
            hint='give one for each page, "" where there is none',
        )
    headers = pa.array(content_types if content_types is not None else [""] * bodies.rows, pa.string())
    return read(bodies, headers, pa.array(["html"] * bodies.rows, pa.string()), settings or FAITHFUL)


def _decode(
    bodies: Column, content_types: pa.Array
) -> tuple[Column, npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.int32], dict[int, str]]:
    """Decoded pages, codes, evidence, error counts, and the labels of pages that another language's codec read."""
    encoded = content_types.dictionary_encode()  # a crawl has a few dozen different headers
    codes_of = [charset.label_code(charset.header_label(value or "")) for value in encoded.dictionary.to_pylist()]
    indices = encoded.indices if not encoded.null_count else encoded.indices.fill_null(len(codes_of))
    headers = np.array([*codes_of, 0], np.uint8)[np.asarray(indices)]
    codes, evidence, ready = charset.choose(bodies, headers)
    labels: dict[int, str] = {}
    # Pages of other languages reach this only through `extract`: a build has turned them away.
    for row in np.flatnonzero(codes == charset.OTHER).tolist():
        value = content_types[row].as_py() or ""
        labels[row] = (charset.EVIDENCE[evidence[row]] == "header" and charset.header_label(value)) or (
            charset.meta_label(bodies.row(row))
        )
    if not labels:
        decoded, errors = decode(bodies, codes, ready)
        return decoded, codes, evidence, errors, labels
    foreign = {row: decode_other(bodies.row(row), label) for row, label in labels.items()}
    rows = [
        foreign[row][0].encode("utf-8", "replace") if row in foreign else bodies.row(row) for row in range(bodies.rows)
    ]
    decoded, errors = decode(Column.join(rows), codes, ready)
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


def _date(day: int) -> str:
    """One of `_dates`."""
    try:
        return datetime.date(day // 10000, day // 100 % 100, day % 100).isoformat()
    except ValueError:
        return ""


_URL_PATH: Final = re.compile(r"(?:(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*)?([^?#]*)", re.IGNORECASE)
_URL_DATE: Final = re.compile(r"(?<![0-9])([0-9]{4})(?:([-/])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2}))(?![0-9])")


def _url_date(url: str) -> str:
    """The first day in the path of a URL, from 1990 to 2099, as ISO 8601; "" without one.

    A longer number holds no date: it is a record's number, or the moment at which an archive fetched the page.

    >>> [_url_date(f"https://www.example.jp/{path}") for path in ("blog/2024/5/7/", "a/20240517.html", "2024-05-17-ame")]
    ['2024-05-07', '2024-05-17', '2024-05-17']
    >>> [_url_date(f"https://20240517.example.jp/{path}") for path in ("2024/05/12345", "20240517123000/", "?d=2024-05-17")]
    ['', '', '']
    """
    path = _URL_PATH.match(url)
    for found in _URL_DATE.finditer(path[1] if path else ""):
        year, month, day = (int(part) for part in found.groups() if part and part.isdigit())
        if 1990 <= year <= 2099 and (date := _date(year * 10000 + month * 100 + day)):
            return date
    return ""


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
