"""Personal information is found in the texts and a typed placeholder put in its place.

In comes a column of texts; out go the masked texts, how many of each kind every text had, and where the placeholders
stand. No value is ever handed out, written or logged.

    kinds.py       the kinds, their Japanese and English names, their placeholders
    characters.py  a row as 16-bit codes, and the tables over them
    email.py       e-mail addresses, at sign disguised or not
    numbers.py     telephone, payment card and individual numbers
    address.py     postal codes, and the part of an address that leads to a door
    scan.py        the one pass that asks the matchers
    masking.py     `mask` and `find`

The ideas: cheap signs first and local matchers after, as multi-pattern matchers do (Wang et al., Hyperscan, NSDI
2019); check digits only together with labels, since a random number passes any of them one time in ten; placeholders
by type, as in the privacy filters of ROOTS (Laurençon et al. 2022) and Dolma (Soldaini et al. 2024).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from manyo.protect.kinds import CATALOGUE, KINDS

if TYPE_CHECKING:
    from manyo.protect.masking import Finding, Masked, find, mask

__all__ = ["CATALOGUE", "KINDS", "Finding", "Masked", "find", "mask"]


def __getattr__(name: str) -> object:
    """The rest when first asked for: importing numba takes longer than `manyo --help` may."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.masking"), name)
