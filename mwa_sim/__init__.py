"""Microwave ablation of spinal metastases: antenna, bioheat, protocol, ablation zone.

The public names are loaded when they are first used, so that ``import mwa_sim`` takes
milliseconds and loads neither numba nor any plotting library.

Examples
--------
>>> import mwa_sim as mwa
>>> protocol = mwa.Protocol.pulsed(power=40, on=60, off=20, cycles=4)  # W, s
>>> protocol.planned_duration
500.0
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mwa_sim import kernel_cache

if TYPE_CHECKING:
    from mwa_sim import plot
    from mwa_sim.access import check_pose, snap_pose, two_ways_in, ways_in
    from mwa_sim.antenna.antenna import Antenna
    from mwa_sim.antenna.in_tissue import antenna_in_tissue
    from mwa_sim.antenna.library import list_antennas
    from mwa_sim.antenna.pose import Pose
    from mwa_sim.case import Case, list_cases, load_case, make_case
    from mwa_sim.control.protocol import Protocol, Pulse, Rule, Thermocouple
    from mwa_sim.errors import DataError, InputError, MeshError, MwaError, SolverError
    from mwa_sim.observe import progress
    from mwa_sim.plan import Plan
    from mwa_sim.plan_file import load_plan
    from mwa_sim.result import Result, load_result
    from mwa_sim.simulation import Simulation, simulate, steps
    from mwa_sim.study.between import between
    from mwa_sim.study.sweep import sweep
    from mwa_sim.study.table import Study
    from mwa_sim.tissue.library import list_tissues, load_tissue

__version__ = "0.1.0"

__all__ = [
    "Antenna", "Case", "DataError", "InputError", "MeshError", "MwaError", "Plan", "Pose",
    "Protocol", "Pulse", "Result", "Rule", "Simulation", "SolverError", "Study", "Thermocouple",
    "__version__", "antenna_in_tissue", "between", "check_pose", "list_antennas", "list_cases",
    "list_tissues", "load_case", "load_plan", "load_result", "load_tissue", "make_case", "plot",
    "progress", "simulate", "snap_pose", "steps", "sweep", "two_ways_in", "ways_in",
]  # fmt: skip

_HOMES = {
    "access": ("check_pose", "snap_pose", "two_ways_in", "ways_in"),
    "antenna.antenna": ("Antenna",),
    "antenna.in_tissue": ("antenna_in_tissue",),
    "antenna.library": ("list_antennas",),
    "antenna.pose": ("Pose",),
    "case": ("Case", "list_cases", "load_case", "make_case"),
    "control.protocol": ("Protocol", "Pulse", "Rule", "Thermocouple"),
    "errors": ("DataError", "InputError", "MeshError", "MwaError", "SolverError"),
    "observe": ("progress",),
    "plan": ("Plan",),
    "plan_file": ("load_plan",),
    "result": ("Result", "load_result"),
    "simulation": ("Simulation", "simulate", "steps"),
    "study.between": ("between",),
    "study.sweep": ("sweep",),
    "study.table": ("Study",),
    "tissue.library": ("list_tissues", "load_tissue"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

# Before anything imports numba; does nothing where numba finds a place for its cache.
kernel_cache.provide()


def __getattr__(name: str) -> Any:
    if name == "plot":
        return import_module("mwa_sim.plot")
    if name not in _HOME:
        raise AttributeError(f"module 'mwa_sim' has no attribute {name!r}")
    value = getattr(import_module(f"mwa_sim.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
