"""Shape quality of tetrahedra, and what the shape costs an explicit heat solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.tetmesh import TET_EDGES, Floats, Ints, TetMesh, signed_volumes

_OPPOSITE = TET_EDGES[::-1]


@dataclass(frozen=True)
class Quality:
    """Summary of the element shapes of a mesh.

    Attributes
    ----------
    min_dihedral_deg, p1_dihedral_deg, max_dihedral_deg : float [deg]
        Smallest, first percentile (of each element's smallest) and largest dihedral angle.
    min_radius_ratio, mean_radius_ratio : float
        3 * inradius / circumradius: 1 for the regular tetrahedron, 0 for a flat one.
    min_height : float [m]
        Smallest height of any element.
    max_rate : float [1/m2]
        Largest ``sum_j |K_ij| / C_i`` over the nodes, see :func:`diffusion_rates`.
    """

    min_dihedral_deg: float
    p1_dihedral_deg: float
    max_dihedral_deg: float
    min_radius_ratio: float
    mean_radius_ratio: float
    min_height: float
    max_rate: float


def quality(mesh: TetMesh) -> Quality:
    """Measure the element shapes of a mesh.

    Parameters
    ----------
    mesh : TetMesh

    Returns
    -------
    Quality
    """
    angles = dihedral_angles(mesh.nodes, mesh.tets)
    smallest = angles.min(axis=1)
    ratio = radius_ratios(mesh.nodes, mesh.tets)
    return Quality(
        min_dihedral_deg=float(np.degrees(smallest.min())),
        p1_dihedral_deg=float(np.degrees(np.percentile(smallest, 1.0))),
        max_dihedral_deg=float(np.degrees(angles.max())),
        min_radius_ratio=float(ratio.min()),
        mean_radius_ratio=float(ratio.mean()),
        min_height=float(heights(mesh.nodes, mesh.tets).min()),
        max_rate=float(diffusion_rates(mesh.nodes, mesh.tets).max()),
    )


def face_areas(nodes: Floats, tets: Ints) -> Floats:
    """Area of the face opposite each vertex, (m, 4) [m2]."""
    area = np.linalg.norm(_face_normals(nodes, tets), axis=2) / 2.0
    return np.asarray(area)


def heights(nodes: Floats, tets: Ints) -> Floats:
    """Smallest height of each element, (m,) [m]: three volumes over the largest face."""
    largest = face_areas(nodes, tets).max(axis=1)
    return np.asarray(3.0 * np.abs(signed_volumes(nodes, tets)) / largest)


def dihedral_angles(nodes: Floats, tets: Ints) -> Floats:
    """Dihedral angle at each edge, (m, 6) [rad], edges in the order of ``TET_EDGES``."""
    normal = _face_normals(nodes, tets)
    length = np.linalg.norm(normal, axis=2)
    angles = np.empty((len(tets), 6))
    # The faces that meet in an edge are those opposite the two vertices not on the edge.
    for k, (a, b) in enumerate(_OPPOSITE):
        dot = np.einsum("ij,ij->i", normal[:, a], normal[:, b])
        cosine = -dot / (length[:, a] * length[:, b])
        angles[:, k] = np.arccos(np.clip(cosine, -1.0, 1.0))
    return angles


def radius_ratios(nodes: Floats, tets: Ints) -> Floats:
    """Three times inradius over circumradius of each tetrahedron, (m,)."""
    x = nodes[tets]
    a, b, c = (x[:, k] - x[:, 0] for k in (1, 2, 3))
    bc = np.cross(b, c)
    six_volumes = np.einsum("ij,ij->i", a, bc)
    lengths = [np.einsum("ij,ij->i", v, v)[:, None] for v in (a, b, c)]
    centre = lengths[0] * bc + lengths[1] * np.cross(c, a) + lengths[2] * np.cross(a, b)
    circumradius = np.linalg.norm(centre, axis=1) / (2.0 * np.abs(six_volumes))
    inradius = 0.5 * np.abs(six_volumes) / face_areas(nodes, tets).sum(axis=1)
    return np.asarray(3.0 * inradius / circumradius)


def diffusion_rates(nodes: Floats, tets: Ints) -> Floats:
    """Row sums of the lumped P1 heat operator for unit conductivity and heat capacity.

    ``rate_i = sum_j |K_ij| / C_i`` with ``K_ij = int grad N_i . grad N_j dV`` and the lumped
    ``C_i = sum of the element volumes at i / 4`` (Gershgorin bound of the largest eigenvalue).
    Times the diffusivity [m2/s] it bounds the stiffness of an explicit scheme, so a single
    small or flat element sets the number of stages for the whole mesh. Inside a BCC lattice of
    cubes of edge h it is 16 / h^2, where the lattice is graded up to 21.3 / h^2.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
        Positively oriented.

    Returns
    -------
    (n,) float array [1/m2]
    """
    from scipy.sparse import coo_array

    normal = _face_normals(nodes, tets) / 2.0
    volume = signed_volumes(nodes, tets)
    n = len(nodes)
    pairs = tets[:, TET_EDGES].transpose(2, 1, 0).reshape(2, -1)
    values = [
        np.einsum("ij,ij->i", normal[:, a], normal[:, b]) / (9.0 * volume) for a, b in TET_EDGES
    ]
    upper = coo_array((np.concatenate(values), (pairs[0], pairs[1])), shape=(n, n)).tocsr()
    full = (upper + upper.T).tocsr()
    # The rows of K sum to zero, so the diagonal follows from the rest of the row.
    diagonal: Floats = -np.asarray(full.sum(axis=1), dtype=np.float64).reshape(-1)
    others: Floats = np.asarray(abs(full).sum(axis=1), dtype=np.float64).reshape(-1)
    magnitude = others + np.abs(diagonal)
    capacity = np.bincount(tets.reshape(-1), np.repeat(volume / 4.0, 4), minlength=n)
    return np.asarray(magnitude / capacity)


def _face_normals(nodes: Floats, tets: Ints) -> NDArray[np.float64]:
    """Twice the outward area vector of the face opposite each vertex, (m, 4, 3)."""
    x = nodes[tets]
    a, b, c = (x[:, k] - x[:, 0] for k in (1, 2, 3))
    normal = np.empty((len(tets), 4, 3))
    normal[:, 1] = np.cross(c, b)
    normal[:, 2] = np.cross(a, c)
    normal[:, 3] = np.cross(b, a)
    normal[:, 0] = -normal[:, 1:].sum(axis=1)
    return normal
