from dataclasses import replace

import numpy as np
import pytest

from mwa_sim.antenna.field.section import Part, Section
from mwa_sim.antenna.field.sizing import Sizing, size_function
from mwa_sim.errors import MeshError

from .meridians import MM, SIZING, rectangle, slotted, with_cone

TOP = 90 * MM


def at(section, r, z, sizing=None):
    size = size_function(section, TOP, sizing or SIZING)
    return float(size(np.array([r * MM]), np.array([z * MM]))[0]) / MM


@pytest.mark.parametrize("corner", [(0.47, 5.5), (0.595, 5.5), (0.47, 6.5), (0.595, 6.5)])
def test_finest_at_the_edges_of_a_slot(corner):
    assert at(slotted(), *corner) == pytest.approx(0.06)


def test_grows_with_the_distance_from_corners():
    assert at(slotted(), 2.595, 6.5) == pytest.approx(0.06 + 0.25 * 2.0)
    assert at(slotted(), 19.0, 6.5) == 4.0


def test_grows_to_twice_the_coarsest_where_the_wave_has_faded():
    # From 20 mm off the surface on, by 0.15 times the growth of 0.25 per distance.
    assert at(slotted(), 30.8, 6.5) == pytest.approx(4.0 + 0.0375 * 10.0)
    assert at(slotted(), 30.8, -0.0) == pytest.approx(4.0 + 0.0375 * 10.0)
    assert at(slotted(), 200.0, 40.0) == pytest.approx(8.0)


def test_bounded_along_the_shaft():
    # 1.5 mm beside the slot, then slowly to 10 times the sheath of 0.205 mm.
    assert at(slotted(), 0.8, 14.5) == pytest.approx(1.5 + 0.0125 * 8.0)
    assert at(slotted(), 0.8, 60.0) == pytest.approx(2.05)
    assert at(slotted(), 1.8, 60.0) == pytest.approx(2.3)
    assert at(slotted(), 0.8, 60.0, replace(SIZING, slenderest=4.0)) == pytest.approx(0.82)


def test_no_refinement_in_recessed_corners():
    # Where the end of the dielectric meets the conductors, at z = 1 mm, the field is small.
    fine = at(slotted(), 0.135, 1.0)
    assert fine > 0.06 + 0.2 * np.hypot(0.595 - 0.135, 0.5)


def test_corner_of_the_sheath_is_refined_less():
    assert at(slotted(), 0.8, 0.0) == pytest.approx(0.18)
    plain = Section((Part("rod", rectangle((0.0, 0.8), (0.0, np.inf)), 2.6),), (0.1, 0.2), 2.0)
    assert at(plain, 0.8, 0.0) == pytest.approx(0.18)


def test_cone_on_the_axis_is_a_corner_and_a_flat_end_is_none():
    assert at(with_cone(), 0.0, 0.5) == pytest.approx(0.06)
    flat = Section((Part("rod", rectangle((0.0, 0.8), (0.0, np.inf)), None),), (0.1, 0.2), 2.0)
    assert at(flat, 0.8, 0.0) == pytest.approx(0.06)
    assert at(flat, 0.0, 0.0) == pytest.approx(0.06 + 0.25 * 0.8)


def test_round_tip_is_no_row_of_corners():
    t = np.linspace(0.0, 0.5 * np.pi, 40)
    arc = np.column_stack([np.sin(t), 1.0 - np.cos(t)])
    tip = np.vstack([arc, [[1.0, np.inf], [0.0, np.inf]]]) * MM
    section = Section((Part("rod", tip, None),), (0.1, 0.2), 2.0)
    assert at(section, *arc[20]) == pytest.approx(1.5)


def test_one_material_has_no_corners():
    pieces = (
        Part("lower", rectangle((0.0, 0.8), (0.0, 3.0)), 2.6),
        Part("upper", rectangle((0.0, 0.8), (3.0, np.inf)), 2.6),
    )
    assert at(Section(pieces, (0.1, 0.2), 2.0), 0.8, 3.0) == pytest.approx(0.18 + 0.25 * 3.0)


def test_hub_is_no_corner():
    bare = Section((Part("rod", rectangle((0.0, 0.8), (0.0, np.inf)), None),), (0.1, 0.2), 2.0)
    assert at(bare, 0.8, 90.0) == pytest.approx(1.5 + 0.0125 * 90.0)


def test_refined_divides_the_size_everywhere():
    r, z = np.meshgrid(np.linspace(0, 20, 30), np.linspace(-10, 30, 40))
    one = size_function(slotted(), TOP, Sizing())(r * MM, z * MM)
    other = size_function(slotted(), TOP, Sizing().refined(2.5))(r * MM, z * MM)
    assert other == pytest.approx(one / 2.5)


def test_waves_in_the_tissue_are_resolved():
    short = Sizing.for_wavelength(6 * MM)
    assert short.coarsest == pytest.approx(1.5 * MM)
    assert short.inside == pytest.approx(0.5 * MM)
    assert short.finest == Sizing().finest
    assert Sizing.for_wavelength(40 * MM, 2.0).inside == pytest.approx(0.35 * MM)


def test_all_bad_values_are_listed():
    with pytest.raises(MeshError) as error:
        Sizing(finest=0.0, growth=-0.2, inside=np.nan)
    assert [text.split()[0] for text in error.value.problems] == [
        "sizing.finest", "sizing.growth", "sizing.inside",
    ]  # fmt: skip
