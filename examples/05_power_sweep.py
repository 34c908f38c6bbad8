"""How much power for how long: a sweep, as a table and a picture.

The plan of l2-metastasis.toml at several powers, with nominal tissues and with both bounds of what
is known about them: how much of the tumour is covered when the wall thermocouple stops the power.

Needs: nothing but mwa_sim. Options: --quick (a few seconds of power), --workers N (processes side
by side), --out DIR (default: out; run it again and only what is missing is run).
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt

import mwa_sim as mwa

POWER = "pulses.0.power"


def main() -> None:
    options = argparse.ArgumentParser(description="A sweep over power and tissues.")
    options.add_argument("--quick", action="store_true", help="simulate a few seconds only")
    options.add_argument("--workers", type=int, default=1, help="processes side by side")
    options.add_argument("--out", type=Path, default=Path("out"), help="folder for the files")
    given = options.parse_args()

    plan = mwa.load_plan(Path(__file__).parent / "l2-metastasis.toml")
    powers = ["20 W", "30 W", "40 W", "50 W", "60 W"]
    if given.quick:
        plan = plan.changed({"pulses.0.on": 3, "pulses.0.off": 1, "pulses.0.cycles": 1})
        plan = plan.changed({"cooldown.duration": 2})
        powers = powers[::2]

    # Measures are texts, or functions of the result.
    measure = {
        "coverage": "coverage(tumour)",
        "wall": "peak(posterior_wall)",
        "cord": "peak(cord_anterior)",
        "stopped_at": "stopped_at",
        "energy": "generator_kJ",
        "hottest": lambda result: result.fields["max_temperature"].max(),
    }
    study = mwa.sweep(
        plan,
        over={POWER: powers, "tissues": ["smaller-zone", "nominal", "larger-zone"]},
        measure=measure,
        workers=given.workers,
        folder=given.out / ("power-sweep-quick" if given.quick else "power-sweep"),
        observe=lambda row: print(f"scenario {row.scenario} of {row.total}: {row.status}"),
    )
    print(study)
    best = study.where(lambda row: row["tissues"] == "smaller-zone").best("coverage")
    print(f"covers most, even if the zone stays small: {best[POWER]:g} W")
    study.to_csv(given.out / "power-sweep.csv")

    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for tissues in ("smaller-zone", "nominal", "larger-zone"):
        some = study.where(lambda row, tissues=tissues: row["tissues"] == tissues)
        axes.plot(some.column(POWER), 100 * some.column("coverage"), "o-", label=tissues)
    axes.set(xlabel="power at the generator [W]", ylabel="tumour covered (CEM43 >= 240) [%]")
    axes.legend(title="tissues")
    picture = given.out / "power-sweep.png"
    figure.savefig(picture, dpi=150)
    print(f"saved {given.out / 'power-sweep.csv'} and {picture}")


if __name__ == "__main__":
    main()
