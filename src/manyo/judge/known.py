"""The measures that a rule may name.

What a ledger has for every document: the measures of the catalogue, those that need an extra package among them, and
the numbers that reading leaves beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from manyo.measure.catalogue import MEASURES
from manyo.measure.catalogue.entry import Measure, count, share
from manyo.measure.catalogue.tokens import WORD_MEASURES

# Their types are those of `records.READING`; `edited_share` is there where a recipe edits texts before it measures.
OF_THE_PAGE: Final = (
    count("page_bytes", "ページのバイト数", "bytes of the page", "bytes of the page as it was fetched", "bytes"),
    Measure(
        "decode_errors",
        pa.int32(),
        "count",
        "デコードできなかった箇所",
        "decoding errors",
        "malformed sequences of the page, each replaced by U+FFFD",
    ),
    share(
        "link_share",
        "リンク内の文字の割合",
        "characters in links",
        "characters of the main text that stand in links / its characters",
    ),
    share(
        "edited_share",
        "編集で除いた文字の割合",
        "characters that edits removed",
        "characters that the recipe's edits before measuring removed / characters of the text before them",
    ),
)


@cache
def known() -> Mapping[str, Measure]:
    """Everything that a rule may name, by name."""
    return MappingProxyType({**MEASURES, **{measure.name: measure for measure in (*WORD_MEASURES, *OF_THE_PAGE)}})


def extra(measure: Measure) -> str:
    """The extra of Manyo's that a measure needs, such as "words" for `pip install 'manyo[words]'`; "" for none."""
    return str(getattr(measure, "extra", ""))
