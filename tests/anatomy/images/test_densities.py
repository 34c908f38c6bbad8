"""Hounsfield units to tissues: known densities come back, the smeared cortex does not."""

import numpy as np
import pytest

from mwa_sim.anatomy.images.densities import Densities, volume_fraction, with_densities
from mwa_sim.anatomy.images.volume import Volume
from mwa_sim.anatomy.scene import Piece, Scene
from mwa_sim.errors import InputError

MM = 1e-3


def ball(radius, x=0.0):
    return lambda p: np.linalg.norm(p - [x * MM, 0.0, 0.0], axis=1) - radius * MM


def far(p):
    return np.full(len(p), 1.0)


@pytest.fixture
def scene():
    pieces = (
        Piece("tumour", "metastasis_lytic", ball(6.0, 8.0)),
        Piece("cancellous", "bone_cancellous", ball(20.0)),
    )
    half = np.full(3, 24.0 * MM)
    return Scene(
        pieces, ("muscle", "muscle"), -half, half, ball(20.0), ball(20.0), far, far, notes=("old",)
    )


def scan(hu, spacing=(1.0, 0.9, 2.0), extent=60.0):
    """A CT whose values come from points (n, 3) [mm]."""
    shape = tuple(int(extent / s) for s in spacing)
    axes = np.diag(spacing) * MM
    origin = -axes @ (np.array(shape) - 1) / 2.0
    volume = Volume(np.zeros(shape, np.int16), axes, origin, "ct.nii.gz")
    points = volume.points(np.indices(shape).reshape(3, -1).T.astype(float)) / MM
    return Volume(np.rint(hu(points)).reshape(shape).astype(np.int16), axes, origin, "ct.nii.gz")


def body(p):
    """Half sparse and half dense bone with a bright rim, a blastic ball, soft tissue around."""
    r = np.linalg.norm(p, axis=1)
    hu = np.where(p[:, 1] > 0.0, 350.0, 60.0)
    hu = np.where(np.abs(r - 20.0) < 1.2, 900.0, hu)
    hu = np.where(r > 21.2, 40.0, hu)
    return np.where(np.linalg.norm(p - [8.0, 0.0, 0.0], axis=1) < 6.0, 600.0, hu)


def test_the_published_line():
    assert volume_fraction(np.array([0.0, 150.0, 1600.0])) == pytest.approx(
        [47.0 / 1908.0, (47.0 + 1.122 * 150.0) / 1908.0, (47.0 + 1.122 * 1600.0) / 1908.0]
    )
    assert volume_fraction(np.array([-900.0, 3000.0])).tolist() == [0.01, 1.0]


def test_values_between_voxels():
    ct = scan(lambda p: 10.0 * p[:, 0] + 100.0)
    points = np.random.default_rng(0).uniform(-15 * MM, 15 * MM, (50, 3))
    assert Densities(ct)(points) == pytest.approx(1e4 * points[:, 0] + 100.0, abs=1.0)


def test_bone_and_tumour_get_the_tissues_of_their_density(scene):
    painted = with_densities(scene, scan(body))
    bone = next(p for p in painted.paints if p.of == "cancellous")
    assert bone.names[0] == "cancellous"
    assert len(set(bone.names)) == len(bone.names)

    def tissue(paint, *point):
        return paint.tissues[int(paint.classes(np.array([point]) * MM)[0])]

    def share(name):
        return painted.tissues[name]["mixture"]["bone_cortical"]

    assert share(tissue(bone, -8, 8, 0)) == pytest.approx(volume_fraction(350.0), abs=0.03)
    assert share(tissue(bone, -8, -8, 0)) == pytest.approx(volume_fraction(60.0), abs=0.03)
    for table in painted.tissues.values():
        assert sum(table["mixture"].values()) == pytest.approx(1.0, abs=2e-3)
    tumour = next(p for p in painted.paints if p.of == "tumour")
    assert tumour.names[0] == "tumour"
    assert tissue(tumour, 8, 0, 0) == "metastasis_blastic_of_ct"
    assert painted.notes[0] == "old"
    assert "% blastic" in " ".join(painted.notes)


def test_the_smeared_cortex_is_not_meshed_as_solid_bone(scene):
    painted = with_densities(scene, scan(body))
    bone = next(p for p in painted.paints if p.of == "cancellous")
    direction = np.random.default_rng(4).normal(size=(500, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    direction = direction[np.abs(direction[:, 1]) > 0.3]
    near = bone.classes(19.5 * MM * direction)
    deep = bone.classes(15.0 * MM * direction)
    away = np.linalg.norm(15.0 * direction - [8.0, 0.0, 0.0], axis=1) > 10.0
    # The scan says 900 HU at 19.5 mm; the class is that of the bone behind.
    assert np.mean(near[away] == deep[away]) > 0.97


def test_a_lytic_tumour(scene):
    def lytic(p):
        return np.where(np.linalg.norm(p - [8.0, 0.0, 0.0], axis=1) < 8.0, 30.0, body(p))

    painted = with_densities(scene, scan(lytic))
    tumour = next(p for p in painted.paints if p.of == "tumour")
    assert tumour.tissues[0] == "metastasis_lytic"


def test_air_is_said(scene):
    ct = scan(lambda p: np.where(p[:, 0] > 21.5, -800.0, body(p)))
    assert "of the soft tissue is air" in " ".join(with_densities(scene, ct).notes)


def test_a_scan_of_something_else(scene):
    with pytest.raises(InputError, match="does not cover"):
        with_densities(scene, scan(body, extent=30.0))
    with pytest.raises(InputError, match="it is no CT in Hounsfield units"):
        with_densities(scene, scan(lambda p: np.full(len(p), -20.0)))
