"""What the verbs that build a release have in common: options, progress, the last word."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import click

from manyo.errors import ManyoError

if TYPE_CHECKING:
    from manyo.pipeline import OnProgress, Release


def place(context: click.Context, parameter: click.Parameter, value: str) -> Path | str:
    """A path, or a URL as it is: a `Path` would take one of its slashes."""
    return value if "://" in value else Path(value)


def here(context: click.Context, parameter: click.Parameter, value: str) -> Path:
    """A path: for verbs that go over a whole ledger again and again."""
    folder = place(context, parameter, value)
    if isinstance(folder, str):
        what = "this works on the ledger of a release on this machine, not at a URL"
        raise ManyoError(what, where=folder, hint="copy manifest.json and ledger/ into a folder here, and name that")
    return folder


OUT = click.option(
    "--out", required=True, callback=place, metavar="PATH|URL", help="The folder or URL of the release; new or empty."
)
ENGINE = click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="What places the work: processes of this machine, or a Ray cluster.",
)
ADDRESS = click.option(
    "--address", metavar="HOST:PORT", help="The head of the Ray cluster, or auto; without it, Ray on this machine."
)
WORKERS = click.option(
    "--workers", type=click.IntRange(1, 1024), help="Worker processes; one for each processor by default."
)
QUIET = click.option("--quiet", "-q", is_flag=True, help="Show nothing but errors.")
PROGRESS = click.option(
    "--json", "as_json", is_flag=True, help="Progress and the result as JSON lines on standard output."
)


@contextmanager
def shown(quiet: bool, as_json: bool, lang: str) -> Iterator[OnProgress]:
    """Progress as it was asked for."""
    from manyo.progress import Lines, Silent, Terminal

    display = Silent() if quiet else Lines() if as_json else Terminal(lang)
    # Ray tells of lost machines on standard output, whatever it is asked; the lines there are for machines.
    with display, redirect_stdout(sys.stderr):
        yield display


def announce(release: Release, quiet: bool, as_json: bool, lang: str) -> None:
    """Say what has come of it."""
    if as_json:
        result = {
            "event": "release",
            "path": str(release.place),
            "counts": release.counts,
            "report": str(release.report),
        }
        click.echo(json.dumps(result, ensure_ascii=False))
    elif not quiet:
        from manyo.release import show

        click.echo(f"\n{release.place}\n{show(release.place, lang).text}")
