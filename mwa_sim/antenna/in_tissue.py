"""An antenna in one homogeneous tissue: how much it reflects, where the rest goes.

Per watt that arrives at the feed of the antenna,

    1 = |S11|^2 + absorbed by the tissue + lost in the antenna's dielectrics + radiated,

``radiated`` being what leaves the domain of some centimetres; tissue further out absorbs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.field.section import Section
from mwa_sim.antenna.line import LineSource, attenuation_constant
from mwa_sim.antenna.penetration import (
    AbsorbedPower,
    Density,
    Penetration,
    penetration,
    radial_profile,
)
from mwa_sim.antenna.request import checked_request, tissue_permittivity
from mwa_sim.antenna.sar import ComplexArray, Medium, complex_permittivity
from mwa_sim.tissue.dispersion import check_frequency
from mwa_sim.tissue.properties import Tissue
from mwa_sim.tissue.temperature import REFERENCE_TEMPERATURE
from mwa_sim.typing import FloatArray

if TYPE_CHECKING:
    from mwa_sim.antenna.field.density import FieldDensity
    from mwa_sim.antenna.field.maxwell import FieldSolver
    from mwa_sim.antenna.field.solution import FieldSolution

SCHEMA = "mwa-sim/antenna-report/1"

PROFILE = (0.5e-3, 1e-3, 2e-3, 5e-3, 10e-3, 15e-3, 20e-3)
"""Distances from the antenna's surface that a report gives the heating at [m]."""


@dataclass(frozen=True, eq=False, repr=False)
class AntennaInTissue:
    """Computed field of an antenna in one tissue, as :func:`antenna_in_tissue` makes it.

    Attributes
    ----------
    antenna : Antenna
    tissue : Tissue
    frequency : float [Hz]
    temperature : float [degC]
        Of the tissue, everywhere the same.
    permittivity : complex [-]
        Relative complex permittivity of the tissue.
    solver : FieldSolver
    solution : FieldSolution
    """

    antenna: Antenna
    tissue: Tissue
    frequency: float
    temperature: float
    permittivity: complex
    solver: FieldSolver
    solution: FieldSolution

    def __repr__(self) -> str:
        where = f"{self.antenna.name} in {self.tissue.name} at {self.frequency / 1e9:.6g} GHz"
        return f"<{where}: S11 {self.s11_dB:.1f} dB, {self.absorbed_fraction:.1%} absorbed>"

    @property
    def s11_dB(self) -> float:  # noqa: N802  unit
        """Reflection coefficient at the feed [dB]."""
        return self.solution.s11_db

    @property
    def reflected(self) -> float:
        """Share of the power at the feed that is reflected, ``|S11|^2`` [-]."""
        return self.solution.reflected

    @property
    def absorbed_fraction(self) -> float:
        """Share of the power at the feed that tissue inside the domain absorbs [-]."""
        return self.solution.absorbed

    @property
    def radiated_fraction(self) -> float:
        """Share of the power at the feed that leaves the domain [-]."""
        return self.solution.radiated

    @property
    def lost_by_part(self) -> Mapping[str, float]:
        """Share of the power at the feed that each dielectric of the antenna absorbs [-]."""
        return self.solution.lost

    @property
    def lost_fraction(self) -> float:
        """Share of the power at the feed that the dielectrics of the antenna absorb [-]."""
        return float(sum(self.solution.lost.values()))

    @property
    def power_balance_error(self) -> float:
        """By how much the shares fail to add up to 1 [-]."""
        return self.solution.balance_error

    @property
    def efficiency(self) -> float:
        """Power absorbed by the tissue per watt at the generator [-]."""
        return self.antenna.transmission * self.absorbed_fraction

    @property
    def conductivity(self) -> float:
        """Electrical conductivity of the tissue [S/m]."""
        return float(-self.permittivity.imag / complex_permittivity(0.0, -1.0, self.frequency).imag)

    @property
    def section(self) -> Section:
        """Conductors and dielectrics of the antenna."""
        return self.solver.section

    @cached_property
    def _density(self) -> FieldDensity:
        from mwa_sim.antenna.field.density import FieldDensity

        return FieldDensity(self.solver, self.solution, self.conductivity)

    def density(self, r: ArrayLike, z: ArrayLike) -> FloatArray:
        """Absorbed power density ``sigma |E|^2 / 2``.

        Parameters
        ----------
        r, z : array_like [m]
            Distance from the axis and from the tip towards the hub, of shapes that fit together.

        Returns
        -------
        float array [W/m3 per W at the feed]
            0 inside the antenna and beyond the domain.
        """
        return self._density(*np.broadcast_arrays(np.asarray(r, float), np.asarray(z, float)))

    def sar(self, r: ArrayLike, z: ArrayLike) -> FloatArray:
        """Specific absorption rate [W/kg per W at the feed]; see :meth:`density`."""
        return self.density(r, z) / self.tissue.density

    def profile(self, distance: ArrayLike) -> FloatArray:
        """Power density at the level of the strongest heating.

        Parameters
        ----------
        distance : (n,) array_like [m]
            From the surface of the antenna.

        Returns
        -------
        (n,) float array [W/m3 per W at the feed]
            Averaged over 4 mm of the shaft around ``penetration.level``.
        """
        return self._profile(self.density, distance)

    def closed_form_profile(self, distance: ArrayLike) -> FloatArray | None:
        """The same from the antenna's closed form with this power; None where it has none."""
        if not isinstance(self.antenna.sar, LineSource):
            return None
        medium = Medium.homogeneous(
            frequency=self.frequency,
            relative_permittivity=self.permittivity.real,
            conductivity=self.conductivity,
        )
        pattern = self.antenna.sar.pattern(medium)
        return self.absorbed_fraction * self._profile(pattern.density, distance)

    def _profile(self, density: Density, distance: ArrayLike) -> FloatArray:
        top, level = self.solver.mesh.box[2], self.penetration.level
        away = np.atleast_1d(np.asarray(distance, dtype=np.float64))
        return radial_profile(density, self.section, top, level, away)

    @property
    def _power(self) -> AbsorbedPower:
        solver = self.solver
        return AbsorbedPower(
            solver.r.ravel(), solver.z.ravel(), self.solution.density.ravel(),
            solver.volume.ravel(), self.density, solver.mesh.box,
        )  # fmt: skip

    @cached_property
    def penetration(self) -> Penetration:
        """How far the heat reaches."""
        depth = 1.0 / attenuation_constant(self.permittivity, self.frequency)
        return penetration(self._power, self.section, depth)

    def threshold(self, share: float) -> float:
        """Density [W/m3 per W at the feed] above which a share of the absorbed power lies."""
        return self._power.threshold(share)

    def reflection_over_frequency(
        self, frequencies: ArrayLike, observe: Callable[[int, int], None] | None = None
    ) -> ComplexArray:
        """S11 at other frequencies, at the reference plane of the field mesh.

        The tissue follows its dispersion, the antenna's dielectrics stay as in its file. One mesh
        serves all frequencies: that of this solution where it is fine and wide enough.

        Parameters
        ----------
        frequencies : (n,) array_like [Hz]
        observe : callable, optional
            ``observe(done, total)`` after each.

        Returns
        -------
        (n,) complex array [-]

        Raises
        ------
        InputError
            If a frequency is out of range.
        """
        from mwa_sim.antenna.sweep import reflections

        every = np.atleast_1d(np.asarray(frequencies, dtype=np.float64)).ravel()
        check_frequency(every)
        tissue = [tissue_permittivity(self.tissue, float(f), self.temperature) for f in every]
        made_for = self.permittivity, self.frequency
        return reflections(self.solver, made_for, list(zip(tissue, every, strict=True)), observe)

    def over_frequency(
        self, frequencies: ArrayLike, observe: Callable[[int, int], None] | None = None
    ) -> FloatArray:
        """S11 [dB] at other frequencies; see :meth:`reflection_over_frequency`."""
        from mwa_sim.antenna.sweep import in_decibels

        return in_decibels(self.reflection_over_frequency(frequencies, observe))

    def summary(self) -> dict[str, Any]:
        """The numbers of a report, as JSON-able data: lengths in mm, None where there is none."""
        heating = self.profile(PROFILE)
        return {
            "schema": SCHEMA,
            "antenna": self.antenna.name,
            "tissue": self.tissue.name,
            "frequency_Hz": self.frequency,
            "temperature_degC": self.temperature,
            "relative_permittivity": self.permittivity.real,
            "electrical_conductivity_S_per_m": self.conductivity,
            "s11_dB": self.s11_dB,
            "reflected_fraction": self.reflected,
            "absorbed_fraction": self.absorbed_fraction,
            "radiated_fraction": self.radiated_fraction,
            "lost_fraction": self.lost_fraction,
            "lost_by_part": dict(self.lost_by_part),
            "power_balance_error": self.power_balance_error,
            "transmission": self.antenna.transmission,
            "efficiency": self.efficiency,
            "penetration": self.penetration.as_dict(),
            "profile": {
                "distance_mm": [1e3 * d for d in PROFILE],
                "density_W_per_m3_per_W": heating.tolist(),
                "sar_W_per_kg_per_W": (heating / self.tissue.density).tolist(),
            },
            "unknowns": self.solver.unknowns,
        }


