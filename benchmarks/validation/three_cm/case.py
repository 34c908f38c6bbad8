"""Does 40 W make a zone of 3 cm?  Homogeneous tissue, power at the generator, nothing tuned.

Run:  python -m benchmarks.validation.three_cm.case [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.case import Boundary, Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.mesh.mesher import Domain, generate
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import DryingLimit, Plan
from mwa_sim.simulation import Simulation
from mwa_sim.tissue import load_tissue

TARGET_MM = 30.0
CRITERIA = ("damage>=1", "cem43>=240", "temperature>=60", "temperature>=50")
MINUTES = (2, 3, 4, 5)


@dataclass(frozen=True)
class Setting:
    """A tissue, its temperature at the start and the temperature far away."""

    title: str
    tissue: str
    temperature: float


SETTINGS = (
    Setting("ex vivo liver, 20 degC", "liver_ex_vivo", 20.0),
    Setting("lytic metastasis, 37 degC", "metastasis_lytic", 37.0),
)


def block(finest: float, centre: float) -> TetMesh:
    """A 96 mm cube, refined around the radiating part at height ``centre`` [m] above the tip."""

    def sizing(points: np.ndarray) -> np.ndarray:
        along = np.maximum(np.abs(points[:, 2] - centre) - 9e-3, 0.0)
        distance = np.hypot(np.hypot(points[:, 0], points[:, 1]), along)
        return np.maximum(finest, 0.2 * distance)

    half = np.array([0.048, 0.048, 0.048])
    middle = np.array([0.0, 0.0, centre])
    depth = 4 if finest < 1e-3 else 3
    domain = Domain([], 1, middle - half, middle + half, sizing, finest, depth)
    return generate(domain, improve=False)


def run(
    setting: Setting,
    mesh: TetMesh,
    antenna: Antenna,
    parameter_set: str = "nominal",
    drying: DryingLimit = "redistribute",
) -> dict[int, dict[str, dict[str, float]]]:
    """Zones after 2, 3, 4 and 5 min of continuous 40 W: minutes -> criterion -> sizes.

    ``drying`` says where the power goes that dry tissue does not absorb (`mwa_sim.plan.Plan`).
    """
    case = Case.from_mesh(
        mesh,
        {1: load_tissue(setting.tissue)},
        name=setting.tissue,
        boundary=Boundary("temperature", setting.temperature),
        initial_temperature=setting.temperature,
    )
    protocol = Protocol(
        pulses=[{"power": 40.0, "on": 60.0, "cycles": MINUTES[-1]}], cooldown={"duration": 0.0}
    )
    pose = Pose(tip=np.zeros(3), axis=np.array([0.0, 0.0, 1.0]))
    plan = Plan(
        case=case, antenna=antenna, pose=pose, protocol=protocol, tissues=parameter_set,
        drying=drying, solver={"save_every": 60.0},
    )  # fmt: skip
    simulation = Simulation(plan)
    found: dict[int, dict[str, dict[str, float]]] = {}
    for progress in simulation.steps():
        minutes = progress.time / 60.0
        if minutes in MINUTES:
            result = simulation.result()
            found[round(minutes)] = {
                text: {
                    "mean_diameter_mm": zone.mean_diameter_mm,
                    "long_axis_mm": zone.long_axis_mm,
                    "short_axis_mm": zone.short_axis_mm,
                }
                for text in CRITERIA
                for zone in [result.zone(text)]
            }
    return found


def main() -> None:
    """Print mean diameters by tissue, criterion and time beside the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="coarser mesh, for a first look")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    options = parser.parse_args()
    antenna = Antenna.from_library("slot-1.6mm")
    mesh = block(1.5e-3 if options.quick else 0.75e-3, 0.5 * (antenna.sar.start + antenna.sar.end))
    print(f"{antenna.name}, 40 W at the generator, efficiency {antenna.efficiency:.2f}; "
          f"{mesh.n_tets} tetrahedra; target: mean diameter {TARGET_MM:.0f} mm")  # fmt: skip
    known = antenna.values["efficiency"]
    keep: DryingLimit = "redistribute"
    lose: DryingLimit = "attenuate"
    variants = [(name, antenna, name, keep) for name in ("smaller-zone", "nominal", "larger-zone")]
    variants += [
        (f"nominal, efficiency {value:.2f}", antenna.changed(efficiency=value), "nominal", keep)
        for value in (known.low, known.high)
        if value is not None
    ]
    variants.append(("nominal, what dry tissue leaves is lost", antenna, "nominal", lose))
    rows = []
    for setting in SETTINGS:
        for name, variant, parameter_set, drying in variants:
            zones = run(setting, mesh, variant, parameter_set, drying)
            print(f"\n{setting.title}, {name}: mean diameter [mm] (long x short)")
            print("  criterion        " + "".join(f"{m:>6d} min{'':>11s}" for m in MINUTES))
            for text in CRITERIA:
                cells = [zones[m][text] for m in MINUTES]
                print(f"  {text:<17s}" + "".join(
                    f"{c['mean_diameter_mm']:6.1f} ({c['long_axis_mm']:4.1f} x "
                    f"{c['short_axis_mm']:4.1f})" + "  " for c in cells))  # fmt: skip
            rows.append({"tissue": setting.tissue, "variant": name, "zones": zones})
    if options.json:
        options.json.write_text(json.dumps({"target_mm": TARGET_MM, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
