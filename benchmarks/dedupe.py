"""From texts to the list of those that stay: ours and others' in turn, on the same texts, with recall and precision.

    python benchmarks/dedupe.py [FILE...] [--texts 20000] [--rounds 3] [--pairs REVISIONS.jsonl] [--venvs DIR] [--json]

*Speed*: documents a CPU second, one core. Texts are pieces of 400 to 900 characters of the files named (UTF-8), or of a
seeded generator of Japanese-like text; a fifth of them are edited copies. Slow tools get the first part of them. The
best of some rounds, tools in turn.

*Recall and precision*: pairs of a text and an edited copy, the Jaccard similarity of their character 5-grams (white
space aside) computed exactly. A pair is found when one of its texts goes; the pairs are of texts that share nothing else,
which is seen to beforehand. Kinds of edits, each text has one, at a strength drawn evenly from 0.2 to 7 % of its characters:

    replace   single characters, anywhere        insert    single characters, anywhere
    delete    single characters, anywhere        cut       a stretch, three times as long
    append    the start of another text          prepend   a headline of another text
    swap      the halves, and single characters  reformat  lines broken at 40 characters, and single characters
    compose   all of them one after another, each at an eighth of the strength

`--pairs` adds pairs of a JSON lines file with `old` and `new`, such as revisions of a law.

Peers live in environments of their own (setup_peers.sh), and each run of a tool is a process of its own. Those that are not
there are left out with a word.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import manyo
from minhash import generated

HERE = Path(__file__).parent
# Which environment a tool lives in, and what part of the texts it is given.
TOOLS = {
    "manyo": ("", 1.0),
    "manyo, estimates only": ("", 1.0),
    "manyo, preset fineweb2": ("", 1.0),
    "rensa, 16 x 8": ("dedupe", 1.0),
    "rensa, 42 x 6": ("dedupe", 0.5),
    "HojiChar, 16 x 8": ("dedupe", 1.0),
    "HojiChar, 42 x 6": ("dedupe", 0.5),
    "HojiChar, defaults": ("dedupe", 0.5),
    "datasketch": ("dedupe", 0.1),
    "datasketch, 42 x 6": ("dedupe", 0.1),
    "text-dedup": ("dedupe", 0.1),
    "datatrove": ("datatrove", 0.025),
}
Random = np.random.Generator
Pairs = list[tuple[str, str, str]]  # kind of edit, text, copy


def single(letters: list[str], share: float, random: Random, how: str) -> list[str]:
    """Single characters replaced, inserted or deleted."""
    made = list(letters)
    for _ in range(max(1, round(share * len(letters)))):
        place, new = int(random.integers(len(made))), chr(int(random.integers(0x3042, 0x3093)))
        made[place : place + (how != "insert")] = [] if how == "delete" and len(made) > 1 else [new]
    return made


def edited(text: str, other: str, kind: str, share: float, random: Random) -> str:
    letters, length = list(text), len(text)
    stretch = max(1, round(3 * share * length))
    if kind == "compose":
        for one in KINDS[:-1]:
            text = edited(text, other, one, share / 8, random)
        return text
    if kind in ("replace", "insert", "delete"):
        letters = single(letters, share, random, kind)
    elif kind == "cut":
        start = int(random.integers(max(1, length - stretch)))
        letters[start : start + stretch] = []
    elif kind == "append":
        letters += other[:stretch]
    elif kind == "prepend":
        letters[:0] = [*other[: max(1, stretch // 2)], "\n"]
    elif kind == "swap":
        letters = single(letters[length // 2 :] + letters[: length // 2], share / 2, random, "replace")
    else:
        letters = single(letters, share, random, "replace")
        return "\n".join("".join(letters[at : at + 40]) for at in range(0, len(letters), 40))
    return "".join(letters)


KINDS = ("replace", "insert", "delete", "cut", "append", "prepend", "swap", "reformat", "compose")


def jaccard(first: str, second: str) -> float:
    sets = [
        {bare[at : at + 5] for at in range(max(len(bare) - 4, 1))}
        for bare in ("".join(t.split()) for t in (first, second))
    ]
    return len(sets[0] & sets[1]) / max(len(sets[0] | sets[1]), 1)


def pieces(texts: list[str], least: int, most: int, count: int, random: Random) -> list[str]:
    """Pieces of `least` to `most` characters that share little with each other."""
    found = []
    for text in texts:
        at = 0
        while at + most < len(text):
            length = int(random.integers(least, most + 1))
            found.append(text[at : at + length])
            at += length
    found = [found[place] for place in random.permutation(len(found))[: 2 * count]]
    # Lower than any threshold here, and with many more bands than are needed to find what is.
    alone = manyo.dedupe(found, threshold=0.2, verify="estimate", bands=85, rows=3)
    size = alone["cluster_size"].to_pylist()
    return [text for text, members in zip(found, size, strict=True) if members == 1][:count]


def made_pairs(texts: list[str], random: Random) -> Pairs:
    others = texts[1:] + texts[:1]
    drawn = [KINDS[int(place)] for place in random.integers(len(KINDS), size=len(texts))]
    return [
        (kind, text, edited(text, other, kind, float(random.uniform(0.002, 0.07)), random))
        for kind, text, other in zip(drawn, texts, others, strict=True)
    ]


def run(tool: str, texts: list[str], venvs: Path) -> dict[str, Any] | None:
    """One run of a tool in its own process; None where it is not installed."""
    venv, _ = TOOLS[tool]
    python = venvs / venv / "bin" / "python" if venv else Path(sys.executable)
    if not python.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder) / "texts.jsonl", Path(folder) / "out.json"
        given.write_text("\n".join(json.dumps(text) for text in texts), "utf-8")
        done = subprocess.run(
            [str(python), str(HERE / "peers" / "dedupe.py"), tool, str(given), str(out)], capture_output=True, text=True
        )
        if done.returncode:
            print(f"{tool}: left out: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            return None
        answer: dict[str, Any] = json.loads(out.read_text())
        return answer


def told(pairs: Pairs, kept: list[bool], truth: list[float]) -> dict[str, Any]:
    """Recall at some similarities, and precision, of pairs that lie one after another."""
    near = np.array(truth)
    found = ~(np.array(kept[::2]) & np.array(kept[1::2]))
    recall = {
        str(least): [int((found & (near >= least)).sum()), int((near >= least).sum())]
        for least in (0.7, 0.75, 0.8, 0.9)
    }
    kinds = {
        kind: [int((found & mine).sum()), int(mine.sum())]
        for kind in dict.fromkeys(kind for kind, _, _ in pairs)
        if (mine := np.array([one == kind for one, _, _ in pairs]) & (near >= 0.7)).any()
    }
    right = [int((found & (near >= 0.7)).sum()), int(found.sum())]
    doubtful = int(((near > 0.65) & (near < 0.75)).sum())
    return {"pairs": len(pairs), "doubtful": doubtful, "recall": recall, "precision": right, "kinds": kinds}


def share(counts: list[int]) -> str:
    return f"{counts[0]}/{counts[1]} {counts[0] / max(counts[1], 1):.2%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tools", help="names, separated by semicolons; all by default")
    parser.add_argument("--venvs", type=Path, default=HERE / ".venvs")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    random = np.random.default_rng(7)
    whole = [path.read_text(encoding="utf-8") for path in options.files] or generated(400, 20_000, random)
    tools = options.tools.split(";") if options.tools else list(TOOLS)

    base = pieces(whole, 400, 900, options.texts * 4 // 5, random)
    while len(base) < options.texts * 4 // 5:  # too few: pieces joined of halves of others, which share half with each
        first, second = (base[int(place)] for place in random.integers(len(base), size=2))
        base.append(first[len(first) // 2 :] + second[: len(second) // 2])
    copies = [copy for _, _, copy in made_pairs(base[: options.texts - len(base)], random)]
    corpus = [(base + copies)[place] for place in random.permutation(options.texts)]
    best: dict[str, float] = {}
    for _ in range(options.rounds):
        for tool in tools:  # in turn, so that a busy machine is busy for all
            texts = corpus[: max(20, int(len(corpus) * TOOLS[tool][1]))]
            if answer := run(tool, texts, options.venvs):
                best[tool] = max(best.get(tool, 0.0), len(texts) / answer["seconds"])
    tests = {
        "800-3,000 characters": made_pairs(pieces(whole, 800, 3000, 3000, random), random),
        "60-160 characters": made_pairs(pieces(whole, 60, 160, 6000, random), random),
    }
    if options.pairs:
        rows = [json.loads(line) for line in options.pairs.read_text("utf-8").splitlines()]
        tests["given"] = [("given", row["old"], row["new"]) for row in rows]
    found: dict[str, dict[str, Any]] = {}
    for name, pairs in tests.items():
        truth = [jaccard(first, second) for _, first, second in pairs]
        for tool in tools:
            few = pairs[:1000] if TOOLS[tool][1] < 0.1 else pairs
            if answer := run(tool, [text for _, *both in few for text in both], options.venvs):
                found.setdefault(name, {})[tool] = told(few, answer["kept"], truth[: len(few)])
    if options.json:
        print(json.dumps({"texts": options.texts, "documents_per_second": best, "pairs": found}))
        return
    characters = sum(map(len, corpus)) / len(corpus)
    print(f"{options.texts} texts of {characters:.0f} characters, {len(copies)} of them edited copies")
    for tool, speed in best.items():
        print(f"{tool:24}{speed:10,.0f} documents/s{best['manyo'] / speed:9.1f}  manyo to it")
    for name, answers in found.items():
        print(f"\n{name}")
        for tool, one in answers.items():
            recall = "  ".join(f"J >= {least}: {share(counts)}" for least, counts in one["recall"].items())
            print(
                f"{tool:24}{one['pairs']} pairs, {one['doubtful']} in 0.65-0.75; {recall}; precision {share(one['precision'])}"
            )
        kinds = answers["manyo"]["kinds"].items()
        print("manyo, by kind of edit:", ", ".join(f"{kind} {counts[0]}/{counts[1]}" for kind, counts in kinds))


if __name__ == "__main__":
    main()
