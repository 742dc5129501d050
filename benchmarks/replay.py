"""How long recipes take over a large ledger: `manyo judge` and `manyo compare`, one process, one core.

    python benchmarks/replay.py RELEASE [--rows 1000000] [--recipes manyo,swallow-v1]

The ledger is synthetic: the rows of RELEASE's, repeated until there are as many as asked for, each measure multiplied by
a number between 0.8 and 1.25 from a seeded generator (a thousand equal rows would compress to nothing), shares kept
within 0 and 1. Measured is the whole command, with Python's start.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from manyo.measure import MEASURES
from manyo.release.parts import PartWriter

PART = 100_000  # rows of a part


def main() -> None:
    """Make the ledger, run the commands, print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--recipes", default="manyo,swallow-v1,llm-jp-v1")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "synthetic"
        size = enlarge(arguments.release, out, arguments.rows)
        print(f"{arguments.rows:,} synthetic rows, {size / 1e6:.0f} MB of Parquet\n")
        print("command                                      wall s   CPU s   peak MB")
        for recipe in arguments.recipes.split(","):
            report("judge", str(out), "--recipe", recipe)
        report("judge", str(out), "--recipe", arguments.recipes.split(",")[0], "--write")
        report("compare", str(out), "--recipes", arguments.recipes)


def enlarge(release: Path, out: Path, rows: int) -> int:
    """Write a ledger of so many rows beside the manifest of `release`; its size in bytes."""
    whole = json.loads((release / "manifest.json").read_text())
    parts = [release / part["path"] for part in whole["shards"] if part["path"].startswith("ledger/")]
    table = pa.concat_tables(pq.read_table(part) for part in parts).combine_chunks()
    draw = np.random.default_rng(20261101)
    (out / "ledger").mkdir(parents=True)
    shards, written = [], 0
    while written < rows:
        name = f"ledger/part-{len(shards):05d}.parquet"
        count = min(PART, rows - written)
        with PartWriter(out / name, table.schema) as writer:
            for batch in varied(table.take(draw.integers(0, table.num_rows, count)), draw).to_batches():
                writer.write(batch)
        shards.append({"path": name, "sha256": "", "bytes": (out / name).stat().st_size, "rows": count})
        written += count
    counts = {**whole["counts"], "candidates": rows}
    (out / "manifest.json").write_text(json.dumps({**whole, "counts": counts, "shards": shards}))
    return sum(part["bytes"] for part in shards)


def varied(table: pa.Table, draw: np.random.Generator) -> pa.Table:
    for name, measure in MEASURES.items():
        if name in table.schema.names:
            values = table.column(name).to_numpy() * draw.uniform(0.8, 1.25, table.num_rows)
            values = np.clip(values, measure.least, measure.most)
            place = table.schema.get_field_index(name)
            column = pa.array(values).cast(table.schema.field(place).type, safe=False)
            table = table.set_column(place, table.schema.field(place), column)
    return table


def report(*words: str) -> None:
    """Run `manyo` with these words, pinned to one core."""
    command = [sys.executable, "-m", "manyo", *words]
    core = min(os.sched_getaffinity(0))
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    shown = " ".join(word for word in words if "/" not in word)
    print(f"{shown:44} {wall:6.2f}  {spent:6.2f}  {after.ru_maxrss / 1024:8.0f}")


if __name__ == "__main__":
    main()
