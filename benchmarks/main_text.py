"""Main text out of saved pages: how fast and how right, Manyo and its peers in turn, on the same pages, one core each.

    benchmarks/setup_peers.sh
    benchmarks/main_text.py --pages FOLDER... --wcxb FOLDER [--rounds 5] [--only NAME...] [--json]

`--pages` folders hold `NAME.html` beside `NAME.gt.txt`, or `html/NAME.html` beside `text/NAME.txt`; `--wcxb` is a split of
the Web Content Extraction Benchmark (`html/*.html.gz`, `ground-truth/*.json`). A page without known text is timed only.

*Speed* is megabytes of pages, as they were saved, a CPU second. Each engine is a process of its own, held to one
processor; it loads the pages, warms up, and tells the CPU seconds of its passes. Engines take turns (A B C A B C); a
figure is the median of the rounds, a ratio the median of each round's, with the least and the greatest beside it.
Manyo is handed bytes and finds the encoding; peers are handed `str` decoded for them by trial, the bare parser UTF-8,
which is not counted. Slow peers are timed on every eighth page of each set, and compared with what the others took for
the same pages.

*Accuracy* is the mean F1 over pages: of pairs of neighbouring characters, white space removed, for `--pages`; of
lower-cased words for WCXB, as its authors score it. Where nothing is the right answer, fewer than 50 characters are
right. A `meta.jsonl` that tells `page_chars` and `truth_chars` splits a set: noisy pages (a fifth or more is not main
text), plain ones, and those whose answer is empty. On pages that the shipped model was trained on, its F1 says what it
remembers: tools/train_main_text validates on others.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

from end_to_end import HERE, THREADS, VENVS, machine

NTH = 8  # of each set, what slow engines are timed on
LARGE = 50_000  # bytes: pages on which `extract` is compared with the batch
BATCH = 16 << 20


@dataclass(frozen=True)
class Engine:
    """A way to read pages, run in one of setup_peers.sh's environments."""

    name: str
    key: str  # what peers/main_text.py calls it
    venv: str
    package: str
    slow: bool = False
    scored: bool = True


ENGINES = (
    Engine("manyo, batches", "manyo_batch", "manyo", "manyo"),
    Engine("manyo, page by page", "manyo_page", "manyo", "manyo"),
    Engine("lexbor, parsing only", "lexbor", "main-text", "selectolax", scored=False),
    Engine("resiliparse", "resiliparse", "main-text", "resiliparse"),
    Engine("readability", "readability", "main-text", "readability-lxml", slow=True),
    Engine("trafilatura", "trafilatura", "main-text", "trafilatura", slow=True),
)
FIRST, ALONE = ENGINES[:2]


@dataclass(frozen=True)
class Page:
    body: bytes
    truth: str | None
    group: str
    detail: str = ""  # a part of its group that is scored apart
    words: bool = False  # scored by words

    @property
    def groups(self) -> tuple[str, ...]:
        return (self.group, f"{self.group}: {self.detail}") if self.detail else (self.group,)


def folder(path: Path) -> Iterator[Page]:
    details: dict[str, str] = {}
    if (path / "meta.jsonl").exists():
        for row in map(json.loads, (path / "meta.jsonl").read_text("utf-8").splitlines()):
            if {"truth_chars", "page_chars"} <= row.keys():
                noisy = row["truth_chars"] < 0.8 * row["page_chars"]
                details[row["file"]] = "empty" if row.get("empty_truth") else "noisy" if noisy else "plain"
    for page in sorted(path.glob("*.html")) + sorted(path.glob("html/*.html")):
        beside = page.parent == path
        truth = path / f"{page.stem}.gt.txt" if beside else path / "text" / f"{page.stem}.txt"
        known = truth.read_text("utf-8", "replace") if truth.exists() else None
        yield Page(page.read_bytes(), known, path.name, details.get(page.name, ""))


def wcxb(path: Path) -> Iterator[Page]:
    for page in sorted(path.glob("html/*.html.gz")):
        row = json.loads((path / "ground-truth" / f"{page.name[:-8]}.json").read_text("utf-8"))
        kind = (row.get("_internal") or {}).get("page_type") or "article"
        kind = kind.get("primary", "article") if isinstance(kind, dict) else kind
        yield Page(
            gzip.decompress(page.read_bytes()), row["ground_truth"].get("main_content"), "wcxb", kind, words=True
        )


def decoded(body: bytes) -> str:
    """What a peer is handed: the first encoding that fits the bytes, where two of Japan's may, by what is declared."""
    start = body[:2048].lower()
    legacy = ["euc_jp", "cp932"] if b"euc" in start else ["cp932", "euc_jp"]
    for encoding in [*(["iso2022_jp"] if b"\x1b$" in body else []), "utf-8", *legacy]:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return body.decode("cp932" if b"shift" in start else "euc_jp" if b"euc-jp" in start else "utf-8", "replace")


