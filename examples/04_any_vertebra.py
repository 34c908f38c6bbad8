"""Any vertebra: T8 of a small patient, ways in for a needle, and a treatment through the best one.

A parametric spine scaled to the patient, a tumour of two lobes with a margin to be ablated, the
ways in that were found with their room to canal and cortex, and a pose made safe.

Needs: nothing but mwa_sim. Options: --quick (coarse elements, a few seconds of power).
"""

import argparse

import mwa_sim as mwa

RECIPE = {
    "kind": "parametric_spine",
    "level": "T8",
    "stature": "1.58 m",
    "dimensions": {"pedicle_width": "6.4 mm"},  # measured in this patient
    "ctv_margin": "4 mm",
    "tumour": {
        "lobes": [  # from the centre of the body: anterior, left, cranial
            {"centre": ["-3 mm", "4 mm", "0 mm"], "radii": "6.5 mm"},
            {"centre": ["3 mm", "0 mm", "1 mm"], "radii": ["6 mm", "7 mm", "5 mm"]},
        ]
    },
}
COARSE = {"antenna": "1.2 mm", "tumour": "2.4 mm", "interface": "3.6 mm", "far": "9.6 mm"}


def main() -> None:
    options = argparse.ArgumentParser(description="A treatment of any vertebra.")
    options.add_argument("--quick", action="store_true", help="coarse and short")
    given = options.parse_args()

    case = mwa.make_case({**RECIPE, "size": COARSE} if given.quick else RECIPE, "T8 of a patient")
    for note in case.notes:
        print("note:", note)
    ways = mwa.ways_in(case, needle="16 G")
    for way in ways:
        print(way.verdict)
    best = next(way for way in ways if way.approach == "transpedicular")
    pose = mwa.Pose.between(entry=best.entry, tip=best.target)

    # A pose that was drawn by hand, 4 mm nearer to the midline, and the safe one next to it.
    shift = [0.0, -0.004 if best.side == "left" else 0.004, 0.0]
    drawn = mwa.Pose.between(entry=best.entry + shift, tip=best.target)
    print("drawn:", mwa.check_pose(case, drawn, "16 G"))
    try:
        print("moved:", mwa.check_pose(case, mwa.snap_pose(case, drawn, "16 G"), "16 G"))
    except mwa.InputError as error:
        print("not made safe:", error)

    protocol = mwa.Protocol.pulsed(power=30, on=30, off=15, cycles=4, cooldown=60).watching(
        "posterior_wall", at="landmark:posterior_wall", above=42, action="stop"
    )
    antenna = mwa.Antenna.from_library("slot-1.6mm")
    plan = mwa.Plan(case=case, antenna=antenna, pose=pose.moved(deeper=0.008), protocol=protocol)
    if given.quick:
        plan = plan.changed({"pulses.0.on": 3, "pulses.0.off": 1, "pulses.0.cycles": 1})
        plan = plan.changed({"cooldown.duration": 2})
    result = mwa.simulate(plan, observe=mwa.progress())
    print(result)
    print(f"clinical target covered: {result.zone('cem43>=240').coverage('ctv'):.0%}")


if __name__ == "__main__":
    main()
