"""Time-harmonic field of an axisymmetric coaxial antenna in lossy tissue, by finite elements.

Fields vary as exp(+j w t). With ``psi = r H_phi`` the TM problem in the (r, z) plane is

    int (1 / (eps_c r)) grad psi . grad v - (k0^2 / r) psi v  dr dz
      + int_port  (j k_d / (eps_d r)) psi v dr  +  int_outer (j k / (eps_c r)) psi v ds
      = int_port (2 j k_d / (eps_d r)) psi_in v dr,

with the coaxial TEM wave ``psi_in`` constant over the port, a first-order absorbing condition on
the outer boundary, conductors as holes (their condition is natural) and ``psi = 0`` on the axis.
``psi`` and not ``H_phi`` is the unknown, because polynomials hold the coaxial field, for which
psi is constant, but not ``1/r``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.sparse.linalg import splu
from skfem import Basis, BilinearForm, ElementTriP2, FacetBasis, LinearForm, MeshTri, condense

from mwa_sim.antenna.sar import SPEED_OF_LIGHT, VACUUM_PERMITTIVITY

FREE_SPACE_IMPEDANCE = 1.0 / (VACUUM_PERMITTIVITY * SPEED_OF_LIGHT)
CONDUCTOR = None


@dataclass(frozen=True)
class Part:
    """A rectangle of one material in the (r, z) plane; ``permittivity`` None is a conductor."""

    r: tuple[float, float]
    z: tuple[float, float]
    permittivity: complex | None


@dataclass(frozen=True)
class Problem:
    """An antenna in tissue. Lengths in m; z = 0 at the tip, positive towards the hub.

    ``parts`` are painted in order over the tissue; the port is the gap between ``port`` radii
    at the top of the domain.
    """

    parts: tuple[Part, ...]
    port: tuple[float, float]
    port_permittivity: float
    tissue: complex
    frequency: float = 2.45e9
    radius: float = 60e-3
    below: float = 50e-3
    top: float = 90e-3
    finest: float = 0.06e-3
    coarsest: float = 1.5e-3
    growth: float = 0.2

    def refined(self, factor: float) -> Problem:
        """The same problem on a mesh that is finer everywhere by a factor."""
        return replace(
            self,
            finest=self.finest / factor,
            coarsest=self.coarsest / factor,
            growth=self.growth / factor,
        )


@dataclass(frozen=True)
class Field:
    """Solution per watt incident in the coaxial line.

    ``r, z, q, volume`` are flat arrays over the quadrature points in the tissue: coordinates [m],
    absorbed power density [W/m3 per W], volume of revolution [m3].
    """

    reflection: complex
    absorbed: float
    radiated: float
    unknowns: int
    r: np.ndarray
    z: np.ndarray
    q: np.ndarray
    volume: np.ndarray

    @property
    def s11_db(self) -> float:
        """Reflection coefficient [dB]."""
        return float(20.0 * np.log10(abs(self.reflection)))

    @property
    def balance(self) -> float:
        """|S11|^2 + absorbed + radiated, 1 for an exact solution."""
        return float(abs(self.reflection) ** 2 + self.absorbed + self.radiated)


def lines(breaks: Sequence[float], problem: Problem) -> np.ndarray:
    """Grid coordinates through all breaks: fine at the breaks, growing away from them."""
    breaks = np.unique(np.round(breaks, 9))
    # Ends of the domain are no corners of conductors.
    corners = breaks[:-1] if breaks[0] == 0.0 else breaks[1:-1]
    grid = [np.array([breaks[0]])]
    for low, high in pairwise(breaks):
        x = np.linspace(low, high, 2001)
        near = np.min(np.abs(x[:, None] - corners), axis=1)
        size = np.minimum(problem.finest + problem.growth * near, problem.coarsest)
        count = np.concatenate(
            [[0.0], np.cumsum(0.5 * (1 / size[1:] + 1 / size[:-1]) * np.diff(x))]
        )
        n = max(int(np.ceil(count[-1])), 2)
        grid.append(np.interp(np.linspace(0.0, count[-1], n + 1)[1:], count, x))
    return np.concatenate(grid)


def _paint(problem: Problem, r: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Permittivity and whether conducting, at cell centres."""
    epsilon = np.full(r.shape, problem.tissue, dtype=complex)
    metal = np.zeros(r.shape, dtype=bool)
    for part in problem.parts:
        here = (r > part.r[0]) & (r < part.r[1]) & (z > part.z[0]) & (z < part.z[1])
        metal[here] = part.permittivity is CONDUCTOR
        if part.permittivity is not CONDUCTOR:
            epsilon[here] = part.permittivity
    return epsilon, metal


def _mesh(problem: Problem) -> tuple[MeshTri, np.ndarray]:
    """Triangles outside the conductors, and their permittivity."""
    inside = (0.0, problem.radius)
    r = lines([*inside, *(x for p in problem.parts for x in p.r if x < problem.radius)], problem)
    ends = (-problem.below, problem.top)
    z = lines([*ends, *(x for p in problem.parts for x in p.z if x < problem.top)], problem)
    mesh = MeshTri.init_tensor(r, z)
    centre = mesh.p[:, mesh.t].mean(axis=1)
    _, metal = _paint(problem, *centre)
    mesh = mesh.remove_elements(np.flatnonzero(metal))
    centre = mesh.p[:, mesh.t].mean(axis=1)
    return mesh, _paint(problem, *centre)[0]


