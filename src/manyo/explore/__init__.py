"""A page on this machine where a person moves thresholds and sees at once what is gained and lost.

In: a release's folder. Out: a web page on the loopback address, counts in milliseconds, documents on both sides of a
threshold with their texts, a recipe as TOML, and a file of judgements.

    rows.py        the columns that rules look at, in memory
    bits.py        which rules each row fails, a bit a rule, and the counts
    setting.py     what a person has set
    bench.py       rows, recipe and setting together
    bases.py       recipes to start from, and the recipe that one has made
    axis.py        where a slider runs, and the histogram over it
    query.py       which documents, in which order; the search for a text
    shelf.py       where texts are
    documents.py   rows as a person reads them
    judgements.py  the file of what was judged good or bad
    estimate.py    a rule's precision from them
    room.py        what the page asks for and is answered
    server.py      the same over HTTP, to this machine alone
    page/          the page: HTML, a style sheet, plain modules of JavaScript

It stands on `replay` and `judge`, and gives the same numbers as `manyo judge`.
"""

from __future__ import annotations

from manyo.explore.room import Room
from manyo.explore.server import Server

__all__ = ["Room", "Server"]
