"""What a domain may ask for, and what is said about domains that cannot be meshed."""

from dataclasses import replace

import numpy as np
import pytest

from mwa_sim.errors import MeshError
from mwa_sim.mesh.mesher import Domain, Layer, generate, mesh_domain

from .hard import tube
from .shapes import MM, ball, closed, column, domain

SPHERE = 4 / 3 * np.pi


def plain(**more):
    made = domain([(1, ball([0, 0, 0], 6 * MM))], size=1.5 * MM, half=10.5 * MM, depth=1)
    return replace(made, **more)


def pair(**more):
    levels = [(1, ball([2 * MM, 0, 0], 4 * MM)), (2, column([0, 0], 7 * MM))]
    return replace(domain(levels, size=1.5 * MM, half=10.5 * MM, depth=1), **more)


def test_wanted_volumes_are_met_by_an_even_shift():
    free = mesh_domain(pair())
    assert free.shifts == {}
    wanted = {1: 1.08 * free.mesh.region_volume(1), 2: 0.95 * free.mesh.region_volume(2)}
    met = mesh_domain(pair(volumes=wanted))
    for label, volume in wanted.items():
        assert met.mesh.region_volume(label) == pytest.approx(volume, rel=0.003)
    # A ball of 8 % more volume has a radius 2.6 % larger.
    assert met.shifts[1] == pytest.approx(0.026 * 4 * MM, rel=0.1)
    assert met.shifts[2] < 0
    assert met.notes == ()
    surface = np.unique(met.mesh.surface_of(1))
    radius = np.linalg.norm(met.mesh.nodes[surface] - [2 * MM, 0, 0], axis=1)
    assert radius.std() < 0.05 * MM


def test_a_volume_out_of_reach_is_reported_and_the_shift_bounded():
    ball_volume = SPHERE * (6 * MM) ** 3
    found = mesh_domain(plain(volumes={1: 2 * ball_volume}, names={1: "tumour"}))
    assert len(found.notes) == 1
    assert "region 1 (tumour) has 1." in found.notes[0]
    assert "from its wanted 1.81 ml" in found.notes[0]
    assert 0 < found.shifts[1] <= 0.25 * 1.5 * MM


def test_a_region_with_a_skin_gets_its_volume_with_the_skin():
    wanted = 0.95 * SPHERE * (6 * MM) ** 3
    made = plain(layers=[Layer(2, of=1, thickness=0.9 * MM)], volumes={1: wanted})
    mesh = generate(made)
    assert mesh.region_volume([1, 2]) == pytest.approx(wanted, rel=0.003)


def test_a_tube_thinner_than_the_lattice_stays_in_one_piece():
    radius = 0.75
    level = tube([0.13, 0.21, 0], [0.8, 0.5, 0.3], radius)
    made = domain([(1, level)], size=1.5 * MM, half=9 * MM, depth=1)
    found = mesh_domain(made)
    across = 18 * MM / 0.8 * np.linalg.norm([0.8, 0.5, 0.3])
    exact = np.pi * (radius * MM) ** 2 * across
    assert found.mesh.region_volume(1) == pytest.approx(exact, rel=0.02)
    assert closed(found.mesh.surface_of(1))
    # In one piece: with islands dropped, nothing goes.
    assert mesh_domain(replace(made, islands=20 * MM**3)).notes == ()


