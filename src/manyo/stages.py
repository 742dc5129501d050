"""The four stages of a build, each a function of one shard: what a worker runs.

    read      a shard of the input          -> documents, and what deduplication needs of those that pass the rules
    match     a partition of the band keys  -> edges between documents with the same text
    cluster   all edges                     -> the document that each document's cluster keeps
    release   a shard's documents           -> its part of data/ and of ledger/, and its figures

`read` and `release` go by shards of the input, `match` by partitions of the hash space, `cluster` is one task that
touches 16 bytes a document. Documents that pass the rules are numbered through all shards in input order; the number
is how stages speak of them, and since it depends on nothing but the input, so do all results.

Every function here takes an `engine.Context` and JSON arguments, gives back an `engine.Result`, and has no effect
but the files that it declares.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b, sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from manyo import collect, dedupe, engine, judge, measure, protect, read, records, release
from manyo.columns import Column

UNKNOWN_TIME: Final = np.iinfo(np.int64).max
_COMPRESSED: Final = pa.ipc.IpcWriteOptions(compression="zstd")
_SHARES: Final = ("hiragana_share", "katakana_share", "kanji_share", "latin_share")  # drawn in the report


def measure_fields() -> list[pa.Field]:
    """The measures as Arrow fields, in their own order."""
    return [pa.field(item.name, item.dtype) for item in measure.MEASURES.values()]


def _document_schema() -> pa.Schema:
    """A full row before its cluster is known."""
    later = {"verdict", "cluster", "cluster_size", "similarity", "duplicate_kind"}
    return pa.schema([field for field in release.full_schema(measure_fields()) if field.name not in later])


def warm(context: engine.Context) -> engine.Result:
    """Compile every kernel into the cache, by sending two small pages through all rooms.

    Otherwise all workers of a fresh install would each compile the same code at the same time.
    """
    for step, part in enumerate((_warm_reading, _warm_deduplication)):
        context.report({"documents": step})
        part()
    return engine.Result()


def _warm_reading() -> None:
    sentence = "朝顔の種をまいて、毎日水をやった。連絡先はhoge@example.com、電話は03-0000-0000です。"
    bodies = [f"<title>朝顔</title><p>{sentence}</p>".encode(code) for code in ("utf-8", "cp932")]
    pages = pa.RecordBatch.from_pydict(
        {
            "file": ["a", "a"],
            "offset": [0, 1],
            "record": ["1", "2"],
            "url": ["https://example.jp/", "https://example.jp/b"],
            "fetched": ["", ""],
            "content_type": ["", ""],
            "kind": ["html", "text"],
            "body": bodies,
        },
        records.PAGE,
    )
    read.spot(Column.of(pages.column("body")))
    _documents(pages, read.Settings(), judge.load("manyo"), protect.KINDS, _document_schema())


def _warm_deduplication() -> None:
    settings = dedupe.Settings()
    texts = Column.of(["いろはにほへとちりぬるを", "いろはにほへとちりぬるをわ", "わかよたれそつねならむ"])
    signed, numbers = dedupe.signatures(texts, settings), np.arange(3)
    keys = dedupe.band_keys(signed, settings)
    documents = np.repeat(numbers, settings.bands)
    edges, _ = dedupe.edges(keys.ravel(), documents, [(0, signed)], settings.threshold)
    exact = dedupe.exact_edges(dedupe.digests(texts), numbers)
    roots = dedupe.clusters(3, [dedupe.spanning_forest(np.concatenate([edges, exact]))])
    dedupe.representatives(roots, numbers, numbers)
    dedupe.similarity(signed, signed)


def read_shard(
    context: engine.Context,
    *,
    shard: dict[str, Any],
    reading: dict[str, Any],
    rules: dict[str, Any],
    near: dict[str, Any],
    kinds: Sequence[str],
    partitions: int,
    page: int,
    batch: int,
) -> engine.Result:
    """Read, mask, measure and judge one shard; sign what passes.

    Files: `documents` (Arrow IPC, a row for every Japanese candidate), and for those that pass, in the same order,
    `signatures` (uint32), `digests` (uint64 pairs), `order` (int64 pairs: characters, time), `ids` (16 bytes each),
    `keys` and `exact` (Arrow IPC, batch p holds partition p).
    """
    settings = read.Settings(**reading)
    rule_set = judge.load(rules)
    nearness = dedupe.Settings(**near)
    reader = collect.Reader(
        collect.Shard.from_json(shard),
        batch_bytes=batch,
        max_page_bytes=page,
        careful=context.careful,
        skip=frozenset(_pointer(text) for text in context.quarantined),
        on_record=(lambda *pointer: context.breadcrumb(json.dumps(pointer))) if context.careful else None,
    )
    schema = _document_schema()
    paths = {name: context.scratch(f"{name}.bin") for name in ("signatures", "digests", "order", "ids")}
    documents = context.scratch("documents.arrow")
    keys: list[npt.NDArray[np.uint64]] = []
    digests: list[npt.NDArray[np.uint64]] = []
    seen = candidates = passed = 0
    with (
        pa.OSFile(str(documents), "wb") as sink,
        pa.ipc.new_file(sink, schema, options=_COMPRESSED) as writer,
        paths["signatures"].open("wb") as signature_file,
        paths["order"].open("wb") as order_file,
        paths["ids"].open("wb") as id_file,
    ):
        for pages in reader:
            seen += pages.num_rows
            japanese = read.spot(Column.of(pages.column("body"))) > 0
            pages = pages.filter(pa.array(japanese))
            if pages.num_rows:
                rows = _documents(pages, settings, rule_set, kinds, schema)
                writer.write_batch(rows)
                candidates += rows.num_rows
                good = rows.filter(pc.equal(pc.list_value_length(rows.column("failed")), 0))
                if good.num_rows:
                    texts = Column.of(good.column("text"))
                    signed = dedupe.signatures(texts, nearness)
                    signature_file.write(signed.data)
                    keys.append(dedupe.band_keys(signed, nearness))
                    digests.append(dedupe.digests(texts))
                    order_file.write(_order(good).data)
                    id_file.write(bytes.fromhex("".join(good.column("id").to_pylist())))
                    passed += good.num_rows
            context.report(
                {"documents": seen, "bytes": reader.tally.bytes_in, "candidates": candidates, "passed": passed}
            )
    files = {"documents": documents, **{name: paths[name] for name in ("signatures", "order", "ids")}}
    files["keys"], files["exact"] = context.scratch("keys.arrow"), context.scratch("exact.arrow")
    _write_keys(files["keys"], keys, nearness.bands, partitions)
    files["digests"] = paths["digests"]
    _write_digests(files["exact"], paths["digests"], digests, partitions)
    tally = reader.tally
    statistics = {
        "documents": seen,
        "bytes": tally.bytes_in,
        "candidates": candidates,
        "passed": passed,
        "records": tally.records,
        "skipped": tally.skipped,
        "refused": {**tally.refused, "not_japanese": seen - candidates},
        "repaired": tally.repaired,
        "damages": tally.damages,
        "damage": tally.damage,
        "inputs": [_fingerprint(piece) for piece in reader.shard.pieces],
    }
    return engine.Result(files=files, statistics=statistics)


def _fingerprint(piece: collect.Piece) -> str:
    """The SHA-256 of the bytes that a piece covers; of the whole file for a table's first piece, "" for its others."""
    source = piece.source
    if source.format == "parquet" and piece.start > 0:
        return ""
    left = source.size if source.format == "parquet" else piece.end - piece.start
    total = sha256()
    with source.open() as file:
        file.seek(0 if source.format == "parquet" else piece.start)
        while left > 0 and (block := file.read(min(left, 1 << 20))):
            total.update(block)
            left -= len(block)
    return total.hexdigest()


