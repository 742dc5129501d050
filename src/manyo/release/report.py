"""The report: one HTML file that needs nothing but a browser, for the people who must trust the release.

Everything from outside (titles, URLs, excerpts, file names, the recipe) goes through Jinja's autoescape; a URL becomes
a link only where it is plainly http or https. The page forbids itself the network and any script or style but its own,
by a Content-Security-Policy with their hashes, so that even a hole in the escaping would lead nowhere.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any, Final
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup, escape

from manyo.release import charts, labels
from manyo.release.figures import CLUSTERS, ERRORS, LENGTHS, STEPS, Counts, Figures, heaviest, intervals
from manyo.release.labels import Label, label
from manyo.release.rows import Measure
from manyo.release.samples import Sample

TOP: Final = 20  # hosts, charsets, languages and reasons shown
DAMAGES: Final = 100
INPUTS: Final = 200


def report(manifest: Mapping[str, Any], figures: Figures, measures: Sequence[Measure]) -> str:
    """The HTML text of `report.html`."""
    names = labels.measure_labels(measures)
    return _template().render(
        manifest=manifest,
        counts=manifest["counts"],
        figures=figures,
        stages=_stages(figures),
        rules=_rules(manifest["rules"], figures),
        lengths=_lengths(figures),
        shares=_shares(figures, manifest["rules"], names),
        names=names,
        decoded=[(name, figures.broken.get(name, 0), figures.decode_errors.get(name, 0), count)
                 for name, count in heaviest(figures.charset, TOP)],
        errors=_rows({**figures.errors, "0": 0}, ERRORS),
        clusters=_rows(figures.clusters, CLUSTERS),
        removed=[(label(labels.REMOVED, name), count) for name, count in manifest.get("removed", {}).items()],
        samples={group: figures.samples.group(group) for group in ("kept", "refused", "duplicate")},
        limits={rule["name"]: rule for rule in manifest["rules"]},
        recipe=list(_settings(manifest["recipe"])),
        TOP=TOP, DAMAGES=DAMAGES, INPUTS=INPUTS,
    )  # fmt: skip


def _stages(figures: Figures) -> list[dict[str, Any]]:
    """The funnel from top to bottom: what each stage holds, and what the step to the next one took away."""
    passed = figures.candidates - figures.refused
    skipped = [(label(labels.SKIPPED, name), count) for name, count in heaviest(figures.skipped, TOP)]
    early = [(label(labels.REFUSED_EARLY, name), count) for name, count in heaviest(figures.refused_early, TOP)]
    refused = [(Label("rules", "規則に反した", "failed a rule"), figures.refused)]
    twice = [
        (Label("exact", "完全に同じ文章", "the very same text"), figures.exact),
        (Label("near", "ほぼ同じ文章", "nearly the same text"), figures.near),
        (Label("url", "同じURLの別の取得", "another capture of the address"), figures.url),
    ]
    counts = [figures.records, figures.documents, figures.candidates, passed, figures.kept]
    titles = [
        Label("records", "入力の記録", "Records in the input"),
        Label("documents", "文書", "Documents"),
        Label("candidates", "日本語の候補", "Japanese candidates"),
        Label("passed", "規則をすべて満たした", "Passed every rule"),
        Label("kept", "採用(重複なし)", "Kept, each text once"),
    ]
    lost = [skipped, early, refused, twice, []]
    return [
        {"title": title, "count": count, "after": after, "lost": [(why, n) for why, n in reasons if n]}
        for title, count, after, reasons in zip(titles, counts, [*counts[1:], counts[-1]], lost, strict=True)
    ]


def _rules(rules: Sequence[Mapping[str, Any]], figures: Figures) -> list[dict[str, Any]]:
    """Every rule, the one that refused most first; a name that only the figures know comes along bare."""
    known = {rule["name"]: rule for rule in rules}
    order = [name for name, _ in heaviest(figures.failed, len(figures.failed))]
    order += [name for name in known if name not in figures.failed]
    return [
        {
            "rule": known.get(name, {"name": name}),
            "failed": figures.failed.get(name, 0),
            "effective": bool(figures.failed.get(name)),
            "only": figures.failed_only.get(name, 0),
            "samples": figures.samples.group(f"rule:{name}"),
        }
        for name in order
    ]


def _rows(counts: Counts, edges: Sequence[int]) -> list[tuple[str, int]]:
    """Bins as table rows, `1`, `6–10`, `10,001–`, the empty ones left out."""
    rows = []
    for low, high in intervals(edges):
        if count := counts.get(str(low), 0):
            name = f"{low:,}–" if high is None else f"{low:,}" if low == high else f"{low:,}–{high:,}"
            rows.append((name, count))
    return rows


def _lengths(figures: Figures) -> dict[str, Any]:
    kept, refused = figures.lengths.get("kept", {}), figures.lengths.get("refused", {})
    used = [place for place, low in enumerate(LENGTHS) if str(low) in kept or str(low) in refused]
    first, last = (max(0, used[0] - 1), min(len(LENGTHS), used[-1] + 2)) if used else (0, 1)
    bins = LENGTHS[first:last]
    ticks = {place: f"{low:,}" for place, low in enumerate(bins) if low and math.log10(low).is_integer()}
    table = []
    for low, high in list(intervals(LENGTHS))[first:last]:
        name = f"{low:,}–" if high is None else f"{low:,}–{high:,}"
        table.append((name, kept.get(str(low), 0), refused.get(str(low), 0)))
    return {"chart": charts.histogram(kept, refused, bins, ticks), "table": table}


def _shares(
    figures: Figures, rules: Sequence[Mapping[str, Any]], names: Mapping[str, Label]
) -> list[tuple[Label, Markup, list[tuple[str, int, int]], list[str]]]:
    """One distribution for each share that was counted, with the recipe's thresholds on it."""
    width = 100 // STEPS
    bins = range(0, 100, width)
    found = {*figures.shares_kept, *figures.shares_refused}
    shown = []
    for name in [*(name for name in names if name in found), *sorted(found - set(names))]:
        above, below = figures.shares_kept.get(name, {}), figures.shares_refused.get(name, {})
        about = [rule for rule in rules if rule.get("measure") == name]
        limits = [float(rule[end]) for rule in about for end in ("min", "max") if rule.get(end) is not None]
        ticks = {0: "0", STEPS // 2: "50", STEPS: "100 %"}
        chart = charts.histogram(above, below, bins, ticks, [limit * STEPS for limit in limits])
        table = [(f"{low}–{low + width} %", above.get(str(low), 0), below.get(str(low), 0)) for low in bins]
        table = [row for row in table if row[1] or row[2]]
        shown.append((names.get(name, Label(name, name, name)), chart, table, [labels.bounds(rule) for rule in about]))
    return shown


def _settings(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """The recipe as dotted names and values, in its own order."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _settings(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", json.dumps(value, ensure_ascii=False)


def bilingual(japanese: Any, english: Any) -> Markup:
    """One text in both languages; the page shows one of them. Escapes what is not yet markup."""
    if japanese == english:
        return escape(japanese)
    return Markup('<span class="ja" lang="ja">{}</span><span class="en" lang="en">{}</span>').format(japanese, english)


def link(url: str) -> str:
    """The URL if a reader may be sent there, else "".

    >>> link("https://example.jp/合成"), link("javascript:alert(1)"), link("https:///nowhere")
    ('https://example.jp/合成', '', '')
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    odd = any(letter in "\"'<>\\`" or unicodedata.category(letter) in ("Cc", "Cf", "Zs", "Zl", "Zp") for letter in url)
    return url if parts.scheme in ("http", "https") and host and not odd else ""


def reasons(sample: Sample, rules: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """Why a document was refused: `(rule's name, value, rule)` for every rule that it failed."""
    return [(name, labels.number(sample.values.get(name)), rules.get(name, {})) for name in sample.failed]


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=labels.number, size=labels.size, bounds=labels.bounds, plain=labels.plain, link=link, heaviest=heaviest
    )
    style, script = _read("report.css"), _read("report.js")
    environment.globals.update(
        t=bilingual, share=labels.share, bar=charts.bar, flow=charts.flow, label=label, labels=labels, reasons=reasons,
        style=Markup(style), script=Markup(script), style_hash=_hash(style), script_hash=_hash(script),
    )  # fmt: skip
    return environment.get_template("report.html.j2")


def _read(name: str) -> str:
    return (resources.files("manyo.release") / "templates" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
