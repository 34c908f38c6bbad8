"""The package's field solver, driven so that it must reproduce a given exact field.

The solver knows a coaxial port, conductors, the axis and an absorbing boundary.  An exact field
that meets none of these conditions is imposed through the right side alone,

    int f v dr dz + int_boundary g v ds + int_outer (j k0 / (sqrt(eps) r)) psi v ds
      + int_port (j k0 / (sqrt(eps_d) r)) psi v dr,      g = (dpsi/dn) / (eps r),

so that the matrix, its factorisation and the evaluation of the fields are those of every antenna.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from skfem import Basis, ElementTriP3, FacetBasis, MeshTri

from benchmarks.verification.exact.maxwell import VACUUM_IMPEDANCE, Field, vacuum_wavenumber
from mwa_sim.antenna.field.maxwell import FieldMesh, FieldSolver
from mwa_sim.antenna.field.section import Section
from mwa_sim.antenna.field.solution import FieldSolution

ExactField = Callable[[np.ndarray, np.ndarray], Field]
Source = Callable[[np.ndarray, np.ndarray], np.ndarray]

_ORDER = 12
_TINY = 1e-9


def rectangle(r_low: float, r_high: float, z_low: float, z_high: float) -> np.ndarray:
    """Outline of a ring [m], for a part of a section."""
    return np.array([[r_low, z_low], [r_high, z_low], [r_high, z_high], [r_low, z_high]])


def grid_mesh(
    section: Section, box: tuple[float, float, float], port: float, size: float,
    closed: float | None = None, shaken: float = 0.0,
) -> FieldMesh:  # fmt: skip
    """Triangulate the box of a section of rectangles by a grid.

    Parameters
    ----------
    section : Section
    box : (r_max, z_min, z_max) [m]
    port : float [m]
        z of the port.
    size : float [m]
        Largest edge length along r and along z.
    closed : float, optional [m]
        The line is closed from its port up to this height, by default to the end of the domain.
    shaken : float, optional
        Corners that lie on none of these lines are moved by this fraction of the grid's width.
    """
    r_max, low, high = box
    a, b = section.port
    plug = rectangle(a, b, port, high if closed is None else closed)
    outlines = [*section.outlines(high), plug]
    corners = np.concatenate(outlines)
    fixed_r = _within([0.0, r_max, *corners[:, 0]], 0.0, r_max)
    fixed_z = _within([low, high, *corners[:, 1]], low, high)
    r, z = _divided(fixed_r, size), _divided(fixed_z, size)
    mesh = MeshTri.init_tensor(r, z)
    points, triangles = mesh.p.T.copy(), mesh.t.T.astype(np.int64)
    centre = points[triangles].mean(axis=1)
    part = np.full(len(triangles), -1, dtype=np.int64)
    for k, outline in enumerate(outlines):
        (r0, z0), (r1, z1) = outline.min(axis=0), outline.max(axis=0)
        inside = (centre[:, 0] > r0) & (centre[:, 0] < r1)
        part[inside & (centre[:, 1] > z0) & (centre[:, 1] < z1)] = k
    if shaken > 0.0:
        free = ~(_on(points[:, 0], fixed_r) | _on(points[:, 1], fixed_z))
        step = [np.diff(r).min(), np.diff(z).min()]
        moves = np.random.default_rng(3).uniform(-shaken, shaken, (len(points), 2)) * step
        points[free] += moves[free]
    u = points[triangles[:, 1]] - points[triangles[:, 0]]
    v = points[triangles[:, 2]] - points[triangles[:, 0]]
    turned = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] < 0.0
    triangles[turned] = triangles[turned][:, [0, 2, 1]]
    return FieldMesh(points, triangles, part, box, port)


def _within(values: Sequence[float], low: float, high: float) -> np.ndarray:
    kept = np.unique(np.round([x for x in values if low - _TINY <= x <= high + _TINY], 12))
    return np.asarray(kept)


def _divided(fixed: np.ndarray, size: float) -> np.ndarray:
    pieces = [
        np.linspace(low, high, max(int(np.ceil((high - low) / size - 1e-6)), 1) + 1)[1:]
        for low, high in pairwise(fixed)
    ]
    return np.concatenate([fixed[:1], *pieces])


def _on(values: np.ndarray, lines: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(values[:, None] - lines).min(axis=1) < _TINY)


class Driven:
    """A solver together with its elements, to impose exact fields and to look at the result.

    Parameters
    ----------
    solver : FieldSolver
    """

    def __init__(self, solver: FieldSolver) -> None:
        self.solver, self.mesh = solver, _triangles(solver)
        self.basis = Basis(self.mesh, ElementTriP3(), intorder=_ORDER)

    def load(
        self, exact: ExactField, epsilon: np.ndarray, source: Source | None = None,
        outside: bool = True,
    ) -> np.ndarray:  # fmt: skip
        """Right side of which `exact` is the solution.

        Parameters
        ----------
        exact : callable
            Field at points (r, z).
        epsilon : (m_t, k) complex array [-]
            Permittivity that the solver is given.
        source : callable, optional
            f at points (r, z).
        outside : bool, optional
            False leaves the absorbing boundary to itself: what comes back from it is its error.
        """
        solver, k0 = self.solver, vacuum_wavenumber(self.solver.frequency)
        load = np.zeros(self.basis.N, dtype=complex)
        if source is not None:
            r, z = np.asarray(self.basis.global_coordinates())
            _add(load, self.basis, source(r, z))
        mesh, (r_max, low, high) = self.mesh, solver.mesh.box
        boundary = mesh.boundary_facets()
        ends = mesh.p[:, mesh.facets[:, boundary]]
        on_axis = (ends[0] < _TINY).all(axis=0)
        outer = np.zeros(len(boundary), dtype=bool)
        for coordinate, value in ((0, r_max), (1, low), (1, high)):
            outer |= (np.abs(ends[coordinate] - value) < _TINY).all(axis=0)
        a, b = solver.section.port
        at_port = (np.abs(ends[1] - solver.mesh.port) < _TINY).all(axis=0)
        at_port &= (ends[0] > a - _TINY).all(axis=0) & (ends[0] < b + _TINY).all(axis=0)
        behind = solver._behind(epsilon)
        for here, admittance in (
            (~outer & ~at_port & ~on_axis, 0.0),
            (at_port, 1j * k0 / np.sqrt(solver.section.port_permittivity)),
            (outer & ~at_port, 1j * k0 / np.sqrt(behind)[:, None]),
        ):
            if not here.any() or (here[outer].any() and not outside):
                continue
            edge = FacetBasis(mesh, ElementTriP3(), facets=boundary[here], intorder=_ORDER)
            r, z = np.asarray(edge.global_coordinates())
            # The field just inside: at an interface between layers E has two values.
            field = exact(r - 1e-12 * edge.normals[0], z - 1e-12 * edge.normals[1])
            slope = edge.normals[1] * field.e_r - edge.normals[0] * field.e_z
            value = k0 / (1j * VACUUM_IMPEDANCE) * slope + admittance * field.psi / r
            _add(load, edge, value)
        return load

    def solve(
        self, exact: ExactField, epsilon: complex | np.ndarray, source: Source | None = None,
        outside: bool = True,
    ) -> FieldSolution:  # fmt: skip
        """Solve for an exact field; arguments as for :meth:`load`."""
        solver = self.solver
        epsilon = np.broadcast_to(np.asarray(epsilon, dtype=complex), solver.r.shape)
        own = solver._load
        try:
            solver._load = self.load(exact, epsilon, source, outside)
            return solver.solve(epsilon)
        finally:
            solver._load = own

    def errors(self, exact: ExactField, found: FieldSolution) -> dict[str, float]:
        """Relative L2 errors over the ring volumes: psi / r (H), E and absorbed density.

        ``psi`` is taken over all of the domain, E and density over the tissue, ``axis`` is the
        error of E in the triangles with an edge or a corner on the axis.
        """
        solver = self.solver
        r, z = np.asarray(self.basis.global_coordinates())
        weight = np.asarray(self.basis.dx) / r
        exactly = exact(r, z).psi
        psi = np.asarray(self.basis.interpolate(found.psi))
        field = exact(solver.r, solver.z)
        squared = np.abs(found.e_r - field.e_r) ** 2 + np.abs(found.e_z - field.e_z) ** 2
        volume = solver.volume
        corners = solver.mesh.points[solver.mesh.triangles[solver.tissue]]
        axis = corners[:, :, 0].min(axis=1) < _TINY
        result = {
            "psi": _relative(np.abs(psi - exactly) ** 2, np.abs(exactly) ** 2, weight),
            "E": _relative(squared, field.e_squared, volume),
            "density": float(
                (np.abs(found.density - field.density) * volume).sum()
                / max((field.density * volume).sum(), 1e-300)
            ),
        }
        if axis.any():
            result["axis"] = _relative(squared[axis], field.e_squared[axis], volume[axis])
            result["axis_worst"] = float(np.sqrt(squared[axis].max() / field.e_squared[axis].max()))
        return result

    def psi_at(self, psi: np.ndarray, r: np.ndarray, z: np.ndarray) -> np.ndarray:
        """psi of a solution at points inside the domain."""
        return np.asarray(self.basis.probes(np.stack([r, z])) @ psi)


def _triangles(solver: FieldSolver) -> MeshTri:
    """The solver's triangles outside the conductors, numbered as it numbers them."""
    mesh, parts = solver.mesh, solver.section.parts
    metal = [k for k, part in enumerate(parts) if part.permittivity is None]
    used = ~np.isin(mesh.part, [*metal, len(parts)])
    corners, numbered = np.unique(mesh.triangles[used], return_inverse=True)
    return MeshTri(mesh.points[corners].T.copy(), numbered.reshape(-1, 3).T.copy())


def _add(load: np.ndarray, basis: Basis, values: np.ndarray) -> None:
    """Add ``int values v`` to a right side."""
    shapes = np.stack([np.broadcast_to(np.asarray(b[0]), basis.dx.shape) for b in basis.basis])
    np.add.at(load, basis.element_dofs, np.einsum("imq,mq->im", shapes, values * basis.dx))


def _relative(error: np.ndarray, size: np.ndarray, weight: np.ndarray) -> float:
    return float(np.sqrt((error * weight).sum() / (size * weight).sum()))
