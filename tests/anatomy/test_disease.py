"""Tumours, lost walls and margins have the shape that was asked for and stay where they may be."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from mwa_sim.anatomy.disease import tumour_level, with_disease
from mwa_sim.anatomy.disease_spec import Disease, Lobe, Tumour
from mwa_sim.anatomy.scene import Paint
from mwa_sim.anatomy.shapes import ellipsoid
from mwa_sim.errors import InputError
from mwa_sim.spec import validate
from mwa_sim.tissue.library import list_tissues
from tests.anatomy.phantom import MM, WALL, scene, turned

STEP = 0.5 * MM
_AXES = [np.arange(a, b, STEP) for a, b in ((-34e-3, 18e-3), (-22e-3, 22e-3), (-14e-3, 14e-3))]
GRID = np.stack(np.meshgrid(*_AXES, indexing="ij"), axis=-1).reshape(-1, 3)


def diseased(healthy=None, **data):
    return with_disease(healthy or scene(), validate(Disease, data, source="file"))


def tumour_of(*centre, radii="8 mm", **more):
    return {"centre": [f"{c} mm" for c in centre], "radii": radii, **more}


def volume(level, points=GRID):
    return float((level(points) < 0.0).sum()) * STEP**3


def problems(**data):
    with pytest.raises(InputError) as caught:
        diseased(**data)
    return caught.value.problems


def test_a_recipe_becomes_pieces_in_front():
    ill = diseased(tumour=tumour_of(0, 4, 0, radii=["9 mm", "10 mm", "8 mm"]), ctv_margin="5 mm")
    assert [piece.name for piece in ill.pieces][:3] == ["tumour", "ctv_margin", "cancellous"]
    assert [piece.tissue for piece in ill.pieces][:2] == ["metastasis_lytic", "bone_cancellous"]
    np.testing.assert_allclose(ill.landmarks["tumour_centre"] / MM, [0, 4, 0])
    assert volume(ill.pieces[0].level) == pytest.approx(4 / 3 * np.pi * 720 * MM**3, rel=0.02)
    assert scene().pieces[0].name == "cancellous"
    assert with_disease(scene(), Disease()).pieces[0].name == "cancellous"


@pytest.mark.parametrize(
    ("kind", "tissue"),
    [
        ("mixed", "metastasis_mixed"),
        ("hypervascular lytic", "metastasis_lytic_hypervascular"),
        ("hypervascular mixed", "metastasis_mixed_hypervascular"),
    ],
)
def test_kinds_are_tissues_of_the_library(kind, tissue):
    ill = diseased(tumour=tumour_of(0, 0, 0, kind=kind))
    assert ill.pieces[0].tissue == tissue
    assert tissue in list_tissues()


def test_a_contained_tumour_keeps_its_rim():
    ill = diseased(tumour=tumour_of(-8, 0, 0, radii="14 mm", clearance="3 mm"))
    inside = GRID[ill.pieces[0].level(GRID) < 0]
    assert ill.bone(inside).max() < -2.9 * MM
    assert inside[:, 0].min() < WALL + 3.6 * MM
    assert "of the shape that was asked for lies outside what the bone leaves free" in ill.notes[-1]


def test_a_breaching_tumour_ends_at_the_cord():
    ill = diseased(tumour=tumour_of(-10, 0, 0, radii="9 mm", breach=True))
    behind = ill.pieces[0].level(np.array([[WALL - 1.5 * MM, 0, 0]]))
    assert behind[0] < 0
    (text,) = problems(tumour=tumour_of(-10, 0, 0, radii="13 mm", breach=True))
    assert text.startswith("tumour: with breach = true it would reach ")
    # The tumour ends at -23 mm, the cord begins at -21 mm.
    assert float(text.split("would reach ")[1].split(" mm into the cord")[0]) == pytest.approx(
        2, abs=0.2
    )


def test_lobes_join_and_turn():
    lobes = (
        Lobe(centre=(0, 0, 0), radii=(8 * MM, 3 * MM, 3 * MM), rotation=(0, 0, np.pi / 2)),
        Lobe(centre=(0, 12 * MM, 0), radii=6 * MM),
    )
    level = tumour_level(Tumour(lobes=lobes))
    # Turned about z the long axis lies along y.
    ends = np.array([[0, -7.9, 0], [0, -8.1, 0], [3.1, 0, 0], [0, 17.9, 0], [0, 18.1, 0]]) * MM
    np.testing.assert_array_equal(level(ends) < 0, [True, False, False, True, False])
    # Where they touch a fillet fills the groove.
    groove = np.array([[2.6, 6.4, 0.0]]) * MM
    apart = [tumour_level(Tumour(lobes=(lobe,)))(groove)[0] for lobe in lobes]
    assert level(groove)[0] < min(apart) - 0.1 * MM
    both = with_disease(scene(), Disease(tumour=Tumour(lobes=lobes)))
    inner = both.pieces[0].level(both.landmarks["tumour_centre"][None, :])
    assert inner[0] < 0


def test_a_mask_is_a_tumour():
    def mask(points):
        return ellipsoid(points, [0, 5 * MM, 0], [6 * MM, 7 * MM, 5 * MM])

    ill = with_disease(scene(), Disease(tumour=Tumour(level=mask, kind="mixed")))
    np.testing.assert_allclose(ill.landmarks["tumour_centre"] / MM, [0, 5, 0], atol=1.0)
    assert volume(ill.pieces[0].level) == pytest.approx(4 / 3 * np.pi * 210 * MM**3, rel=0.03)

    def nothing(points):
        return np.ones(len(points))

    with pytest.raises(InputError, match="it is empty"):
        with_disease(scene(), Disease(tumour=Tumour(level=nothing)))


def test_the_margin_is_a_distance():
    radii = ["12 mm", "9 mm", "3 mm"]
    healthy = scene()
    ill = diseased(healthy, tumour=tumour_of(2, 0, 0, radii=radii), ctv_margin="5 mm")
    tumour, margin = (ill.pieces[k].level for k in range(2))
    inside = GRID[tumour(GRID) < 0.0]
    distance, _ = cKDTree(inside).query(GRID)
    free = healthy.bone(GRID) < -1.5 * MM
    taken = margin(GRID) < 0.0
    # Inner points of a grid lie up to about its step away from the surface.
    assert taken[free & (distance > 0) & (distance < 4.9 * MM)].all()
    assert not taken[distance > 5.5 * MM].any()
    # The formula of the ellipsoid would have taken a quarter too much.
    formula = ellipsoid(GRID, [2 * MM, 0, 0], np.array([12, 9, 3]) * MM) < 5 * MM
    assert (formula & free).sum() > 1.2 * (taken & free).sum()


def test_the_margin_stays_in_the_marrow():
    ill = diseased(tumour=tumour_of(-9, 0, 2, radii="6 mm"), wall_defect={}, ctv_margin="8 mm")
    inside = GRID[ill.pieces[1].level(GRID) < 0]
    # Inside the shell of 1.2 mm, so that its layer of elements stays whole; not in the canal.
    assert ill.bone(inside).max() < -1.1 * MM
    assert ill.classify(inside).max() <= 1


def test_densities_reach_into_the_margin():
    def classes(points):
        return (points[:, 2] > 0).astype(np.int64)

    names, tissues = ("cancellous", "cancellous_dense"), ("bone_cancellous", "bone_cortical")
    healthy = scene().changed(paints=(Paint("cancellous", names, tissues, classes),))
    ill = diseased(healthy, tumour=tumour_of(0, 0, 0), ctv_margin="4 mm")
    paint = ill.paints[-1]
    assert (paint.of, paint.names) == ("ctv_margin", ("ctv_margin", "ctv_margin_1"))
    assert paint.tissues == tissues


@pytest.mark.parametrize("angles", [(0, 0, 0), (0, 20, 10)])
def test_a_lost_wall(angles):
    turn = turned(*angles)
    centre = turn.apply([-8, 3, 1])
    defect = {"width": "10 mm", "height": "8 mm", "bulge": "3 mm"}
    ill = diseased(scene(turn=turn), tumour=tumour_of(*centre, radii="7 mm"), wall_defect=defect)
    level = ill.pieces[0].level

    def at(x, y, z):
        return level(turn.apply(np.array([[x, y, z]]) * MM))[0]

    # Through the wall behind the tumour, three millimetres into the canal and no farther.
    depths = np.arange(-8.0, -24.0, -0.1)
    line = np.array([at(x, 3, 1) for x in depths])
    assert (line[depths > -19.7] < 0).all()
    assert (line[depths < -20.4] > 0).all()
    # As wide and high as asked for, in the wall and in front of it.
    for y, z, lost in ((7.3, 1, True), (8.8, 1, False), (3, 4.3, True), (3, 5.8, False)):
        assert (at(-16.5, y, z) < 0) == lost, (y, z)
    assert "posterior wall: lost over 10 x 8 mm" in " ".join(ill.notes)
    # The cord, four millimetres behind the wall here, is never touched.
    assert (ill.cord(GRID[level(GRID) < 0]) > 0).all()


def test_a_bulge_ends_at_the_cord():
    defect = {"bulge": "6 mm"}
    ill = diseased(tumour=tumour_of(-9, 0, 0), wall_defect=defect)
    inside = GRID[ill.pieces[0].level(GRID) < 0]
    assert inside[:, 0].min() < WALL - 3.0 * MM
    assert ill.cord(inside).min() > -1e-9
    assert "less where the dural sac is in the way (4.0 mm in the middle)" in " ".join(ill.notes)


def test_every_mistake_is_listed():
    lines = problems(
        tumour={
            "lobes": [
                {"centre": ["40 mm", "0 mm", "0 mm"], "radii": "5 mm"},
                {"centre": ["8 mm", "0 mm", "0 mm"], "radii": "5 mm"},
                {"centre": ["16 mm", "0 mm", "0 mm"], "radii": "5 mm"},
            ]
        },
        wall_defect={"width": "40 mm", "height": "35 mm", "bulge": "12 mm"},
    )
    assert lines[0].startswith("tumour.lobes[0].centre: (40 mm, 0 mm, 0 mm) is 23.0 mm outside")
    assert lines[1].startswith("tumour.lobes[2].centre: (16 mm, 0 mm, 0 mm) is 1.0 mm from the")
    assert "the tumour ends 20.0 mm in front of the posterior wall" in lines[2]
    assert "wall_defect.width: 40.0 mm is larger" in lines[3]
    assert "wall_defect.height: 35.0 mm is larger" in lines[4]
    assert "wall_defect.bulge: 12.0 mm is more than half of the canal's depth" in lines[5]
    assert len(lines) == 6


def test_impossible_tables_are_refused():
    lines = problems(wall_defect={}, ctv_margin="5 mm")
    assert [line.split(":")[0] for line in lines] == ["wall_defect", "ctv_margin"]
    assert problems(tumour={"centre": ["0 mm", "0 mm", "0 mm"]}) == (
        'tumour: radii: missing; write radii = ["9 mm", "10 mm", "8 mm"]',
    )
    (text,) = problems(tumour={})
    assert "expected centre and radii, or one or more [[recipe.tumour.lobes]]" in text
    (text,) = problems(tumour=tumour_of(0, 0, 0, radii="0.3 mm"))
    assert "radii: expected between 1 mm and 45 mm, got 0.3 mm; a radius is half" in text
    (text,) = problems(tumour=tumour_of(0, 0, 0, kind="lytc"))
    assert "did you mean 'lytic'?" in text
    (text,) = problems(tumour=tumour_of(0, 0, 0, radii=9))
    assert 'write "9 mm"' in text
    (text,) = problems(tumour=tumour_of(0, 0, 0, radii="1.2 mm"))
    assert "less than 8 mm3 of it lies inside the bone" in text
