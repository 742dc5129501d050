"""Manyo (万葉): an evidence-carrying foundry for Japanese text.

    import manyo

    release = manyo.build("recipe.toml", "out")      # a corpus, with the story of every document
    release.counts, release.report

    page = manyo.extract(html_bytes)                 # one page's main text
    page.text, page.title, page.charset

    table = manyo.measure(["春はあけぼの。"])          # one row a text, one column a measure
    kept = manyo.dedupe(texts)["kept"]               # each text once

Names are loaded on first use, so that `import manyo` and `manyo --help` cost nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from manyo.errors import ManyoError
from manyo.version import VERSION as __version__  # noqa: N811  # the name that tools look for

if TYPE_CHECKING:
    from manyo.dedupe import dedupe
    from manyo.measure import measure
    from manyo.pipeline import Release, build
    from manyo.read import Extraction, extract, extract_batch
    from manyo.recipe import Recipe

__all__ = [
    "Extraction",
    "ManyoError",
    "Recipe",
    "Release",
    "__version__",
    "build",
    "dedupe",
    "extract",
    "extract_batch",
    "measure",
]

_HOMES = {
    "Extraction": "manyo.read",
    "Recipe": "manyo.recipe",
    "Release": "manyo.pipeline",
    "build": "manyo.pipeline",
    "extract": "manyo.read",
    "extract_batch": "manyo.read",
}
# Rooms that can be called, since importing one gives its name here to the module.
_ROOMS = ("dedupe", "measure")


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"manyo.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'manyo' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
