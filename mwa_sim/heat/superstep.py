"""One super-time step of the Runge-Kutta-Legendre scheme, on as many threads as there are."""

from __future__ import annotations

import math

import numpy as np

from mwa_sim.heat.kernels import MIN_STAGES, add_stage, close_step, conducted, open_step
from mwa_sim.heat.pennes import HeatModel
from mwa_sim.heat.sliced import CHUNK, Single, padded
from mwa_sim.heat.team import Team
from mwa_sim.typing import FloatArray

# Part of the stable range of an even number of stages that is made use of.
_EVEN_REACH = 0.9


def stages_for(reach: float) -> int:
    """Stages s that are stable for dt times the largest eigenvalue: dt lambda <= (s^2 + s - 2) / 2.

    At the edge of stability even counts let the highest mode ring where odd ones damp it; they are
    used away from it only.

    Examples
    --------
    >>> stages_for(1.0), stages_for(6.4), stages_for(8.9), stages_for(20.0)
    (3, 4, 5, 7)
    """
    s = math.ceil(0.5 * (math.sqrt(9.0 + 8.0 * reach) - 1.0))
    if s % 2 == 0 and 2.0 * reach > _EVEN_REACH * (s * s + s - 2.0):
        s += 1
    return max(MIN_STAGES, s)


def coefficients(stages: int) -> list[tuple[float, float, float, float]]:
    """mu, nu, mu~ and gamma~ of the stages 2 to s (key ``meyer2014``).

    The first stage has mu~ = 4 / (3 (s^2 + s - 2)).
    """
    w = 4.0 / (stages * stages + stages - 2.0)
    found = []
    before = last = 1.0 / 3.0
    for j in range(2, stages + 1):
        b = (j * j + j - 2.0) / (2.0 * j * (j + 1.0))
        mu = (2.0 * j - 1.0) / j * b / last
        nu = -(j - 1.0) / j * b / before
        found.append((mu, nu, mu * w, (last - 1.0) * mu * w))
        before, last = last, b
    return found


class SuperStep:
    """Vectors of a step and the step itself.

    All vectors are padded to a multiple of CHUNK; what is computed for a row does not depend on
    the number of threads.

    Parameters
    ----------
    model : HeatModel
    enthalpy, theta : (n,) float array [degC], [K]
        Enthalpy and temperature above 37 degC at the start.
    team : Team
        The threads.

    Attributes
    ----------
    v, theta : (n_padded,) float32 array
        Enthalpy and temperature above 37 degC.
    sink, heat : (n_padded,) float32 array [1/s], [K/s]
        To be filled before a step.
    increment, theta_new : (n_padded,) float32 array
        What the last step came to.
    """

    def __init__(
        self, model: HeatModel, enthalpy: FloatArray, theta: FloatArray, team: Team
    ) -> None:
        size = padded(model.n_nodes)
        self._matrix, self._team = model.matrix, team
        self._latent, self._capacity = single(model.latent), single(model.capacity)
        # Conduction acts on the temperatures themselves where the conductivity is constant; on
        # theta + slope D(theta) where it grows alike everywhere; on both apart with two matrices.
        self._mixed = model.slope_values.size > 0
        self._linear = np.float32(0.0 if self._mixed else 1.0)
        self._slope = np.float32(1.0 if self._mixed else model.slope)
        self.v, self.theta = single(enthalpy), single(theta)
        self.sink, self.heat = np.zeros_like(self.v), np.zeros_like(self.v)
        self._rate, self._z, self._t = (np.empty((k, size), dtype=np.float32) for k in (1, 2, 2))
        self._felt = np.empty_like(self._t) if self._slope else self._t
        self.increment, self.theta_new = self._z[0], self._t[0]
        self._chunks = np.zeros((2, size // CHUNK))
        self._diff, self._diff_new = np.zeros_like(self.v), np.zeros_like(self.v)
        felt = np.empty_like(self.v)
        conducted(self.theta, self._linear, self._slope, felt)
        self._matrix.diffuse(self.theta if self._mixed else felt, felt, self._diff)

    def attempt(self, dt: float, stages: int) -> tuple[float, float]:
        """Compute a step; nothing changes but `increment` and `theta_new`.

        Parameters
        ----------
        dt : float [s]
        stages : int
            At least 3, and as many as stability asks for.

        Returns
        -------
        error : float [K]
            Estimated temperature error of the worst node; infinite where something is not finite.
        lost : float [W]
            Mean heat flow into the sinks.
        """
        a, rows, run = self._matrix, self.v.size, self._team.run
        rate = self._rate[0]
        z, z_new = self._z
        t, t_new = self._t
        felt, felt_new = self._felt
        parts = (a.offsets, a.columns, a.values, a.slope_values)
        conduction = (self._latent, self._linear, self._slope)
        run(
            rows, open_step, dt * 4.0 / (3.0 * (stages * stages + stages - 2.0)), *conduction,
            self.v, self.theta, self._diff, self.sink, self.heat, rate, z, z_new, t, felt,
        )  # fmt: skip
        for mu, nu, mut, gat in coefficients(stages):
            run(
                rows, add_stage, (mu, nu, mut * dt, gat * dt), *parts, *conduction,
                self.v, self.sink, self.heat, rate, z, z_new, t, felt, t_new, felt_new,
            )  # fmt: skip
            z, z_new = z_new, z
            t, t_new = t_new, t
            felt, felt_new = felt_new, felt
        errors, lost = self._chunks
        run(
            rows, close_step, dt, *parts, self._latent, self._capacity,
            self.theta, self.sink, self.heat, rate, z, t, felt, self._diff_new,
            errors, lost,
        )  # fmt: skip
        self.increment, self.theta_new = z, t
        return float(errors.max()), float(lost.sum())

    def accept(self, before: Single) -> Single:
        """Make the temperature of the last attempt the present one.

        Parameters
        ----------
        before : (n_padded,) float32 array
            A vector that is not needed any more.

        Returns
        -------
        (n_padded,) float32 array
            The temperature at the start of the step.
        """
        last = self.theta
        before[:] = self.theta_new
        self.theta = before
        self._diff, self._diff_new = self._diff_new, self._diff
        return last


def single(values: FloatArray) -> Single:
    """A vector in single precision, padded with zeros to a multiple of CHUNK."""
    out = np.zeros(padded(values.size), dtype=np.float32)
    out[: values.size] = values
    return out
