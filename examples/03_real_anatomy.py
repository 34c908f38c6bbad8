"""Real anatomy: a statistical mean L3 with its neighbours, canal and cord.

The protocol of l2-metastasis.toml on a case folder made from patients' CT.

Needs: the case folder "l3-mean-shape" (not part of mwa_sim), below a folder that is given as
argument or by the environment variable MWA_SIM_DATA. Options: --quick (a few seconds of power).
"""

import argparse
import os
from pathlib import Path

import mwa_sim as mwa

NAME = "l3-mean-shape"


def find(folder: Path | None) -> Path | None:
    """The case folder in a folder, in its "cases", or the folder itself."""
    if folder is None:
        return None
    for place in (folder, folder / NAME, folder / "cases" / NAME):
        if place.name == NAME and (place / "case.toml").is_file():
            return place
    return None


def main() -> None:
    options = argparse.ArgumentParser(description="The protocol of L2 on real anatomy.")
    options.add_argument("folder", nargs="?", type=Path, help="folder that holds the case")
    options.add_argument("--quick", action="store_true", help="simulate a few seconds only")
    given = options.parse_args()

    data = given.folder or (
        Path(os.environ["MWA_SIM_DATA"]) if os.environ.get("MWA_SIM_DATA") else None
    )
    place = find(data)
    if place is None:
        where = f"in {data}" if data else "given"
        print(f"No case folder {NAME!r} {where}: name the folder that holds it as argument, or in")
        print("the environment variable MWA_SIM_DATA. Nothing was simulated.")
        return

    case = mwa.load_case(place)
    pose = mwa.Pose.between(entry=case.landmarks["left_pedicle"], tip=case.landmarks["antenna_tip"])
    protocol = (
        mwa.Protocol.pulsed(power=40, on=60, off=20, cycles=4, cooldown=120)
        .watching("posterior_wall", at="landmark:posterior_wall", above=42, action="stop")
        .watching("anterior_cord", at="landmark:anterior_cord")
    )
    antenna = mwa.Antenna.from_library("slot-1.6mm")
    plan = mwa.Plan(case=case, antenna=antenna, pose=pose, protocol=protocol)
    if given.quick:
        plan = plan.changed({"pulses.0.on": 3, "pulses.0.off": 1, "pulses.0.cycles": 1})
        plan = plan.changed({"cooldown.duration": 2})
    print(mwa.simulate(plan, observe=mwa.progress()))


if __name__ == "__main__":
    main()
