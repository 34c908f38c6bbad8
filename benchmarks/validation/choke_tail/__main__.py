"""What is heated along the shaft, with a choke and without.

Run:  python -m benchmarks.validation.choke_tail [--quick] [--json FILE]

Three antennas of the library in liver, and the two choked ones with their choke filled with metal:
the same antenna without its choke. No shaft is cooled.
"""

from __future__ import annotations

from dataclasses import replace

from benchmarks.validation.homogeneous import Run, Setting, block, march, plan_in_block
from benchmarks.validation.report import options, table, write
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.in_tissue import AntennaInTissue, antenna_in_tissue
from mwa_sim.mesh.tetmesh import TetMesh

SETTING = Setting("ex vivo liver", "liver_ex_vivo", 22.0)
POWER, TIMES = 40.0, (60, 180, 300)
CHOKED = ("mini-choke-1.53mm", "choke-2.05mm")
FEED = {"slot-1.6mm": 5.9e-3, "mini-choke-1.53mm": 10.5e-3, "choke-2.05mm": 16e-3}
"""Where the coaxial line opens into the tissue, above the tip [m]."""
TAIL = 20e-3
"""What is absorbed farther than this above the feed is the tail [m]."""


def without_choke(antenna: Antenna) -> Antenna:
    """The antenna with metal in its choke."""
    if antenna.section is None:
        raise ValueError(f"{antenna.name} has no section")
    parts = tuple(
        replace(part, permittivity=None) if part.name == "choke filling" else part
        for part in antenna.section.parts
    )
    # Metal now reaches the radiator where the filling stood out of the choke: cut it off there.
    opening = next(part for part in parts if part.name == "choke").outline[:, 1].min()
    parts = tuple(
        replace(part, outline=part.outline.clip(min=[0.0, opening]))
        if part.name == "choke filling"
        else part
        for part in parts
    )
    return antenna.changed(
        name=f"{antenna.name}, choke filled", section=replace(antenna.section, parts=parts)
    )


def antennas() -> list[Antenna]:
    """All that are compared, none cooled."""
    slot = Antenna.from_library("slot-1.6mm").changed(cooling=None)
    choked = [Antenna.from_library(name) for name in CHOKED]
    return [slot] + [one for antenna in choked for one in (antenna, without_choke(antenna))]


def field(antenna: Antenna) -> AntennaInTissue:
    """The field in liver at 37 degC."""
    return antenna_in_tissue(antenna, SETTING.medium)


def feed(antenna: Antenna) -> float:
    """Height of the opening of the line above the tip [m]."""
    return FEED[antenna.name.partition(",")[0]]


def tail(found: AntennaInTissue, above: float) -> float:
    """Share of the power in the tissue that is absorbed above a height z [m]."""
    power = found.solution.density * found.solver.volume
    return float(power[found.solver.z > above].sum() / power.sum())


def run(mesh: TetMesh, antenna: Antenna) -> Run:
    """40 W at the generator for 5 min."""
    plan = plan_in_block(mesh, SETTING, antenna, POWER, TIMES[-1])
    return march(plan, TIMES, criteria=("damage>=1",))


def main() -> None:
    """Print the tail of the absorbed power and how far the zones reach along the shaft."""
    chosen = options(__doc__)
    mesh = block(1.5e-3 if chosen.quick else 0.75e-3)
    rows, kept = [], []
    for antenna in antennas():
        found, heated = field(antenna), run(mesh, antenna)
        p, start = found.penetration, feed(antenna)
        far = tail(found, start + TAIL)
        kept.append({
            "penetration": p.as_dict(), "s11_dB": found.s11_dB, "tail": far, **heated.described()
        })  # fmt: skip
        zones = [heated.instants[t].zones["damage>=1"] for t in TIMES]
        rows.append([
            antenna.name, f"{found.s11_dB:.1f}", f"{100 * far:.1f} %",
            f"{1e3 * p.half_length:.1f} / {1e3 * p.tenth_length:.1f}",
            " / ".join(f"{z.width:.1f} × {z.length:.1f}" for z in zones),
            " / ".join(f"{z.aspect_ratio:.2f}" for z in zones),
            " / ".join(f"{z.above - 1e3 * start:.1f}" for z in zones),
            f"{heated.instants[TIMES[-1]].mean_power:.1f}",
        ])  # fmt: skip
    table(
        "Field in liver at 37 °C, and zones Ω ≥ 1 in ex vivo liver from 22 °C, 40 W, after "
        f"{' / '.join(map(str, TIMES))} s [mm]",
        ["antenna", "S11 [dB]", f"power > {1e3 * TAIL:.0f} mm above the feed",
         "shaft between half / a tenth of the heating", "zone: width × length", "aspect ratio",
         "zone reaches above the feed", "mean W into tissue"],
        rows,
    )  # fmt: skip
    write(chosen.json, kept)


if __name__ == "__main__":
    main()
