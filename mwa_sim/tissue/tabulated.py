"""Properties tabulated over temperature, as compiled loops read them."""

from __future__ import annotations

from numba import njit


@njit(cache=True, inline="always")
def table_place(temperature: float, start: float, per_step: float, last: int) -> tuple[int, float]:
    """Where a temperature lies in a table with linear interpolation; its ends hold beyond it.

    Parameters
    ----------
    temperature : float [degC]
    start : float [degC]
        Of the first entry.
    per_step : float [1/K]
        Entries per kelvin.
    last : int
        Number of entries less 2.

    Returns
    -------
    k, fraction : int, float
        The value is ``table[k] + fraction (table[k + 1] - table[k])``.
    """
    x = (temperature - start) * per_step
    if x < 0.0:
        return 0, 0.0
    k = int(x)
    if k > last:
        return last, 1.0
    return k, x - k
