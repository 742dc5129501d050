"""Whether the recipes decide as the programs do that they were taken from: rule by rule, and number by number.

    benchmarks/setup_peers.sh
    python benchmarks/real_texts.py ../shared/data > texts.jsonl
    python benchmarks/parity.py texts.jsonl [--work FOLDER]

HojiChar (`peers/hojichar_filters.py`) and datatrove with FineWeb-2's settings (`peers/datatrove_filters.py`) run in
environments of their own, over the same texts; Manyo measures them with the tokenizer that each recipe names. Out come
the tables of `docs/parity.md`, and in FOLDER the peers' answers, which are used again when they are there, and
`differences.jsonl`: every decision that differs, with both numbers. Needs `manyo[words]` and `manyo[mecab]`.

    python benchmarks/real_texts.py --cases tests/cases/published-recipes.json > cases.jsonl

gives the texts that were written to fail one rule each, for rules that hardly any real text fails.

HojiChar's word lists are not Manyo's. So its decisions are held against its own lists too, given to Manyo as a user's
lists would be: those rows bear the name of the rule and `(its list)`.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import manyo
from manyo import judge

HERE = Path(__file__).resolve().parent
VENVS = HERE / ".venvs"
PEERS = {"hojichar": "hojichar", "fineweb2-ja": "datatrove"}  # the recipe, and whose it is
# HojiChar's lists: the rule, the file, and how many matches it allows.
LISTS = {
    "adult_words": ("adult_keywords_ja.txt", 0),
    "discriminatory_words": ("discrimination_keywords_ja.txt", 0),
    "violent_words": ("violence_keywords_ja.txt", 0),
    "advertising": ("advertisement_keywords_ja.txt", 14),
}
CLOSE = 1e-6  # measures are stored in 32 bits


@dataclass
class Row:
    """Decisions on one rule: of how many texts, alike, refused by both, by the peer alone, by Manyo alone."""

    rule: str
    texts: int = 0
    alike: int = 0
    both: int = 0
    theirs: int = 0
    ours: int = 0
    undecided: int = 0  # where the peer divides by zero
    differing: list[int] = field(default_factory=list)


def asked(peer: str, texts: Path, work: Path) -> list[dict[str, Any]]:
    """What a peer says of every text; asked once."""
    answers = work / f"{peer}.jsonl"
    if not answers.exists():
        script = HERE / "peers" / f"{peer}_filters.py"
        whole = answers.with_suffix(".tmp")
        with whole.open("wb") as out:
            subprocess.run([VENVS / peer / "bin/python", script, texts], stdout=out, check=True)
        whole.replace(answers)
    with answers.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def compared(rule: str, theirs: list[bool | None], ours: npt.NDArray[np.bool_]) -> Row:
    row = Row(rule, len(theirs))
    for number, (their, our) in enumerate(zip(theirs, ours.tolist(), strict=True)):
        if their is None:
            row.undecided += 1
        elif their == our:
            row.alike += 1
            row.both += their
        else:
            row.theirs += their
            row.ours += our
            row.differing.append(number)
    return row


def rules(
    recipe: str, table: pa.Table, answers: list[dict[str, Any]]
) -> Iterator[tuple[Row, judge.Rule, npt.NDArray[Any]]]:
    """Each rule of a recipe that the peer has an answer to, once more for each answer without a defect."""
    for rule in judge.load(recipe).rules:
        values = judge.values(rule, table)
        for name in (rule.name, f"{rule.name}*"):
            if name in answers[0]["refused"]:
                theirs = [answer["refused"][name] for answer in answers]
                yield compared(name, theirs, judge.failing(rule, values)), rule, values


def by_their_lists(texts: list[str], answers: list[dict[str, Any]]) -> Iterator[Row]:
    folder = next((VENVS / "hojichar").glob("lib/python*/site-packages/hojichar/dict"))
    for rule, (file, most) in LISTS.items():
        words = {"theirs": (folder / file).read_text("utf-8")}
        hits = manyo.measure(texts, only=["theirs_hits"], lists=words)["theirs_hits"].to_numpy()
        yield compared(f"{rule} (its list)", [answer["refused"][rule] for answer in answers], hits > most)


def printed(title: str, rows: list[Row]) -> None:
    print(f"\n### {title}\n\n| rule | texts | agree | refused by both | there only | here only |")
    print("|---|---:|---:|---:|---:|---:|")
    for row in rows:
        texts = row.texts - row.undecided
        print(f"| {row.rule} | {texts:,} | {row.alike:,} | {row.both} | {row.theirs} | {row.ours} |")


def numbers(table: pa.Table, answers: list[dict[str, Any]]) -> None:
    print("\n| measure | texts | equal | greatest difference |\n|---|---:|---:|---:|")
    for name in answers[0]["values"]:
        ours = table[name].to_numpy().astype(np.float64)
        theirs = np.array([answer["values"][name] for answer in answers], np.float64)
        apart = np.abs(ours - theirs)
        print(f"| {name} | {len(ours):,} | {int((apart <= CLOSE).sum()):,} | {apart.max():.2g} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--work", type=Path, default=Path("parity"), help="for the peers' answers and the differences")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    with options.texts.open(encoding="utf-8") as lines:
        documents: list[Mapping[str, Any]] = [json.loads(line) for line in lines]
    texts = [document["text"] for document in documents]
    with (options.work / "differences.jsonl").open("w", encoding="utf-8") as out:
        for recipe, peer in PEERS.items():
            answers = asked(peer, options.texts, options.work)
            table = manyo.measure(pa.array(texts, pa.large_string()), words=judge.load(recipe).words)
            found = list(rules(recipe, table, answers))
            shown = [row for row, _, _ in found]
            if peer == "hojichar":
                shown += by_their_lists(texts, answers)
            printed(recipe, shown)
            whole(found, answers)
            numbers(table, answers)
            for row, rule, values in found:
                for number in row.differing:
                    said = {
                        "recipe": recipe,
                        "rule": row.rule,
                        "id": documents[number]["id"],
                        "register": documents[number]["register"],
                        "refused_there": answers[number]["refused"][row.rule],
                        "value": float(values[number]),
                        "value_there": answers[number]["values"].get(rule.measure, math.nan),
                    }
                    out.write(json.dumps(said, ensure_ascii=False) + "\n")


def whole(found: list[tuple[Row, judge.Rule, npt.NDArray[Any]]], answers: list[dict[str, Any]]) -> None:
    """The decision by all rules together that both have, the answers without a defect in place of those with one."""
    mended = {row.rule.removesuffix("*") for row, _, _ in found if row.rule.endswith("*")}
    counted = [(row, rule, values) for row, rule, values in found if row.rule not in mended]
    theirs = np.zeros(len(answers), bool)
    ours = np.zeros(len(answers), bool)
    for row, rule, values in counted:
        theirs |= np.array([bool(answer["refused"][row.rule]) for answer in answers])
        ours |= judge.failing(rule, values)
    alike = int((theirs == ours).sum())
    print(
        f"\nAll rules together: {alike:,} of {len(answers):,} decisions agree; kept there {int((~theirs).sum()):,}, ",
        end="",
    )
    print(f"here {int((~ours).sum()):,}.")


if __name__ == "__main__":
    main()
