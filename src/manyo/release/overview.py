"""`manyo show`: the figures of a release, for people on a terminal and for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.cells import cell_len

from manyo.engine import below
from manyo.release import labels, manifest
from manyo.release.figures import heaviest
from manyo.release.labels import label, number, share

TOP: Final = 10


@dataclass(frozen=True, slots=True)
class Overview:
    """`data` is for `--json`, `text` for people."""

    text: str
    data: dict[str, Any]


def show(out: str | Path, lang: str = "ja") -> Overview:
    """The figures of the release in `out`, `lang` "ja" or "en". Raises `ManyoError` when it is no release."""
    whole = manifest.read(out)
    counts, figures = whole["counts"], whole.get("figures", {})
    data = {
        "name": whole.get("name", ""),
        "manyo": whole["manyo"],
        "recipe": whole.get("recipe", {}).get("name", ""),
        "counts": counts,
        "characters": figures.get("characters", {}).get("kept", 0),
        "bytes": figures.get("text_bytes", {}).get("kept", 0),
        "failed": figures.get("failed", {}),
        "failed_only": figures.get("failed_only", {}),
        "exact": figures.get("exact", 0),
        "near": figures.get("near", 0),
        "url": figures.get("url", 0),
        "masked": figures.get("masked", {}),
        "charset": figures.get("charset", {}),
        "damage": len(whole.get("damage", [])),
        "report": str(below(out, "report.html")),
    }
    return Overview(_text(data, whole, lang), data)


def _text(data: Mapping[str, Any], whole: Mapping[str, Any], lang: str) -> str:
    def say(japanese: str, english: str) -> str:
        return japanese if lang == "ja" else english

    counts = data["counts"]
    passed = counts["candidates"] - counts["refused"]
    stages = [
        (say("入力の記録", "records in the input"), counts["records"], 0),
        (say("文書", "documents"), counts["documents"], counts["records"]),
        (say("日本語の候補", "Japanese candidates"), counts["candidates"], counts["documents"]),
        (say("規則をすべて満たした", "passed every rule"), passed, counts["candidates"]),
        (say("採用(重複なし)", "kept, each text once"), counts["kept"], passed),
    ]
    blocks = [
        f"{data['name']}  ({say('レシピ', 'recipe')} {data['recipe']}, Manyo {data['manyo']})",
        columns([(name, number(count), share(count, of) if of else "") for name, count, of in stages]),
    ]
    for title, table, reasons in (
        (say("文書でなかった記録", "records that are no documents"), labels.SKIPPED, counts["skipped"]),
        (
            say("候補にならなかった文書", "documents that are no candidates"),
            labels.REFUSED_EARLY,
            counts["refused_early"],
        ),
    ):
        rows = [(label(table, reason).text(lang), number(n)) for reason, n in heaviest(reasons, TOP)]
        blocks += [f"{title}\n{columns(rows)}"] if rows else []
    rules = {rule["name"]: rule for rule in whole.get("rules", [])}
    names = {each["name"]: each["ja" if lang == "ja" else "en"] for each in whole.get("measures", [])}
    failures = []
    for name, count in heaviest(data["failed"], TOP):
        rule = rules.get(name, {})
        asked = f"{names.get(rule.get('measure', ''), rule.get('measure', ''))} {labels.bounds(rule)}"
        alone = number(data["failed_only"].get(name, 0))
        part = share(count, counts["candidates"])
        failures.append((name, asked, number(count), part, say(f"これだけ {alone}", f"alone {alone}")))
    title = say("規則に反した候補", "candidates that failed a rule")
    blocks += [f"{title}\n{columns(failures)}"] if failures else []
    rows = [(label(labels.DUPLICATES, kind).text(lang), number(data[kind])) for kind in ("exact", "near", "url")]
    blocks.append(f"{say('重複', 'duplicates')}\n{columns(rows)}")
    rows = [(label(labels.KINDS, kind).text(lang), number(n)) for kind, n in heaviest(data["masked"], TOP)]
    title = say("伏せた個人情報(採用した本文)", "personal information masked in the kept text")
    blocks += [f"{title}\n{columns(rows)}"] if rows else []
    text = say(f"本文 {number(data['characters'])} 文字", f"{number(data['characters'])} characters of text")
    blocks.append(f"{text} ({labels.size(data['bytes'])})")
    if data["damage"]:
        blocks.append(say(f"入力の傷み {data['damage']} か所", f"damage in the input: {data['damage']}"))
    blocks.append(f"{say('報告書', 'report')}  {data['report']}")
    return "\n\n".join(blocks)


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows as columns, the first to the left, the others to the right, full-width letters counted as two.

    >>> print(columns([("採用", "12"), ("kept", "1,234")]))
      採用     12
      kept  1,234
    """
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for place, (text, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - cell_len(text))
            cells.append(space + text if place else text + space)
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)
