"""Integral of a rate whose logarithm is linear over a step.

Damage rates are exponentials of the temperature: over a step during which the temperature moves by
a few kelvin the rate may double, but its logarithm is close to linear.  With exponents ``e = ln r``
at both ends,

    int_0^dt r dt = dt (r1 - r0) / (e1 - e0),

the logarithmic mean of the two rates.  A solver that remembers ``(e0, r0)`` of every node pays for
one exponential per node and step.
"""

from __future__ import annotations

from numba import njit

# Below this difference of exponents the quotient loses more digits than the series.
_SERIES_BELOW = 0.05


@njit(cache=True, error_model="numpy")
def log_mean_rate(e0: float, r0: float, e1: float, r1: float) -> float:
    """Mean over a step of a rate whose logarithm is linear in time.

    Parameters
    ----------
    e0, e1 : float
        Natural logarithms of the rates at the start and at the end.
    r0, r1 : float
        The rates, ``exp(e0)`` and ``exp(e1)``.

    Returns
    -------
    float
        ``(r1 - r0) / (e1 - e0)``, in the unit of the rates; symmetric in the two ends.
    """
    d = e1 - e0
    if d > _SERIES_BELOW or d < -_SERIES_BELOW:
        return (r1 - r0) / d
    # (r0 + r1) / 2 * tanh(d / 2) / (d / 2); the next term is below 1e-15 here.
    d2 = d * d
    return 0.5 * (r0 + r1) * (1.0 - d2 * (1.0 / 12.0 - d2 * (1.0 / 120.0 - d2 * (17.0 / 20160.0))))
