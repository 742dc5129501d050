"""The stages of a build, each a function of one shard: what a worker runs.

    read_shard     a shard of the input          -> documents, and what deduplication needs of those that pass the rules
    supersede      a partition of the addresses  -> captures that give way to another of their address
    match          a partition of the band keys  -> edges between documents with the same text, and pairs in doubt
    compare        a shard's pairs in doubt      -> edges between those that do have the same text
    cluster        all edges                     -> the document that each document's cluster keeps
    release_shard  a shard's documents           -> its part of data/ and of ledger/, and its figures

and two more behind the first, where lines that documents share are to go:

    count          a partition of the lines' keys -> the lines that too many documents have
    trim           a shard's documents as read    -> what `read_shard` leaves otherwise

Reading, comparing and releasing go by shards of the input, `supersede` and `match` by partitions of the hash space,
`cluster` is one task that touches some 50 bytes a document. Documents that pass the rules are numbered through all
shards in input order; the number is how stages speak of them, and since it depends on nothing but the input, so do all
results.

Every function here takes an `engine.Context` and JSON arguments, gives back an `engine.Result`, and has no effect
but the files that it declares. This is the only package beside `pipeline` that knows more than one room.

    documents.py  pages become rows: read, mask, measure, judge
    reading.py    the read stage
    findings.py   the files that the read stage leaves, written and looked up
    lines.py      count and trim
    matching.py   supersede, match and cluster
    comparing.py  compare
    releasing.py  the release stage
    warming.py    every kernel compiled once, before workers start
"""
