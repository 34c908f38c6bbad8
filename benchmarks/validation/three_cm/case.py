"""Does 40 W make a zone of 3 cm?  Homogeneous tissue, power at the generator, nothing tuned.

Run:  python -m benchmarks.validation.three_cm [--quick] [--json FILE]
"""

from __future__ import annotations

from benchmarks.validation.homogeneous import CRITERIA, Run, Setting, block, march, plan_in_block
from benchmarks.validation.report import options, table, write
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import DryingLimit

TARGET_MM = 30.0
POWER = 40.0
TIMES = (60, 120, 180, 300)

SETTINGS = (
    Setting("ex vivo liver, 22 degC", "liver_ex_vivo", 22.0),
    Setting("liver in vivo", "liver", 37.0),
    Setting("lytic metastasis, hypovascular", "metastasis_lytic", 37.0),
    Setting("lytic metastasis, hypervascular", "metastasis_lytic_hypervascular", 37.0),
    Setting("cancellous bone", "bone_cancellous", 37.0),
)
TIERS = ("line", "wave-static", "wave-coupled")
# Tier by tier; the others with the coupled field only.
COMPARED = ("slot-1.6mm", "monopole-1.6mm")
OTHERS = ("ceramic-tip-1.8mm", "mini-choke-1.53mm", "dual-slot-1.6mm")
TITLES = {"damage>=1": "Ω ≥ 1", "cem43>=240": "CEM43 ≥ 240", "temperature>=60": "60 °C"}


def run(
    setting: Setting,
    mesh: TetMesh,
    antenna: Antenna,
    parameter_set: str = "nominal",
    drying: DryingLimit = "redistribute",
) -> Run:
    """Continuous 40 W at the generator for 5 min.

    ``drying`` says where the power goes that dry tissue does not absorb, if the field is not
    computed again (`mwa_sim.plan.Plan`).
    """
    plan = plan_in_block(
        mesh, setting, antenna, POWER, TIMES[-1], tissues=parameter_set, drying=drying
    )
    return march(plan, TIMES)


def variants(antenna: Antenna) -> list[tuple[str, Antenna, str]]:
    """What is uncertain: name, antenna and parameter set; the variants are not combined."""
    cable = antenna.values["cable.transmission"]
    ends = [end for end in (cable.low, cable.high) if end is not None]
    return [
        ("smaller-zone", antenna, "smaller-zone"),
        ("larger-zone", antenna, "larger-zone"),
        *(
            (
                f"cable passes {100 * end:.0f} %",
                antenna.changed(efficiency=end * antenna.matched),
                "nominal",
            )
            for end in ends
        ),
    ]


def _powers(found: Run) -> list[str]:
    last = found.instants[TIMES[-1]]
    return [
        " / ".join(f"{found.instants[t].mean_power:.1f}" for t in TIMES),
        f"{last.tissue_J:.0f}",
        "-" if found.model == "line" else f"{last.s11_dB:.1f}",
    ]


def _sizes(found: Run, criterion: str) -> str:
    zones = [found.instants[t].zones[criterion] for t in TIMES]
    return " / ".join(f"{zone.mean_diameter:.1f}" for zone in zones)


def main() -> None:
    """Print mean diameters by antenna, tissue, tier, criterion and time."""
    chosen = options(__doc__)
    mesh = block(1.5e-3 if chosen.quick else 0.75e-3)
    settings = (SETTINGS[0], SETTINGS[2]) if chosen.quick else SETTINGS
    names = COMPARED if chosen.quick else COMPARED + OTHERS
    times = " / ".join(str(t) for t in TIMES)
    print(f"{POWER:.0f} W at the generator, {mesh.n_tets} tetrahedra; target: mean diameter "
          f"{TARGET_MM:.0f} mm; columns with slashes: after {times} s")  # fmt: skip
    rows, kept = [], []
    for name in names:
        for setting in settings:
            for tier in TIERS if name in COMPARED else TIERS[-1:]:
                antenna = Antenna.from_library(name).changed(model=tier)
                found = run(setting, mesh, antenna)
                kept.append({"variant": "nominal", **found.described()})
                sizes = [_sizes(found, criterion) for criterion in CRITERIA]
                rows.append([name, setting.title, tier, *sizes, *_powers(found)])
    table(
        "Mean of the three principal extents [mm]",
        ["antenna", "tissue", "tier", *(TITLES[text] for text in CRITERIA),
         "mean W into tissue", "J", "S11 at the end [dB]"],
        rows,
    )  # fmt: skip
    rows = []
    for name in COMPARED:
        for setting in (SETTINGS[0], SETTINGS[2]):
            for variant, antenna, parameters in variants(Antenna.from_library(name)):
                found = run(setting, mesh, antenna, parameters)
                kept.append({"variant": variant, **found.described()})
                sizes = [_sizes(found, criterion) for criterion in CRITERIA]
                rows.append([name, setting.title, variant, *sizes, *_powers(found)])
    table(
        "The same, wave-coupled, by what is uncertain [mm]",
        ["antenna", "tissue", "variant", *(TITLES[text] for text in CRITERIA),
         "mean W into tissue", "J", "S11 at the end [dB]"],
        rows,
    )  # fmt: skip
    write(chosen.json, {"target_mm": TARGET_MM, "runs": kept})


if __name__ == "__main__":
    main()
