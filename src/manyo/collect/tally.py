"""The account of one shard: every record seen is a document, skipped or refused; every damaged place is listed.

`skipped` counts records that are no document of the crawl; `refused` counts documents that could not be handed on.
The reasons, all of them, are in `SKIPPED`, `REFUSED`, `REPAIRED` and `DAMAGE`, so that a reader of a ledger finds here what
each word means.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

SKIPPED: Final = {
    "warcinfo": "a WARC's own description",
    "request": "what the crawler asked",
    "metadata": "what the crawler noted",
    "revisit": "seen before by the crawler, body not stored again",
    "continuation": "a further part of a segmented record",
    "other_type": "a record type that the standard does not know, or none",
    "redirect": "an HTTP status of 3xx",
    "not_200": "any other HTTP status that is not 200",
    "not_http": "a response to something else than HTTP, such as a DNS look-up",
}
REFUSED: Final = {
    "too_large": "longer than max_page_bytes, stored or decoded",
    "not_text": "neither HTML nor plain text, by its content type, its first bytes, or both",
    "empty_body": "no bytes, or only white space",
    "bad_http": "no HTTP status line where one must be",
    "bad_content_encoding": "the body cannot be decoded as its headers say, and is no text as it stands",
    "bad_warc_header": "a WARC header without an end",
    "damaged": "its bytes do not decompress, or fail their checksum, or the file ends within them",
    "bad_json": "a line that is not JSON",
    "not_object": "a line of JSON that is not an object",
    "no_column": "neither the text nor the html column is there, or what is there is not a string",
    "quarantined": "on the list of records not to be touched",
}
REPAIRED: Final = {
    "length": "Content-Length lied: the record was taken to end where the next begins",
    "chunks": "the chunked body was cut off or broken: what had arrived was kept",
    "content_encoding": "the compressed body was cut off: what had arrived was kept",
    "surrogates": "lone surrogates in JSON, replaced by U+FFFD",
    "utf8": "a line of JSON in malformed UTF-8, repaired by U+FFFD",
}
DAMAGE: Final = {
    "truncated": "the file ends within a compressed member or a record",
    "corrupt": "a compressed member does not decompress or fails its checksum",
    "junk": "bytes that belong to no record",
    "length": "Content-Length lies",
    "header": "a WARC header without an end",
    "no_records": "no record was found in the whole file",
}
LISTED: Final = 1000  # places of damage kept in a tally: a hostile file may have millions


@dataclass(slots=True)
class Tally:
    """Counts of one shard (or, added up, of many). `records == documents + sum(skipped) + sum(refused)`, always.

    `bytes_in`: uncompressed bytes of the records (archives, JSONL, files) or of the columns (Parquet) that were read.
    `damage`: `{file, offset, kind, detail}` of the first 1,000 damaged places; `damages`: how many there were.
    `repaired`: documents handed on (or refused later) after something in them was put right.

    >>> one, two = Tally(records=2, documents=1), Tally(records=1)
    >>> one.refuse("too_large"); two.skip("request")
    >>> one.add(two); (one.records, one.documents, one.refused, one.skipped)
    (3, 1, {'too_large': 1}, {'request': 1})
    """

    records: int = 0
    documents: int = 0
    bytes_in: int = 0
    damages: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)
    damage: list[dict[str, Any]] = field(default_factory=list)

    def skip(self, reason: str) -> None:
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def refuse(self, reason: str, count: int = 1) -> None:
        if count:
            self.refused[reason] = self.refused.get(reason, 0) + count

    def repair(self, what: str) -> None:
        self.repaired[what] = self.repaired.get(what, 0) + 1

    def report(self, file: str, offset: int, kind: str, detail: str) -> None:
        self.damages += 1
        if len(self.damage) < LISTED:
            self.damage.append({"file": file, "offset": offset, "kind": kind, "detail": detail})

    def add(self, other: Tally) -> None:
        """Add another shard's counts to these."""
        self.records += other.records
        self.documents += other.documents
        self.bytes_in += other.bytes_in
        self.damages += other.damages
        self.damage += other.damage[: LISTED - len(self.damage)]
        for mine, theirs in (
            (self.skipped, other.skipped),
            (self.refused, other.refused),
            (self.repaired, other.repaired),
        ):
            total = Counter(mine)
            total.update(theirs)
            mine.update(total)

    @property
    def balanced(self) -> bool:
        """Whether every record is accounted for."""
        return self.records == self.documents + sum(self.skipped.values()) + sum(self.refused.values())
