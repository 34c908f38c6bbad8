"""Dimensions of the vertebrae T1 to L5 with their sources, and of what lies beyond either end.

The table is ``data/morphometry.toml``; every entry has a source key, a standing and the relative
standard deviation between adults.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from mwa_sim.errors import InputError

_MM = 1e-3

#: Levels that can be treated, downwards.
LEVELS = tuple(f"T{i}" for i in range(1, 13)) + tuple(f"L{i}" for i in range(1, 6))
#: All levels, downwards; those beyond T1 and L5 are approximations.
CHAIN = ("C6", "C7", *LEVELS, "S1")
#: Angles of the table; the other entries are lengths.
ANGLES = (
    "pedicle_transverse", "pedicle_sagittal", "disc_angle", "transverse_back", "spinous_angle",
    "facet_angle", "facet_tilt",
)  # fmt: skip
#: Lengths that a patient's own measurement may replace.
MEASURABLE = (
    "endplate_width", "endplate_depth", "posterior_height", "anterior_height", "canal_width",
    "canal_depth", "pedicle_width", "pedicle_height", "disc_height", "transverse_span",
    "spinous_length",
)  # fmt: skip
#: A measured length further than this many standard deviations from the mean is refused.
PLAUSIBLE = 4.0


@dataclass(frozen=True)
class Measures:
    """Dimensions of one vertebra, lengths [m], angles [rad].

    Attributes
    ----------
    level : str
        Such as ``"T6"``; those beyond T1 and L5 are approximations.
    endplate_width, endplate_depth, lower_width, lower_depth : float
        Lateral and midline extent of the upper and the lower endplate.
    posterior_height, anterior_height : float
        Heights of the body at its two walls.
    canal_width, canal_depth : float
    pedicle_width, pedicle_height : float
        Section of the pedicle at its narrowest place.
    pedicle_transverse, pedicle_sagittal : float
        Angles by which the pedicle's axis turns to the midline and falls on its way forwards.
    disc_height, disc_angle : float
        Of the disc below, in the middle; it opens forwards by the angle.
    transverse_span, transverse_back : float
        Tip to tip of the transverse processes; their angle backwards from the frontal plane.
    spinous_length, spinous_angle : float
        From the posterior wall of the canal to the tip; angle downwards.
    facet_angle, facet_tilt, facet_distance, facet_height, facet_width : float
        Superior facets: angle with the sagittal plane, lean forwards, distance between the two
        centres, extents.
    lamina_height, lamina_thickness : float
    """

    level: str
    endplate_width: float
    endplate_depth: float
    lower_width: float
    lower_depth: float
    posterior_height: float
    anterior_height: float
    canal_width: float
    canal_depth: float
    pedicle_width: float
    pedicle_height: float
    pedicle_transverse: float
    pedicle_sagittal: float
    disc_height: float
    disc_angle: float
    transverse_span: float
    transverse_back: float
    spinous_length: float
    spinous_angle: float
    facet_angle: float
    facet_tilt: float
    facet_distance: float
    facet_height: float
    facet_width: float
    lamina_height: float
    lamina_thickness: float

    @property
    def depth(self) -> float:
        """Depth of the body: mean of the two endplates [m]."""
        return (self.endplate_depth + self.lower_depth) / 2.0

    @property
    def height(self) -> float:
        """Height of the body in the middle of its rims [m]."""
        return (self.posterior_height + self.anterior_height) / 2.0

    @property
    def wedge(self) -> float:
        """Angle between the endplates, positive where the front is higher [rad]."""
        return float(np.arctan2(self.anterior_height - self.posterior_height, self.depth))

    @property
    def posterior_wall(self) -> float:
        """x of the posterior wall in the midline [m]; the origin is the centre of the body."""
        return -self.depth / 2.0

    @property
    def canal_centre(self) -> float:
        """x of the centre of the canal [m]."""
        return self.posterior_wall - self.canal_depth / 2.0

    def scaled(self, factor: float) -> Measures:
        """All lengths times a factor."""
        lengths = {f.name for f in fields(self)} - {"level", *ANGLES}
        changes: dict[str, Any] = {name: getattr(self, name) * factor for name in lengths}
        return replace(self, **changes)

    def measured(self, given: Mapping[str, float]) -> Measures:
        """With lengths measured in a patient; what goes with them follows in proportion.

        The lower endplate follows the upper one, and the anterior height the posterior one, unless
        it is given too.
        """
        found: dict[str, Any] = dict(given)
        for name, follower in (
            ("endplate_width", "lower_width"),
            ("endplate_depth", "lower_depth"),
            ("posterior_height", "anterior_height"),
        ):
            if name in given and follower not in given:
                found[follower] = getattr(self, follower) * given[name] / getattr(self, name)
        return replace(self, **found)


def measures(level: str) -> Measures:
    """Mean dimensions of a level.

    Parameters
    ----------
    level : str
        One of :data:`LEVELS`, or ``"C7"`` and ``"C6"`` (as T1, a little smaller) and ``"S1"`` (as
        L5, tapering downwards): rough neighbours for the ends of the range.

    Returns
    -------
    Measures

    Raises
    ------
    InputError
        If there is no such level.

    Examples
    --------
    >>> round(measures("T6").endplate_width * 1e3, 1)
    26.2
    """
    if level == "C6":
        return replace(measures("C7").scaled(0.97), level="C6")
    if level == "C7":
        first = measures("T1")
        small = replace(first.scaled(0.95), level="C7", disc_height=5.5 * _MM)
        return replace(small, transverse_span=66.0 * _MM, disc_angle=np.radians(1.0))
    if level == "S1":
        last = measures("L5")
        return replace(
            last, level="S1", anterior_height=30.0 * _MM, posterior_height=27.0 * _MM,
            lower_width=34.0 * _MM, lower_depth=24.0 * _MM, spinous_length=16.0 * _MM,
            facet_angle=np.radians(55.0), facet_distance=41.0 * _MM, endplate_width=49.0 * _MM,
            endplate_depth=33.0 * _MM, canal_width=31.0 * _MM, canal_depth=17.0 * _MM,
            lamina_height=22.0 * _MM, transverse_span=106.0 * _MM, facet_height=14.0 * _MM,
        )  # fmt: skip
    if level not in LEVELS:
        raise InputError(f"level: expected one of {', '.join(LEVELS)}, got '{level}'")
    place = LEVELS.index(level)
    values: dict[str, Any] = {"level": level}
    for name, entry in morphometry().items():
        unit = np.radians(1.0) if name in ANGLES else _MM
        values[name] = float(entry["value"][place] * unit)
    return Measures(**values)


def place_of(level: str) -> float:
    """Place of a level along the spine: 0 at T1 to 16 at L5, -1 at C7, 17 at S1."""
    return float(CHAIN.index(level) - CHAIN.index("T1"))


@cache
def morphometry() -> Mapping[str, Mapping[str, Any]]:
    """The table: for each dimension ``value`` (17 levels, mm or degrees), ``spread`` (relative
    standard deviation), ``source``, ``standing``, ``title`` and perhaps ``note``."""
    text = (files("mwa_sim") / "data" / "morphometry.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return {name: entry for name, entry in table.items() if name != "levels"}


def implausible(level: str, given: Mapping[str, float], scale: float) -> list[str]:
    """What is wrong with measured lengths, one line each.

    A length is plausible within :data:`PLAUSIBLE` standard deviations of the scaled mean, an
    assumption that lets rare patients pass and catches wrong units and mixed-up names.

    Parameters
    ----------
    level : str
    given : mapping of str to float [m]
    scale : float

    Returns
    -------
    list of str
    """
    mean, found = measures(level).scaled(scale), []
    for name, value in given.items():
        usual = getattr(mean, name)
        reach = PLAUSIBLE * morphometry()[name]["spread"]
        low, high = usual * max(1.0 - reach, 0.3), usual * (1.0 + reach)
        if not low <= value <= high:
            found.append(
                f"dimensions.{name}: {value / _MM:.3g} mm is not plausible at {level}, where "
                f"{usual / _MM:.3g} mm is usual; expected {low / _MM:.3g} to {high / _MM:.3g} mm"
            )
    return found
