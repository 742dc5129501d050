"""The tables that a verb of the command line is given: JSON lines and Parquet, and lines on standard input."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from manyo import collect
from manyo.errors import ManyoError


def find(
    inputs: Sequence[str], opened: ExitStack, *, columns: Mapping[str, str], base: str = "."
) -> Iterator[collect.Source]:
    """The tables that `inputs` name: paths, folders, patterns and URLs as a recipe has them, and "-".

    Standard input is copied to a file first, since a source is read more than once; `opened` removes it. `columns` are
    those of `collect.find`. Raises `ManyoError` for what is not there, and for what is no table.
    """
    for given in inputs:
        if given == "-":
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="manyo-")))
            path = folder / "standard-input.jsonl"
            with path.open("wb") as file, os.fdopen(os.dup(0), "rb") as standard_input:
                shutil.copyfileobj(standard_input, file, 1 << 20)
            yield from (replace(one, file="-") for one in collect.find([str(path)], base=base, columns=columns))
            continue
        for source in collect.find([given], base=base, columns=columns):
            if source.format not in ("jsonl", "parquet"):
                hint = "give it JSON lines or Parquet; `manyo extract` takes the text out of a page"
                raise ManyoError("this is no table of texts", where=source.file, hint=hint)
            yield source
