"""Permittivities that a medium can have."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

EXPECTED = (
    "expected eps_r - j sigma / (w eps_0) with finite eps_r > 0 and sigma >= 0, for fields that "
    "vary as exp(+j w t)"
)
"""What a message says of a permittivity that is not :func:`passive`."""


def passive(permittivity: ArrayLike) -> NDArray[np.bool_]:
    """Whether media of these relative complex permittivities [-] exist and give off no power."""
    value = np.asarray(permittivity, dtype=np.complex128)
    return np.asarray(np.isfinite(value) & (value.real > 0.0) & (value.imag <= 0.0))
