"""How Manyo grows: with workers, with its input, and what it costs to begin.

    benchmarks/scaling.py --warc large.warc.gz --tenth tenth.warc.gz --small small.warc.gz [--rounds 3] [--json]

Wall seconds of two workers against one on the large file, which should make several shards (`--shard` cuts it); beside
it what the machine gives two plain loops over one at that moment, and CPU seconds, which other work disturbs less; the
largest resident set of a worker on `--tenth` and on the large file, which has ten times as much; and seconds from the
command to its end for `manyo --help` and for a build of the small file, with warm caches.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from end_to_end import VENVS, machine, uncompressed

PYTHON = VENVS / "manyo" / "bin" / "python"


class Watch(threading.Thread):
    """Looks at the memory of the processes below one process, twenty times a second (Linux)."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process, self._over = process, threading.Event()
        self.peak: dict[int, int] = {}  # bytes by process

    def run(self) -> None:
        while not self._over.wait(0.05):
            for child in children(self._process):
                self.peak[child] = max(self.peak.get(child, 0), high_water(child))

    def stop(self) -> int:
        """The largest of all, in bytes."""
        self._over.set()
        self.join()
        return max(self.peak.values(), default=0)


def children(process: int) -> list[int]:
    try:
        listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [int(one) for one in listed]


def high_water(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def build(warc: Path, workers: int, shard: str) -> tuple[float, float, float]:
    """Wall seconds, the largest worker's resident set in MB, and CPU seconds of all processes."""
    with tempfile.TemporaryDirectory() as folder:
        recipe = Path(folder) / "recipe.toml"
        recipe.write_text(f'inputs = [{json.dumps(str(warc.resolve()))}]\n[engine]\nshard = "{shard}"\n', "utf-8")
        out = str(Path(folder) / "out")
        words = [str(PYTHON), "-m", "manyo", "build", str(recipe), "--out", out, "--workers", str(workers), "-q"]
        started = time.perf_counter()
        process = subprocess.Popen(words)
        watch = Watch(process.pid)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit("the build failed")
        return time.perf_counter() - started, watch.stop() / 1e6, used.ru_utime + used.ru_stime


def plain_loops() -> float:
    """How much more two processes that only count get done than one: 2.0 on an idle machine of two processors."""

    def run(count: int) -> float:
        words = [sys.executable, "-c", "total = 0\nfor i in range(15_000_000): total += i * i"]
        started = time.perf_counter()
        for process in [subprocess.Popen(words) for _ in range(count)]:
            process.wait()
        return time.perf_counter() - started

    return 2 * run(1) / run(2)


def seconds(*words: str) -> float:
    started = time.perf_counter()
    subprocess.run([PYTHON, "-m", "manyo", *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--warc", type=Path, required=True)
    parser.add_argument("--tenth", type=Path, required=True)
    parser.add_argument("--small", type=Path, required=True)
    parser.add_argument("--shard", default="8 MB", help="bytes of a shard as stored (default 8 MB)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    build(options.small, 1, options.shard)
    rounds = []
    for _ in range(options.rounds):
        one, two = build(options.warc, 1, options.shard), build(options.warc, 2, options.shard)
        tenth, small = build(options.tenth, 1, options.shard), build(options.small, 1, options.shard)
        rounds.append(
            {
                "one_worker_seconds": one[0],
                "two_workers_seconds": two[0],
                "two_over_one": one[0] / two[0],
                "two_over_one_marginal": (one[0] - small[0]) / (two[0] - small[0]),
                "two_plain_loops": plain_loops(),
                "cpu_seconds_one": one[2],
                "cpu_seconds_two": two[2],
                "peak_mb": one[1],
                "peak_mb_tenth": tenth[1],
                "help_seconds": seconds("--help"),
                "small_build_seconds": small[0],
            }
        )
    found = {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
    found |= {"megabytes": uncompressed(options.warc) / 1e6, "megabytes_tenth": uncompressed(options.tenth) / 1e6}
    if options.json:
        print(
            json.dumps({"machine": machine(), "load": os.getloadavg()[0], "median": found, "rounds": rounds}, indent=1)
        )
        return
    print(f"{machine()}; median of {options.rounds} rounds; load {os.getloadavg()[0]:.1f}\n")
    for key, value in found.items():
        print(f"{key:24s} {value:8.2f}")


if __name__ == "__main__":
    main()
