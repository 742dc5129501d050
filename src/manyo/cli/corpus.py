"""Verbs that make a release and look into one: new, build, show, explain, verify."""

from __future__ import annotations

import json
from pathlib import Path

import click

from manyo.cli.building import ADDRESS, ENGINE, OUT, PROGRESS, QUIET, WORKERS, announce, here, place, shown
from manyo.cli.group import JSON, LANG, main
from manyo.errors import ManyoError


@main.command()
@click.argument("path", type=click.Path(path_type=Path), default="recipe.toml")
def new(path: Path) -> None:
    """Write a recipe to start from, with every setting explained.

    \b
    Example:
      manyo new town.toml
    """
    from manyo.recipe import TEMPLATE

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE)
    except FileExistsError:
        raise ManyoError("this file is already there", where=str(path), hint="name another one") from None
    except OSError as error:
        hint = "name a place that can be written"
        raise ManyoError(f"the recipe cannot be written: {error.strerror}", where=str(path), hint=hint) from None
    click.echo(f"{path}")


@main.command()
@click.argument("inputs", nargs=-1, required=True, metavar="RECIPE.toml | INPUT...")
@OUT
@click.option(
    "--against",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="RELEASE",
    help="An earlier release: what it has is left out as a duplicate. May be given several times.",
)
@WORKERS
@ENGINE
@ADDRESS
@QUIET
@PROGRESS
@LANG
def build(
    inputs: tuple[str, ...],
    out: Path | str,
    against: tuple[Path, ...],
    workers: int | None,
    engine: str,
    address: str | None,
    quiet: bool,
    as_json: bool,
    lang: str,
) -> None:
    """Build a corpus release from a recipe, or straight from files and folders with the default recipe.

    Interrupted or killed, the same command goes on where it stopped; the result does not depend on it, nor on the
    number of workers.

    \b
    Examples:
      manyo build recipe.toml --out corpus
      manyo build crawl/*.warc.gz --out corpus
      manyo build documents/ --out corpus --workers 1
      manyo build may.toml --out 2024-05 --against 2024-03 --against 2024-04
      manyo build recipe.toml --out s3://bucket/corpus --engine ray --address auto
    """
    from manyo import pipeline, recipe

    if len(inputs) == 1 and inputs[0].endswith(".toml"):
        wanted = recipe.load(inputs[0])
    else:
        name = Path(out).name  # of a URL, its last part
        wanted = recipe.parse({"inputs": list(inputs)}, base=str(Path.cwd()), name=name or "corpus")
    with shown(quiet, as_json, lang) as display:
        release = pipeline.build(
            wanted,
            out,
            against=against,
            workers=workers,
            engine=engine,
            address=address,
            on_progress=display,
        )
    announce(release, quiet, as_json, lang)


@main.command()
@click.argument("folder", callback=here, metavar="RELEASE")
@click.option(
    "--recipe", type=click.Path(path_type=Path), help="Whose [dedupe] it is made for; the release's own by default."
)
@WORKERS
@QUIET
@LANG
def index(folder: Path, recipe: Path | None, workers: int | None, quiet: bool, lang: str) -> None:
    """Make the index that later builds look their documents up in (--against), in the folder index/ of a release.

    Without one, a build makes its own and throws it away with its work folder.

    \b
    Example:
      manyo index 2024-04
    """
    from manyo import indexing

    with shown(quiet, False, lang) as display:
        made = indexing.index(folder, recipe, workers=workers or 0, on_progress=display)
    if not quiet:
        click.echo(f"{made.folder}: {made.documents:,} documents, {made.size:,} bytes")


@main.command()
@click.argument("folder", callback=place, metavar="RELEASE")
@JSON
@LANG
def show(folder: Path | str, as_json: bool, lang: str) -> None:
    """Print the figures of a release.

    \b
    Example:
      manyo show corpus --lang ja
    """
    from manyo.release import show as show_release

    overview = show_release(folder, lang)
    click.echo(json.dumps(overview.data, ensure_ascii=False, indent=1) if as_json else overview.text)


@main.command()
@click.argument("folder", callback=place, metavar="RELEASE")
@click.argument("document", metavar="ID-or-URL")
@JSON
@LANG
def explain(folder: Path | str, document: str, as_json: bool, lang: str) -> None:
    """Tell one document's story: its bytes, its measures, the rules it failed, its cluster, what was masked.

    \b
    Examples:
      manyo explain corpus https://www.town.example.jp/gomi.html
      manyo explain corpus 3f0c2a
    """
    from manyo.judge.expressions import of_row
    from manyo.release import explain as explain_document

    story = explain_document(folder, document, of_row)
    click.echo(json.dumps(story.data, ensure_ascii=False, indent=1) if as_json else story.text(lang))


@main.command()
@click.argument("folder", callback=place, metavar="RELEASE")
def verify(folder: Path | str) -> None:
    """Check a release against its manifest: every part's checksum, every count.

    \b
    Example:
      manyo verify corpus
    """
    from manyo.release import verify as verify_release

    click.echo(f"{verify_release(folder)} files are what the manifest says, and the counts add up")
