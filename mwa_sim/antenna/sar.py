"""What every model of the absorbed power has to offer, whatever stands behind it.

A :class:`SarModel` turns the tissue around the antenna (:class:`Medium`) into a
:class:`SarPattern`: a power density in the antenna's own (r, z) coordinates. A closed form
needs one number of the medium, an imported map needs nothing, a field solver needs the
permittivity everywhere; all three fit behind the same call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mwa_sim.tissue.dispersion import VACUUM_PERMITTIVITY as VACUUM_PERMITTIVITY
from mwa_sim.typing import FloatArray

ComplexArray = NDArray[np.complex128]

SPEED_OF_LIGHT = 299_792_458.0
"""Speed of light in free space [m/s] (exact)."""


def complex_permittivity(
    relative_permittivity: float, conductivity: float, frequency: float
) -> complex:
    """Relative complex permittivity of a lossy medium, for fields that vary as exp(+j w t).

    ``eps_c = eps_r - j sigma / (w eps_0)``.

    Parameters
    ----------
    relative_permittivity : float [-]
    conductivity : float [S/m]
    frequency : float [Hz]

    Returns
    -------
    complex [-]
    """
    return complex(
        relative_permittivity,
        -conductivity / (2.0 * np.pi * frequency * VACUUM_PERMITTIVITY),
    )


@dataclass(frozen=True)
class Medium:
    """The tissue around an antenna, seen at the antenna's frequency.

    Parameters
    ----------
    frequency : float [Hz]
    permittivity : callable
        ``permittivity(r, z)`` with arrays [m] of one shape gives the relative complex
        permittivity [-] there, averaged around the axis; nan where there is no tissue.
    """

    frequency: float
    permittivity: Callable[[FloatArray, FloatArray], ComplexArray]

    @classmethod
    def homogeneous(
        cls, *, frequency: float, relative_permittivity: float, conductivity: float
    ) -> Medium:
        """One tissue everywhere.

        Parameters
        ----------
        frequency : float [Hz]
        relative_permittivity : float [-]
        conductivity : float [S/m]

        Returns
        -------
        Medium
        """
        value = complex_permittivity(relative_permittivity, conductivity, frequency)
        return cls(
            frequency=frequency,
            permittivity=lambda r, z: np.full(np.shape(r), value, dtype=np.complex128),
        )


class SarPattern(Protocol):
    """A power density around the antenna, per watt that the model calls its unit."""

    @property
    def total(self) -> float:
        """Integral of the density over all space [W/W]."""

    @property
    def extent(self) -> tuple[float, float, float]:
        """Cylinder ``(r_max, z_min, z_max)`` [m] beyond which the density is negligible."""

    def density(self, r: FloatArray, z: FloatArray) -> FloatArray:
        """Power density [W/m3 per W] at the given coordinates [m], any one shape."""

    def length_scale(self, r: FloatArray, z: FloatArray) -> FloatArray:
        """Length [m] over which the density changes appreciably at the given coordinates [m]."""


@runtime_checkable
class SarModel(Protocol):
    """A way to know how the power of an antenna is spread in the tissue.

    Attributes
    ----------
    name : str
        Short name for reports: "line", "map".
    weighted_by_conductivity : bool
        Whether the pattern is to be multiplied by the local conductivity and rescaled to the
        delivered power (a closed form, which knows one medium only) or used exactly as it is
        (a map, which already is an absorbed power density).
    """

    @property
    def name(self) -> str:
        """Short name for reports."""

    @property
    def weighted_by_conductivity(self) -> bool:
        """Whether the local conductivity multiplies the pattern."""

    def pattern(self, medium: Medium) -> SarPattern:
        """The power density in the given medium."""
