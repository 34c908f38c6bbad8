"""Time-harmonic field of an axisymmetric antenna in lossy tissue, by finite elements.

Fields vary as exp(+j w t). With ``psi = r H_phi`` the TM problem in the (r, z) plane is

    int (1 / (eps_c r)) grad psi . grad v - (k0^2 / r) psi v  dr dz
      + int_port  (j k0 / (sqrt(eps_d) r)) psi v dr + int_outer (j k0 / (sqrt(eps_c) r)) psi v ds
      = int_port (2 j k0 / (sqrt(eps_d) r)) psi_in v dr,

with the coaxial TEM wave ``psi_in``, constant over the port, a first-order absorbing condition on
the outer boundary, conductors as holes (their condition is natural) and ``psi = 0`` on the axis.
``psi`` and not ``H_phi`` is the unknown, because polynomials hold the coaxial field, for which psi
is constant, but not ``1/r``.

Everything that does not depend on the tissue is assembled once; a solution for another tissue
costs one sparse factorisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import SuperLU, splu

from mwa_sim.antenna.field.elements import TISSUE_ORDER, Elements
from mwa_sim.antenna.field.passive import EXPECTED, passive
from mwa_sim.antenna.field.pattern import Pattern
from mwa_sim.antenna.field.section import Section
from mwa_sim.antenna.field.solution import FREE_SPACE_IMPEDANCE, FieldSolution
from mwa_sim.antenna.sar import SPEED_OF_LIGHT, VACUUM_PERMITTIVITY, ComplexArray
from mwa_sim.errors import InputError, SolverError
from mwa_sim.one_thread import one_thread
from mwa_sim.typing import FloatArray, IntArray

_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class FieldMesh:
    """Triangulation of the meridian plane.

    Parameters
    ----------
    points : (n, 2) float array [m]
        Corners (r, z).
    triangles : (m, 3) int array
        Counter-clockwise; together they cover the box.
    part : (m,) int array
        Index of the part of the section that fills each triangle; -1 is tissue, a number beyond
        the parts closes the coaxial line above its port.
    box : (r_max, z_min, z_max) [m]
        The domain; its outer sides absorb.
    port : float [m]
        z of the port in the coaxial line.
    """

    points: FloatArray
    triangles: IntArray
    part: IntArray
    box: tuple[float, float, float]
    port: float


class FieldSolver:
    """The antenna's field problem, assembled but for the tissue.

    Parameters
    ----------
    section : Section
    mesh : FieldMesh
    frequency : float [Hz]

    Attributes
    ----------
    tissue : (m_t,) int array
        Triangles of the mesh that hold tissue, ``m_t`` of them.
    unknowns, size : int
        Without and with those that are fixed on the axis.
    r, z : (m_t, k) float arrays [m]
        Quadrature points of the tissue triangles, where its permittivity is wanted.
    volume : (m_t, k) float array [m3]
        Volume of revolution that each of these points stands for.

    Raises
    ------
    InputError
        When the frequency is no positive number, or the section's permittivities are none that a
        medium can have.
    SolverError
        When the mesh has no port.
    """

    @one_thread
    def __init__(self, section: Section, mesh: FieldMesh, frequency: float) -> None:
        _check(section, frequency)
        self.section, self.mesh, self.frequency = section, mesh, float(frequency)
        self._k0 = 2.0 * np.pi * frequency / SPEED_OF_LIGHT
        fillings = [part.permittivity for part in section.parts]
        metal = [k for k, filling in enumerate(fillings) if filling is None]
        used = np.flatnonzero(~np.isin(mesh.part, [*metal, len(fillings)]))
        corners, numbered = np.unique(mesh.triangles[used], return_inverse=True)
        elements = Elements(mesh.points[corners], numbered.reshape(-1, 3))
        part = mesh.part[used]
        self._tissue, self._filled = np.flatnonzero(part < 0), np.flatnonzero(part >= 0)
        self.tissue = used[self._tissue]
        self._inside = part[self._filled]
        self._filling = np.array([fillings[k] for k in self._inside], dtype=np.complex128)
        self._around = elements.cells(self._tissue, TISSUE_ORDER)
        self._parts = elements.cells(self._filled)
        self.r, self.z, self.volume = self._around.r, self._around.z, self._around.volume
        self._curl = self._around.stiffness()
        parts = self._parts.stiffness().sum(axis=1) / self._filling[:, None, None]
        parts -= self._k0**2 * self._parts.mass

        outer, gate = self._boundaries(elements)
        self._edge = elements.edges(elements.boundary[outer])
        self._edge_of = elements.behind[outer]
        port = elements.edges(elements.boundary[gate])
        a, b = section.port
        self._gap = float(np.log(b / a))
        impedance = FREE_SPACE_IMPEDANCE / np.sqrt(section.port_permittivity)
        self._incident = float(np.sqrt(1.0 / (np.pi * impedance * self._gap)))
        admittance = 1j * self._k0 / np.sqrt(section.port_permittivity)
        self._mode = port.mode(elements.size)
        self._load = 2.0 * admittance * self._incident * self._mode

        self._free = np.setdiff1d(np.arange(elements.size), elements.on_axis())
        self.unknowns, self.size = len(self._free), elements.size
        self._pattern = Pattern(
            elements.size, self._free,
            [self._around.dofs, self._parts.dofs, self._edge.dofs, port.dofs],
        )  # fmt: skip
        self._static = (
            self._pattern.data(0, -(self._k0**2) * self._around.mass)
            + self._pattern.data(1, parts)
            + self._pattern.data(3, admittance * port.mass(np.ones_like(port.r)))
        )
        self._reordered: tuple[IntArray, tuple[IntArray, IntArray, IntArray]] | None = None

    def _boundaries(self, elements: Elements) -> tuple[IntArray, IntArray]:
        """Which of the edges of the boundary absorb, and which make the port."""
        r_max, low, high = self.mesh.box
        a, b = self.section.port
        r, z = elements.middle.T
        outer = (r > r_max - _TINY) | (z < low + _TINY) | (z > high - _TINY)
        gate = (np.abs(z - self.mesh.port) < _TINY) & (r > a) & (r < b)
        if not np.any(gate):
            raise SolverError("the field mesh has no port in the coaxial line")
        return np.flatnonzero(outer & ~gate), np.flatnonzero(gate)

    @one_thread
    def solve(self, permittivity: complex | ComplexArray) -> FieldSolution:
        """The field of 1 W incident in the coaxial line.

        Parameters
        ----------
        permittivity : complex, or array that fits (m_t, k) [-]
            Relative complex permittivity of the tissue at the points ``r, z``.

        Returns
        -------
        FieldSolution

        Raises
        ------
        InputError
            When the permittivity does not fit, or is none that a medium can have.
        SolverError
            When the equations cannot be solved.
        """
        epsilon = self._tissue_permittivity(permittivity)
        beyond = self._behind(epsilon)
        wave = np.broadcast_to(1j * self._k0 / np.sqrt(beyond)[:, None], self._edge.r.shape)
        data = (
            self._static
            + self._pattern.weighted(0, 1.0 / epsilon, self._curl)
            + self._pattern.data(2, self._edge.mass(wave))
        )
        return self.evaluate(self._solved(data), epsilon)

    def _tissue_permittivity(self, permittivity: complex | ComplexArray) -> ComplexArray:
        given = np.asarray(permittivity, dtype=np.complex128)
        try:
            epsilon = np.broadcast_to(given, self.r.shape)
        except ValueError:
            raise InputError(
                f"permittivity of the tissue: an array of shape {given.shape}; expected one number "
                f"or an array that fits {self.r.shape}"
            ) from None
        wrong = np.argwhere(~passive(epsilon))
        if len(wrong):
            where = tuple(wrong[0])
            raise InputError(
                f"permittivity of the tissue: {epsilon[where]:.6g} at r = "
                f"{1e3 * self.r[where]:.3f} mm, z = {1e3 * self.z[where]:.3f} mm, and "
                f"{len(wrong) - 1} other points like it; {EXPECTED}"
            )
        return epsilon

    def _behind(self, epsilon: ComplexArray) -> ComplexArray:
        """Permittivity (f,) of the elements behind the absorbing boundary."""
        everywhere = np.ones(len(self._tissue) + len(self._filled), dtype=np.complex128)
        everywhere[self._tissue] = epsilon.mean(axis=1)
        everywhere[self._filled] = self._filling
        return np.asarray(everywhere[self._edge_of])

    def _solved(self, data: ComplexArray) -> ComplexArray:
        matrix = self._pattern.matrix(data)
        psi = np.zeros(self.size, dtype=np.complex128)
        right = self._load[self._free]
        try:
            if self._reordered is None:
                factor = _factor(matrix, "MMD_AT_PLUS_A")
                order: IntArray = np.argsort(factor.perm_c).astype(np.int64)
                self._reordered = order, self._pattern.permuted(order)
                psi[self._free] = factor.solve(right)
            else:
                order, (indptr, indices, take) = self._reordered
                matrix = sp.csc_matrix((matrix.data[take], indices, indptr), shape=matrix.shape)
                factor = _factor(matrix, "NATURAL")
                psi[self._free[order]] = factor.solve(right[order])
        except RuntimeError as error:
            raise SolverError(f"the field of the antenna has no solution: {error}") from None
        if not np.isfinite(psi).all():
            raise SolverError("the field of the antenna has no finite solution")
        return psi

    @one_thread
    def evaluate(self, psi: ComplexArray, epsilon: ComplexArray) -> FieldSolution:
        """Fields and powers of a solution vector.

        Parameters
        ----------
        psi : (size,) complex array [A]
            ``r H_phi`` at all unknowns, the fixed ones included.
        epsilon : (m_t, k) complex array [-]
            Permittivity of the tissue that it belongs to.

        Returns
        -------
        FieldSolution
        """
        beyond = self._behind(epsilon)
        omega = 2.0 * np.pi * self.frequency * VACUUM_PERMITTIVITY
        # E = curl(psi / r) / (j w eps_0 eps_c).
        e_r, e_z = self._around.curl(psi) / (1j * omega * epsilon)
        absorbed = 0.5 * omega * -epsilon.imag * (np.abs(e_r) ** 2 + np.abs(e_z) ** 2)
        inside = self._parts.curl(psi) / (omega * np.abs(self._filling[:, None]))
        power = (
            0.5
            * omega
            * -self._filling.imag
            * np.sum((np.abs(inside) ** 2).sum(axis=0) * self._parts.volume, axis=1)
        )
        lost: dict[str, float] = {}
        for k in np.unique(self._inside):
            name = self.section.parts[k].name
            lost[name] = lost.get(name, 0.0) + float(power[self._inside == k].sum())
        # Outgoing power through the absorbing boundary, where E_t = Z H_phi.
        edge = np.einsum("fi,fiq->fq", psi[self._edge.dofs], self._edge.values)
        wave = FREE_SPACE_IMPEDANCE * np.real(1.0 / np.sqrt(beyond))[:, None]
        radiated = np.sum(np.pi * wave * np.abs(edge) ** 2 / self._edge.r * self._edge.weight)
        return FieldSolution(
            reflection=complex(1.0 - self._mode @ psi / (self._gap * self._incident)),
            e_r=e_r,
            e_z=e_z,
            density=absorbed,
            volume=self.volume,
            lost=lost,
            radiated=float(radiated),
            psi=psi,
        )


def _factor(matrix: sp.csc_matrix, order: Literal["MMD_AT_PLUS_A", "NATURAL"]) -> SuperLU:
    """Factorise a complex symmetric matrix without exchanging its pivots.

    So the order that fills it least is found once, and the next solutions begin with it.
    """
    return splu(matrix, permc_spec=order, diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def _check(section: Section, frequency: float) -> None:
    problems = []
    if not (np.isfinite(frequency) and frequency > 0.0):
        problems.append(f"frequency: {frequency} Hz; expected a finite number > 0")
    fillings = [(part.name, part.permittivity) for part in section.parts]
    for name, filling in [*fillings, ("port", complex(section.port_permittivity))]:
        if filling is not None and not passive(filling):
            problems.append(f"part {name!r}: permittivity {filling:.6g}; {EXPECTED}")
    if problems:
        raise InputError(problems)
