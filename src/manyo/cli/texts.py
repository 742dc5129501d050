"""Verbs for single pages and texts: extract."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import click

from manyo.cli.group import JSON, LANG, main
from manyo.errors import ManyoError
from manyo.read.settings import COMMENTS, FAITHFUL, RUBY

_RUBY_HELP = "Readings over kanji: away, after their base, or in parentheses after it."
_COMMENTS_HELP = "Readers' comments: kept where they are the page, kept, or left out."


@main.command()
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
@click.option(
    "--markdown", is_flag=True, help="Print it as Markdown: headings, lists, tables and code stay what they are."
)
@click.option("--why", is_flag=True, help="Print every block of the page, kept or not, with its score.")
@click.option("--comments", type=click.Choice(COMMENTS), default="auto", show_default=True, help=_COMMENTS_HELP)
@click.option("--ruby", type=click.Choice(list(RUBY)), default="drop", show_default=True, help=_RUBY_HELP)
@JSON
@LANG
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
