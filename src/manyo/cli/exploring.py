"""The verb that opens a page: explore."""

from __future__ import annotations

import signal
import webbrowser
from pathlib import Path
from threading import Thread
from typing import NoReturn

import click

from manyo.cli.building import here
from manyo.cli.group import LANG, main

_ROWS = 5_000_000


@main.command()
@click.argument("folder", callback=here, metavar="RELEASE")
@click.option(
    "--recipe", default="", metavar="NAME|FILE.toml", help="Rules to start from; the release's own by default."
)
@click.option(
    "--judgements",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where judgements are kept; DIR/judgements.jsonl by default. The file holds texts.",
)
@click.option(
    "--rows", type=click.IntRange(1), default=_ROWS, show_default=True, help="Rows to hold in memory at most."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port on 127.0.0.1; a free one by default.")
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@LANG
def explore(
    folder: Path, recipe: str, judgements: Path | None, rows: int, port: int, no_browser: bool, lang: str
) -> None:
    """Open a page on this machine to move thresholds, read documents, search, and judge samples.

    It answers to this machine alone, needs no network, and writes nothing but the judgements. Ctrl-C ends it.

    \b
    Examples:
      manyo explore corpus
      manyo explore corpus --recipe swallow-v1 --no-browser
    """
    from manyo.explore import Room, Server

    room = Room(folder, judgements or folder / "judgements.jsonl", recipe=recipe, most=rows)
    try:
        with Server(room, port) as server:
            click.echo(server.address(lang))
            ending = "Ctrl-C で終わります。" if lang == "ja" else "Ctrl-C ends it."
            kept = "判定の保存先" if lang == "ja" else "judgements go to"
            click.echo(f"{ending}  {kept} {room.judgements.path}", err=True)
            signal.signal(signal.SIGTERM, _stop)
            if not no_browser:
                Thread(target=webbrowser.open, args=(server.ticket(lang),), daemon=True).start()
            try:
                server.serve_forever(poll_interval=0.2)
            except KeyboardInterrupt:  # the way to end it
                click.echo(err=True)
    finally:
        room.close()


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt
