"""Refusal on raw bytes: megabytes of pages a CPU second that `manyo.read.spot` looks through, one thread.

    benchmarks/kernels.py --foreign FOLDER... --japanese FOLDER... [--seconds 2] [--json]

Pages are read as make_warc.py reads them and handed over in batches of 8 MB, as a build does. Beside it the same for
plain decoding as UTF-8, the least that anything could do that looks at characters, and, for the foreign side, how many
pages were taken for Japanese; for the Japanese side, how many were not. MinHash has a benchmark of its own, minhash.py.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import process_time

import numpy as np

from end_to_end import machine
from make_warc import read_pages
from manyo import read
from manyo.columns import Column

BATCH = 8 << 20


def batches(bodies: list[bytes]) -> list[Column]:
    found, held, size = [], [], 0
    for body in bodies:
        held.append(body)
        size += len(body)
        if size >= BATCH:
            found.append(Column.join(held))
            held, size = [], 0
    return found + ([Column.join(held)] if held else [])


def spot_all(columns: list[Column]) -> None:
    for column in columns:
        read.spot(column)


def decode_all(bodies: list[bytes]) -> None:
    for body in bodies:
        body.decode("utf-8", "replace")


def speed(work: Callable[[], None], size: int, seconds: float) -> float:
    """MB a CPU second, the best of the passes that `seconds` have room for."""
    work()
    best, spent = float("inf"), 0.0
    while spent < seconds:
        started = process_time()
        work()
        took = process_time() - started
        best, spent = min(best, took), spent + took
    return size / 1e6 / best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--foreign", nargs="+", type=Path, required=True)
    parser.add_argument("--japanese", nargs="+", type=Path, required=True)
    parser.add_argument("--skip", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for side in ("foreign", "japanese"):
        bodies = [page.body for page in read_pages(getattr(options, side), options.skip)]
        columns, size = batches(bodies), sum(map(len, bodies))
        spotted = np.concatenate([read.spot(column) > 0 for column in columns])
        rows.append(
            {
                "pages": side,
                "count": len(bodies),
                "megabytes": size / 1e6,
                "spot_mb_per_cpu_second": speed(partial(spot_all, columns), size, options.seconds),
                "utf8_mb_per_cpu_second": speed(partial(decode_all, bodies), size, options.seconds),
                "wrong": int((spotted if side == "foreign" else ~spotted).sum()),
            }
        )
    if options.json:
        print(json.dumps({"machine": machine(), "rows": rows}, indent=1))
        return
    print("| pages | | MB | spot, MB / CPU s | decode as UTF-8 | wrong |\n|---|---:|---:|---:|---:|---:|")
    for row in rows:
        print(
            f"| {row['pages']} | {row['count']} | {row['megabytes']:.1f} | {row['spot_mb_per_cpu_second']:.0f} "
            f"| {row['utf8_mb_per_cpu_second']:.0f} | {row['wrong']} |"
        )


if __name__ == "__main__":
    main()
