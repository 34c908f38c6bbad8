"""``mwa-sim antenna``: what an antenna does in a tissue, computed from its dimensions."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mwa_sim.cli.console import notice_when_slow, out, out_json, say
from mwa_sim.cli.guard import guarded
from mwa_sim.cli.options import Debug, Json, Plots
from mwa_sim.cli.targets import plots_target
from mwa_sim.errors import InputError, MwaError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mwa_sim.antenna.in_tissue import AntennaInTissue
    from mwa_sim.antenna.sar import ComplexArray
    from mwa_sim.quantities import Quantity

_SLOW = "still preparing: the first use of an installation compiles its kernels, once"
_SEVERAL = "mwa-sim/antenna-reports/1"
# The sweep reaches a fifth of the frequency to both sides.
_SPREAD, _POINTS = 0.2, 21
# Seconds between two messages of a sweep.
_PATIENCE = 4.0


@guarded
def antenna(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="Antenna of the library (mwa-sim list antennas), or a file of your own (.toml), "
            "explained by: python -m pydoc mwa_sim.antenna.antenna_file",
        ),
    ],
    tissues: Annotated[
        list[str] | None,
        typer.Option(
            "--tissue", metavar="T", help="Tissue around it; can be repeated. [default: liver]"
        ),
    ] = None,
    frequency: Annotated[
        str | None,
        typer.Option("--frequency", metavar="F", help="As in '915 MHz'; the antenna's own if not."),
    ] = None,
    temperature: Annotated[
        str | None,
        typer.Option(
            "--temperature", metavar="T", help="Of the tissue, as in '95 degC'. [default: 37 degC]"
        ),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Reflection over frequency too (some seconds).")
    ] = False,
    plots: Plots = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Compute reflection, efficiency and heating pattern of an antenna in tissue.

    The field is computed from the antenna's conductors and dielectrics, in one homogeneous tissue,
    per watt at the feed of the antenna. Pictures and --sweep show S11 over frequency.
    """
    with notice_when_slow(_SLOW):
        found = _computed(name, tissues or ["liver"], frequency, temperature, plots)
        reports = [one.summary() for one in found]
    frequencies: list[float] = []
    reflections: list[ComplexArray] = []
    if sweep or plots is not None:
        from mwa_sim.antenna.sweep import in_decibels

        frequencies = _frequencies(found[0])
        reflections = _swept(found, frequencies)
        for report, reflection in zip(reports, reflections, strict=True):
            report["s11_over_frequency"] = {
                "frequency_Hz": frequencies,
                "s11_dB": in_decibels(reflection).tolist(),
            }
    if as_json:
        from mwa_sim.summary import RESEARCH_NOTE

        data = reports[0] if len(reports) == 1 else {"schema": _SEVERAL, "reports": reports}
        out_json({**data, "note": RESEARCH_NOTE})
    else:
        from mwa_sim.cli.antenna_text import antenna_text

        out("\n".join(antenna_text(name, reports)))
    if plots is not None:
        from mwa_sim.plot.antenna_curves import save_antenna

        say("drawing pictures")
        paths = save_antenna(found, plots, frequencies, reflections)
        (say if as_json else out)(f"\nPictures  {plots}: {', '.join(path.name for path in paths)}")


def _computed(
    name: str,
    tissues: list[str],
    frequency: str | None,
    temperature: str | None,
    plots: Path | None,
) -> list[AntennaInTissue]:
    """The antenna in each tissue, or every mistake in the options at once."""
    from mwa_sim.antenna.in_tissue import antenna_in_tissue
    from mwa_sim.antenna.request import COLDEST, HOTTEST, checked_request
    from mwa_sim.quantities import quantity
    from mwa_sim.tissue.dispersion import HIGHEST_FREQUENCY, LOWEST_FREQUENCY
    from mwa_sim.tissue.temperature import REFERENCE_TEMPERATURE

    known = {
        "frequency": quantity("frequency", at_least=LOWEST_FREQUENCY, at_most=HIGHEST_FREQUENCY),
        "temperature": quantity("temperature", at_least=COLDEST, at_most=HOTTEST),
    }
    read: dict[str, float] = {}
    problems: list[str] = []
    for option, given in (("frequency", frequency), ("temperature", temperature)):
        try:
            if given is not None:
                read[option] = known[option].read(given, "file")
        except InputError as error:
            advice = _with_unit(given or "", known[option])
            problems += [f"--{option}: {advice(problem)}" for problem in error.problems]
    try:
        if plots is not None:
            plots_target(plots)
    except InputError as error:
        problems += error.problems
    f, degrees = read.get("frequency"), read.get("temperature", REFERENCE_TEMPERATURE)
    checked = []
    for tissue in dict.fromkeys(tissues):
        try:
            checked.append(checked_request(name, tissue, f, degrees))
        except MwaError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return [antenna_in_tissue(one.antenna, one.tissue, f, temperature=degrees) for one in checked]


def _with_unit(given: str, wanted: Quantity) -> Callable[[str], str]:
    """Corrects the advice in a message about a bare number: a unit with which it is in range."""
    from mwa_sim.dimensions import DIMENSIONS

    units = DIMENSIONS[wanted.dimension].units
    usual = f'write "{given.strip()} {units[0]}"'
    for unit in units:
        with contextlib.suppress(InputError):
            wanted.read(f"{given} {unit}", "file")
            return lambda text: text.replace(usual, f'write "{given.strip()} {unit}"')
    limits = [wanted.show(x) for x in (wanted.at_least, wanted.at_most) if x is not None]
    return lambda text: text.replace(usual, f"expected {' to '.join(limits)}")


def _frequencies(found: AntennaInTissue) -> list[float]:
    """Evenly around the frequency of the antenna, within what is known of tissue."""
    from mwa_sim.tissue.dispersion import HIGHEST_FREQUENCY, LOWEST_FREQUENCY

    half = _POINTS // 2
    every = [found.frequency * (1.0 + _SPREAD * k / half) for k in range(-half, half + 1)]
    return [f for f in every if LOWEST_FREQUENCY <= f <= HIGHEST_FREQUENCY]


def _swept(found: list[AntennaInTissue], frequencies: list[float]) -> list[ComplexArray]:
    """S11 at every frequency in each tissue."""
    return [one.reflection_over_frequency(frequencies, _observer(one.tissue.name)) for one in found]


def _observer(tissue: str) -> Callable[[int, int], None]:
    """Says now and then how far a sweep has come."""
    shown = time.monotonic()

    def observe(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown >= _PATIENCE:
            shown = now
            say(f"S11 over frequency in {tissue}: {done} of {total}")

    return observe
