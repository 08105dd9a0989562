"""The command `thalweg`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from thalweg import __version__, media

__all__ = ["main"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="DeepStream's Python applications on any machine.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


@app.command()
def demo(
    output: Annotated[
        Path, typer.Option(metavar="FILE.mp4", help="Where the annotated video goes.")
    ] = Path("thalweg-demo.mp4"),
) -> None:
    """Run the first sample application on the sample clip."""
    from thalweg import demo as demonstration

    raise typer.Exit(demonstration.run(output))


def main() -> None:
    """Runs the command line and ends the process; an expected failure is one sentence, status 1."""
    try:
        app()
    except media.MediaError as error:
        sys.exit(str(error))
