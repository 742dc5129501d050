"""The command `manyo`, and what its verbs have in common."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from manyo.errors import ManyoError
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


LANG = click.option(
    "--lang", type=click.Choice(["ja", "en"]), callback=_language, help="Japanese or English; the default follows LANG."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


@click.group(cls=_Verbs, context_settings=_CONTEXT)
@click.version_option(VERSION, prog_name="manyo")
def main() -> None:
    """Manyo (万葉): web archives and documents in, a clean, traceable Japanese corpus out.

    \b
    manyo new recipe.toml                     a recipe to start from
    manyo build recipe.toml --out corpus      build the release it describes
    manyo show corpus                         its figures
    manyo explain corpus https://example.jp/  one document's story
    manyo explore corpus                      a page to try thresholds and read documents on
    """
