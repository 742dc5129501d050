"""Several captures of one address: which of them stays.

A crawl that lasts for months, or a year of crawls, fetches the same page again and again, and the texts need not be
alike: yesterday's front page and today's share a menu. So this is decided by the address, and before texts are
compared: a capture that was superseded takes no part in that, for it must not tie its successor to whatever its own
text was like.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from manyo.columns import Column
from manyo.dedupe.digest import UInt64Array, digests

Int64Array = npt.NDArray[np.int64]

UNKNOWN: Final = int(np.iinfo(np.int64).max)  # the time of what has none
_ADDRESS: Final = r"(?s)^(?:[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(?P<host>[^/?#]*))?(?P<rest>.*)$"
_TIME: Final = r"^(\d{4}(-\d\d(-\d\d([T ]\d\d(:\d\d(:\d\d)?)?)?)?)?|\d{8}(\d{6})?)([^\d-]|$)"


def addresses(urls: pa.Array) -> UInt64Array:
    """128 bits for each URL, `uint64[n, 2]`; zeros where there is none.

    Two URLs are one address when they differ in nothing but the scheme, the case of the host, a bare "/" after it and
    the fragment. Paths and queries are compared letter by letter.

    >>> found = addresses(pa.array(["http://Example.jp", "https://example.jp/#top", "https://example.jp/a", "", None]))
    >>> bool((found[0] == found[1]).all()), bool((found[0] == found[2]).any()), found[3:].any()
    (True, False, np.False_)
    """
    bare = pc.replace_substring_regex(pc.fill_null(urls.cast(pa.large_string()), ""), r"(?s)#.*$", "")
    parts = pc.extract_regex(bare, _ADDRESS)
    host, rest = (pc.struct_field(parts, [place]) for place in (0, 1))
    rest = pc.if_else(pc.and_(pc.equal(rest, ""), pc.not_equal(host, "")), "/", rest)
    return digests(Column.of(pc.binary_join_element_wise(pc.ascii_lower(host), rest, pa.scalar("", pa.large_string()))))


def times(dates: pa.Array | None, rows: int = 0) -> Int64Array:
    """Numbers that rise with time, `int64[n]`, `UNKNOWN` where there is none.

    Of texts in ISO 8601, whole or to the year, month, day, hour or minute, or of 8 or 14 digits: the digits, without
    regard to a time zone. Of Arrow's dates and times: microseconds. Of whole numbers: themselves. None stands for `rows`
    unknown ones.

    >>> times(pa.array(["2024-05-01T09:30:00Z", "2024-05", "20240501", "May 1st", None])).tolist()[:3]
    [20240501093000, 20240500000000, 20240501000000]
    """
    if dates is None or pa.types.is_null(dates.type):
        return np.full(rows if dates is None else len(dates), UNKNOWN)
    if pa.types.is_temporal(dates.type):
        numbers = dates.cast(pa.timestamp("us", getattr(dates.type, "tz", None)), safe=False).cast(pa.int64())
    elif pa.types.is_integer(dates.type):
        numbers = dates.cast(pa.int64())
    else:
        texts = pc.fill_null(dates.cast(pa.large_string()), "")
        digits = pc.replace_substring_regex(pc.utf8_slice_codeunits(texts, 0, 19), r"[^0-9]", "")
        padded = pc.utf8_rpad(pc.utf8_slice_codeunits(digits, 0, 14), 14, "0")
        numbers = pc.if_else(pc.match_substring_regex(texts, _TIME), padded, str(UNKNOWN)).cast(pa.int64())
    return np.asarray(pc.fill_null(numbers, UNKNOWN)).astype(np.int64)


def superseded(found: UInt64Array, times: Int64Array, documents: Int64Array, rule: str) -> Int64Array:
    """Captures that give way, `int64[e, 2]`: (the capture of the same address that stays, the one that goes).

    `found` comes from `addresses`, `documents` are global ids, in any order. By the rule "latest" the latest capture
    stays, a known time before an unknown one, the larger id among equals; by "first" the earliest, and the smaller id.

    >>> found = addresses(pa.array(["https://a.jp/", "https://a.jp/", "", "", "https://a.jp/"]))
    >>> superseded(found, times(pa.array(["2024-01", "2024-03", "", "", None])), np.arange(5), "latest").tolist()
    [[1, 0], [1, 4]]
    >>> superseded(found, times(None, 5), np.arange(5), "first").tolist()
    [[0, 1], [0, 4]]
    """
    given = found.any(axis=1) & (rule != "off")
    found, times, documents = found[given], times[given], np.asarray(documents, np.int64)[given]
    rank, ids = (-np.where(times == UNKNOWN, -1, times), -documents) if rule == "latest" else (times, documents)
    order = np.lexsort((ids, rank, found[:, 1], found[:, 0]))
    found, documents = found[order], documents[order]
    new = np.ones(len(documents), np.bool_)
    new[1:] = (found[1:] != found[:-1]).any(axis=1)
    stays = documents[np.maximum.accumulate(np.where(new, np.arange(len(documents)), 0))]
    pairs = np.stack([stays, documents], axis=1)[~new]
    ordered: Int64Array = pairs[np.argsort(pairs[:, 1])]
    return ordered
