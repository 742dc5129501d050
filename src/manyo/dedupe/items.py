"""The items of evaluation sets: texts out of JSONL, JSON, Parquet, CSV and TSV files.

Every string of a record is an item, however deep it lies, if it has a kana or a kanji in it: labels, ids and addresses
have none. Where columns are named, the strings of the fields of these names are items, whatever is in them.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from manyo.errors import ManyoError

FORMATS: Final = (".jsonl", ".ndjson", ".json", ".parquet", ".csv", ".tsv")
_JAPANESE: Final = re.compile(r"[ぁ-ゖァ-ヺｦ-ﾝ一-鿿㐀-䶿豈-﫿々〆ヶ\U00020000-\U0003ffff]")
_DEEPEST: Final = 100


def read(path: Path, columns: Sequence[str] = ()) -> list[str]:
    """The items of a file, each once, in order. Raises `ManyoError` for a file that cannot be read or has none."""
    try:
        found = list(dict.fromkeys(text for record in _records(path) for text in _texts(record, columns)))
    except RecursionError:
        raise _unreadable(path, "it is nested too deeply") from None
    except (OSError, ValueError, EOFError, csv.Error, pa.ArrowException) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from None
    if not found:
        fields = f"no field {' or '.join(columns)} with text" if columns else "no text with a Japanese character"
        raise ManyoError(
            f"the benchmark has {fields}", where=str(path), hint="name its fields: columns under [decontaminate]"
        )
    return found


def _unreadable(path: Path, reason: str) -> ManyoError:
    hint = f"it must be UTF-8, and end in one of {', '.join(FORMATS)}, .gz behind it or not"
    return ManyoError(f"the benchmark cannot be read: {reason}", where=str(path), hint=hint)


def _records(path: Path) -> Iterator[Any]:
    kind = path.name.lower().removesuffix(".gz")
    if kind.endswith(".parquet"):
        with pq.ParquetFile(path.absolute()) as file:
            for batch in file.iter_batches(1024):
                yield from batch.to_pylist()
        return
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.name.lower().endswith(".gz") else content).decode("utf-8-sig")
    if kind.endswith((".csv", ".tsv")):
        yield from csv.DictReader(io.StringIO(text), delimiter="\t" if kind.endswith(".tsv") else ",")
    elif kind.endswith((".jsonl", ".ndjson", ".json")):
        try:
            yield json.loads(text)  # one value, whatever its name says
        except json.JSONDecodeError:
            for line in text.split("\n"):
                if line.strip():
                    yield json.loads(line)
    else:
        raise ValueError("no such format is known")


def _texts(value: Any, columns: Sequence[str], named: bool = False, depth: int = 0) -> Iterator[str]:
    """The strings in a value; `named` says that they lie in a field that was asked for."""
    if depth > _DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        if named if columns else _JAPANESE.search(value):
            yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(part, columns, named or name in columns, depth + 1)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, columns, named, depth + 1)
