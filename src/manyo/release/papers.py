"""The papers of a release: dataset card, Croissant, report, and the manifest that seals it."""

from __future__ import annotations

import functools
import json
import unicodedata
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final

import jinja2
import pyarrow as pa

from manyo.release import manifest as manifests
from manyo.release.croissant import croissant
from manyo.release.figures import Figures, heaviest
from manyo.release.labels import (
    KINDS,
    REFUSED_EARLY,
    REMOVED,
    SKIPPED,
    bounds,
    label,
    measure_labels,
    number,
    share,
    size,
)
from manyo.release.report import report
from manyo.release.rows import Measure, data_schema

# Hugging Face's size categories, by the number of rows below which each applies.
_SIZES: Final = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"),
    (10**9, "100M<n<1B"),
    (10**10, "1B<n<10B"),
    (10**11, "10B<n<100B"),
    (10**12, "100B<n<1T"),
)


def finish(
    out: str | Path,
    figures: Figures,
    manifest: Mapping[str, Any],
    schema: Sequence[pa.Field],
    measures: Sequence[Measure],
    quality: Sequence[str] = (),
    *,
    name: str = "manyo-release",
    license_name: str = "other",
) -> dict[str, Any]:
    """Write README.md, croissant.json, report.html and, last of all, manifest.json; return the manifest as written.

    `out` holds the parts that `manifest["shards"]` names; `manifest` is laid out as in `release.manifest`. `schema` are
    the measures' Arrow fields, `measures` the same with their names in both languages, `quality` those that travel
    with the text. Each file appears whole or not at all. Raises `ManyoError` when the counts do not add up or a file
    cannot be written.
    """
    manifests.check(manifest)
    whole = {
        **manifest,
        "name": name,
        "license": license_name,
        "quality": list(quality),
        "measures": [{"name": each.name, "ja": each.japanese, "en": each.english} for each in measures],
        "figures": {key: value for key, value in figures.to_json().items() if key != "samples"},
    }
    described = croissant(whole, schema, measures, quality, name=name, license_name=license_name)
    whole["files"] = [
        manifests.put(out, "README.md", card(whole, figures, schema, measures, quality)),
        manifests.put(out, "croissant.json", described),
        manifests.put(out, "report.html", report(whole, figures, measures)),
    ]
    manifests.put(out, manifests.NAME, json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
    return whole


def card(
    manifest: Mapping[str, Any],
    figures: Figures,
    schema: Sequence[pa.Field],
    measures: Sequence[Measure],
    quality: Sequence[str],
) -> str:
    """The dataset card: a YAML head that `datasets` and the Hub read, then Japanese, then English."""
    rules = {rule["name"]: rule for rule in manifest["rules"]}
    labels = measure_labels(measures)
    return _template("card.md.j2").render(
        manifest=manifest,
        counts=manifest["counts"],
        figures=figures,
        skipped=[(label(SKIPPED, reason), count) for reason, count in heaviest(figures.skipped, 20)],
        early=[(label(REFUSED_EARLY, reason), count) for reason, count in heaviest(figures.refused_early, 20)],
        rules=[(rules.get(rule, {"name": rule}), count) for rule, count in heaviest(figures.failed, len(rules) + 20)],
        decontaminated=manifest.get("decontaminate"),
        against=manifest.get("against", []),
        removed=[(label(REMOVED, name), count) for name, count in manifest.get("removed", {}).items()],
        masked=[(label(KINDS, kind), figures.masked.get(kind, 0)) for kind in KINDS],
        quality=[labels[name] for name in quality if name in labels],
        fields=data_schema(schema, quality),
        sizes=next((text for below, text in _SIZES if figures.kept < below), "n>1T"),
    )


@functools.cache
def _template(name: str) -> jinja2.Template:
    source = (resources.files("manyo.release") / "templates" / name).read_text("utf-8")
    # Markdown, not HTML: what comes from outside goes through `cell` or `scalar` instead of autoescape.
    environment = jinja2.Environment(
        autoescape=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, size=size, cell=cell, scalar=scalar, bounds=bounds)
    environment.globals.update(share=share)
    return environment.from_string(source)


def cell(value: Any) -> str:
    """Text as one cell of a Markdown table, nothing in it read as markup.

    >>> cell("a|b <i>*c*</i>")
    'a\\\\|b &lt;i&gt;\\\\*c\\\\*&lt;/i&gt;'
    """
    text = "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in str(value))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join("\\" + letter if letter in "\\`*_[]|~#" else letter for letter in text)


def scalar(value: Any) -> str:
    """Text as a YAML double-quoted scalar, on one line.

    >>> scalar('a "b": c')
    '"a \\\\"b\\\\": c"'
    """
    text = "".join(" " if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") else letter for letter in str(value))
    return json.dumps(text, ensure_ascii=False)
