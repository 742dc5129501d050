"""The verbs a person types. No logic here: each verb calls one function and shows what came of it.

Results go to standard output, progress and errors to standard error. A `ManyoError` is shown as it is and ends with
status 1; Ctrl-C ends with status 130 and says that the same command goes on from there.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from manyo.errors import ManyoError
from manyo.read.settings import COMMENTS, FAITHFUL, RUBY
from manyo.version import VERSION

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Verbs(click.Group):
    """Shows a `ManyoError` without a traceback, whichever verb it came from."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ManyoError as error:
            click.echo(f"{click.style('error', fg='red', bold=True)}: {error}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt as interrupt:
            click.echo(f"\n{interrupt}" if str(interrupt) else "\nstopped", err=True)
            ctx.exit(130)
        except BrokenPipeError:  # the reader of our output has gone: `manyo show DIR | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)


def _language(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    if value:
        return value
    asked = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "ja" if asked.startswith("ja") else "en"


_lang = click.option(
    "--lang", type=click.Choice(["ja", "en"]), callback=_language, help="Japanese or English; the default follows LANG."
)
_RUBY_HELP = "Readings over kanji: away, after their base, or in parentheses after it."
_COMMENTS_HELP = "Readers' comments: kept where they are the page, kept, or left out."
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


@click.group(cls=_Verbs, context_settings=_CONTEXT)
@click.version_option(VERSION, prog_name="manyo")
def main() -> None:
    """Manyo (万葉): web archives and documents in, a clean, traceable Japanese corpus out.

    \b
    manyo new recipe.toml                     a recipe to start from
    manyo build recipe.toml --out corpus      build the release it describes
    manyo show corpus                         its figures
    manyo explain corpus https://example.jp/  one document's story
    """


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
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder of the release; new or empty.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Worker processes; one for each processor by default.")
@click.option("--quiet", "-q", is_flag=True, help="Show nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Progress and the result as JSON lines on standard output.")
@_lang
def build(inputs: tuple[str, ...], out: Path, workers: int | None, quiet: bool, as_json: bool, lang: str) -> None:
    """Build a corpus release from a recipe, or straight from files and folders with the default recipe.

    Interrupted or killed, the same command goes on where it stopped; the result does not depend on it, nor on the
    number of workers.

    \b
    Examples:
      manyo build recipe.toml --out corpus
      manyo build crawl/*.warc.gz --out corpus
      manyo build documents/ --out corpus --workers 1
    """
    from manyo import pipeline, recipe
    from manyo.progress import Lines, Silent, Terminal

    if len(inputs) == 1 and inputs[0].endswith(".toml"):
        wanted = recipe.load(inputs[0])
    else:
        wanted = recipe.parse({"inputs": list(inputs)}, base=str(Path.cwd()), name=out.name or "corpus")
    display = Silent() if quiet else Lines() if as_json else Terminal(lang)
    with display:
        release = pipeline.build(wanted, out, workers=workers, on_progress=display)
    if as_json:
        result = {
            "event": "release",
            "path": str(release.path),
            "counts": release.counts,
            "report": str(release.report),
        }
        click.echo(json.dumps(result, ensure_ascii=False))
    elif not quiet:
        from manyo.release import show as show_release

        click.echo(f"\n{release.path}\n{show_release(out, lang).text}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@_json
@_lang
def show(folder: Path, as_json: bool, lang: str) -> None:
    """Print the figures of a release.

    \b
    Example:
      manyo show corpus --lang ja
    """
    from manyo.release import show as show_release

    overview = show_release(folder, lang)
    click.echo(json.dumps(overview.data, ensure_ascii=False, indent=1) if as_json else overview.text)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("document", metavar="ID-or-URL")
@_json
@_lang
def explain(folder: Path, document: str, as_json: bool, lang: str) -> None:
    """Tell one document's story: its bytes, its measures, the rules it failed, its cluster, what was masked.

    \b
    Examples:
      manyo explain corpus https://www.town.example.jp/gomi.html
      manyo explain corpus 3f0c2a
    """
    from manyo.release import explain as explain_document

    story = explain_document(folder, document)
    click.echo(json.dumps(story.data, ensure_ascii=False, indent=1) if as_json else story.text(lang))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def verify(folder: Path) -> None:
    """Check a release against its manifest: every part's checksum, every count.

    \b
    Example:
      manyo verify corpus
    """
    from manyo.release import verify as verify_release

    click.echo(f"{verify_release(folder)} files are what the manifest says, and the counts add up")


@main.command()
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
@click.option(
    "--markdown", is_flag=True, help="Print it as Markdown: headings, lists, tables and code stay what they are."
)
@click.option("--why", is_flag=True, help="Print every block of the page, kept or not, with its score.")
@click.option("--comments", type=click.Choice(COMMENTS), default="auto", show_default=True, help=_COMMENTS_HELP)
@click.option("--ruby", type=click.Choice(list(RUBY)), default="drop", show_default=True, help=_RUBY_HELP)
@_json
@_lang
def extract(file: Path, markdown: bool, why: bool, comments: str, ruby: str, as_json: bool, lang: str) -> None:
    """Print the main text of one HTML file, or of standard input (`-`).

    \b
    Examples:
      manyo extract page.html
      manyo extract page.html --markdown > page.md
      manyo extract page.html --why | less
      curl -s https://www.example.jp/ | manyo extract - --json --why
    """
    from manyo.read import extract as extract_page
    from manyo.read.why import why as why_kept

    if markdown and why and not as_json:
        hint = "ask for one of them, or add --json for both"
        raise ManyoError(
            "Markdown and the table of blocks do not go into one output", where="--markdown --why", hint=hint
        )
    try:
        page = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        hint = "see that it is there and that you may read it"
        raise ManyoError(f"the page cannot be read: {error.strerror}", where=str(file), hint=hint) from None
    found = extract_page(page, settings=replace(FAITHFUL, comments=comments, ruby=ruby))
    if as_json:
        shown = {
            name: getattr(found, name) for name in ("title", "date", "charset", "charset_from", "language", "text")
        }
        if markdown:
            shown["markdown"] = found.markdown
        if why:
            shown["blocks"] = [asdict(block) for block in found.blocks]
        click.echo(json.dumps(shown, ensure_ascii=False))
    elif why:
        for line, kept in why_kept(found, lang):
            click.echo(click.style(line, dim=True) if not kept else line)
    else:
        click.echo(found.markdown if markdown else found.text)


if __name__ == "__main__":
    main()
