"""Aspect ratio (width / length) of the zones of a dual-slot antenna and of a monopole.

Run:  python -m benchmarks.validation.dual_slot_aspect [--quick] [--json FILE]

Published (chiang2013, abstract): dual slot against monopole in ex vivo bovine and in vivo porcine
liver. The dual-slot antenna of the library is not theirs: its dimensions are not readable.
"""

from __future__ import annotations

from benchmarks.validation.homogeneous import Run, Setting, block, march, plan_in_block
from benchmarks.validation.report import options, table, write
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.mesh.tetmesh import TetMesh

EX_VIVO = Setting("ex vivo", "liver_ex_vivo", 20.0)
IN_VIVO = Setting("in vivo", "liver", 37.0)
# Tissue, power [W], time [s], aspect ratio published for the dual slot and for the monopole.
CASES = (
    (EX_VIVO, 50.0, 120, 0.75, 0.53),
    (EX_VIVO, 50.0, 300, 0.82, 0.63),
    (EX_VIVO, 100.0, 120, 0.52, 0.42),
    (IN_VIVO, 100.0, 300, 0.63, 0.53),
)
ANTENNAS = ("dual-slot-1.6mm", "monopole-1.6mm", "slot-1.6mm")
CRITERIA = ("damage>=1", "temperature>=60")


def run(mesh: TetMesh, name: str, setting: Setting, power: float, times: tuple[int, ...]) -> Run:
    """Continuous power at the generator."""
    antenna = Antenna.from_library(name)
    return march(plan_in_block(mesh, setting, antenna, power, times[-1]), times, criteria=CRITERIA)


def main() -> None:
    """Print width x length and aspect ratios beside the published ones."""
    chosen = options(__doc__)
    mesh = block(1.5e-3 if chosen.quick else 0.75e-3, centre=13e-3, reach=13e-3)
    rows, kept = [], []
    for setting, power, time, dual, monopole in CASES:
        for name in ANTENNAS:
            found = run(mesh, name, setting, power, (time,))
            kept.append({"power_W": power, **found.described()})
            last = found.instants[time]
            published = {ANTENNAS[0]: dual, ANTENNAS[1]: monopole}.get(name)
            rows.append([
                f"{setting.title}, {power:.0f} W, {time // 60} min", name,
                "-" if published is None else f"{published:.2f}",
                *(f"{last.zones[text].aspect_ratio:.2f} ({last.zones[text].width:.0f} × "
                  f"{last.zones[text].length:.0f})" for text in CRITERIA),
                f"{last.mean_power:.1f}", f"{last.s11_dB:.1f}",
            ])  # fmt: skip
    table(
        "Aspect ratio (width × length along the shaft [mm])",
        ["case", "antenna", "published", "Ω ≥ 1", "60 °C", "mean W into tissue",
         "S11 at the end [dB]"],
        rows,
    )  # fmt: skip
    write(chosen.json, kept)


if __name__ == "__main__":
    main()
