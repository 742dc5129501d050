"""How long a slider of `manyo explore` takes to answer over a large ledger, and how much memory the page's server holds.

    python benchmarks/explore.py RELEASE [--rows 1000000] [--recipe manyo] [--moves 200]

The ledger is synthetic, as in `replay.py`: RELEASE's rows repeated with noise. The server runs as a process of its own,
and is asked over HTTP as the page asks it. A *move* sets one threshold of a rule, each rule in turn, to a quantile
that a seeded generator draws; its answer has all counts. *spread* is the histogram of the rule and its precision, asked
for when a slider rests; *both sides* the nearest documents above and below, *sample* refused ones at random, both
with the files' titles and addresses (a synthetic ledger has no texts). Times are wall clock, with HTTP and JSON; of
moves also the server's CPU time, which says more on a busy machine.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pyarrow.parquet as pq

from manyo import judge
from manyo.measure import MEASURES
from replay import enlarge


def main() -> None:
    """Make the ledger, start the server, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--recipe", default="manyo")
    parser.add_argument("--moves", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "synthetic"
        size = enlarge(arguments.release, out, arguments.rows)
        print(f"{arguments.rows:,} synthetic rows, {size / 1e6:.0f} MB of Parquet, recipe {arguments.recipe}\n")
        words = ["explore", str(out), "--no-browser", "--recipe", arguments.recipe, "--rows", str(arguments.rows)]
        began = time.perf_counter()
        with subprocess.Popen([sys.executable, "-m", "manyo", *words], stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout
                address = urlsplit(server.stdout.readline().strip())
                print(f"until the page can be opened {time.perf_counter() - began:8.2f} s")
                measure(Asker(address.port or 0, address.fragment), server.pid, out, arguments.recipe, arguments.moves)
                print("\nmemory of the server, MB")
                for line in Path(f"/proc/{server.pid}/status").read_text().splitlines():
                    if line.startswith(("VmRSS", "VmHWM")):
                        name = {"VmRSS": "now", "VmHWM": "at most"}[line.split(":")[0]]
                        print(f"  {name:12} {int(line.split()[1]) / 1024:8.0f}")
            finally:
                server.terminate()


class Asker:
    """Asks as the page does, over one connection."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Content-Type": "application/json", "X-Manyo-Token": token}

    def __call__(self, question: str, **asked: Any) -> tuple[float, dict[str, Any]]:
        """Milliseconds, and the answer."""
        began = time.perf_counter()
        self.connection.request("POST", f"/ask/{question}", json.dumps(asked), self.headers)
        answer = json.loads(self.connection.getresponse().read())
        return 1000 * (time.perf_counter() - began), answer


def spent(pid: int) -> float:
    """CPU milliseconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(ask: Asker, pid: int, out: Path, recipe: str, moves: int) -> None:
    rules = [rule for rule in judge.load(recipe).rules if rule.measure in MEASURES]
    parts = sorted((out / "ledger").iterdir())
    values = {rule.measure: pq.read_table(parts[0], columns=[rule.measure]).column(0).to_numpy() for rule in rules}
    draw = np.random.default_rng(20261127)
    ask("start")
    first, _ = ask("stand")
    print(f"first counts                 {first / 1000:8.2f} s  (reads the columns)\n")
    limits: dict[str, dict[str, float]] = {}
    times: dict[str, list[float]] = {name: [] for name in ("move", "spread", "both sides", "sample")}
    busy, before = 0.0, spent(pid)
    print("                       median      95 %       most, ms")
    for number in range(moves):
        rule = rules[number // 8 % len(rules)]  # a slider is moved several times before the next one
        end = "min" if rule.min is not None else "max"
        there = float(np.quantile(values[rule.measure], draw.uniform(0.02, 0.98)))
        limits[rule.name] = {end: there}
        asked = {"recipe": recipe, "limits": limits}
        times["move"].append(ask("stand", **asked)[0])
        if number % 8 == 7:
            busy += spent(pid) - before
            times["spread"].append(ask("rule", **asked, rule=rule.name)[0])
            near = {"rule": rule.name, "order": "near", "limit": 8}
            sides = [ask("find", **asked, query={**near, **more})[0] for more in ({"how": "alone"}, {"how": "passes"})]
            times["both sides"].append(sum(sides))
            sample = {"rule": rule.name, "how": "fails", "order": "random", "limit": 10}
            times["sample"].append(ask("find", **asked, query=sample)[0])
            limits, before = {}, spent(pid)
    for name, taken in times.items():
        print(f"{name:18} {np.median(taken):10.1f} {np.quantile(taken, 0.95):9.1f} {max(taken):10.1f}")
    print(f"\nCPU of the server for a move {busy / (moves // 8 * 8):6.1f} ms")


if __name__ == "__main__":
    main()
