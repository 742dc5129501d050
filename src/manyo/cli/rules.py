"""Verbs that judge a release anew: judge, compare, release."""

from __future__ import annotations

import json
from pathlib import Path

import click

from manyo.cli.building import ADDRESS, ENGINE, OUT, PROGRESS, QUIET, WORKERS, announce, here, place, shown
from manyo.cli.group import JSON, LANG, main
from manyo.errors import ManyoError

_FOLDER = click.argument("folder", callback=here, metavar="RELEASE")


@main.command()
@_FOLDER
@click.option("--recipe", required=True, metavar="NAME|FILE.toml", help="One of Manyo's recipes, or a file.")
@click.option("--write", is_flag=True, help="Write every document's verdict into the folder verdicts/ of the release.")
@JSON
@LANG
def judge(folder: Path, recipe: str, write: bool, as_json: bool, lang: str) -> None:
    """Replay a recipe on a release: what it would have kept, and what each of its rules refuses.

    The texts are not touched: the ledger has what was measured, and a million documents take a few seconds.

    \b
    Examples:
      manyo judge corpus --recipe swallow-v1
      manyo judge corpus --recipe town.toml --write
    """
    from manyo import judge as rules
    from manyo import replay
    from manyo.progress import counting
    from manyo.replay import showing

    ledger = replay.Ledger(folder)
    wanted = rules.load(recipe, ledger.measures)
    with counting(ledger.rows, wanted.name) as show:
        found = replay.judge(folder, wanted, write=write, on_rows=show)
    click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=1) if as_json else showing.replay(found, lang))


@main.command()
@_FOLDER
@click.option("--recipes", required=True, metavar="A,B,...", help="Two recipes or more: names or files.")
@click.option("--samples", type=click.IntRange(0, 1000), default=5, show_default=True, help="Examples for each recipe.")
@JSON
@LANG
def compare(folder: Path, recipes: str, samples: int, as_json: bool, lang: str) -> None:
    """Compare recipes on a release: who keeps what, how far they agree, and what only one of them keeps.

    \b
    Example:
      manyo compare corpus --recipes manyo,swallow-v1,fineweb2-ja
    """
    from manyo import judge as rules
    from manyo import replay
    from manyo.progress import counting
    from manyo.replay import showing

    names = [name.strip() for name in recipes.split(",") if name.strip()]
    if not names:
        raise ManyoError("no recipe is named", where="--recipes", hint="for example --recipes manyo,swallow-v1")
    ledger = replay.Ledger(folder)
    wanted = [rules.load(name, ledger.measures) for name in names]
    with counting(ledger.rows, recipes) as show:
        found = replay.compare(folder, wanted, samples=samples, on_rows=show)
    answer = json.dumps(found.to_dict(), ensure_ascii=False, indent=1) if as_json else showing.comparison(found, lang)
    click.echo(answer)


@main.command()
@click.option("--from", "folder", required=True, callback=place, metavar="PATH|URL", help="The release to start from.")
@click.option("--recipe", required=True, metavar="NAME|FILE.toml", help="Rules, or a whole recipe of a build.")
@OUT
@WORKERS
@ENGINE
@ADDRESS
@QUIET
@PROGRESS
@LANG
def release(
    folder: Path | str,
    recipe: str,
    out: Path | str,
    workers: int | None,
    engine: str,
    address: str | None,
    quiet: bool,
    as_json: bool,
    lang: str,
) -> None:
    """Issue a new release by another recipe from the documents that an earlier one has read.

    Byte for byte what a build with that recipe would give, without reading, decoding and masking again.

    \b
    Examples:
      manyo release --from corpus --recipe swallow-v1 --out corpus-swallow
      manyo release --from corpus --recipe stricter.toml --out corpus-strict
    """
    from manyo import pipeline

    with shown(quiet, as_json, lang) as display:
        made = pipeline.reissue(
            folder, recipe, out, workers=workers, engine=engine, address=address, on_progress=display
        )
    announce(made, quiet, as_json, lang)
