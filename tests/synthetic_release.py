"""A synthetic release for the tests: rows from a seeded generator, said to be synthetic in every title and text.

Nothing in it was ever a web page. Texts, titles and hosts are put together from small lists; the titles include the
hostile ones that the report has to survive.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from manyo import release
from manyo.records import DUPLICATE, KEPT, REFUSED
from manyo.release import manifest as manifests
from manyo.release import parts
from manyo.version import VERSION


@dataclass(frozen=True)
class Measure:
    name: str
    japanese: str
    english: str


MEASURES = (
    Measure("characters", "文字数", "Characters"),
    Measure("hiragana", "ひらがなの割合", "Share of hiragana"),
    Measure("katakana", "カタカナの割合", "Share of katakana"),
    Measure("kanji", "漢字の割合", "Share of kanji"),
    Measure("duplicate_lines", "重複行の割合", "Share of duplicate lines"),
    Measure("sentence_mean", "平均文長", "Mean sentence length"),
)
FIELDS = tuple(pa.field(each.name, pa.int32() if each.name == "characters" else pa.float32()) for each in MEASURES)
QUALITY = ("characters", "hiragana", "sentence_mean")
SHARES = ("hiragana", "katakana", "kanji")
RULES: list[dict[str, Any]] = [
    {
        "name": "long_enough",
        "measure": "characters",
        "min": 120,
        "max": None,
        "why": {"ja": "短すぎる文書は文脈を学べない", "en": "too short to hold any context"},
        "source": "synthetic",
    },
    {
        "name": "enough_hiragana",
        "measure": "hiragana",
        "min": 0.2,
        "max": None,
        "why": {"ja": "ひらがなの乏しい文書は一覧や仕様表が多い", "en": "little hiragana: lists and data sheets"},
        "source": "synthetic, after swallow-v1",
    },
    {
        "name": "few_katakana",
        "measure": "katakana",
        "min": None,
        "max": 0.5,
        "why": {"ja": "カタカナばかりの文書は商品名の羅列が多い", "en": "mostly katakana: runs of product names"},
        "source": "synthetic",
    },
    {
        "name": "few_repeats",
        "measure": "duplicate_lines",
        "min": None,
        "max": 0.3,
        "why": {"ja": "同じ行の繰り返しはメニューの残り", "en": "repeated lines are left-over menus"},
        "source": "synthetic",
    },
    {
        "name": "sentence_length",
        "measure": "sentence_mean",
        "min": 10,
        "max": 90,
        "why": {"ja": "文が短すぎる・長すぎる", "en": "sentences too short or too long"},
        "source": "synthetic",
    },
]

SUBJECTS = ("合成の旅人", "合成の職人", "合成の司書", "合成の農家", "合成の船頭", "合成の先生")
PLACES = ("川のほとり", "古い駅舎", "山あいの村", "港の市場", "図書室の窓辺", "雪の残る峠")
DEEDS = ("静かに本を開いた", "新しい道具を試した", "昔の地図を写した", "豆を煮て人を待った", "風の向きを書き留めた")
HOSTILE = (
    '合成 <script>alert("題")</script>',
    '合成 "><img src=x onerror=alert(1)>',
    "合成 ' onmouseover='alert(1)",
    "合成 {{ 7 * 7 }} {% raw %}",
    "合成 \u202egnp.文書\u202c と制御文字\x00\x07",
    "合成 ]]> --> </style></script></svg>",
)
URLS = ("javascript:alert(1)", 'https://example.jp/"onclick="x', "data:text/html,<script>1</script>", "")


def rows(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """`count` synthetic full rows: about half kept, the rest refused or duplicates of kept ones."""
    dice = random.Random(seed)
    made: list[dict[str, Any]] = []
    for number in range(count):
        file, offset = f"crawl/synthetic-{number // 200:03d}.warc.gz", 1000 + 977 * number
        record = f"<urn:uuid:synthetic-{number:08d}>"
        identity = hashlib.blake2b(f"{file} {offset} {record}".encode(), digest_size=16).hexdigest()
        size = max(1, int(dice.lognormvariate(2.2, 1.1)))
        lines = [f"{dice.choice(SUBJECTS)}は{dice.choice(PLACES)}で{dice.choice(DEEDS)}。" for _ in range(size)]
        text = "\n".join(lines)
        host = f"www{int(dice.paretovariate(0.7)) % 60}.example.jp"
        charset, evidence = dice.choices(
            [
                ("utf-8", "header"),
                ("utf-8", "meta"),
                ("shift_jis", "meta"),
                ("euc-jp", "bytes"),
                ("iso-2022-jp", "escape"),
            ],
            [50, 25, 15, 7, 3],
        )[0]
        row: dict[str, Any] = {
            "id": identity,
            "file": file,
            "offset": offset,
            "record": record,
            "url": f"https://{host}/合成/{number}.html" if number % 37 else dice.choice(URLS),
            "fetched": f"2024-0{1 + number % 9}-11T02:03:04Z",
            "charset": charset,
            "charset_from": evidence,
            "decode_errors": dice.choice((1, 3, 40)) if dice.random() < 0.06 else 0,
            "language": dice.choice(("ja", "ja", "ja-JP", "")),
            "title": f"合成の題 {number}" if number % 11 else HOSTILE[number // 11 % len(HOSTILE)],
            "date": f"2024-03-0{1 + number % 9}" if number % 3 else "",
            "page_bytes": len(text) * 9,
            "host": host,
            "text": text,
            "characters": len(text),
            "hiragana": min(1.0, max(0.0, dice.gauss(0.45, 0.14))),
            "katakana": min(1.0, abs(dice.gauss(0.12, 0.18))),
            "kanji": min(1.0, max(0.0, dice.gauss(0.28, 0.1))),
            "duplicate_lines": 1 - len(set(lines)) / len(lines),
            "sentence_mean": len(text) / size,
            "masked": {kind: int(dice.random() < 0.05) for kind in release.KINDS},
            "spans": [],
            "cluster": "",
            "cluster_size": 1,
            "similarity": None,
            "duplicate_kind": "",
        }
        row["spans"] = [
            {"kind": kind, "start": at, "end": at + 1} for at, (kind, n) in enumerate(row["masked"].items()) if n
        ]
        if number % 23 == 5:
            row["text"] += "\n<b onclick=alert(1)>合成</b> & &lt;文&gt;"
        row["failed"] = [rule["name"] for rule in RULES if _fails(row[rule["measure"]], rule)]
        row["verdict"] = REFUSED if row["failed"] else KEPT
        made.append(row)
    _cluster([row for row in made if row["verdict"] == KEPT], dice)
    return made


def _fails(value: float, rule: dict[str, Any]) -> bool:
    low, high = rule["min"], rule["max"]
    return (low is not None and value < low) or (high is not None and value > high)


def _cluster(passed: list[dict[str, Any]], dice: random.Random) -> None:
    while len(passed) > 3:
        size = dice.choices((1, 2, 3, 7), (80, 14, 5, 1))[0]
        members, passed = passed[:size], passed[size:]
        for place, row in enumerate(members):
            if len(members) == 1:
                continue
            row["cluster"], row["cluster_size"] = members[0]["id"], len(members)
            if place:
                row["verdict"], row["duplicate_kind"] = DUPLICATE, dice.choice((release.EXACT, release.NEAR))
                row["similarity"] = 1.0 if row["duplicate_kind"] == release.EXACT else 0.8 + dice.random() / 5


def batch(made: list[dict[str, Any]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(made, schema=release.full_schema(FIELDS))


def build(out: Path, count: int = 700, seed: int = 1, shards: int = 2, name: str = "synthetic") -> release.Figures:
    """Write a whole synthetic release to `out`, by way of the public names alone."""
    made = rows(count, seed)
    (out / "data").mkdir(parents=True)
    (out / "ledger").mkdir()
    documents = count * 5
    figures = release.Figures(
        records=documents + 60,
        skipped={"request": 40, "revisit": 20},
        documents=documents,
        refused_early={"not_japanese": documents - count - 7, "empty_body": 7},
    )
    entries = []
    for number in range(shards):
        mine = made[number * count // shards : (number + 1) * count // shards]
        paths = [parts.part_name(kind, number) for kind in ("data", "ledger")]
        batches = [batch(mine[start : start + 100]) for start in range(0, len(mine), 100)]
        figures += release.write_shard(
            out / paths[0], out / paths[1], batches, FIELDS, QUALITY, rules=RULES, shares=SHARES
        )
        entries += [parts.describe(out, path) for path in paths]
    manifest = {
        "format": manifests.FORMAT,
        "manyo": VERSION,
        "recipe": {
            "name": "synthetic",
            "inputs": ["crawl/*.warc.gz"],
            "read": {"ruby": "drop"},
            "dedupe": {"bands": 14, "k": 256, "threshold": 0.8},
        },
        "rules": RULES,
        "inputs": [
            {"file": f"crawl/synthetic-{n:03d}.warc.gz", "size": 5_000_000 + n, "fingerprint": f"{n:032x}"}
            for n in range(1 + count // 200)
        ],
        "counts": figures.counts(),
        "damage": [{"file": "crawl/synthetic-001.warc.gz", "offset": 81234, "what": "the gzip member ends early"}],
        "shards": entries,
    }
    release.finish(out, figures, manifest, FIELDS, MEASURES, QUALITY, name=name)
    return figures
