"""Unstructured meshes of a tumour in tissue, finer and finer, with known fields on them."""

from __future__ import annotations

import numpy as np

from benchmarks.verification.zone_geometry.exact import Ellipsoid
from mwa_sim.mesh.mesher import Domain, generate
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.zone import Zone

TUMOUR, TISSUE = 2, 1
NAMES = {"tumour": (TUMOUR,), "tissue": (TISSUE,)}
TUMOUR_RADIUS = 7e-3
REACH = 16e-3
"""Elements are even within this distance of the centre [m], and all zones lie in it."""
_HALF = 20e-3


def tumour_in_tissue(size: float, improve: bool) -> TetMesh:
    """A ball of tumour in a box of tissue, by the mesher of the package.

    Parameters
    ----------
    size : float [m]
        Edge length within `REACH`.
    improve : bool
        Fit surfaces and improve elements, as for a case; without, the bare cut lattice.
    """

    def sizing(points: np.ndarray) -> np.ndarray:
        return size + 0.4 * np.maximum(np.linalg.norm(points, axis=1) - REACH, 0.0)

    # Off the lattice, so that no element is placed by symmetry.
    low = np.full(3, -_HALF) + np.array([0.31, -0.17, 0.23]) * size
    domain = Domain(
        [(TUMOUR, lambda p: np.linalg.norm(p, axis=1) - TUMOUR_RADIUS)], TISSUE,
        low, low + 2.0 * _HALF, sizing, size, 1,
    )  # fmt: skip
    return generate(domain, improve)


def temperature_zone(mesh: TetMesh, body: Ellipsoid) -> Zone:
    """Zone of ``temperature>=60`` where ``T = 37 + 23 exp(0.7 (1 - s^2))``, s = 1 on the body."""
    s = body.scaled_radius(mesh.nodes)
    field = 37.0 + 23.0 * np.exp(0.7 * (1.0 - s**2))
    return Zone.from_criterion(mesh, {"max_temperature": field}, "temperature>=60", NAMES)


def damage_zone(mesh: TetMesh, body: Ellipsoid) -> Zone:
    """Zone of ``damage>=1`` where ``Omega = exp(7 (1 - s^2))``, as steep as beside an antenna."""
    s = body.scaled_radius(mesh.nodes)
    return Zone.from_criterion(mesh, {"damage": np.exp(7.0 * (1.0 - s**2))}, "damage>=1", NAMES)
