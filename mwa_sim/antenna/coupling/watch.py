"""What has become of an antenna's field since it was computed, to first order in the tissue.

Two numbers decide whether it has to be computed again. The change of the tissue,

    D = sum_t p_t |eps - eps_0| / |eps_0|,   p_t: shares of the absorbed power,

is the size of the change of the absorbed power density. The shift of the reflection coefficient
follows from reciprocity (Pozar, key ``pozar2012``),

    dS11 = -(j w eps_0 / 4) int (eps - eps_0) E_0 . E dV,

for the field E_0 of 1 W, where E is not known: along the axis it is taken as E_0, across it as
``E_0 (eps_0 / eps)^b``, because the tissue changes from layer to layer around the antenna.
"""

from __future__ import annotations

import numpy as np

from mwa_sim.antenna.coupling.rings import Dielectrics, Rings
from mwa_sim.antenna.field.solution import FieldSolution
from mwa_sim.antenna.sar import VACUUM_PERMITTIVITY, ComplexArray
from mwa_sim.typing import FloatArray

CONTINUITY = 0.92
"""The exponent b. Across an infinite layer the displacement is continuous, b = 1; in a layer of
finite length the field gives way a little. The value only decides how rarely the field has to be
computed: with a smaller tolerance any leads to the same answer. With 0.92 a tolerance of 0.1 gives
zones within 0.4 mm of those of 0.02 in a vertebra heated until the antenna is detuned."""
# The triangles that hold this much of the field's energy are watched.
_WATCHED = 0.98


class FieldWatch:
    """Watches the tissue around an antenna.

    Parameters
    ----------
    rings : Rings
        Three for each tissue triangle of the field solver.
    dielectrics : Dielectrics
    """

    def __init__(self, rings: Rings, dielectrics: Dielectrics) -> None:
        self._rings, self._dielectrics = rings, dielectrics
        self._seen = rings
        self._then = np.zeros(0, dtype=np.complex128)
        self._across = self._along = self._then
        self._share = np.zeros(0)

    def mark(self, solution: FieldSolution, samples: ComplexArray) -> None:
        """Remember a solution and the tissue that it belongs to.

        Parameters
        ----------
        solution : FieldSolution
        samples : (3 m_t,) complex array [-]
            Permittivity of the rings.
        """
        epsilon = samples.reshape(-1, 3).mean(axis=1)
        volume = solution.volume
        energy = np.abs(epsilon) * np.sum(
            (np.abs(solution.e_r) ** 2 + np.abs(solution.e_z) ** 2) * volume, axis=1
        )
        order = np.argsort(energy)[::-1]
        running = np.cumsum(energy[order])
        count = int(np.searchsorted(running, _WATCHED * running[-1])) + 1
        chosen = np.sort(order[:count])
        self._seen = self._rings.subset((3 * chosen[:, None] + np.arange(3)).ravel())
        self._then = epsilon[chosen]
        self._across = np.sum(solution.e_r**2 * volume, axis=1)[chosen]
        self._along = np.sum(solution.e_z**2 * volume, axis=1)[chosen]
        power = np.sum(solution.density * volume, axis=1)
        self._share = power[chosen] / max(float(power[chosen].sum()), 1e-300)

    def since_mark(self, temperature: FloatArray) -> tuple[float, complex]:
        """Change of the tissue and shift of the reflection coefficient.

        Parameters
        ----------
        temperature : (n_nodes,) float array [degC]
            In the order of the mesh.

        Returns
        -------
        change : float [-]
            ``D``
        shift : complex [-]
            ``dS11``
        """
        samples = self._seen.permittivity(self._dielectrics, temperature)
        now, then = samples.reshape(-1, 3).mean(axis=1), self._then
        change = np.sum(self._share * np.abs(now - then) / np.abs(then))
        moved = (now - then) * (self._along + (then / now) ** CONTINUITY * self._across)
        factor = -0.25j * 2.0 * np.pi * self._dielectrics.frequency * VACUUM_PERMITTIVITY
        return float(change), complex(factor * np.sum(moved))
