"""A small case and plan on disk: a 40 mm block with a tumour and a cord."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from mwa_sim.cli.main import app
from mwa_sim.mesh.files import write_mesh
from tests.antenna.boxes import box, graded

CASE = """\
schema = "mwa-sim/case/1"
name = "block"
description = "a block for tests"
mesh = "block.vtu"
[regions]
1 = { name = "muscle", tissue = "muscle" }
2 = { name = "tumour", tissue = "metastasis_lytic" }
3 = { name = "cord", tissue = "spinal_cord" }
[landmarks]
tumour_centre = ["0 mm", "0 mm", "0 mm"]
entry = ["0 mm", "0 mm", "18 mm"]
wall = ["-9 mm", "0 mm", "5 mm"]
[organs_at_risk]
cord = { region = "cord", max_temperature = "42 degC", max_cem43 = "10 min" }
"""

PLAN = """\
schema = "mwa-sim/plan/1"
case = "block"
antenna = "slot-1.6mm"
[pose]
entry = "landmark:entry"
tip = "landmark:tumour_centre"
[[pulses]]
power = "30 W"
on = "10 s"
off = "2 s"
cycles = 2
[[thermocouples]]
name = "wall"
at = "landmark:wall"
[[rules]]
thermocouple = "wall"
above = "70 degC"
[cooldown]
duration = "3 s"
"""


def label(centres: np.ndarray) -> np.ndarray:
    """2 in the tumour, 3 in the cord, else 1."""
    labels = np.where(np.linalg.norm(centres, axis=1) < 7e-3, 2, 1)
    return np.where(centres[:, 0] < -13e-3, 3, labels)


def write_case(folder: Path) -> Path:
    """Write the case folder ``block`` in a folder."""
    case = folder / "block"
    case.mkdir(parents=True)
    axis = graded(20e-3, 11, 1.3)
    write_mesh(case / "block.vtu", box(axis, axis, axis, label))
    (case / "case.toml").write_text(CASE, encoding="utf-8")
    return case


def mwa(*arguments: object):
    """Run the command line in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def errors(outcome) -> list[str]:
    """The problems that a command named on the standard error."""
    lines = outcome.stderr.splitlines()
    return [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
