"""The runs of the study: views of the same setting, each a grid of ``mwa.sweep``."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mwa_sim as mwa
from benchmarks.studies.cutoff import setting
from benchmarks.studies.cutoff.measures import MEASURES, ZONE_MEASURES
from benchmarks.studies.cutoff.setting import CONTINUOUS, CYCLES, DISTANCES, MM, POWERS

DISTANCE = "pose.shift.anterior"
DEPTH = "pose.shift.deeper"
POWER = "pulses.0.power"
TRAIN = ("pulses.0.on", "pulses.0.off", "pulses.0.cycles")
TISSUES = "tissues"
TRANSMISSION = "antenna.transmission"
COOLDOWN = "cooldown.duration"

Record = dict[str, Any]
"""One row of the table."""


@dataclass(frozen=True)
class Grid:
    """Distances, powers and cycles of a view.

    Attributes
    ----------
    distances : sequence of float [mm]
    powers : sequence of float [W]
    cycles : sequence of float [s]
        Time with power in each; :data:`setting.CONTINUOUS` is one pulse.
    pause : float or None [s]
        The same after every cycle; None: the same share of every cycle.
    """

    distances: Sequence[float] = DISTANCES
    powers: Sequence[float] = POWERS
    cycles: Sequence[float] = (*CYCLES, CONTINUOUS)
    pause: float | None = None

    def over(self) -> dict[Any, list[Any]]:
        """What ``mwa.sweep`` varies."""
        trains = [setting.pulses(on, self.pause) for on in self.cycles]
        return {
            DISTANCE: [d * MM for d in self.distances],
            POWER: list(self.powers),
            TRAIN: [(t["on"], t["off"], t["cycles"]) for t in trains],
        }


@dataclass(frozen=True)
class View:
    """One sweep.

    Attributes
    ----------
    name : str
    grid : Grid
    rule : bool
    changes : dict
        Of the plan, the same in all of its runs.
    over : dict
        What is varied besides the grid.
    at_stop : bool
        Whether the zones are also read when power ends, which takes a second run without cooldown.
    """

    name: str
    grid: Grid
    rule: bool = True
    changes: dict[str, Any] = field(default_factory=dict)
    over: dict[str, list[Any]] = field(default_factory=dict)
    at_stop: bool = True


ENDS = (20.0, 40.0)
STOPPED = (5.0, 10.0, 15.0, 20.0)
SIXTY = Grid(cycles=(60.0,))
ENDS_SIXTY = Grid(powers=ENDS, cycles=(60.0,))
UNCERTAIN = {TISSUES: ["smaller-zone", "larger-zone"], TRANSMISSION: [0.60, 0.84]}
"""Both bounds of the tissues, and of the share of the power that the cable passes."""

VIEWS = (
    View("rule", Grid()),
    View("band", SIXTY, over=UNCERTAIN),
    View("no rule", Grid(STOPPED, cycles=CYCLES), rule=False, at_stop=False),
    View("pause 15 s", Grid(STOPPED, ENDS, (30.0, 90.0), pause=15.0)),
    View("reaction 5 s", ENDS_SIXTY, changes={"rules.0.delay": 5.0}, at_stop=False),
    View("normal bone", ENDS_SIXTY, changes={"regions.tumour.tissue": "bone_cancellous"}),
    View("wet field", ENDS_SIXTY, changes={"antenna.model": "wave-static"}),
    View("closed form", ENDS_SIXTY, changes={"antenna.model": "line"}),
)
"""On the coarse mesh; the first is the study, the others say how far it carries."""

FINE = View("fine mesh", Grid(STOPPED, ENDS, (60.0,)))
"""On the mesh of the default sizes."""

QUICK = (
    View("rule", Grid((7.5, 12.5), ENDS, (30.0, 60.0))),
    View("band", Grid((7.5, 12.5), (40.0,), (60.0,)), over=UNCERTAIN),
)


def run(
    view: View,
    case: mwa.Case,
    *,
    workers: int = 1,
    folder: Path | None = None,
    tell: Callable[[str], Any] = print,
) -> list[Record]:
    """Run a view, with and without the time after the power.

    Parameters
    ----------
    view : View
    case : Case
    workers : int
        Processes side by side.
    folder : Path, optional
        Where the rows are kept.
    tell : callable
        Told what was run and how long it took.

    Returns
    -------
    list of Record
        Zones when power ended, and at the end (``end_``).
    """
    begun = time.perf_counter()
    base = setting.plan(case, rule=view.rule).changed(view.changes)
    over = {**view.grid.over(), **view.over}
    records = _swept(view.name, base, over, MEASURES, workers, folder)
    at_stop = _swept(
        f"{view.name}, power off", base.changed({COOLDOWN: 0.0}), over, ZONE_MEASURES, workers,
        folder,
    ) if view.at_stop else [{} for _ in records]  # fmt: skip
    found = []
    for record, early in zip(records, at_stop, strict=True):
        late = {f"end_{name}": record.pop(name) for name in ZONE_MEASURES}
        zones = {name: early.get(name) for name in ZONE_MEASURES} if early else {}
        found.append({"view": view.name, **record, **zones, **late})
    tell(f"{view.name}: {len(found)} runs, {time.perf_counter() - begun:.0f} s")
    return found


def run_pedicle(
    case: mwa.Case, depths: Sequence[float], *, workers: int = 1, folder: Path | None = None
) -> list[Record]:
    """The antenna through the left pedicle, pushed in to several depths.

    Parameters
    ----------
    depths : sequence of float [m]
        Past the centre of the tumour.

    Returns
    -------
    list of Record
        ``distance_mm`` is that of the radiating part from the thermocouple.
    """
    base = setting.plan(case, setting.pedicle_pose(case))
    train = setting.pulses(60.0)
    over = {
        DEPTH: list(depths),
        POWER: [20.0, 40.0],
        TRAIN: [(train["on"], train["off"], train["cycles"])],
    }
    distance = {d: setting.radiating_distance(base.changed({DEPTH: d})) for d in depths}
    records = _swept("pedicle", base, over, MEASURES, workers, folder)
    found = []
    for record in records:
        late = {f"end_{name}": record.pop(name) for name in ZONE_MEASURES}
        place = {"distance_mm": round(distance[record.pop(DEPTH)], 2)}
        found.append({"view": "pedicle", **place, **record, **late})
    return found


def _swept(
    name: str,
    base: mwa.Plan,
    over: dict[Any, list[Any]],
    measure: dict[str, Any],
    workers: int,
    folder: Path | None,
) -> list[Record]:
    """Rows of one sweep with their inputs by the names of the table."""
    place = None if folder is None else folder / "rows" / name.replace(", ", "-").replace(" ", "-")
    study = mwa.sweep(base, over, measure=measure, workers=workers, folder=place, observe=_silent)
    failed = [row.error for row in study.failed]
    if failed:
        raise RuntimeError(f"{name}: {len(failed)} runs failed, the first with: {failed[0]}")
    records = []
    for row in study:
        records.append({**_inputs(row.inputs), **row.measures})
    return records


def _inputs(given: Any) -> Record:
    found: Record = {}
    if DISTANCE in given:
        found["distance_mm"] = round(given[DISTANCE] / MM, 3)
    if DEPTH in given:
        found[DEPTH] = given[DEPTH]
    found["power_W"] = given[POWER]
    found["cycle_s"], found["pause_s"] = given[TRAIN[0]], given[TRAIN[1]]
    found["tissues"] = given.get(TISSUES, "nominal")
    found["transmission"] = given.get(TRANSMISSION, 0.72)
    return found


def _silent(row: Any) -> None:
    """A view is told of as a whole."""