def _pointer(text: str) -> tuple[str, int, str]:
    file, offset, record = json.loads(text)
    return file, offset, record


def _documents(
    pages: pa.RecordBatch, settings: read.Settings, rules: judge.RuleSet, kinds: Sequence[str], schema: pa.Schema
) -> pa.RecordBatch:
    """Pages as rows of the document schema. Personal information is masked before anything else sees the text."""
    found = read.read(Column.of(pages.column("body")), pages.column("content_type"), pages.column("kind"), settings)
    masked = protect.mask(Column.of(found.column("text")), kinds)
    texts = masked.texts
    measures = measure.measure_batch(texts)
    urls, record = (_without_addresses(pages.column(name), kinds) for name in ("url", "record"))
    counts = [pa.array(masked.counts.get(kind, np.zeros(pages.num_rows, np.int32))) for kind in release.KINDS]
    columns = {
        **{field.name: pages.column(field.name) for field in records.POINTER},
        **{field.name: found.column(field.name) for field in records.READING},
        **{name: measures.column(name) for name in measures.schema.names},
        "id": identify(pages),
        "url": urls,
        "record": record,
        "title": protect.mask(Column.of(found.column("title")), kinds).texts.text(),
        "host": _hosts(urls),
        "text": texts.text(),
        "masked": pa.StructArray.from_arrays(counts, list(release.KINDS)),
        "spans": masked.spans,
        "failed": judge.failed(rules, measures),
    }
    return pa.RecordBatch.from_arrays([columns[field.name].cast(field.type) for field in schema], schema=schema)


