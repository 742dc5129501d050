"""What building against an earlier release costs: the same new documents with and without `--against`.

    python benchmarks/against.py [--old 1000000] [--new 20000] [--rounds 3] [--keep FOLDER]

The earlier release is synthetic: texts of 150 to 450 random characters, from a seeded generator, written as a release is
and given its index by `manyo index`, whose cost is told apart. Of the new documents (JSONL, as long) one in ten is the
text of an old one and one in ten such a text with its end changed; every one passes the rules. Builds with and without `--against` are run in turn, one worker
each, the whole command; told are the CPU seconds of the command and its worker, and their ratio.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

from manyo import release
from manyo.columns import Column
from manyo.release import manifest
from manyo.release.parts import PartWriter, describe, part_name
from manyo.version import VERSION

PART = 50_000  # documents of a part
# Hiragana, mostly, and kanji: what passes the rules for Japanese, and what no two random texts share.
LETTERS = np.array([*range(0x3042, 0x3094), *range(0x3042, 0x3094), *range(0x4E00, 0x4F00)], np.uint32)


def texts(count: int, seed: int) -> Column:
    """Random texts, a full stop every 25 characters."""
    draw = np.random.default_rng(seed)
    lengths = draw.integers(150, 451, count)
    codes = draw.choice(LETTERS, int(lengths.sum()))
    codes[24::25] = 0x3002
    data = np.empty((len(codes), 3), np.uint8)
    data[:, 0], data[:, 1], data[:, 2] = 0xE0 | codes >> 12, 0x80 | (codes >> 6 & 0x3F), 0x80 | (codes & 0x3F)
    return Column(data.ravel(), np.concatenate([[0], np.cumsum(3 * lengths)]))


def old_release(out: Path, count: int) -> None:
    """A release of so many documents: its data, and a manifest that says so."""
    schema = release.data_schema([], ())
    (out / "data").mkdir(parents=True)
    parts = []
    for number, first in enumerate(range(0, count, PART)):
        rows = min(PART, count - first)
        ids = [hashlib.blake2b(str(first + row).encode(), digest_size=16).hexdigest() for row in range(rows)]
        columns = {"id": pa.array(ids), "text": texts(rows, number).text()}
        arrays = [columns.get(field.name, pa.nulls(rows, field.type)) for field in schema]
        with PartWriter(out / part_name("data", number), schema) as writer:
            writer.write(pa.RecordBatch.from_arrays(arrays, schema=schema))
        parts.append(describe(out, part_name("data", number)))
    counts = dict.fromkeys(("records", "documents", "candidates", "refused", "duplicates"), 0)
    whole = {
        "format": manifest.FORMAT,
        "manyo": VERSION,
        "name": "synthetic",
        "recipe": {"name": "synthetic", "inputs": ["none"]},
        "rules": [],
        "counts": {**counts, "kept": count, "skipped": {}, "refused_early": {}},
        "shards": parts,
    }
    (out / manifest.NAME).write_text(json.dumps(whole))


def new_documents(path: Path, count: int, old_count: int) -> None:
    """One in ten an old text, one in ten nearly one."""
    old, fresh = texts(min(PART, old_count), 0), texts(count, 10**6)
    with path.open("w", encoding="utf-8") as file:
        for row in range(count):
            text = (old.row(row % old.rows) if row % 10 < 2 else fresh.row(row)).decode()
            if row % 10 == 1:
                text = text[: -len(text) // 20] + "終わり方を書き直した。"
            file.write(json.dumps({"text": text, "url": f"https://new.example.jp/{row}"}, ensure_ascii=False) + "\n")


def command(*words: str) -> float:
    """Run `manyo` and give the CPU seconds that it and its workers took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "manyo", *words, "--workers", "1", "--quiet"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Make the two sides, then build in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=int, default=1_000_000)
    parser.add_argument("--new", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="where the earlier release is kept for another run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        old = (arguments.keep or folder) / f"old-{arguments.old}"
        if not (old / manifest.NAME).exists():
            old_release(old, arguments.old)
        if not (old / "index" / "index.json").exists():
            spent = command("index", str(old))
            size = sum(file.stat().st_size for file in (old / "index").iterdir())
            documents = f"{arguments.old:,} documents"
            print(f"manyo index: {documents}, {spent:.0f} CPU s, {size / arguments.old:.0f} bytes a document")
        new_documents(folder / "new.jsonl", arguments.new, arguments.old)
        recipe = folder / "new.toml"
        recipe.write_text('inputs = ["new.jsonl"]\n[judge]\nrules = "any.toml"\n')
        (folder / "any.toml").write_text('name = "any"\n[[rule]]\nname = "empty"\nmeasure = "characters"\nmin = 1\n')
        command("build", str(recipe), "--out", str(folder / "warm"), "--against", str(old))
        print("CPU s       alone   against   ratio   left out")
        for number in range(arguments.rounds):
            alone = command("build", str(recipe), "--out", str(folder / f"alone-{number}"))
            out = folder / f"against-{number}"
            against = command("build", str(recipe), "--out", str(out), "--against", str(old))
            [met] = json.loads((out / manifest.NAME).read_text())["against"]
            print(f"round {number + 1}  {alone:8.2f}  {against:8.2f}  {against / alone:6.3f}   {met['duplicates']:,}")


if __name__ == "__main__":
    main()
