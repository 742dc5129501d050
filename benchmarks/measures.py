"""Measuring texts: how fast, Manyo and its peers in turn, on the same texts, one core each.

    benchmarks/setup_peers.sh
    benchmarks/measures.py --texts FILE|FOLDER... [--rounds 5] [--only NAME...] [--json]

`--texts` are JSON lines and Parquet with a field `text`, text files, and pages of HTML, of which `manyo.extract` takes the
main text; folders are looked through to the bottom. Texts of fewer than 100 characters, and those without kana, are left out.

A figure is megabytes of UTF-8 a CPU second. Each engine is a process of its own, held to one processor; it loads the texts,
runs once, and then tells the CPU seconds of its passes. Engines take turns (A B C A B C); a figure is the median
of the rounds, a ratio the median of each round's. Slow engines have every so many texts only, and Manyo's time beside
theirs is taken on the very same ones.

What is compared: HojiChar 0.18 with its filters of characters, lines and lists (those of words apart), datatrove with
FineWeb-2's three filters, once with its tokenizer for Japanese, and once where the words are there already. Every filter sees
every text, though each stops at its first reason. Manyo takes all its measures, which are more than theirs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from end_to_end import HERE, THREADS, VENVS, machine

WORKER = HERE / "peers" / "measures.py"
KANA = frozenset(map(chr, range(0x3041, 0x30FB)))


@dataclass(frozen=True)
class Engine:
    """A way to measure texts, run in one of setup_peers.sh's environments, on every so many of them."""

    name: str
    key: str
    venv: str
    every: int = 1


OURS = (
    Engine("Manyo, all measures", "manyo", "manyo"),
    Engine("Manyo, light", "manyo_light", "manyo"),
    Engine("Manyo, word lists", "manyo_lists", "manyo"),
    Engine("Manyo, quality", "manyo_quality", "manyo"),
)
PEERS = (
    Engine("HojiChar, characters, lines, lists", "hojichar", "hojichar", every=2),
    Engine("HojiChar, characters and lines", "hojichar_light", "hojichar", every=2),
    Engine("HojiChar, with words (MeCab)", "hojichar_words", "hojichar", every=8),
    Engine("datatrove, words at hand", "datatrove_tokenized", "datatrove", every=4),
    Engine("datatrove, with its tokenizer", "datatrove", "datatrove", every=16),
)
AGAINST = OURS[:2]


def texts_of(paths: list[Path]) -> Iterator[str]:
    """The texts of files and folders, in order."""
    from manyo import extract

    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.suffix in (".jsonl", ".ndjson"):
                yield from (json.loads(line).get("text") or "" for line in file.open(encoding="utf-8") if line.strip())
            elif file.suffix == ".parquet":
                import pyarrow.parquet as pq

                yield from pq.read_table(file, columns=["text"])["text"].to_pylist()
            elif file.suffix in (".html", ".htm"):
                yield extract(file.read_bytes()).text
            elif file.suffix in (".txt", ".md") and not file.name.endswith(".gt.txt"):
                yield file.read_bytes().decode("utf-8", "replace")


class Process:
    """An engine at work in its environment, on its texts."""

    def __init__(self, engine: Engine, texts: list[str], folder: Path, processor: int) -> None:
        self.engine, self.texts = engine, len(texts)
        self.megabytes = sum(len(text.encode()) for text in texts) / 1e6
        file = folder / f"{engine.key}-{len(texts)}.json"
        file.write_text(json.dumps(texts), "utf-8")
        command = [VENVS / engine.venv / "bin" / "python", WORKER, engine.key, file]
        if sys.platform == "linux":
            command = ["taskset", "-c", str(processor), *command]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | dict.fromkeys(THREADS, "1"),
        )
        if self._answer() != "ready":
            raise SystemExit(f"{engine.name} did not start: run benchmarks/setup_peers.sh, then {command}")

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def run(self) -> float:
        """The CPU seconds of one pass."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._answer())

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", nargs="+", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", metavar="NAME", help=f"peers, of {', '.join(one.key for one in PEERS)}")
    parser.add_argument("--processor", type=int, default=(os.cpu_count() or 1) - 1, help="to hold engines to")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    texts = [text for text in texts_of(options.texts) if len(text) >= 100 and not KANA.isdisjoint(text)]
    chosen = [one for one in PEERS if not options.only or one.key in options.only]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        def started(engine: Engine, every: int) -> Process:
            return stack.enter_context(Process(engine, texts[::every], folder, options.processor))

        ours = [(started(one, 1),) for one in OURS]
        theirs = [(started(peer, peer.every), *(started(one, peer.every) for one in AGAINST)) for peer in chosen]
        rounds = [[[one.run() for one in group] for group in (*ours, *theirs)] for _ in range(options.rounds)]
    rows = []
    for place, (process, *others) in enumerate((*ours, *theirs)):
        passes = [one[place] for one in rounds]
        ratios = [median(spent[0] / spent[index + 1] for spent in passes) for index in range(len(others))]
        rows.append(
            {
                "engine": process.engine.name,
                "texts": process.texts,
                "megabytes": process.megabytes,
                "mb_per_cpu_second": median(process.megabytes / spent[0] for spent in passes),
                "manyo_is": dict(zip(("all", "light"), ratios, strict=False)),
            }
        )
    if options.json:
        print(json.dumps({"machine": machine(), "rows": rows}, indent=1))
        return
    print("| | texts | MB | MB / CPU s | Manyo, all, is | Manyo, light, is |\n|---|---:|---:|---:|---:|---:|")
    for row in rows:
        ratios = " | ".join(f"{row['manyo_is'][name]:.0f}×" if row["manyo_is"] else "" for name in ("all", "light"))
        speed = f"{row['mb_per_cpu_second']:.{0 if row['mb_per_cpu_second'] >= 10 else 2}f}"
        print(f"| {row['engine']} | {row['texts']} | {row['megabytes']:.2f} | {speed} | {ratios} |")


if __name__ == "__main__":
    main()
