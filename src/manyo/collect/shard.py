"""The plan: which bytes of which sources one task reads. A pure function of the sources' sizes and `shard_bytes`.

What can be entered in the middle is cut: WARC whose records are compressed one by one, plain JSONL (both by bytes), and
Parquet (by row groups). Plain WARC and compressed JSONL cannot be entered safely and stay whole: a plain WARC may
hold a page that looks like a record, and only one who reads from the start can tell. Small files share a shard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from manyo.collect.source import Columns, Source
from manyo.collect.tables import row_group_sizes
from manyo.errors import ManyoError


@dataclass(frozen=True, slots=True)
class Piece:
    """A range of one source: bytes of the file, or numbers of row groups for Parquet. `end` is not included.

    What begins in the range belongs to it: a record (or the compressed member that holds it), a line, a row group.
    """

    source: Source
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Shard:
    """What one task reads: its pieces in order."""

    number: int
    pieces: tuple[Piece, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Shard:
        """The inverse of `to_json`."""
        pieces = []
        for piece in plain["pieces"]:
            columns = Columns(**piece["source"]["columns"])
            pieces.append(Piece(Source(**{**piece["source"], "columns": columns}), piece["start"], piece["end"]))
        return cls(plain["number"], tuple(pieces))


def plan(sources: Sequence[Source], *, shard_bytes: int) -> list[Shard]:
    """Cut and pack the sources, in their order, into shards of about `shard_bytes` bytes as stored.

    Raises `ManyoError` when `shard_bytes` is not positive, or a Parquet file's footer can no longer be read.
    """
    if shard_bytes <= 0:
        raise ManyoError("a shard needs at least one byte", where=f"shard_bytes = {shard_bytes}")
    shards: list[tuple[Piece, ...]] = []
    open_pieces: list[Piece] = []
    filled = 0
    for source in sources:
        for piece, size in _pieces(source, shard_bytes):
            if open_pieces and filled + size > shard_bytes:
                shards.append(tuple(open_pieces))
                open_pieces, filled = [], 0
            open_pieces.append(piece)
            filled += size
    if open_pieces:
        shards.append(tuple(open_pieces))
    return [Shard(number, pieces) for number, pieces in enumerate(shards)]


def _pieces(source: Source, shard_bytes: int) -> Iterator[tuple[Piece, int]]:
    """The pieces of one source with the bytes that each weighs."""
    if source.format == "parquet":
        sizes = row_group_sizes(source)
        start = weight = 0
        for group, size in enumerate(sizes):
            if group > start and weight + size > shard_bytes:
                yield Piece(source, start, group), weight
                start, weight = group, 0
            weight += size
        yield Piece(source, start, len(sizes)), weight
        return
    cut = source.format in ("warc", "wet") if source.compression else source.format == "jsonl"
    count = -(-source.size // shard_bytes) if cut and source.size else 1
    bounds = [source.size * part // count for part in range(count + 1)]
    for start, end in pairwise(bounds):
        yield Piece(source, start, end), end - start
