"""Bytes become Japanese text: spot, decode, segment, select, normalise.

In: a column of page bytes with their Content-Type headers. Out: for each page its main text, title, date, language
and how its encoding was found. `spot` turns away what is not Japanese before any of that is done.

The idea of one pass over raw bytes without a tree is Manyo's own; what decides about a block (text outside links,
punctuation, the names of classes, the container that holds most text) goes back to Readability (arc90), boilerpipe
(Kohlschütter et al., WSDM 2010) and jusText (Pomikálek 2011). Decoding follows the WHATWG Encoding Standard, tokenising
the HTML standard as far as text needs it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from manyo.read.settings import Settings

if TYPE_CHECKING:
    from manyo.read.extraction import Block, Extraction, extract, extract_batch, read
    from manyo.read.spotter import spot

__all__ = ["Block", "Extraction", "Settings", "extract", "extract_batch", "read", "spot"]

# Handed on when first asked for: a driver checks recipes without ever loading a kernel.
_HOME = dict.fromkeys(("Block", "Extraction", "extract", "extract_batch", "read"), "extraction") | {"spot": "spotter"}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
