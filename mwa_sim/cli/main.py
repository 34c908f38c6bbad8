"""The program ``mwa-sim``: its commands, and nothing that takes long to load."""

from __future__ import annotations

from typing import Annotated

import typer

from mwa_sim import __version__
from mwa_sim.cli.antenna import antenna
from mwa_sim.cli.bench import bench
from mwa_sim.cli.catalogue import list_entries
from mwa_sim.cli.check import check
from mwa_sim.cli.cite import cite
from mwa_sim.cli.console import out, say, write_anything
from mwa_sim.cli.guard import FAILED
from mwa_sim.cli.mesh import mesh
from mwa_sim.cli.run import run
from mwa_sim.cli.show import show
from mwa_sim.cli.sweep import sweep

_INTERRUPTED = 130

app = typer.Typer(
    name="mwa-sim",
    help=(
        "Simulate microwave ablation of spinal metastases. Research use only.\n\n"
        "Results go to the standard output, progress and messages to the standard error. Exit "
        "codes: 0 done, 1 failed or interrupted, 2 bad input, 3 done but an organ at risk went "
        "over its limit."
    ),
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run)
app.command("sweep")(sweep)
app.command("check")(check)
app.command("show")(show)
app.command("mesh")(mesh)
app.command("antenna")(antenna)
app.command("bench")(bench)
app.command("list")(list_entries)
app.command("cite")(cite)


def _version(wanted: bool) -> None:
    if wanted:
        out(f"mwa-sim {__version__}")
        raise typer.Exit()


@app.callback(invoke_without_command=True)
def _top(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        out(context.get_help())


def main() -> None:
    """Run the program with the arguments of the process; ends it with an exit code."""
    write_anything()
    try:
        app()
    except SystemExit as end:
        # Ctrl-C before a command has begun; typer has a code of its own for it.
        if end.code == _INTERRUPTED:
            say("interrupted; nothing was saved")
            raise SystemExit(FAILED) from None
        raise
