"""The verb that takes out what is there twice: dedupe."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from manyo.cli.building import QUIET
from manyo.cli.group import JSON, LANG, main
from manyo.dedupe.settings import KEEP, PRESETS, URL, VERIFY
from manyo.errors import ManyoError

if TYPE_CHECKING:
    from manyo.deduplicating import Outcome

_URL_HELP = "Of several captures of one address: keep the latest, the first, or do not look at addresses."
_VERIFY_HELP = (
    "Of texts that share a band: compare n-grams where the estimate is in doubt, go by the estimate, or join all."
)
_OUT_HELP = "Write the kept rows here, as they stand in the input: .jsonl or .parquet as the input is, or - for lines."


@main.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--out", type=click.Path(allow_dash=True, path_type=Path), help=_OUT_HELP)
@click.option(
    "--all", "whole", is_flag=True, help="Write all rows, with cluster, kept, similarity, ... as new columns."
)
@click.option("--column", default="text", show_default=True, help="The field that holds the text.")
@click.option(
    "--url-column", default="url", show_default=True, help="The field that holds the address, if there is one."
)
@click.option("--date-column", default="date", show_default=True, help="The field that says when it was fetched.")
@click.option(
    "--preset", type=click.Choice(list(PRESETS)), default="manyo", show_default=True, help="Published settings."
)
@click.option("--threshold", type=float, help="Jaccard similarity from which two texts are the same.")
@click.option("--ngram", type=int, help="Characters in an n-gram.")
@click.option("--permutations", type=int, help="Bins of a signature.")
@click.option("--bands", type=int, help="Bands of a signature.")
@click.option("--rows", type=int, help="Bins in a band.")
@click.option("--verify", type=click.Choice(VERIFY), help=_VERIFY_HELP)
@click.option("--exact-only", is_flag=True, help="Look for equal texts only.")
@click.option("--url", type=click.Choice(URL), help=_URL_HELP)
@click.option("--keep", type=click.Choice(KEEP), help="Which text of a cluster stays.")
@click.option(
    "--temp", type=click.Path(path_type=Path), help="Where large temporary files may lie; beside the result by default."
)
@QUIET
@JSON
@LANG
def dedupe(
    files: tuple[str, ...],
    out: Path | None,
    whole: bool,
    column: str,
    url_column: str,
    date_column: str,
    exact_only: bool,
    temp: Path | None,
    quiet: bool,
    as_json: bool,
    lang: str,
    **single: Any,
) -> None:
    """Find the same texts in JSON lines and Parquet, and write each once.

    Says how many rows stay and why others go; with --out it writes those that stay. `-` stands for JSON lines on standard
    input. Files of any size: texts are not held in memory.

    \b
    Examples:
      manyo dedupe texts.jsonl
      manyo dedupe crawl/*.jsonl.gz --out once.jsonl
      manyo dedupe data/*.parquet --column body --threshold 0.8 --out once.parquet
      manyo dedupe texts.jsonl --preset swallow --all --out clustered.jsonl
      cat texts.jsonl | manyo dedupe - --out - > once.jsonl
    """
    from manyo import deduplicating
    from manyo.dedupe import Settings

    if not files:
        hint = "name JSON lines or Parquet, or - for lines on standard input"
        raise ManyoError("no file is named", where="manyo dedupe", hint=hint)
    if whole and out is None:
        raise ManyoError("all rows are to be written, and nowhere to", where="--all", hint="name a file with --out")
    settings = Settings.of(**{name: value for name, value in single.items() if value is not None}, near=not exact_only)
    columns = {"text": column, "url": url_column, "date": date_column}
    to_lines = out is not None and str(out) == "-"
    folder = temp or (out.parent if out is not None and not to_lines and out.parent.is_dir() else None)
    with deduplicating.Deduplication(files, settings, columns=columns, folder=folder) as work:
        if to_lines:
            work.check_lines()
        elif out is not None:
            work.check_out(out)
        found = _run(work, out, to_lines, whole, quiet)
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False), err=to_lines)
    elif not quiet:
        click.echo(_told(found, lang), err=to_lines)


def _run(work: Any, out: Path | None, to_lines: bool, whole: bool, quiet: bool) -> Outcome:
    """Both passes, with a bar on the terminal."""
    from contextlib import nullcontext

    from manyo.progress import counting

    passes = 1 if out is None else 2
    with nullcontext(lambda _: None) if quiet else counting(passes * work.size, "dedupe") as show:
        found: Outcome = work.run(show)
        if to_lines:
            work.lines(sys.stdout.buffer, whole=whole, on_bytes=lambda done: show(work.size + done))
            sys.stdout.buffer.flush()
        elif out is not None:
            work.save(out, whole=whole, on_bytes=lambda done: show(work.size + done))
    return found


def _told(found: Outcome, lang: str) -> str:
    """The outcome for people."""
    from manyo.release import labels
    from manyo.release.labels import label, number
    from manyo.release.overview import columns

    japanese = lang == "ja"
    rows = [("本文" if japanese else "texts", number(found.texts))]
    rows.append(("残る本文" if japanese else "kept", number(found.kept)))
    rows += [
        (label(labels.DUPLICATES, kind).text(lang), number(getattr(found, kind))) for kind in ("exact", "near", "url")
    ]
    rows.append(("最大のまとまり" if japanese else "largest cluster", number(found.largest)))
    for reason, count in found.left_out.items():
        why = label(labels.REFUSED_EARLY, reason).text(lang)
        rows.append((f"対象外: {why}" if japanese else f"left out: {why}", number(count)))
    lines = [f"{place['file']} ({place['offset']}): {place['detail']}" for place in found.damage[:10]]
    return "\n".join([columns(rows), *lines])
