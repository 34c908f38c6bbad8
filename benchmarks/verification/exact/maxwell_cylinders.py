"""TM0 waves in concentric lossy cylinders (Stratton 1941, chapter IX).

A wave that goes as exp(-gamma z) is in each layer, with ``h^2 = k0^2 eps + gamma^2``, Im h <= 0,

    psi = r (A J1(h r) + B H1(h r)),
    E_z = -(j Z0 h / (k0 eps)) (A J0(h r) + B H0(h r)),      E_r = -(j Z0 gamma / (k0 eps r)) psi,

with Hankel functions of the second kind, which decay outwards; psi and E_z are continuous.  With
gamma = 0 nothing changes along z: the field of a given current on the axis, E_r = 0.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import hankel2, jv

from benchmarks.verification.exact.maxwell import (
    VACUUM_IMPEDANCE,
    Complex,
    Field,
    vacuum_wavenumber,
    wavenumber,
)


@dataclass(frozen=True)
class Cylinders:
    """Concentric layers, driven by a given psi at their inner or outer radius.

    Attributes
    ----------
    radii : sequence of float [m]
        Of the interfaces, ascending: inner radius (0: the axis), interfaces, outer radius (inf: the
        last layer has no end).
    permittivities : sequence of complex [-]
        Of the layers, one less than `radii`.
    frequency : float [Hz]
    inner : complex [A]
        psi at the inner radius, the current there divided by 2 pi; unused if it is 0.
    outer : complex or None [A]
        psi at the outer radius; None is a conductor, E_z = 0. Unused if it is infinite.
    gamma : complex [1/m]
        Propagation constant along z.
    """

    radii: Sequence[float]
    permittivities: Sequence[complex]
    frequency: float
    inner: complex = 0.0
    outer: complex | None = None
    gamma: complex = 0.0

    def field(self, r: ArrayLike, z: ArrayLike = 0.0) -> Field:
        """Field at points (r, z) of one shape [m]; r not 0 if gamma is not."""
        r, z = np.broadcast_arrays(np.asarray(r, np.float64), np.asarray(z, np.float64))
        count = len(self.permittivities)
        which = np.clip(np.searchsorted(self.radii, r, side="right") - 1, 0, count - 1)
        eps = np.array([complex(one) for one in self.permittivities])[which]
        psi, e_z = np.zeros(r.shape, complex), np.zeros(r.shape, complex)
        for i in range(count):
            here = which == i
            for kind, amplitude in self._amplitudes[i].items():
                one = self._wave(i, kind, r[here])
                psi[here] += amplitude * one[0]
                e_z[here] += amplitude * one[1]
        along = np.exp(-self.gamma * z)
        if self.gamma == 0.0:
            e_r = np.zeros_like(psi)
        else:
            e_r = self.gamma * psi / r * VACUUM_IMPEDANCE / (1j * vacuum_wavenumber(self.frequency))
            e_r = e_r / eps
        return Field(self.frequency, r, eps, psi * along, e_r * along, e_z * along)

    def power_outwards(self, r: ArrayLike, z: float = 0.0) -> np.ndarray:
        """Power per length ``2 pi r S_r`` [W/m] through the cylinders of radii r [m]."""
        return np.asarray(2.0 * math.pi * self.field(r, z).power_flow[0])

    def absorbed_per_length(self, start: float, end: float) -> float:
        """Power per length absorbed between two radii [W/m], for gamma = 0; `end` may be inf."""
        inside = float(self.power_outwards(start))
        return inside - (0.0 if math.isinf(end) else float(self.power_outwards(end)))

    @cached_property
    def _amplitudes(self) -> list[dict[str, complex]]:
        """A and B of each layer, as {"J": A, "H": B}."""
        count = len(self.permittivities)
        columns = [(i, kind) for i in range(count) for kind in "JH"]
        if self.radii[0] == 0.0:
            columns.remove((0, "H"))
        if math.isinf(self.radii[-1]):
            columns.remove((count - 1, "J"))
        rows: list[Complex] = []
        load: list[complex] = []

        def condition(radius: float, layer: int, part: int, against: int | None = None) -> None:
            row = np.zeros(len(columns), complex)
            for j, (i, kind) in enumerate(columns):
                if i in (layer, against):
                    value = self._wave(i, kind, np.array([radius]))[part][0]
                    row[j] = value if i == layer else -value
            rows.append(row)

        if self.radii[0] > 0.0:
            condition(self.radii[0], 0, 0)
            load.append(self.inner)
        for i, radius in enumerate(self.radii[1:-1]):
            for part in (0, 1):
                condition(radius, i, part, i + 1)
                load.append(0.0)
        if math.isfinite(self.radii[-1]):
            condition(self.radii[-1], count - 1, 1 if self.outer is None else 0)
            load.append(self.outer or 0.0)
        matrix = np.array(rows)
        # Bessel and Hankel functions, psi and E_z differ by orders of magnitude.
        row_scale = np.abs(matrix).max(axis=1)
        matrix /= row_scale[:, None]
        column_scale = np.abs(matrix).max(axis=0)
        found = np.linalg.solve(matrix / column_scale, np.array(load) / row_scale) / column_scale
        amplitudes: list[dict[str, complex]] = [{} for _ in range(count)]
        for (i, kind), value in zip(columns, found, strict=True):
            amplitudes[i][kind] = complex(value)
        return amplitudes

    def _wave(self, layer: int, kind: str, r: np.ndarray) -> tuple[Complex, Complex]:
        """psi and E_z of a unit radial wave of a layer."""
        eps = complex(self.permittivities[layer])
        h = cmath.sqrt(wavenumber(eps, self.frequency) ** 2 + self.gamma**2)
        h = h if h.imag <= 0.0 else -h
        function = jv if kind == "J" else hankel2
        factor = -1j * VACUUM_IMPEDANCE * h / (vacuum_wavenumber(self.frequency) * eps)
        return r * function(1, h * r), factor * function(0, h * r)
