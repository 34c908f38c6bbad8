"""The meridian section of an antenna: outlines of its conductors and dielectrics in (r, z)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from mwa_sim.typing import FloatArray


@dataclass(frozen=True, eq=False)
class Part:
    """A body of revolution, by its section in the (r, z) half-plane.

    Parameters
    ----------
    name : str
    outline : (k, 2) array [m]
        Corners (r, z) of a simple polygon, r >= 0; z is infinite where the part goes on towards
        the hub.
    permittivity : complex or None [-]
        Relative complex permittivity; None is a perfect conductor.
    """

    name: str
    outline: FloatArray
    permittivity: complex | None


@dataclass(frozen=True, eq=False)
class Section:
    """An antenna in its meridian plane.

    Parameters
    ----------
    parts : tuple of Part
        Painted in order over the tissue: where parts overlap, the later one counts.
    port : (inner, outer) radii [m]
        Of the coaxial line that feeds the antenna, at the hub: surface of the inner conductor and
        inner surface of the outer conductor.
    port_permittivity : float [-]
        Of the dielectric of that line.
    """

    parts: tuple[Part, ...]
    port: tuple[float, float]
    port_permittivity: float

    @property
    def radius(self) -> float:
        """Largest radius of any part [m]."""
        return max(float(part.outline[:, 0].max()) for part in self.parts)

    @property
    def highest_corner(self) -> float:
        """Largest finite z of any corner [m]; above it nothing changes any more."""
        z = np.concatenate([part.outline[:, 1] for part in self.parts])
        return float(z[np.isfinite(z)].max())

    def outlines(self, top: float) -> list[FloatArray]:
        """Outlines (k, 2) [m] of the parts with the hub at z = ``top`` [m], in painting order."""
        return [
            np.column_stack([part.outline[:, 0], np.minimum(part.outline[:, 1], top)])
            for part in self.parts
        ]

    def digest(self) -> str:
        """Fingerprint of the geometry and the materials."""
        content = hashlib.sha256()
        for part in self.parts:
            content.update(np.ascontiguousarray(part.outline, dtype=np.float64).tobytes())
            content.update(repr(part.permittivity).encode())
        content.update(repr((self.port, self.port_permittivity)).encode())
        return content.hexdigest()[:16]
