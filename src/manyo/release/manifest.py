"""The manifest: what a release is made of, and whether that adds up.

`manifest.json` is written last and makes a folder a release:

    format          1
    manyo           the code's version
    made_with       versions of the libraries that decide the bytes: pyarrow's writes the parts
    recipe          the recipe as it was run: tables of plain values
    rules           [{name, measure, min, max, why: {ja, en}, source}, ...], in the recipe's order
    rule_set        {name, digest, before, after}: the rules' name and digest, and the edits that went with them
    lists           {name: sha256}: the user's word lists
    words           the tokenizer that measured words, "" where none did
    inputs          [{file, size, fingerprint}, ...]
    counts          {records, skipped: {reason: n}, documents, refused_early: {reason: n}, candidates, refused,
                     duplicates, kept}
    damage          [{file, offset, what}, ...]: what could not be read, or was set aside
    repaired        {what: n}: documents in which something was put right, by the words of `collect.tally.REPAIRED`
    shards          [{path, sha256, bytes, rows}, ...], the parts of data/ and ledger/

and, added by `finish`, `figures` (the samples left out), `files` (the papers' own checksums), `measures` (their names
in both languages), `quality`. Other entries pass through untouched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from manyo.engine import below, is_url, open_store
from manyo.errors import ManyoError
from manyo.release.files import Files, files_of

FORMAT: Final = 1
NAME: Final = "manifest.json"
_REPAIR: Final = "copy the release again, or build it again with the same recipe"


def check(manifest: Mapping[str, Any]) -> None:
    """Every record is accounted for: raises `ManyoError` with the sum that fails.

    records = skipped + documents; documents = refused early + candidates; candidates = kept + refused + duplicates;
    the parts hold as many rows as the counts say.

    >>> check({"counts": {"records": 3, "skipped": {"revisit": 1}, "documents": 2, "refused_early": {},
    ...                   "candidates": 2, "kept": 1, "refused": 0, "duplicates": 0}, "shards": []})
    Traceback (most recent call last):
    manyo.errors.ManyoError: the release does not add up
      where: candidates (2) = kept (1) + refused (0) + duplicates (0)
      to do: this is a fault in Manyo, not in your input: please report it with the manifest
    """
    counts = manifest["counts"]
    early, skipped = counts["refused_early"], counts["skipped"]
    _adds_up(counts, "records", {"skipped": sum(skipped.values()), "documents": counts["documents"]})
    _adds_up(counts, "documents", {"refused_early": sum(early.values()), "candidates": counts["candidates"]})
    _adds_up(counts, "candidates", {name: counts[name] for name in ("kept", "refused", "duplicates")})
    for kind, name in (("data/", "kept"), ("ledger/", "candidates")):
        rows = {part["path"]: part["rows"] for part in manifest["shards"] if part["path"].startswith(kind)}
        _adds_up(counts, name, rows if len(rows) < 10 else {f"the rows of {len(rows)} parts": sum(rows.values())})


def _adds_up(counts: Mapping[str, Any], name: str, terms: Mapping[str, int]) -> None:
    if counts[name] != sum(terms.values()):
        where = f"{name} ({counts[name]}) = " + (" + ".join(f"{term} ({n})" for term, n in terms.items()) or "0")
        hint = "this is a fault in Manyo, not in your input: please report it with the manifest"
        raise ManyoError("the release does not add up", where=where, hint=hint)


def read(out: str | Path) -> dict[str, Any]:
    """The manifest of the release in `out`, a folder or a URL. Raises `ManyoError` when there is none, or none of ours."""
    path, hint = below(out, NAME), "name the folder that `manyo build --out` wrote"
    if not is_url(out) and not Path(out).is_dir():
        what = "a release is a folder, and this is a file" if Path(out).is_file() else "there is no such folder"
        raise ManyoError(what, where=str(out), hint=hint)
    with reading(out):
        absent = files_of(out).size(NAME) is None
    if absent:
        what = "this folder holds no finished release: it has no manifest.json"
        raise ManyoError(what, where=str(out), hint=hint + "; an interrupted build is finished by running it again")
    try:
        with reading(out), files_of(out).open(NAME) as file:
            content = file.read()
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:  # of the first kind are JSONDecodeError and UnicodeDecodeError
        raise ManyoError("the manifest is not readable JSON", where=f"{path}: {error}", hint="build it again") from None
    if not isinstance(manifest, dict) or "manyo" not in manifest or not isinstance(manifest.get("counts"), dict):
        raise ManyoError("this manifest.json is not a Manyo release's", where=str(path), hint=hint)
    if manifest.get("format") != FORMAT:
        what = f"the release is of format {manifest.get('format')!r}, this Manyo reads format {FORMAT}"
        raise ManyoError(what, where=str(path), hint=f"use Manyo {manifest['manyo']}, which wrote it")
    if missing := _missing(manifest):
        raise ManyoError("the manifest is damaged", where=f"{path}: {missing}", hint=_REPAIR)
    return manifest


def _missing(manifest: Mapping[str, Any]) -> str:
    """The first thing that a manifest should have and has not; "" when it is whole.

    >>> _missing({"counts": {"records": 1}})
    "counts['skipped'] is not a table of counts"
    """
    counts = manifest["counts"]
    for name in ("skipped", "refused_early"):
        table = counts.get(name)
        if not isinstance(table, dict) or not all(isinstance(count, int) for count in table.values()):
            return f"counts[{name!r}] is not a table of counts"
    for name in ("records", "documents", "candidates", "refused", "duplicates", "kept"):
        if not isinstance(counts.get(name), int):
            return f"counts[{name!r}] is not a count"
    if not isinstance(manifest.get("shards"), list):
        return "there is no list of shards"
    for name, keys in (
        ("shards", ("path", "sha256", "bytes", "rows")),
        ("files", ("path", "sha256", "bytes")),
        ("rules", ("name",)),
    ):
        for entry in manifest.get(name, []):
            if not isinstance(entry, dict) or any(key not in entry for key in keys):
                return f"an entry of {name!r} lacks one of {', '.join(keys)}"
    return ""


@contextmanager
def reading(out: str | Path) -> Iterator[None]:
    """What goes wrong with the files of a release, as a `ManyoError`."""
    try:
        yield
    except ManyoError:
        raise
    except Exception as error:
        if not is_url(out) and not isinstance(error, OSError):
            raise
        # Packages for stores raise what theirs raise: botocore's errors are no OSErrors.
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        hint = "see to the address, the network and your rights" if is_url(out) else _REPAIR
        raise ManyoError(f"the release cannot be read: {reason}", where=str(out), hint=hint) from error


def parts(out: str | Path, manifest: Mapping[str, Any], kind: str) -> list[str]:
    """The names of the parts of "data" or "ledger" that the manifest lists, in order: never what else may lie there.

    Raises `ManyoError` when one is missing.
    """
    found = [part["path"] for part in manifest["shards"] if part["path"].startswith(kind + "/")]
    with reading(out):
        there = files_of(out).sizes(kind) if found else {}
    for name in found:
        if name not in there:
            raise ManyoError("a part of the release is missing", where=str(below(out, name)), hint=_REPAIR)
    return found


def verify(out: str | Path) -> int:
    """Hash every file that the manifest names and compare; count the rows; look for strangers among the parts.

    Returns how many files were checked. Raises `ManyoError` with all that is wrong, ten files at most.
    """
    manifest, files, wrong = read(out), files_of(out), []
    entries = [*manifest.get("shards", []), *manifest.get("files", [])]
    with reading(out):
        for kind in ("data", "ledger"):
            named = parts(out, manifest, kind)
            strangers = sorted(name for name in files.sizes(kind) if name.endswith(".parquet") and name not in named)
            wrong += [f"{name}: not in the manifest" for name in strangers]
        for entry in entries:
            name = entry["path"]
            size = files.size(name)
            if size is None:
                wrong.append(f"{name}: missing")
            elif size != entry["bytes"]:
                wrong.append(f"{name}: {size} bytes instead of {entry['bytes']}")
            elif _digest(files, name) != entry["sha256"]:
                wrong.append(f"{name}: its bytes have changed")
            elif "rows" in entry and _rows(files, name) != entry["rows"]:
                wrong.append(f"{name}: not a Parquet file of {entry['rows']} rows")
    if wrong:
        where = "\n         ".join(wrong[:10]) + (f"\n         and {len(wrong) - 10} more" if len(wrong) > 10 else "")
        raise ManyoError("the release is not what its manifest says", where=where, hint=_REPAIR)
    check(manifest)
    return len(entries)


def _digest(files: Files, name: str) -> str:
    with files.open(name) as file:
        return file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary file will do


def _rows(files: Files, name: str) -> int:
    try:
        with files.open(name) as file:
            return int(pq.read_metadata(file).num_rows)
    except (pa.ArrowInvalid, OSError):
        return -1


def put(out: str | Path, name: str, text: str) -> dict[str, Any]:
    """Write a paper whole or not at all; return its line in the manifest: `{path, sha256, bytes}`."""
    content = text.encode()
    if is_url(out):
        open_store(out).put_atomic(name, content)
    else:
        _put(Path(out, name), content)
    return {"path": name, "sha256": sha256(content).hexdigest(), "bytes": len(content)}


def _put(path: Path, content: bytes) -> None:
    waiting = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with waiting.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)
    except OSError as error:
        waiting.unlink(missing_ok=True)
        hint = "make room, or see to your rights there; the same command goes on from where it was"
        raise ManyoError(
            f"a file of the release cannot be written: {error.strerror}", where=str(path), hint=hint
        ) from None
