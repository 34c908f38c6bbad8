"""A Python session: case, antenna, pose, protocol, run, questions to the result.

The plan of l2-metastasis.toml, written in Python, and what one can ask afterwards.

Needs: nothing but mwa_sim. Options: --quick (a few seconds of power), --out DIR (default: out).
"""

import argparse
from pathlib import Path

import mwa_sim as mwa


def main() -> None:
    options = argparse.ArgumentParser(description="A Python session with mwa_sim.")
    options.add_argument("--quick", action="store_true", help="simulate a few seconds only")
    options.add_argument("--out", type=Path, default=Path("out"), help="folder for the files")
    given = options.parse_args()

    # What there is: a vertebra with a tumour, and an antenna. Lengths are metres.
    case = mwa.load_case("l2-metastasis")
    antenna = mwa.Antenna.from_library("slot-1.6mm")
    centre = case.landmarks["tumour_centre"]

    # In through the left pedicle; 11 mm past the centre, so that it radiates from the centre.
    pose = mwa.Pose.between(entry=case.landmarks["left_pedicle"], tip=centre).moved(deeper=0.011)

    # 40 W for 60 s, four times; all power off as soon as the posterior wall reads above 42 degC.
    protocol = mwa.Protocol.pulsed(power=40, on=60, off=20, cycles=4, cooldown=120).watching(
        "posterior_wall", at="landmark:posterior_wall", above=42, action="stop"
    )
    plan = mwa.Plan(case=case, antenna=antenna, pose=pose, protocol=protocol)
    if given.quick:
        plan = plan.changed({"pulses.0.on": 3, "pulses.0.off": 1, "pulses.0.cycles": 1})
        plan = plan.changed({"cooldown.duration": 2})

    result = mwa.simulate(plan, observe=mwa.progress())
    print(result)
    print()

    # Why it ended, and what the thermocouple saw.
    print("last event:", result.events[-1])
    trace = result.traces["posterior_wall"]
    print(f"posterior wall: {trace.max:.1f} degC at most, {trace.overshoot:.1f} K above the limit")

    # Temperature anywhere, at any time.
    end = result.frames_t[-1]
    cord = result.temperature(at=case.landmarks["cord_anterior"], t=end / 2)
    print(f"front of the cord after {end / 2:.0f} s: {cord:.1f} degC")

    # The ablation zone, by the criterion one believes in.
    for criterion in ("cem43>=240", "temperature>=60"):
        zone = result.zone(criterion)
        print(
            f"{criterion}: {zone.long_axis_mm:.1f} x {zone.short_axis_mm:.1f} mm, "
            f"{zone.volume_ml:.2f} ml, covers {zone.coverage('tumour'):.0%} of the tumour"
        )

    # A file that ParaView opens and mwa.load_result reads, and a picture.
    given.out.mkdir(parents=True, exist_ok=True)
    saved = result.save(given.out / "session.vtkhdf", overwrite=True)
    picture = given.out / "session.png"
    mwa.plot.slice(result, "sagittal", contours=[43, 60]).savefig(picture)
    print(f"saved {saved} and {picture}")


if __name__ == "__main__":
    main()
