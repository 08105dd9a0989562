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


@app.command(
    context_settings={"allow_interspersed_args": False},
    options_metavar="[OPTIONS]",
)
def run(
    program: Annotated[str, typer.Argument(metavar="PROGRAM.py", help="The program.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGUMENTS]...", help="What it is given.")
    ] = None,
    samples: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A folder that has what DeepStream's samples/ has."),
    ] = None,
    display: Annotated[
        str | None,
        typer.Option(
            metavar="MODE",
            help="Where frames are shown: window, none, file:OUT.mp4, http:PORT; default: a window "
            "where there is a display.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE.mp4", help="Write frames to a file instead of showing them."),
    ] = None,
    frames: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="End each source of nvstreammux after N frames."),
    ] = None,
    substitute_models: Annotated[
        bool,
        typer.Option(
            "--substitute-models", help="Use Thalweg's models for upstream's that are not there."
        ),
    ] = False,
    stats: Annotated[
        bool, typer.Option("--stats", help="Print figures when the program ends.")
    ] = False,
) -> None:
    """Run a program written for DeepStream, unmodified."""
    from thalweg.run import launch

    options = launch.Options(
        samples=samples,
        display=display,
        output=output,
        frames=frames,
        substitute_models=substitute_models,
        stats=stats,
    )
    try:
        launch.execute(program, arguments or [], options)
    except ValueError as error:
        raise SystemExit(str(error)) from None


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Say what is there, what is missing, what that breaks and what mends it."""
    from thalweg import doctor as examination

    if as_json:
        findings = list(examination.examine())
        print(examination.to_json(findings))
        sound = examination.is_sound(findings)
    else:
        from rich.console import Console

        sound = examination.print_report(Console(highlight=False))
    raise typer.Exit(0 if sound else 1)


@app.command()
def include_dir() -> None:
    """Print the folder of the C++ headers, for parsers written for DeepStream: g++ -I."""
    from thalweg import parsers

    print(parsers.include_dir())


def main() -> None:
    """Runs the command line and ends the process; an expected failure is one sentence, status 1."""
    try:
        app()
    except media.MediaError as error:
        sys.exit(str(error))
