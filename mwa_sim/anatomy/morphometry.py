"""Dimensions of lumbar vertebrae.

Endplates, posterior body height, canal and pedicle width are the means of M. M. Panjabi et al.,
Human lumbar vertebrae: quantitative three-dimensional anatomy, Spine 17:299-306 (1992), as quoted
by others and not checked against the original. What that table does not give is marked as an
assumption and follows the usual proportions of lumbar vertebrae.
"""

from __future__ import annotations

from dataclasses import dataclass

from mwa_sim.errors import InputError

_MM = 1e-3


@dataclass(frozen=True)
class Dimensions:
    """Dimensions of one vertebra and of the spine around it [m].

    Attributes
    ----------
    endplate_width, endplate_depth : float
        Lateral and antero-posterior (midline) extent of the upper endplate.
    posterior_height : float
        Height of the body at its posterior wall.
    canal_width, canal_depth : float
        Lateral and antero-posterior extent of the spinal canal.
    pedicle_width, pedicle_height : float
        Section of the pedicle at its narrowest place.
    disc_height : float
        Height of the discs above and below (assumption).
    transverse_span, spinous_reach : float
        From tip to tip of the transverse processes; from the centre of the body to the tip of the
        spinous process (assumptions).
    """

    endplate_width: float
    endplate_depth: float
    posterior_height: float
    canal_width: float
    canal_depth: float
    pedicle_width: float
    pedicle_height: float
    disc_height: float
    transverse_span: float
    spinous_reach: float


# Columns as in Dimensions, in mm; six of Panjabi 1992 (quoted), then four assumptions.
_TABLE = {
    "L1": (41.2, 34.1, 23.8, 23.7, 19.0, 8.6, 15.5, 8.0, 74.0, 68.0),
    "L2": (42.6, 34.6, 24.3, 23.8, 18.2, 8.3, 15.0, 8.5, 80.0, 70.0),
    "L3": (44.1, 35.2, 23.8, 24.3, 17.5, 10.2, 14.5, 9.5, 88.0, 71.0),
    "L4": (46.6, 35.5, 24.1, 25.4, 18.6, 14.1, 15.0, 10.5, 88.0, 68.0),
    "L5": (47.3, 34.7, 22.9, 27.1, 19.7, 18.6, 15.0, 10.5, 92.0, 62.0),
}

#: Levels that :func:`dimensions` knows.
LEVELS = tuple(_TABLE)


def dimensions(level: str) -> Dimensions:
    """Dimensions of a lumbar level.

    Parameters
    ----------
    level : {"L1", "L2", "L3", "L4", "L5"}

    Returns
    -------
    Dimensions
        Lengths in metres.

    Raises
    ------
    InputError
        If the level is not a lumbar one.

    Examples
    --------
    >>> round(dimensions("L2").endplate_width * 1e3, 1)
    42.6
    """
    if level not in _TABLE:
        raise InputError(f"level: expected one of {', '.join(LEVELS)}, got '{level}'")
    return Dimensions(*(value * _MM for value in _TABLE[level]))