def test_small_islands_become_what_surrounds_them():
    levels = [
        (1, ball([5 * MM, 0, 0], 1.5 * MM)),
        (2, ball([0, 0, 0], 9 * MM)),
        (1, ball([-3 * MM, 0, 0], 4 * MM)),
        (3, ball([10.5 * MM, 10.5 * MM, 10.5 * MM], 2.5 * MM)),
    ]
    levels[1], levels[2] = levels[2], levels[1]
    made = domain(levels, size=1.5 * MM, half=10.5 * MM, depth=1)
    whole = mesh_domain(made)
    assert whole.mesh.region_volume(1) == pytest.approx(SPHERE * (4**3 + 1.5**3) * MM**3, rel=0.02)
    found = mesh_domain(replace(made, islands=30 * MM**3, names={1: "tumour"}))
    assert found.mesh.region_volume(1) == pytest.approx(SPHERE * (4 * MM) ** 3, rel=0.01)
    assert found.mesh.region_volume([1, 2]) == pytest.approx(SPHERE * (9 * MM) ** 3, rel=0.01)
    # The ball in the corner is small too, but it is all there is of region 3.
    assert 3 in found.mesh.labels
    assert len(found.notes) == 1
    assert found.notes[0].startswith("1 pieces of region 1 (tumour) smaller than 30 mm3 each")


def test_pieces_of_one_label_with_another_region_between_them():
    levels = [
        (1, ball([-3 * MM, 0, 0], 3 * MM)),
        (2, ball([0, 0, 0], 4 * MM)),
        (1, ball([3 * MM, 0, 0], 4 * MM)),
    ]
    mesh = generate(domain(levels, size=1.2 * MM, half=8.4 * MM, depth=1))
    assert mesh.labels == (1, 2, 99)
    points = mesh.nodes[mesh.tets].mean(axis=1)
    inside = [level(points) < 0 for _, level in levels]
    expected = np.select(inside, [1, 2, 1], 99)
    assert (expected == mesh.regions).mean() > 0.99


def test_a_background_too_thin_for_the_lattice_is_reported():
    found = mesh_domain(
        domain([(1, lambda p: -p[:, 0] - 11.4 * MM)], size=3 * MM, half=12 * MM, depth=0)
    )
    assert len(found.notes) == 1
    assert "region 99 has" in found.notes[0]
    assert "from its implicit 0.34" in found.notes[0]


def test_progress_goes_up_and_can_stop_the_work():
    told = []
    generate(plain(), progress=lambda stage, fraction: told.append((stage, fraction)))
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert fractions[-1] == 1.0
    assert len({stage for stage, _ in told}) >= 5

    def stop(stage, fraction):
        if fraction > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(plain(), progress=stop)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_level_functions_must_be_finite(value):
    def holed(p):
        return np.where(np.linalg.norm(p - 3 * MM, axis=1) < 1.2 * MM, value, p[:, 0])

    made = plain(levels=[(4, holed)])
    with pytest.raises(MeshError, match=r"of region 4 \(cord\) is not finite at .* mm; it must"):
        generate(replace(made, names={4: "cord"}))


def test_functions_of_the_wrong_kind():
    with pytest.raises(MeshError, match=r"gave an array of shape \(3,\) for \d+ points"):
        generate(plain(levels=[(1, lambda p: np.zeros(3))]))
    for size in (0.0, -1.0, np.nan):
        with pytest.raises(MeshError, match=r"sizing function gave .* mm, expected a positive"):
            generate(plain(sizing=lambda p, size=size: np.full(len(p), size)))


def test_a_domain_that_contradicts_itself_is_told_everything_at_once():
    made = Domain(
        [(1, ball([0, 0, 0], 1)), (2, ball([0, 0, 0], 2)), (1, ball([0, 0, 0], 3))],
        2,
        [0] * 3,
        [1] * 3,
        lambda p: np.ones(len(p)),
        1.0,
        0,
        layers=[Layer(2, of=1, thickness=0.1), Layer(7, of=5, thickness=0.1)],
        volumes={9: 1.0, 1: -1.0},
        names={1: "tumour"},
    )
    with pytest.raises(MeshError) as caught:
        generate(made)
    said = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 6
    for part in (
        "the background has the label of region 2",
        "a skin has the label 2, which is taken",
        "skin 2 is of region 1 (tumour), whose pieces have other regions between them",
        "skin 7 is of region 5, which is not in the domain",
        "a volume is wanted of 9, which is no region",
        "the wanted volume of region 1 (tumour) is -1.0 m3, expected a positive one",
    ):
        assert part in said
