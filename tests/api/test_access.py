"""Ways into a meshed case: proposed, checked, made safe."""

import numpy as np
import pytest

import mwa_sim as mwa

MM = 1e-3
COARSE = {"antenna": "1.2 mm", "tumour": "2.4 mm", "interface": "3.6 mm", "far": "9.6 mm"}
RECIPE = {
    "kind": "parametric_spine",
    "level": "L2",
    "vessels": False,
    "skin": False,
    "size": COARSE,
    "ctv_margin": "4 mm",
    "tumour": {"centre": ["0 mm", "3 mm", "0 mm"], "radii": ["9 mm", "11 mm", "8 mm"]},
}


@pytest.fixture(scope="module")
def case():
    return mwa.make_case(RECIPE, "coarse L2", cache=False)


@pytest.fixture(scope="module")
def best(case):
    return mwa.ways_in(case)[0]


def test_a_case_of_a_recipe_has_tissues_organs_and_notes(case):
    tissues = {region.name: region.tissue.name for region in case.regions.values()}
    assert tissues["tumour"] == "metastasis_lytic"
    assert tissues["ctv_margin"] == "bone_cancellous"
    assert {organ.region for organ in case.organs_at_risk} >= {"cord", "cauda_equina"}
    assert any("published tables" in note for note in case.notes)


def test_the_best_way_is_safe_and_on_the_side_of_the_tumour(case, best):
    assert best.report.safe
    assert (best.side, best.approach) == ("left", "transpedicular")
    pose = mwa.Pose.between(entry=best.entry, tip=best.target)
    assert mwa.check_pose(case, pose).safe
    # 13 gauge in a pedicle of 8.3 mm: less than (8.3 - 2.4) / 2 = 3 mm of bone on either side.
    assert 0.0 < best.report.room_cortex < 3.1 * MM


def test_a_way_through_the_canal_is_a_breach_and_is_made_safe(case, best):
    inwards = np.array([0.0, -7.0 * MM, 0.0])
    pose = mwa.Pose.between(entry=best.entry + inwards, tip=best.target)
    report = mwa.check_pose(case, pose)
    assert not report.safe
    assert report.breaches[0].what in ("canal", "the cortex of the pedicle")
    assert report.breaches[0].place[1] > 0.0
    safe = mwa.snap_pose(case, pose)
    assert mwa.check_pose(case, safe).room_canal > 0.0
    assert np.linalg.norm(safe.tip - pose.tip) < 10.1 * MM
    assert mwa.snap_pose(case, mwa.Pose.between(entry=best.entry, tip=best.target)).tip == (
        pytest.approx(best.target)
    )


def test_two_needles_lead_to_the_two_halves_of_the_tumour(case):
    left, right = mwa.two_ways_in(case)
    assert left.side == "left"
    assert left.target[1] - right.target[1] == pytest.approx(10.0 * MM, abs=1.5 * MM)


def test_mistakes_say_what_to_write(case):
    with pytest.raises(mwa.InputError, match="did you mean 'tumour_centre'"):
        mwa.ways_in(case, "tumor_centre")
    with pytest.raises(mwa.InputError, match="not a known gauge"):
        mwa.ways_in(case, needle="13.5 G")
    names = {label: f"part {label}" for label in case.regions}
    tissues = {label: region.tissue for label, region in case.regions.items()}
    plain = mwa.Case.from_mesh(case.mesh, tissues, names=names)
    with pytest.raises(mwa.InputError, match="need a region named cancellous"):
        mwa.ways_in(plain)
