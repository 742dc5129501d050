"""The Arrow schemas that everything passes on: page, document, ledger row, released row.

A *page* is what `collect/` hands over: raw bytes and the pointer to where they are. A *document* is what `read/` made
of it and `protect/` masked. A *ledger row* is the evidence: one for every Japanese candidate, kept or refused. A
*released row* is what others receive.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

KEPT: Final = "kept"
REFUSED: Final = "refused"  # failed at least one rule
DUPLICATE: Final = "duplicate"  # passed every rule, but its text is kept elsewhere

# Where the bytes of a document are. `file` is the path as the recipe named it (relative to the recipe where it was
# given so); `offset` the byte at which the record, or the compressed member that holds it, starts in that file (the
# row number in Parquet); `record` the WARC-Record-ID, or the row or line number where there is none.
POINTER: Final = (
    pa.field("file", pa.string()),
    pa.field("offset", pa.int64()),
    pa.field("record", pa.string()),
    pa.field("url", pa.string()),
    pa.field("fetched", pa.string()),  # ISO 8601, UTC, as the archive says it; "" when unknown
)

PAGE: Final = pa.schema(
    [
        *POINTER,
        pa.field("content_type", pa.string()),  # the HTTP header's, with its charset parameter; "" when unknown
        pa.field("kind", pa.string()),  # "html" or "text"
        pa.field("body", pa.large_binary()),
    ]
)

# What reading found. `charset_from` says which evidence decided: "bom", "escape", "header", "meta", "bytes".
READING: Final = (
    pa.field("charset", pa.string()),
    pa.field("charset_from", pa.string()),
    pa.field("decode_errors", pa.int32()),  # malformed sequences replaced by U+FFFD
    pa.field("language", pa.string()),  # the page's own lang attribute, "" when it has none
    pa.field("title", pa.string()),
    pa.field("date", pa.string()),  # published, ISO 8601 date, "" when the page does not say
    pa.field("page_bytes", pa.int64()),
    pa.field("link_share", pa.float32()),  # characters of the main text that stand in links / its characters
)

SPAN: Final = pa.struct([("kind", pa.string()), ("start", pa.int32()), ("end", pa.int32())])


def identity() -> pa.Field:
    """The id: 32 hexadecimal digits, a BLAKE2b digest of file, offset and record. See `pipeline.identify`."""
    return pa.field("id", pa.string())
