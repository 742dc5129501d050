"""The verb that measures texts: measure."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from manyo.cli.building import QUIET
from manyo.cli.group import JSON, LANG, main
from manyo.errors import ManyoError

if TYPE_CHECKING:
    import pyarrow as pa

    from manyo.measure.catalogue.entry import Measure
    from manyo.measuring import Summary, Texts

_ONLY_HELP = "Measures to take, or sets of them (light, repetition, lists, compression, published); all by default."
_LIST_HELP = "A word list of your own, a word a line: gives NAME_hits, NAME_words, NAME_density and NAME_share."


@main.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--column", default="text", show_default=True, help="The field that holds the text.")
@click.option("--only", metavar="A,B,...", help=_ONLY_HELP)
@click.option("--lists", multiple=True, metavar="NAME=FILE", help=_LIST_HELP)
@click.option("--words", type=click.Choice(["sudachi", "mecab"]), help="Measure words too; needs an extra package.")
@click.option("--out", type=click.Path(path_type=Path), help="A row for each text into this .parquet or .jsonl file.")
@click.option("--measures", is_flag=True, help="List the measures with what each is, and measure nothing.")
@QUIET
@JSON
@LANG
def measure(
    files: tuple[str, ...],
    column: str,
    only: str | None,
    lists: tuple[str, ...],
    words: str | None,
    out: Path | None,
    measures: bool,
    quiet: bool,
    as_json: bool,
    lang: str,
) -> None:
    """Measure the texts of JSON lines and Parquet: scripts, lines, repetition, word lists, quality, ...

    Prints how each measure lies over all the texts. With --out, or --json for standard output, a row for each text. `-` stands
    for JSON lines on standard input.

    \b
    Examples:
      manyo measure --measures
      manyo measure texts.jsonl.gz
      manyo measure data/*.parquet --column body --out measured.parquet
      manyo measure texts.jsonl --only light,quality --json > measured.jsonl
      cat texts.jsonl | manyo measure - --lists shop=words.txt --only shop_hits
    """
    from manyo import measuring

    wanted = [name.strip() for name in only.split(",") if name.strip()] if only else None
    texts_of_lists = dict(map(_list, lists))
    if measures:
        _catalogue(wanted, texts_of_lists, words or "", as_json, lang)
        return
    if not files:
        raise ManyoError(
            "no file is named",
            where="manyo measure",
            hint="name JSON lines or Parquet, or - for lines on standard input",
        )
    if out:
        measuring.check_out(out)
    texts = measuring.Texts(files, column=column, only=wanted, lists=texts_of_lists, words=words or "")
    summary = measuring.Summary(texts.measures)
    batches = _shown(texts, summary, quiet)
    if out:
        measuring.save(batches, texts.schema, out)
    else:
        for batch in batches:
            if as_json:
                measuring.lines(batch, sys.stdout)
    if not quiet:
        if not as_json:
            click.echo(_table(summary, texts.measures, lang))
        _left_out(texts, lang)
        if out:
            click.echo(str(out), err=True)


def _shown(texts: Texts, summary: Summary, quiet: bool) -> Iterator[pa.RecordBatch]:
    """The batches, with a bar on the terminal, and counted in the summary."""
    from contextlib import nullcontext

    from manyo.progress import counting

    with nullcontext(lambda _: None) if quiet else counting(texts.size, "measure") as show:
        for batch in texts:
            summary.add(batch)
            show(texts.done)
            yield batch


def _list(given: str) -> tuple[str, str]:
    """Name and text of a word list, given as NAME=FILE."""
    name, _, path = given.partition("=")
    if not path:
        raise ManyoError(f"{given!r} names no list", where="--lists", hint="write --lists NAME=FILE")
    try:
        return name, Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ManyoError("the list is not UTF-8 text", where=path, hint="save it as UTF-8") from None
    except OSError as error:
        said = f"the list cannot be read: {error.strerror}"
        raise ManyoError(said, where=path, hint="see that it is there and that you may read it") from None


def _catalogue(only: list[str] | None, lists: Mapping[str, str], words: str, as_json: bool, lang: str) -> None:
    """Print what can be measured."""
    from manyo.measure import catalogue

    known = catalogue.measures(tuple(lists), words or "sudachi")
    chosen = [known[name] for name in catalogue.checked(only, known)]
    if as_json:
        click.echo(json.dumps([_entry(item) for item in chosen], ensure_ascii=False, indent=1))
        return
    for item in chosen:
        click.echo(f"{click.style(item.name, bold=True)}  {item.label(lang)}")
        click.echo(f"    {item.means(lang)}")


def _entry(item: Measure) -> dict[str, Any]:
    """One measure for machines."""
    most = None if item.most == float("inf") else item.most
    names = {"ja": item.japanese, "en": item.english}
    definition = {"ja": item.means("ja"), "en": item.means("en")}
    return {
        "name": item.name,
        "type": str(item.dtype),
        "unit": item.unit,
        "least": item.least,
        "most": most,
        "label": names,
        "definition": definition,
        "extra": item.extra or None,
    }


def _table(summary: Summary, measures: Mapping[str, Measure], lang: str) -> str:
    """The figures of all measures, as columns."""
    from manyo.release.labels import number
    from manyo.release.overview import columns

    head = ("最小", "5 %", "中央", "95 %", "最大") if lang == "ja" else ("least", "5 %", "median", "95 %", "most")
    rows: list[tuple[str, ...]] = [("", *head)]
    labels = [""]
    for name, figures in summary.figures.items():
        whole = measures[name].unit in ("count", "characters", "bytes")
        shown = [number(round(value)) if whole or value >= 1000 else f"{value:.4g}" for value in figures]
        rows.append((name, *shown))
        labels.append(measures[name].label(lang))
    count = f"{number(summary.rows)} 件の本文" if lang == "ja" else f"{number(summary.rows)} texts"
    lines = zip(columns(rows).split("\n"), labels, strict=True)
    return "\n".join([count, *(f"{line}  {named}".rstrip() for line, named in lines)])


def _left_out(texts: Texts, lang: str) -> None:
    """Say on standard error what had no text, and why."""
    from manyo.release.labels import REFUSED_EARLY, label, number

    for reason, count in sorted(texts.tally.refused.items()):
        why = label(REFUSED_EARLY, reason).text(lang)
        click.echo(
            f"{number(count)} 件は測れません: {why}" if lang == "ja" else f"{number(count)} left out: {why}", err=True
        )
    for place in texts.tally.damage[:10]:
        click.echo(f"{place['file']} ({place['offset']}): {place['detail']}", err=True)
