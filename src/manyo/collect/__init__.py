"""Where documents come from: archives, folders of files and tables become record batches of pages.

In: what a recipe names (paths, globs, fsspec URLs). Out: `records.PAGE` batches, each page with the pointer to its
bytes, and a `Tally` in which every record that was seen is a document, skipped or refused, and every damaged place is
listed. Three steps:

    sources = find(["crawl/*.warc.gz", "pages/"], base=recipe_folder)
    shards = plan(sources, shard_bytes=128 << 20)
    for batch in Reader(shards[0]):
        ...

`find` looks at the file system, `plan` is a pure function of what it found, and a `Reader` touches only its own shard,
so shards can be read anywhere, in any order, and again. Any `shard_bytes` gives the same pages in the same order.

The formats: WARC 1.0/1.1 (ISO 28500; the IIPC's specifications), WARC in Zstandard frames (the IIPC's proposal
"Zstandard Compression for WARC Files 1.0"), HTTP/1.1 messages (RFC 9112, read as leniently as crawlers write them),
and the order of work after FastWARC (J. Bevendorff et al.): find the few header fields that are needed, build nothing
else.
"""

from manyo.collect.reader import Reader
from manyo.collect.shard import Piece, Shard, plan
from manyo.collect.source import Columns, Source, find, public
from manyo.collect.tally import Tally

__all__ = ["Columns", "Piece", "Reader", "Shard", "Source", "Tally", "find", "plan", "public"]
