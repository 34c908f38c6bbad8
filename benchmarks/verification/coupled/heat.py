"""Bioheat in the (r, z) plane by finite volumes and explicit steps: short, and conservative.

    rho c du/dt = div(k(T) grad T) + w rho_b c_b exp(-Omega) (37 - T) + rho HGR + q,
    u = T + (phi L / c) G(T)

on rings between fixed radii and levels. The enthalpy is turned into a temperature with a table.
The antenna's body is tissue without absorption, as in the package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mwa_sim.damage.parameters import arrhenius_parameters
from mwa_sim.tissue.properties import Tissue

Floats = NDArray[np.float64]

LATENT_HEAT = 2.26e6
BLOOD = 1050.0 * 3617.0
BODY = 37.0
_WINDOW = np.linspace(94.0, 106.0, 2401)
_STABLE = 0.4


def vapour(temperature: Floats) -> Floats:
    """Share of the water that has evaporated: a raised cosine from 94 to 106 degC."""
    x = np.clip((temperature - 94.0) / 12.0, 0.0, 1.0)
    return np.asarray(x - np.sin(2.0 * np.pi * x) / (2.0 * np.pi))


def spaced(
    fine: float, low: float, high: float, first: float, last: float, growth: float
) -> Floats:
    """Faces [m] from first to last: ``fine`` apart between low and high, wider beyond."""
    faces = list(np.linspace(low, high, max(1, round((high - low) / fine)) + 1))
    for end, back in ((first, True), (last, False)):
        step = fine
        beyond: list[float] = []
        at = low if back else high
        while abs(end - at) > 1.5 * step * growth:
            step *= growth
            at += -step if back else step
            beyond.append(at)
        if abs(end - at) > 1e-9:
            beyond.append(end)
        faces = [*beyond[::-1], *faces] if back else [*faces, *beyond]
    return np.array(faces)


@dataclass
class Cooled:
    """A cylinder of radius [m] that draws ``h (T - coolant)`` per area between two levels [m]."""

    radius: float
    low: float
    high: float
    coefficient: float
    coolant: float


@dataclass
class Plane:
    """Temperature of a tissue in rings.

    Parameters
    ----------
    r, z : (n+1,), (m+1,) float arrays [m]
        Faces; r begins at 0. The outer faces have the temperature ``outside``.
    tissue : Tissue
    start, outside : float [degC]
    cooled : Cooled or None
        Its radius must be one of the faces r.
    """

    r: Floats
    z: Floats
    tissue: Tissue
    start: float
    outside: float
    cooled: Cooled | None = None
    time: float = 0.0
    taken: float = 0.0
    """Heat of the antenna [J]."""
    made: float = 0.0
    """Metabolic heat [J]."""
    left: float = 0.0
    """Heat lost to outside, blood and coolant [J]."""
    temperature: Floats = field(init=False)
    damage: Floats = field(init=False)

    def __post_init__(self) -> None:
        t, r, z = self.tissue, self.r, self.z
        self.centre_r, self.centre_z = 0.5 * (r[1:] + r[:-1]), 0.5 * (z[1:] + z[:-1])
        self.volume = np.pi * np.diff(r**2)[:, None] * np.diff(z)[None, :]
        shape = self.volume.shape
        self.temperature = np.full(shape, self.start)
        self.damage = np.zeros(shape)
        latent = t.water_fraction * LATENT_HEAT / t.specific_heat
        self._table = _WINDOW + latent * vapour(_WINDOW)
        self._latent = latent
        self._u = self.temperature + latent * vapour(self.temperature)
        self._u0 = self._u.copy()
        # Conductances of the faces for k = 1: towards +r and +z, the last one to the outside.
        gap_r = np.append(np.diff(self.centre_r), r[-1] - self.centre_r[-1])
        self._across = (2.0 * np.pi * r[1:] / gap_r)[:, None] * np.diff(z)[None, :]
        gap_z = np.diff(self.centre_z, prepend=2 * z[0] - self.centre_z[0],
                        append=2 * z[-1] - self.centre_z[-1])  # fmt: skip
        gap_z[0] *= 0.5
        gap_z[-1] *= 0.5
        self._along = (np.pi * np.diff(r**2))[:, None] / gap_z[None, :]
        fastest = 4.0 / min(np.diff(r).min(), np.diff(z).min()) ** 2
        growth = 1.0 + t.thermal_conductivity_slope * 63.0
        rate = t.thermal_conductivity * growth * fastest / (t.density * t.specific_heat)
        self.longest_step = 2.0 * _STABLE / rate
        self._shaft = np.zeros(shape)
        self._coolant = 0.0
        if self.cooled is not None:
            c = self.cooled
            k = int(np.argmin(np.abs(r - c.radius)))
            part = np.clip(np.minimum(z[1:], c.high) - np.maximum(z[:-1], c.low), 0.0, None)
            # The surface lies between two rings of cells: half of the exchange with each.
            self._shaft[k - 1 : k + 1] = 0.5 * c.coefficient * 2.0 * np.pi * c.radius * part
            self._coolant = c.coolant
        damage = arrhenius_parameters("liver")
        self._ln_a, self._ea = damage.ln_a, damage.ea_over_r

    def advance(self, until: float, heat: Floats) -> None:
        """March to a time [s] with the heat [W] put into each cell."""
        t = self.tissue
        steps = max(1, int(np.ceil((until - self.time) / self.longest_step)))
        dt = (until - self.time) / steps
        out = _march(
            steps, dt, self._u, self.temperature, self.damage, self._across, self._along,
            self.volume, heat, self._shaft, self._coolant, self.outside,
            t.density * t.specific_heat, t.thermal_conductivity, t.thermal_conductivity_slope,
            BLOOD * t.perfusion, t.perfusion_model is not None, t.density * t.metabolic_heat,
            self._latent, _WINDOW, self._table, self._ln_a, self._ea,
        )  # fmt: skip
        metabolic = t.density * t.metabolic_heat * self.volume.sum()
        self.taken += (until - self.time) * float(heat.sum())
        self.made += (until - self.time) * float(metabolic)
        self.left += out
        self.time = until

    def imbalance(self) -> float:
        """|stored + lost - put in| / put in."""
        t = self.tissue
        stored = t.density * t.specific_heat * float((self.volume * (self._u - self._u0)).sum())
        put_in = self.taken + self.made
        return abs(stored + self.left - put_in) / max(put_in, 1e-300)

    def at(self, radius: float, level: float) -> float:
        """Temperature [degC] at a place, linear between the centres."""
        along = np.array([np.interp(level, self.centre_z, row) for row in self.temperature])
        return float(np.interp(radius, self.centre_r, along))

    def above(self, limit: float) -> float:
        """Volume [m3] hotter than a temperature, each cell cut by the linear temperature."""
        fine_r = _finer(self.r)
        fine_z = _finer(self.z)
        r, z = 0.5 * (fine_r[1:] + fine_r[:-1]), 0.5 * (fine_z[1:] + fine_z[:-1])
        along = np.array([np.interp(z, self.centre_z, row) for row in self.temperature])
        values = np.array([np.interp(r, self.centre_r, column) for column in along.T]).T
        volume = np.pi * np.diff(fine_r**2)[:, None] * np.diff(fine_z)[None, :]
        return float(volume[values >= limit].sum())


def _finer(faces: Floats) -> Floats:
    return np.unique(np.concatenate([np.linspace(a, b, 6) for a, b in pairwise(faces)]))


@njit(cache=True)
def _march(
    steps, dt, u, t, omega, across, along, volume, heat, shaft, coolant, outside, capacity, k37,
    slope, blood, stops, metabolic, latent, window, table, ln_a, ea,
):  # fmt: skip
    n, m = u.shape
    lost = 0.0
    rate = np.zeros((n, m))
    k = np.zeros((n, m))
    for _ in range(steps):
        for i in range(n):
            for j in range(m):
                k[i, j] = k37 * (1.0 + slope * (min(max(t[i, j], 37.0), 100.0) - 37.0))
                open_ = np.exp(-omega[i, j]) if stops else 1.0
                sink = blood * open_ * volume[i, j] * (t[i, j] - 37.0)
                cold = shaft[i, j] * (t[i, j] - coolant)
                rate[i, j] = heat[i, j] + metabolic * volume[i, j] - sink - cold
                lost += dt * (sink + cold)
                omega[i, j] += dt * np.exp(ln_a - ea / (t[i, j] + 273.15))
        for i in range(n):
            for j in range(m):
                if i + 1 < n:
                    flow = across[i, j] * 0.5 * (k[i, j] + k[i + 1, j]) * (t[i, j] - t[i + 1, j])
                    rate[i + 1, j] += flow
                else:
                    flow = across[i, j] * k[i, j] * (t[i, j] - outside)
                    lost += dt * flow
                rate[i, j] -= flow
                if j + 1 < m:
                    flow = along[i, j + 1] * 0.5 * (k[i, j] + k[i, j + 1]) * (t[i, j] - t[i, j + 1])
                    rate[i, j + 1] += flow
                else:
                    flow = along[i, m] * k[i, j] * (t[i, j] - outside)
                    lost += dt * flow
                rate[i, j] -= flow
                if j == 0:
                    flow = along[i, 0] * k[i, j] * (t[i, j] - outside)
                    rate[i, j] -= flow
                    lost += dt * flow
        for i in range(n):
            for j in range(m):
                u[i, j] += dt * rate[i, j] / (capacity * volume[i, j])
                value = u[i, j]
                if value <= window[0]:
                    t[i, j] = value
                elif value >= table[-1]:
                    t[i, j] = value - latent
                else:
                    p = np.searchsorted(table, value) - 1
                    p = min(max(p, 0), table.size - 2)
                    share = (value - table[p]) / (table[p + 1] - table[p])
                    t[i, j] = window[p] + share * (window[p + 1] - window[p])
    return lost