def identify(pages: pa.RecordBatch) -> pa.Array:
    """The id of each page: 32 hexadecimal digits, BLAKE2b over its file, offset and record."""
    pointers = zip(*(pages.column(name).to_pylist() for name in ("file", "offset", "record")), strict=True)
    # One short hash a document, in C: the loop costs less than the page's own parsing by four orders of magnitude.
    return pa.array(
        [
            blake2b(f"{file}\0{offset}\0{record}".encode(), digest_size=16).hexdigest()
            for file, offset, record in pointers
        ],
        pa.string(),
    )


def _without_addresses(names: pa.Array, kinds: Sequence[str]) -> pa.Array:
    """URLs carry e-mail addresses in their queries, tables use them as ids; no more is looked for in such names."""
    if "email" not in kinds:
        return names
    return protect.mask(Column.of(pc.fill_null(names, "")), ("email",)).texts.text().cast(pa.string())


def _hosts(urls: pa.Array) -> pa.Array:
    found = pc.struct_field(pc.extract_regex(urls, r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(?P<host>[^/:?#]+)"), [0])
    return pc.utf8_lower(pc.fill_null(found, ""))


def _order(documents: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """What decides which document of a cluster is kept: characters and time fetched, int64 of shape (rows, 2)."""
    digits = pc.replace_substring_regex(pc.utf8_slice_codeunits(documents.column("fetched"), 0, 19), r"[^0-9]", "")
    whole = pc.equal(pc.utf8_length(digits), 14)
    times = pc.if_else(whole, digits, str(UNKNOWN_TIME)).cast(pa.int64())
    return np.ascontiguousarray(np.stack([np.asarray(documents.column("characters")), np.asarray(times)], 1), np.int64)


def _write_keys(path: Path, keys: list[npt.NDArray[np.uint64]], bands: int, partitions: int) -> None:
    every = np.concatenate(keys).ravel() if keys else np.zeros(0, np.uint64)
    rows = np.repeat(np.arange(len(every) // bands, dtype=np.int32), bands)
    _write_partitions(path, every, {"key": every, "row": rows}, partitions)


def _write_digests(path: Path, raw: Path, digests: list[npt.NDArray[np.uint64]], partitions: int) -> None:
    every = np.concatenate(digests) if digests else np.zeros((0, 2), np.uint64)
    raw.write_bytes(every.tobytes())
    low, high = np.ascontiguousarray(every[:, 0]), np.ascontiguousarray(every[:, 1])
    _write_partitions(path, low, {"low": low, "high": high, "row": np.arange(len(every), dtype=np.int32)}, partitions)


def _write_partitions(
    path: Path, keys: npt.NDArray[np.uint64], columns: Mapping[str, npt.NDArray[Any]], partitions: int
) -> None:
    """One Arrow IPC file with a batch for each partition, so that a task reads its own share of each shard and no more."""
    belongs = dedupe.partition(keys, partitions)
    order = np.argsort(belongs, kind="stable")
    bounds = np.searchsorted(belongs[order], np.arange(partitions + 1))
    schema = pa.schema([(name, pa.from_numpy_dtype(values.dtype)) for name, values in columns.items()])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for first, last in pairwise(bounds.tolist()):
            chosen = order[first:last]
            writer.write_batch(
                pa.RecordBatch.from_arrays([pa.array(values[chosen]) for values in columns.values()], schema=schema)
            )


class _Shards:
    """What the read stage left of all shards: the numbers of their documents, and their files."""

    def __init__(self, context: engine.Context) -> None:
        self._context = context
        self.commits = [commit for commit in context.commits("read") if not commit.lost]
        counts = [int(commit.statistics["passed"]) for commit in self.commits]
        self.bases = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)

    @property
    def count(self) -> int:
        return int(self.bases[-1])

    def place(self, shard: int) -> int:
        """Where a shard stands in `commits`."""
        return next(place for place, commit in enumerate(self.commits) if commit.shard == shard)

    def path(self, place: int, name: str) -> Path:
        return self._context.fetch(self.commits[place].files[name])

    def array(self, place: int, name: str, kind: npt.DTypeLike, width: int) -> npt.NDArray[Any]:
        """A shard's raw file, mapped: only what is looked at is read."""
        return mapped(self.path(place, name), kind, width)

    def arrays(self, name: str, kind: npt.DTypeLike, width: int) -> list[tuple[int, npt.NDArray[Any]]]:
        """Those of all shards that have documents, each with the number of its first."""
        places = range(len(self.commits))
        return [
            (int(self.bases[place]), self.array(place, name, kind, width))
            for place in places
            if self.bases[place + 1] > self.bases[place]
        ]

    def partition(self, name: str, number: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        """One partition of every shard's file, with the number of the shard's first document."""
        for place in range(len(self.commits)):
            with pa.memory_map(str(self.path(place, name))) as source:
                yield int(self.bases[place]), pa.ipc.open_file(source).get_batch(number)


def mapped(path: Path, kind: npt.DTypeLike, width: int) -> npt.NDArray[Any]:
    """A raw file as an array of shape (rows, width), mapped and read-only."""
    if path.stat().st_size == 0:
        return np.zeros((0, width), kind)
    return np.memmap(path, kind, "r").reshape(-1, width)


def match(context: engine.Context, *, partition: int, near: dict[str, Any]) -> engine.Result:
    """Find the pairs of one partition: `edges`, int64 pairs of document numbers, a spanning forest of what was found."""
    settings = dedupe.Settings(**near)
    shards = _Shards(context)
    keys, documents = _gather(shards, "keys", partition, "key")
    edges, _ = dedupe.edges(
        keys, documents, shards.arrays("signatures", np.uint32, settings.permutations), settings.threshold
    )
    lows, same = _gather(shards, "exact", partition, "low")
    highs, _ = _gather(shards, "exact", partition, "high")
    exact = dedupe.exact_edges(np.stack([lows, highs], 1), same)
    forest = dedupe.spanning_forest(np.concatenate([edges, exact]))
    path = context.scratch("edges.bin")
    path.write_bytes(np.ascontiguousarray(forest, np.int64).tobytes())
    return engine.Result(files={"edges": path}, statistics={"edges": len(forest)})


def _gather(
    shards: _Shards, name: str, partition: int, column: str
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    values: list[npt.NDArray[np.uint64]] = [np.zeros(0, np.uint64)]
    documents: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)]
    for base, batch in shards.partition(name, partition):
        values.append(np.array(batch.column(column)))
        documents.append(np.asarray(batch.column("row")).astype(np.int64) + base)
    return np.concatenate(values), np.concatenate(documents)


def cluster(context: engine.Context) -> engine.Result:
    """Join all edges: `keepers`, int64 triples for each document (the one kept instead, cluster size, 0)."""
    shards = _Shards(context)
    edges = [
        np.asarray(mapped(context.fetch(commit.files["edges"]), np.int64, 2)) for commit in context.commits("match")
    ]
    roots = dedupe.clusters(shards.count, edges)
    order = np.concatenate([np.zeros((0, 2), np.int64), *(array for _, array in shards.arrays("order", np.int64, 2))])
    keepers = dedupe.representatives(roots, order[:, 0], order[:, 1])
    sizes = np.bincount(roots, minlength=1)[roots] if len(roots) else np.zeros(0, np.int64)
    path = context.scratch("keepers.bin")
    path.write_bytes(np.stack([keepers, sizes], 1).astype(np.int64).tobytes())
    duplicates = int((keepers != np.arange(len(keepers))).sum())
    return engine.Result(files={"keepers": path}, statistics={"duplicates": duplicates})


def release_shard(
    context: engine.Context, *, near: dict[str, Any], rules: list[dict[str, Any]], quality: Sequence[str]
) -> engine.Result:
    """Write one shard's parts of `data` and `ledger`; its `figures` are a file, since samples of text are in them."""
    settings = dedupe.Settings(**near)
    shards = _Shards(context)
    place = shards.place(context.task.shard)
    base, last = int(shards.bases[place]), int(shards.bases[place + 1])
    keepers = mapped(context.fetch(context.commits("cluster")[0].files["keepers"]), np.int64, 2)[base:last]
    found = _clusters(shards, place, keepers, settings)
    paths = {name: context.scratch(f"{name}.parquet") for name in ("data", "ledger")}
    figures = release.write_shard(
        paths["data"],
        paths["ledger"],
        _with_clusters(context, shards.path(place, "documents"), found),
        measure_fields(),
        quality,
        rules=rules,
        shares=_SHARES,
    )
    paths["figures"] = context.scratch("figures.json")
    paths["figures"].write_text(json.dumps(figures.to_json(), ensure_ascii=False), "utf-8")
    return engine.Result(files=paths, statistics={"kept": figures.kept})


def _clusters(
    shards: _Shards, place: int, keepers: npt.NDArray[np.int64], settings: dedupe.Settings
) -> dict[str, pa.Array]:
    """The cluster columns of one shard's passing documents."""
    base = int(shards.bases[place])
    kept = keepers[:, 0] == np.arange(base, base + len(keepers))
    ids = np.full(len(keepers), "", object)
    similarity = np.zeros(len(keepers), np.float32)
    exact = np.zeros(len(keepers), bool)
    many = np.flatnonzero(keepers[:, 1] > 1)
    homes = np.searchsorted(shards.bases, keepers[many, 0], side="right") - 1
    for home in np.unique(homes).tolist():  # the shards in which this shard's duplicates have their kept document
        rows = many[homes == home]
        theirs = keepers[rows, 0] - shards.bases[home]
        for row, raw in zip(rows, shards.array(home, "ids", np.uint8, 16)[theirs], strict=True):
            ids[row] = raw.tobytes().hex()
        mine, other = (
            (shards.array(where, "signatures", np.uint32, settings.permutations)[which])
            for where, which in ((place, rows), (home, theirs))
        )
        similarity[rows] = dedupe.similarity(mine, other)
        mine, other = (
            shards.array(where, "digests", np.uint64, 2)[which] for where, which in ((place, rows), (home, theirs))
        )
        exact[rows] = (mine == other).all(axis=1)
    kinds = np.where(kept, "", np.where(exact, release.EXACT, release.NEAR))
    return {
        "verdict": pa.array(np.where(kept, records.KEPT, records.DUPLICATE), pa.string()),
        "cluster": pa.array(ids, pa.string()),
        "cluster_size": pa.array(keepers[:, 1].astype(np.int32)),
        "similarity": pa.array(similarity, mask=kept),
        "duplicate_kind": pa.array(kinds, pa.string()),
    }


_REFUSED: Final = {
    "verdict": records.REFUSED,
    "cluster": "",
    "cluster_size": 1,
    "similarity": None,
    "duplicate_kind": "",
}


def _with_clusters(context: engine.Context, path: Path, found: dict[str, pa.Array]) -> Iterator[pa.RecordBatch]:
    """A shard's documents with their cluster columns, batch by batch."""
    schema = release.full_schema(measure_fields())
    done = written = 0
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            good = np.asarray(pc.equal(pc.list_value_length(batch.column("failed")), 0))
            # Row i of the batch is the k-th passing document, or none: `take` with nulls, then the refused values.
            indices = pa.array(done + np.cumsum(good) - 1, pa.int64(), mask=~good)
            done += int(good.sum())
            columns = {name: batch.column(name) for name in batch.schema.names}
            for name, values in found.items():
                refused = pa.scalar(_REFUSED[name], schema.field(name).type)
                columns[name] = pc.if_else(pa.array(good), values.take(indices), refused)
            written += batch.num_rows
            context.report({"written": written})
            yield pa.RecordBatch.from_arrays(
                [columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema
            )


# Arrays go to files as they lie in memory; the kernels' packed reads assume the same order.
if sys.byteorder != "little":  # pragma: no cover
    raise ImportError("Manyo needs a little-endian machine")
