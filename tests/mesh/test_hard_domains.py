"""Hard domains: every one meshed within the limits of quality, conforming, with its volumes."""

from functools import cache

import numpy as np
import pytest

from mwa_sim.mesh.deviation import surface_distance
from mwa_sim.mesh.mesher import generate
from mwa_sim.mesh.quality import quality

from . import hard
from .shapes import MM, closed, face_counts

DOMAINS = ("junction", "octants", "thin", "noisy", "aligned", "outer", "shared")


@cache
def made(name):
    domain = getattr(hard, name)()
    return domain, generate(domain)


@pytest.mark.parametrize("name", DOMAINS)
def test_every_element_is_good_enough(name):
    mesh = made(name)[1]
    found = quality(mesh)
    assert found.min_dihedral_deg > 5.0
    assert found.p1_dihedral_deg > 20.0
    assert found.min_radius_ratio > 0.03
    assert (mesh.volumes > 0).all()


@pytest.mark.parametrize("name", DOMAINS)
def test_every_inner_face_is_in_two_elements(name):
    domain, mesh = made(name)
    low, high = mesh.bounds
    np.testing.assert_array_equal(low, domain.low)
    assert set(np.flatnonzero(np.bincount(face_counts(mesh)))) == {1, 2}
    corner = mesh.nodes[mesh.boundary_faces]
    assert ((corner == low).all(axis=1) | (corner == high).all(axis=1)).any(axis=1).all()
    assert all(closed(mesh.surface_of(label)) for label in mesh.labels)
    assert mesh.volumes.sum() == pytest.approx((high - low).prod(), rel=1e-9)


@pytest.mark.parametrize("name", DOMAINS)
def test_every_region_has_the_volume_of_its_level_function(name):
    domain, mesh = made(name)
    for label, volume in hard.implicit_volumes(domain, 0.25 * MM).items():
        assert mesh.region_volume(label) == pytest.approx(volume, rel=0.02), label


@pytest.mark.parametrize("name", ["thin", "noisy"])
def test_two_runs_give_the_same_bits(name):
    domain, mesh = made(name)
    again = generate(domain)
    assert mesh.nodes.tobytes() == again.nodes.tobytes()
    assert mesh.tets.tobytes() == again.tets.tobytes()
    assert mesh.regions.tobytes() == again.regions.tobytes()


def test_interfaces_lie_on_their_level_sets():
    domain, mesh = made("junction")
    found = surface_distance(domain, mesh)
    assert set(found) == {1, 2, 3, 4, 5}
    assert all(one.mean < 0.05 * MM and one.p99 < 0.3 * MM for one in found.values())
    # Sharp rims, as where the disc's flat ends meet its wall, are cut off within half an element.
    assert all(one.mean <= one.p99 <= one.max < 0.65 * MM for one in found.values())
