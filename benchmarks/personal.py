"""Masking personal information: this kernel and regular expressions of Python's `re`, in turn on the same texts.

    python benchmarks/personal.py FILE... [--json] [--rounds 5]
    python benchmarks/personal.py            (a seeded text of its own: prose with a number or address here and there)

The expressions are written here in the way Japanese corpus tools do (one for mail addresses and one for telephone
numbers, substituted one after the other); they find two kinds, ours finds five, with context and checks. Speed is UTF-8
megabytes a CPU-second on one thread, the best of interleaved rounds. Also printed: how many of each kind were masked
in a million characters, which on texts free of personal data is the rate of false alarms.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from time import process_time

import numpy as np

from manyo import protect
from manyo.columns import Column

MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
PHONE = re.compile(r"(?:0\d{1,4}[-(]\d{1,4}[-)]\d{4}|\+81-?\d{1,4}-?\d{1,4}-?\d{4}|0[789]0-?\d{4}-?\d{4})")


def with_re(texts: list[str]) -> list[str]:
    return [PHONE.sub("［電話番号］", MAIL.sub("［メールアドレス］", text)) for text in texts]


def generated(documents: int, length: int) -> list[str]:
    random = np.random.default_rng(1)
    kana, kanji = np.arange(0x3042, 0x3094), np.arange(0x4E00, 0x5200)
    asides = ["2024年5月1日", "3,980円", "（第12回）", "電話03-0000-0000", "hoge@example.com", "\n", "API", "12:30"]
    texts = []
    for _ in range(documents):
        codes = np.where(random.random(length) < 0.6, random.choice(kana, length), random.choice(kanji, length))
        pieces = ["".join(map(chr, codes[start : start + 40])) for start in range(0, length, 40)]
        texts.append("。".join(piece + asides[random.integers(len(asides))] for piece in pieces))
    return texts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    read = [path.read_text(encoding="utf-8", errors="replace") for path in options.files]
    texts = read or generated(1500, 2000)
    column = Column.of(texts)
    runners = {"manyo, five kinds": lambda: protect.mask(column), "re, two kinds": lambda: with_re(texts)}
    best = dict.fromkeys(runners, float("inf"))
    masked = protect.mask(column)
    for _ in range(options.rounds):
        for name, run in runners.items():  # in turn, so that a busy machine is busy for both
            started = process_time()
            run()
            best[name] = min(best[name], process_time() - started)
    characters = sum(map(len, texts))
    speeds = {name: len(column.data) / 1e6 / took for name, took in best.items()}
    rates = {kind: float(count.sum()) / characters * 1e6 for kind, count in masked.counts.items()}
    if options.json:
        print(json.dumps({"characters": characters, "megabytes_per_second": speeds, "masked_per_million": rates}))
        return
    print(f"{len(texts)} texts, {characters} characters")
    for name, speed in speeds.items():
        print(f"{name:20}{speed:8.1f} MB/s   ours is {speeds['manyo, five kinds'] / speed:.1f}x")
    print("masked in a million characters: " + ", ".join(f"{kind} {rate:.2f}" for kind, rate in rates.items()))


if __name__ == "__main__":
    main()
