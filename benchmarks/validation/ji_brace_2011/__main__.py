"""Static against temperature-dependent dielectrics around a monopole: 50 W, 300 s, from 20 degC.

Run:  python -m benchmarks.validation.ji_brace_2011 [--quick] [--json FILE]

Published (ji2011, abstract): temperatures simulated with the sigmoid differed from those measured
by 4.2 % on average, with static dielectric properties by 32.8 %.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.validation.homogeneous import Run, Setting, block, march, plan_in_block
from benchmarks.validation.report import options, table, write
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.tissue import load_tissue
from mwa_sim.tissue.properties import Tissue
from mwa_sim.tissue.temperature import REFERENCE_TEMPERATURE, dielectric_model

POWER = 50.0
"""At the antenna [W]."""
DURATION = 300
TIMES = tuple(range(10, DURATION + 1, 10))
DISTANCES = (5e-3, 10e-3, 15e-3, 20e-3)
LEVEL = 6.5e-3
"""Middle of the radiating 13 mm [m]; where the published temperatures were read is not known."""
STATIC = (45.6, 1.97)
"""Permittivity [-] and conductivity [S/m] of the published model without temperature dependence,
as another code that repeats it has them (mita)."""


def liver(sigmoid: bool, water: float) -> Tissue:
    """Ex vivo liver of the published field model.

    Parameters
    ----------
    sigmoid : bool
        Dielectric properties by the published sigmoid in its own absolute values; else static.
    water : float [-]
        Mass fraction that vaporises; 0 in the published model.
    """
    model = dielectric_model("ji_brace_2011")
    storage, loss = STATIC
    if sigmoid:
        storage = float(model.relative_permittivity.value(REFERENCE_TEMPERATURE))
        loss = float(model.electrical_conductivity.value(REFERENCE_TEMPERATURE))
    name = "ji_brace_2011" if sigmoid else None
    return load_tissue("liver_ex_vivo").changed(
        density=1050.0, specific_heat=3400.0, thermal_conductivity=0.564, water_fraction=water,
        relative_permittivity=storage, electrical_conductivity=loss,
        relative_permittivity_model=name, electrical_conductivity_model=name,
    )  # fmt: skip


def antenna_at_feed(name: str) -> Antenna:
    """An antenna of the library whose generator's power all arrives at the feed."""
    antenna = Antenna.from_library(name)
    return antenna.changed(efficiency=antenna.matched)


def run(mesh: TetMesh, name: str, sigmoid: bool, water: float, times: Sequence[int] = TIMES) -> Run:
    """50 W at the feed up to the last of the times [s], temperatures at each."""
    setting = Setting("ex vivo liver", liver(sigmoid, water), 20.0)
    plan = plan_in_block(mesh, setting, antenna_at_feed(name), POWER, times[-1])
    return march(plan, times, level=LEVEL, criteria=("temperature>=60",), distances=DISTANCES)


def temperatures(found: Run) -> np.ndarray:
    """Temperatures (n_times, n_distances) [degC]."""
    return np.array([list(instant.temperatures.values()) for instant in found.instants.values()])


def main() -> None:
    """Print temperatures by distance and how far the static ones are from the sigmoid's."""
    chosen = options(__doc__)
    mesh = block(1.5e-3 if chosen.quick else 0.75e-3)
    rows, kept, gaps = [], [], []
    away = [f"{1e3 * r:g} mm" for r in DISTANCES]
    for name in ("monopole-2.2mm", "monopole-1.6mm"):
        for water in (0.0, 0.74):
            found = {sigmoid: run(mesh, name, sigmoid, water) for sigmoid in (True, False)}
            for sigmoid, one in found.items():
                last = one.instants[DURATION]
                kept.append({"sigmoid": sigmoid, "water": water, **one.described()})
                rows.append([
                    name, f"{water:g}", "sigmoid" if sigmoid else "static",
                    *(" / ".join(f"{one.instants[t].temperatures[d]:.1f}" for t in (60, 180, 300))
                      for d in away),
                    f"{one.instants[60].s11_dB:.1f} / {last.s11_dB:.1f}",
                    f"{last.mean_power:.1f}", f"{last.hottest:.0f}",
                ])  # fmt: skip
            warm, cold = temperatures(found[True]), temperatures(found[False])
            signed = 100.0 * (cold - warm) / warm
            gaps.append([
                name, f"{water:g}", *(f"{x:+.1f} %" for x in signed.mean(axis=0)),
                *(f"{x:.1f} %" for x in np.abs(signed).mean(axis=0)),
                f"{np.abs(signed).mean():.1f} %",
            ])  # fmt: skip
    table(
        f"Temperature [°C] at distances from the axis, z = {1e3 * LEVEL:g} mm, after 60 / 180 / "
        "300 s",
        ["antenna", "water fraction", "dielectrics", *away, "S11 60 / 300 s [dB]",
         "mean W into tissue", "hottest"],
        rows,
    )  # fmt: skip
    table(
        "(static - sigmoid) / sigmoid, °C, mean over all times: signed, then absolute",
        ["antenna", "water fraction", *away, *(f"abs. {d}" for d in away), "abs., all"],
        gaps,
    )
    write(chosen.json, kept)


if __name__ == "__main__":
    main()