def antenna_in_tissue(
    antenna: str | Path | Antenna,
    tissue: str | Tissue = "liver",
    frequency: float | None = None,
    *,
    temperature: float = REFERENCE_TEMPERATURE,
) -> AntennaInTissue:
    """Compute the field of an antenna in one homogeneous tissue.

    Parameters
    ----------
    antenna : str, Path or Antenna
        Name in the library, antenna file (``.toml``), or the antenna itself; with a section.
    tissue : str or Tissue, optional
        Name in the library, or the tissue.
    frequency : float [Hz], optional
        The antenna's own by default. The permittivities of its dielectrics stay as they are.
    temperature : float [degC], optional
        Of the tissue, whose permittivity and conductivity follow it.

    Returns
    -------
    AntennaInTissue

    Raises
    ------
    InputError
        Listing every argument that cannot be used.
    DataError
        When an antenna file cannot be read, or listing everything wrong with it.
    SolverError
        When the field does not conserve power.

    Examples
    --------
    >>> found = antenna_in_tissue("slot-1.79mm", "liver")
    >>> 0.9 < found.absorbed_fraction < 1.0
    True
    """
    from mwa_sim.antenna.field.kept import kept_solution, kept_solver

    asked = checked_request(antenna, tissue, frequency, float(temperature))
    values = np.array([asked.permittivity])
    solver = kept_solver(asked.section, asked.frequency, values)
    return AntennaInTissue(
        asked.antenna, asked.tissue, asked.frequency, float(temperature), asked.permittivity,
        solver, kept_solution(solver, values),
    )  # fmt: skip
