"""How much the tissue has changed for the antenna since its field was computed.

    D = sum_e p_e |eps_c(T_e) - eps_c(T_e at the solution)| / |eps_c(T_e at the solution)|,

over the nodes and tissues that absorb the power, ``p_e`` their fractions of it: the first-order
size of the relative change of the absorbed power density, from which the field's answer differs
by a factor of order one.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from mwa_sim.antenna.coupling.rings import Dielectrics
from mwa_sim.antenna.sar import VACUUM_PERMITTIVITY
from mwa_sim.typing import FloatArray, IntArray

# The entries with the most power that together absorb this much of it are watched.
_WATCHED = 0.9


class TissueChange:
    """Watches the dielectric properties of the entries of a heat source.

    Parameters
    ----------
    node, column : (n_entries,) int arrays
        Node and label (as its place among the mesh's labels) of each entry.
    dielectrics : Dielectrics
    """

    def __init__(self, node: IntArray, column: IntArray, dielectrics: Dielectrics) -> None:
        self._node, self._column = node, column
        self._dielectrics = dielectrics
        self._scale = 1.0 / (2.0 * np.pi * dielectrics.frequency * VACUUM_PERMITTIVITY)
        self._chosen: IntArray = np.zeros(0, dtype=np.int64)
        self._share = np.zeros(0)
        self._then = np.zeros((0, 2))

    def mark(self, power: FloatArray, temperature: FloatArray) -> None:
        """Remember the present tissue.

        Parameters
        ----------
        power : (n_entries,) float array [W]
        temperature : (n_nodes,) float array [degC]
        """
        order = np.argsort(power)[::-1]
        running = np.cumsum(power[order])
        count = int(np.searchsorted(running, _WATCHED * running[-1])) + 1
        self._chosen = np.sort(order[:count])
        self._share = power[self._chosen] / running[-1]
        self._then = np.zeros((count, 2))
        self._compare(temperature, True)

    def since_mark(self, temperature: FloatArray) -> float:
        """``D`` [-] at nodal temperatures (n_nodes,) [degC]."""
        return self._compare(temperature, False)

    def _compare(self, temperature: FloatArray, store: bool) -> float:
        d = self._dielectrics
        return float(
            _compare(
                self._chosen, self._node, self._column, self._share, self._then, temperature,
                d.relative_permittivity, d.conductivity * self._scale,
                d.permittivity_factor, d.conductivity_factor, d.start, d.step, store,
            )
        )  # fmt: skip


@njit(cache=True)
def _compare(
    chosen: IntArray,
    node: IntArray,
    column: IntArray,
    share: FloatArray,
    then: FloatArray,
    temperature: FloatArray,
    permittivity: FloatArray,
    loss: FloatArray,
    permittivity_factor: FloatArray,
    loss_factor: FloatArray,
    start: float,
    step: float,
    store: bool,
) -> float:
    last = permittivity_factor.shape[1] - 2
    change = 0.0
    for e in range(chosen.size):
        m = column[chosen[e]]
        x = (temperature[node[chosen[e]]] - start) / step
        k = int(x)
        if x < 0.0:
            k, x = 0, 0.0
        elif k > last:
            k, x = last, last + 1.0
        a, b = permittivity_factor[m, k], permittivity_factor[m, k + 1]
        real = permittivity[m] * (a + (x - k) * (b - a))
        a, b = loss_factor[m, k], loss_factor[m, k + 1]
        imaginary = loss[m] * (a + (x - k) * (b - a))
        if store:
            then[e, 0], then[e, 1] = real, imaginary
        else:
            was = np.hypot(then[e, 0], then[e, 1])
            change += share[e] * np.hypot(real - then[e, 0], imaginary - then[e, 1]) / was
    return change
