"""Where the antenna is: its tip and the direction of its shaft."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mwa_sim.errors import InputError
from mwa_sim.typing import FloatArray

# Shorter than this, an entry-tip distance gives no usable direction (a tenth of a millimetre).
_SHORTEST = 1e-4


@dataclass(frozen=True, eq=False)
class Pose:
    """Position and direction of an antenna.

    Local coordinates of the antenna are the distance ``r`` from its axis and the coordinate
    ``z`` along it, ``z = (x - tip) . axis``: 0 at the tip, positive towards the hub.

    Parameters
    ----------
    tip : (3,) array [m]
        The end of the antenna inside the body.
    axis : (3,) array [-]
        Direction from the tip towards the hub; any length, stored with length 1.

    Raises
    ------
    InputError
        When a coordinate is not finite, has the wrong shape, or the axis has no length.

    Examples
    --------
    >>> pose = Pose.between(entry=(0.05, 0.0, 0.0), tip=(0.0, 0.0, 0.0))
    >>> pose.point(0.01).tolist()
    [0.01, 0.0, 0.0]
    """

    tip: FloatArray
    axis: FloatArray
    _frame: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        problems: list[str] = []
        tip = _vector(self.tip, "pose.tip", problems)
        axis = _vector(self.axis, "pose.axis", problems)
        length = float(np.linalg.norm(axis))
        if not problems and length < 1e-12:
            problems.append("pose.axis: has no length; give the direction from the tip to the hub")
        if problems:
            raise InputError(problems)
        axis = axis / length
        # Two directions across the axis; starting from the coordinate axis farthest from it
        # keeps the cross product well away from zero.
        helper = np.zeros(3)
        helper[int(np.argmin(np.abs(axis)))] = 1.0
        across = np.cross(axis, helper)
        across /= np.linalg.norm(across)
        frame = np.stack([across, np.cross(axis, across), axis])
        for name, value in (("tip", tip), ("axis", axis), ("_frame", frame)):
            value.flags.writeable = False
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pose):
            return NotImplemented
        return np.array_equal(self.tip, other.tip) and np.array_equal(self.axis, other.axis)

    def __hash__(self) -> int:
        return hash((self.tip.tobytes(), self.axis.tobytes()))

    @classmethod
    def between(cls, *, entry: ArrayLike, tip: ArrayLike) -> Pose:
        """Pose of an antenna that enters at one point and ends at another.

        Parameters
        ----------
        entry, tip : (3,) array [m]
            Any point on the shaft on the hub's side, and the tip.

        Returns
        -------
        Pose

        Raises
        ------
        InputError
            When the points are closer than 0.1 mm, or not three finite numbers each.
        """
        problems: list[str] = []
        start = _vector(entry, "pose.entry", problems)
        end = _vector(tip, "pose.tip", problems)
        if not problems and float(np.linalg.norm(start - end)) < _SHORTEST:
            problems.append(
                "pose: entry and tip are the same point (closer than 0.1 mm) and give no direction"
            )
        if problems:
            raise InputError(problems)
        return cls(tip=end, axis=start - end)

    def moved(
        self,
        by: ArrayLike = (0.0, 0.0, 0.0),
        *,
        deeper: float = 0.0,
        tip: ArrayLike | None = None,
        axis: ArrayLike | None = None,
    ) -> Pose:
        """A copy with another tip or axis, then shifted.

        Parameters
        ----------
        by : (3,) array [m], optional
            Shift of the tip.
        deeper : float [m], optional
            How much farther the antenna is pushed in along its axis (negative: withdrawn).
        tip, axis : (3,) array, optional
            Replacements for the tip [m] and the axis, applied first.

        Returns
        -------
        Pose
        """
        base = Pose(
            tip=self.tip if tip is None else np.asarray(tip, dtype=np.float64),
            axis=self.axis if axis is None else np.asarray(axis, dtype=np.float64),
        )
        shift = np.asarray(by, dtype=np.float64) - deeper * base.axis
        return Pose(tip=base.tip + shift, axis=base.axis)

    def frame(self, points: ArrayLike) -> FloatArray:
        """Cartesian coordinates of points in the antenna's own frame.

        Parameters
        ----------
        points : (n, 3) array [m]

        Returns
        -------
        (n, 3) array [m]
            Two coordinates across the axis and ``z`` along it.
        """
        offsets = np.asarray(points, dtype=np.float64) - self.tip
        return np.asarray(offsets @ self._frame.T, dtype=np.float64)

    def local(self, points: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Cylindrical coordinates of points in the antenna's own frame.

        Parameters
        ----------
        points : (n, 3) array [m]

        Returns
        -------
        r, z : (n,) arrays [m]
            Distance from the axis and coordinate along it.
        """
        local = self.frame(points)
        return np.hypot(local[..., 0], local[..., 1]), local[..., 2]

    def point(self, z: float) -> FloatArray:
        """The point of the axis at coordinate ``z`` [m], shape (3,) [m]."""
        return np.asarray(self.tip + z * self.axis, dtype=np.float64)

    def ring(self, r: float, z: float, n: int) -> FloatArray:
        """``n`` points on the circle of radius ``r`` [m] around the axis at ``z`` [m], (n, 3)."""
        angles = 2.0 * np.pi * (np.arange(n) + 0.5) / n
        across = np.outer(np.cos(angles), self._frame[0]) + np.outer(np.sin(angles), self._frame[1])
        return np.asarray(self.point(z) + r * across, dtype=np.float64)


def _vector(value: Any, where: str, problems: list[str]) -> FloatArray:
    """Three finite numbers, or a message appended to ``problems`` and zeros in its place."""
    try:
        vector = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        vector = np.zeros(0)
    if vector.shape != (3,):
        problems.append(f"{where}: expected three coordinates in metres, got {value!r}")
        return np.zeros(3)
    if not np.all(np.isfinite(vector)):
        problems.append(f"{where}: every coordinate must be a finite number, got {vector.tolist()}")
        return np.zeros(3)
    return vector
