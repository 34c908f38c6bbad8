"""The bounding sets bound zone, wall and cord of a vertebra, for the same power over time."""

from pathlib import Path

import mwa_sim as mwa

PLAN = Path(__file__).parents[2] / "examples" / "l2-metastasis.toml"


def test_two_cycles_without_rules():
    plan = mwa.load_plan(PLAN).changed({"rules": [], "pulses.0.cycles": 2})
    found = []
    for name in ("smaller-zone", "nominal", "larger-zone"):
        result = mwa.simulate(plan.changed({"tissues": name}))
        volumes = [result.zone(text).volume_ml for text in ("damage>=1", "temperature>=60")]
        peaks = [result.traces[at].peak_tissue for at in ("posterior_wall", "cord_anterior")]
        found.append((*volumes, *peaks))
    for small, nominal, large in zip(*found, strict=True):
        assert 1.005 * small < nominal < large / 1.005