def lay_out(pages: list[Page], out: Path) -> dict[str, list[int]]:
    """Write the pages as peers/main_text.py reads them, and which of them each pass takes."""
    place: Counter[str] = Counter()
    selections: dict[str, list[int]] = {
        "all": list(range(len(pages))),
        "pages": [],
        "wcxb": [],
        "slow": [],
        "large": [],
    }
    ends: dict[str, list[int]] = {"bytes": [], "text": []}
    with (out / "bytes").open("wb") as raw, (out / "text").open("wb") as text:
        for number, page in enumerate(pages):
            raw.write(page.body)
            text.write(decoded(page.body).encode("utf-8"))
            ends["bytes"].append(raw.tell())
            ends["text"].append(text.tell())
            selections["wcxb" if page.words else "pages"].append(number)
            if place[page.group] % NTH == 0:
                selections["slow"].append(number)
            if len(page.body) > LARGE:
                selections["large"].append(number)
            place[page.group] += 1
    selections["few"] = selections["slow"][:: NTH // 2]
    index = {"selections": selections, "bytes_end": ends["bytes"], "text_end": ends["text"]}
    (out / "index.json").write_text(json.dumps(index))
    return selections


def run(
    engine: Engine, folder: Path, selections: list[str], warm_up: str, texts: bool, processor: int
) -> dict[str, Any]:
    python = VENVS / engine.venv / "bin" / "python"
    script = HERE / "peers" / "main_text.py"
    pin = ["taskset", "-c", str(processor)] if shutil.which("taskset") else []
    command = [*pin, str(python), str(script), engine.key, str(folder), *selections, "--warm-up", warm_up]
    command += ["--batch-bytes", str(BATCH), *(["--texts", str(folder / engine.key)] if texts else [])]
    process = subprocess.run(command, capture_output=True, text=True, env=os.environ | dict.fromkeys(THREADS, "1"))
    if process.returncode:
        sys.exit(f"{engine.name} failed:\n{process.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return answer


def f1(found: Counter[str], wanted: Counter[str]) -> float:
    return 2 * (found & wanted).total() / max(found.total() + wanted.total(), 1)


def pairs(text: str) -> Counter[str]:
    return Counter(text[at : at + 2] for at in range(len(text) - 1))


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def score(found: str, page: Page) -> float:
    assert page.truth is not None
    if page.words:
        truth = words(page.truth)
        return f1(words(found), truth) if truth else float(not words(found))
    found, wanted = re.sub(r"\s+", "", found), re.sub(r"\s+", "", page.truth)
    return f1(pairs(found), pairs(wanted)) if wanted else float(len(found) < 50)


def scores(pages: list[Page], texts: dict[str, str]) -> dict[str, float]:
    groups: dict[str, list[float]] = defaultdict(list)
    for number, page in enumerate(pages):
        if page.truth is not None:
            value = score(texts[str(number)], page)
            for group in page.groups:
                groups[group].append(value)
    return {group: mean(values) for group, values in groups.items()}


def version(engine: Engine) -> str:
    code = "import sys, importlib.metadata as m; print(m.version(sys.argv[1]))"
    python = VENVS / engine.venv / "bin" / "python"
    return subprocess.run(
        [python, "-c", code, engine.package], capture_output=True, text=True, check=True
    ).stdout.strip()


@dataclass
class Measured:
    """Of one engine: the CPU seconds of each round's passes, the F1 of each set, an error for each page lost."""

    seconds: list[dict[str, float]]
    texts: dict[str, str]
    f1: dict[str, float]
    errors: list[str]

    def speed(self, part: str, megabytes: float) -> dict[str, float]:
        return middle([megabytes / one[part] for one in self.seconds])

    def over(self, other: Measured, part: str) -> dict[str, float]:
        """How many times the seconds of the other, round by round."""
        return middle([a[part] / b[part] for a, b in zip(self.seconds, other.seconds, strict=True)])


def middle(values: list[float]) -> dict[str, float]:
    return {"median": median(values), "least": min(values), "greatest": max(values)}


def measure(engines: list[Engine], pages: list[Page], out: Path, rounds: int, processor: int) -> dict[str, Measured]:
    """Engines in turn. Texts are taken in the first round, in which slow engines read all pages for that."""
    sets = [part for part in ("pages", "wcxb") if any(page.words == (part == "wcxb") for page in pages)]
    large = ["large"] if any(len(page.body) > LARGE for page in pages) else []
    found = {engine.name: Measured([], {}, {}, []) for engine in engines}
    for number in range(rounds):
        for engine in engines:
            print(f"round {number + 1} of {rounds}: {engine.name}", file=sys.stderr)
            ours = engine.venv == FIRST.venv
            passes = (
                ["slow", *(sets if number == 0 else [])] if engine.slow else [*sets, "slow", *(large if ours else [])]
            )
            wanted = number == 0 and engine.scored
            answer = run(engine, out, passes, "few" if engine.slow else "slow", wanted, processor)
            seconds, mine = answer["seconds"], found[engine.name]
            mine.seconds.append(seconds if engine.slow else seconds | {"all": sum(seconds[part] for part in sets)})
            if wanted:
                mine.texts = json.loads((out / engine.key).read_text("utf-8"))
                mine.f1, mine.errors = scores(pages, mine.texts), [e for part in sets for e in answer["errors"][part]]
    return found


def row(engine: Engine, found: dict[str, Measured], size: dict[str, float]) -> dict[str, Any]:
    mine, ours = found[engine.name], found[FIRST.name]
    timed = [part for part in ("all", "pages", "wcxb", "slow", "large") if all(part in one for one in mine.seconds)]
    return {
        "name": engine.name,
        "package": f"{engine.package} {version(engine)}",
        "mb_per_cpu_second": {part: mine.speed(part, size[part]) for part in timed},
        "manyo_times": {part: mine.over(ours, part) for part in timed},
        "f1": mine.f1,
        "failed": len(mine.errors),
        "errors": sorted(set(mine.errors))[:5],
        "same_texts": sum(mine.texts[key] == text for key, text in ours.texts.items()) if engine is ALONE else None,
    }


def show(found: dict[str, Any]) -> None:
    def spread(value: dict[str, float]) -> str:
        return f"{value['median']:.2f}x ({value['least']:.2f}-{value['greatest']:.2f})"

    size, count, rows = found["megabytes"], found["pages"], found["engines"]
    print(f"{found['machine']}; medians of {found['rounds']} rounds (least and greatest ratio)")
    print(
        "; ".join(
            f"{part}: {count[part]:,} pages, {size[part]:.1f} MB" for part in size if size[part] and part != "few"
        )
        + "\n"
    )
    sets = [part for part in ("all", "pages", "wcxb", "slow") if size.get(part)]
    print("| MB / CPU s | " + " | ".join(sets) + " | Manyo is |\n|---|" + "---:|" * (len(sets) + 1))
    for one in rows:
        speeds = [one["mb_per_cpu_second"].get(part) for part in sets]
        on = "all" if "all" in one["manyo_times"] else "slow"
        cells = [f"{speed['median']:.1f}" if speed else "" for speed in speeds]
        ratio = "" if one["name"] == FIRST.name else spread(one["manyo_times"][on])
        print(f"| {one['name']} | " + " | ".join(cells) + f" | {ratio} |")
    for one in rows:
        if one["same_texts"] is not None:
            print(f"\n{one['name']}: {one['same_texts']:,} of {count['all']:,} texts are those of the batches", end="")
            large = one["manyo_times"].get("large")
            print(f"; on pages over {LARGE:,} bytes the batches are {spread(large)}" if large else "")
    scored = [one for one in rows if one["f1"] and one["name"] != ALONE.name]
    print("\n| F1 | pages | " + " | ".join(one["name"] for one in scored) + " |\n|---|---:|" + "---:|" * len(scored))
    for group, number in found["scored"].items():
        print(f"| {group} | {number} | " + " | ".join(f"{one['f1'][group]:.4f}" for one in scored) + " |")
    for one in rows:
        if one["failed"]:
            print(f"\n{one['name']} failed on {one['failed']} pages: " + "; ".join(one["errors"]))
    print("\n" + "; ".join(dict.fromkeys(one["package"] for one in rows)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", nargs="*", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--wcxb", type=Path, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="engines to take, manyo in batches always")
    parser.add_argument("--processor", type=int, default=(os.cpu_count() or 1) - 1, help="to hold engines to")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    engines = [engine for engine in ENGINES if not options.only or engine is FIRST or engine.name in options.only]
    for engine in list(engines):
        if not (VENVS / engine.venv).exists():
            print(f"{engine.name}: left out, run benchmarks/setup_peers.sh to have it", file=sys.stderr)
            engines.remove(engine)
    pages = [page for path in options.pages for page in folder(path)] + (
        list(wcxb(options.wcxb)) if options.wcxb else []
    )
    if not pages:
        parser.error("no pages: name folders with --pages or --wcxb")
    with tempfile.TemporaryDirectory() as name:
        selections = lay_out(pages, Path(name))
        found = measure(engines, pages, Path(name), options.rounds, options.processor)
    size = {part: sum(len(pages[number].body) for number in chosen) / 1e6 for part, chosen in selections.items()}
    known = Counter(group for page in pages if page.truth is not None for group in page.groups)
    result = {
        "machine": machine(),
        "rounds": options.rounds,
        "pages": {part: len(chosen) for part, chosen in selections.items()},
        "megabytes": size,
        "scored": dict(sorted(known.items())),
        "engines": [row(engine, found, size) for engine in engines],
    }
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        show(result)


if __name__ == "__main__":
    main()
