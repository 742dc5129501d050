"""What others receive: the parts, the papers that go with them, and the answer to "why this document?".

In come batches of full rows (`full_schema`: everything that the build knows about one Japanese candidate). Out go

- `data/` and `ledger/`, Parquet parts written by `write_shard` (or `split` and `PartWriter`), one pair a shard;
- `Figures`, which each shard counts for itself and the driver adds up;
- the papers, by `finish`: `README.md` (a Hugging Face dataset card), `croissant.json`, `report.html`, and last
  `manifest.json`, which makes the folder a release;
- and for the reader of a release `show`, `explain` and `verify`.

All of it is a function of the rows and the manifest alone: no clock, no machine, no order of arrival. That a release
should carry its own evidence is this project's idea; its form owes to Datasheets for Datasets (Gebru et al., 2021,
https://arxiv.org/abs/1803.09010), to Hugging Face's dataset cards and to MLCommons Croissant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from manyo.release.rows import EXACT, KINDS, NEAR, URL, data_schema, full_schema, ledger_schema, split

if TYPE_CHECKING:
    from manyo.release.figures import Figures
    from manyo.release.files import files_of
    from manyo.release.manifest import NAME as MANIFEST
    from manyo.release.manifest import check, verify
    from manyo.release.overview import Overview, show
    from manyo.release.papers import finish
    from manyo.release.parts import PartWriter, describe, part_name, write_shard
    from manyo.release.story import Story, explain

__all__ = [
    "EXACT",
    "KINDS",
    "MANIFEST",
    "NEAR",
    "URL",
    "Figures",
    "Overview",
    "PartWriter",
    "Story",
    "check",
    "data_schema",
    "describe",
    "explain",
    "files_of",
    "finish",
    "full_schema",
    "ledger_schema",
    "part_name",
    "show",
    "split",
    "verify",
    "write_shard",
]

_HOMES = {
    "MANIFEST": "manifest",
    "Figures": "figures",
    "PartWriter": "parts",
    "Story": "story",
    "Overview": "overview",
    "check": "manifest",
    "describe": "parts",
    "explain": "story",
    "finish": "papers",
    "files_of": "files",
    "part_name": "parts",
    "show": "overview",
    "verify": "manifest",
    "write_shard": "parts",
}


def __getattr__(name: str) -> Any:
    """Hand on the rest on first use: `manyo --help` should not wait for Parquet and templates."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), "NAME" if name == "MANIFEST" else name)