def _boundaries(mesh: MeshTri, problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Facets of the absorbing outer boundary and of the port."""
    a, b = problem.port
    tiny = 1e-9

    def outer(x: np.ndarray) -> np.ndarray:
        side = x[0] > problem.radius - tiny
        top = (x[1] > problem.top - tiny) & (x[0] > b + tiny)
        return side | top | (x[1] < -problem.below + tiny)

    def port(x: np.ndarray) -> np.ndarray:
        return (x[1] > problem.top - tiny) & (x[0] > a) & (x[0] < b)

    absorbing, gate = (
        mesh.facets_satisfying(where, boundaries_only=True) for where in (outer, port)
    )
    return absorbing, gate


def solve(problem: Problem) -> Field:
    """Solve for the field of 1 W incident in the coaxial line."""
    mesh, epsilon = _mesh(problem)
    k0 = 2.0 * np.pi * problem.frequency / SPEED_OF_LIGHT
    outer, port = _boundaries(mesh, problem)
    basis = Basis(mesh, ElementTriP2(), intorder=6)
    edge = FacetBasis(mesh, ElementTriP2(), facets=outer, intorder=6)
    gate = FacetBasis(mesh, ElementTriP2(), facets=port, intorder=6)
    inner_epsilon = np.broadcast_to(epsilon[:, None], basis.dx.shape)
    outer_epsilon = np.broadcast_to(epsilon[mesh.f2t[0, outer]][:, None], edge.dx.shape)
    admittance = 1j * k0 / np.sqrt(problem.port_permittivity)

    @BilinearForm(dtype=np.complex128)
    def curl_curl(u, v, w):
        r = w.x[0]
        gradients = u.grad[0] * v.grad[0] + u.grad[1] * v.grad[1]
        return gradients / (w.epsilon * r) - k0**2 / r * u * v

    @BilinearForm(dtype=np.complex128)
    def absorb(u, v, w):
        # sqrt(eps_c) has a negative imaginary part: the wave leaves and decays.
        return 1j * k0 / (np.sqrt(w.epsilon) * w.x[0]) * u * v

    @BilinearForm(dtype=np.complex128)
    def match(u, v, w):
        return admittance / w.x[0] * u * v

    @LinearForm(dtype=np.complex128)
    def mode(v, w):
        return v / w.x[0]

    matrix = (
        curl_curl.assemble(basis, epsilon=inner_epsilon)
        + absorb.assemble(edge, epsilon=outer_epsilon)
        + match.assemble(gate)
    )
    projection = mode.assemble(gate)
    gap = np.log(problem.port[1] / problem.port[0])
    impedance = FREE_SPACE_IMPEDANCE / np.sqrt(problem.port_permittivity)
    incident = np.sqrt(1.0 / (np.pi * impedance * gap))
    axis = basis.get_dofs(lambda x: x[0] < 1e-9).all()
    reduced, load, psi, free = condense(matrix, 2.0 * admittance * incident * projection, D=axis)
    psi = psi.astype(complex)
    psi[free] = splu(reduced.tocsc()).solve(load)

    r, z = np.asarray(basis.global_coordinates())
    q = _absorbed_density(problem, basis.interpolate(psi).grad, inner_epsilon, r)
    ring = 2.0 * np.pi * r * basis.dx
    # Outgoing power through the absorbing boundary, where E_t = Z H_phi.
    wave = FREE_SPACE_IMPEDANCE * np.real(1.0 / np.sqrt(outer_epsilon))
    h_squared_r = (
        np.abs(np.asarray(edge.interpolate(psi))) ** 2 / np.asarray(edge.global_coordinates())[0]
    )
    tissue = np.isclose(epsilon, problem.tissue)
    return Field(
        reflection=complex(projection @ psi / (gap * incident) - 1.0),
        absorbed=float(np.sum(q * ring)),
        radiated=float(np.sum(np.pi * wave * h_squared_r * edge.dx)),
        unknowns=len(free),
        r=r[tissue].ravel(),
        z=z[tissue].ravel(),
        q=q[tissue].ravel(),
        volume=ring[tissue].ravel(),
    )


def _absorbed_density(
    problem: Problem, grad: np.ndarray, epsilon: np.ndarray, r: np.ndarray
) -> np.ndarray:
    """``sigma |E|^2 / 2`` with ``E = curl(psi/r) / (j w eps_0 eps_c)``."""
    scale = 2.0 * np.pi * problem.frequency * VACUUM_PERMITTIVITY
    squared = np.abs(grad[0]) ** 2 + np.abs(grad[1]) ** 2
    return -0.5 * scale * epsilon.imag * squared / (scale * np.abs(epsilon) * r) ** 2
