"""Millions of synthetic texts deduplicated on one machine: time a text, memory, and whether the families are found.

    python benchmarks/dedupe_scale.py [--texts 1000000 10000000] [--folder DIR] [--json]

Texts are made as they are needed, each from its number alone: 100 words of three kana out of 5,000, 900 bytes. Of ten
texts six are new, one is an exact copy of an earlier one, and three are copies with 1 to 10 words replaced (Jaccard
similarity 0.96 to 0.62). They go through `dedupe.spilled.Spilled`, as those of `manyo dedupe` do, and nothing else: no file is
parsed or written. Each size runs in a process of its own; CPU seconds are `process_time` less what making the texts took;
memory is the process's peak, with the mapped pages that the system lends (`peak`) and without (`own`, looked at ten times
a second). The folder needs 1.5 kB a text.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from manyo.columns import Column
from manyo.dedupe import Settings
from manyo.dedupe.spilled import Spilled

WORDS, LENGTH, BATCH = 5000, 100, 1 << 14


def mixed(values: Any) -> Any:
    """SplitMix64 of every number: what stands for a random draw here, and is the same for a text and its copies."""
    values = (np.asarray(values, np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def originals(numbers: Any) -> tuple[Any, Any]:
    """For each text the one that it was made from, itself where it is new, and how many words were replaced."""
    draw = mixed(numbers)
    kind = draw % np.uint64(10)
    copied = (kind >= 6) & (numbers >= 100)
    earlier = (mixed(draw) % np.maximum(numbers, 1).astype(np.uint64)).astype(np.int64)
    changed = np.where(copied & (kind > 6), 1 + (draw >> np.uint64(8)) % np.uint64(10), 0)
    return np.where(copied, earlier, numbers), changed.astype(np.int64)


def texts(numbers: Any, vocabulary: Any) -> Column:
    """Texts by their numbers. A copy of a copy is a copy of the same new text, so families are wide and not deep."""
    base, changed = originals(numbers)
    for _ in range(64):
        further, _ = originals(base)
        if (further == base).all():
            break
        base = further
    places = np.arange(LENGTH)
    words = mixed(base[:, None].astype(np.uint64) * np.uint64(LENGTH) + places.astype(np.uint64)) % np.uint64(WORDS)
    for turn in range(10):
        rows = np.flatnonzero(changed > turn)
        draw = mixed(mixed(numbers[rows]) + np.uint64(turn))
        words[rows, (draw >> np.uint64(20)) % np.uint64(LENGTH)] = draw % np.uint64(WORDS)
    data = vocabulary[words.astype(np.int64)].reshape(-1)
    return Column(data, np.arange(len(numbers) + 1, dtype=np.int64) * (LENGTH * 9))


def vocabulary() -> Any:
    """Words of three kana, as UTF-8: [WORDS, 9]."""
    draw = mixed(np.arange(WORDS * 3)) % np.uint64(80)
    return np.frombuffer("".join(chr(0x3042 + int(each)) for each in draw).encode(), np.uint8).reshape(WORDS, 9)


def own_memory() -> int:
    """Bytes that belong to this process alone, without mapped files."""
    found = re.search(r"RssAnon:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


def run(count: int, folder: Path) -> dict[str, Any]:
    words, making, most, over = vocabulary(), 0.0, 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.1):
            most = max(most, own_memory())

    for part in ("warm", "real"):
        size = count if part == "real" else 1000
        made = 0.0
        with tempfile.TemporaryDirectory(dir=folder) as place, Spilled(Path(place), Settings()) as spilled:
            if part == "real":
                threading.Thread(target=watch, daemon=True).start()
            started, wall = process_time(), time.monotonic()
            for first in range(0, size, BATCH):
                before = process_time()
                batch = texts(np.arange(first, min(first + BATCH, size)), words)
                made += process_time() - before
                spilled.add(batch)
            signed = process_time()
            found = spilled.settle()
            ended, wall = process_time(), time.monotonic() - wall
        making = made
    over.set()
    numbers = np.arange(count)
    base, changed = originals(numbers)
    while ((further := originals(base)[0]) != base).any():
        base = further
    clusters = found["cluster"].to_numpy()
    home = clusters[base]
    copies = (base != numbers) & (changed <= 7)  # similarity 0.717 or more
    return {
        "texts": count,
        "kept": int(np.count_nonzero(found["kept"].to_numpy())),
        "new": int(np.count_nonzero(base == numbers)),
        "copies_with_their_original": float((clusters == home)[copies].mean()),
        "largest_cluster": int(found["cluster_size"].to_numpy().max()),
        "sign_microseconds": (signed - started - making) / count * 1e6,
        "settle_microseconds": (ended - signed) / count * 1e6,
        "microseconds": (ended - started - making) / count * 1e6,
        "wall_seconds": wall,
        "own_bytes": most,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(run(options.one, options.folder)))
        return
    results = []
    for count in options.texts:
        command = [sys.executable, __file__, "--one", str(count), "--folder", str(options.folder)]
        results.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        if options.json:
            print(json.dumps(results[-1]), flush=True)
            continue
        one = results[-1]
        print(
            f"{one['texts']:>12,} texts: {one['microseconds']:.1f} µs a text ({one['sign_microseconds']:.1f} signing, "
            f"{one['settle_microseconds']:.1f} settling), {one['wall_seconds']:.0f} s; own memory {one['own_bytes'] / 1e9:.2f} GB, "
            f"with mapped files {one['peak_bytes'] / 1e9:.2f} GB; {one['kept']:,} kept of {one['new']:,} new, "
            f"{one['copies_with_their_original']:.3%} of near copies with their original"
        )
    if not options.json and len(results) > 1:
        print(f"cost of a text, last to first: {results[-1]['microseconds'] / results[0]['microseconds']:.2f}")


if __name__ == "__main__":
    main()
