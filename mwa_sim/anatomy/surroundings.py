"""Great vessels beside the spine, and the skin of the back.

Vessels are sinks: blood that is replaced at the rate flow / volume of the vessel inside the block,
as in a well-mixed vessel through which the flow passes once. The bioheat equation then removes
``flow rho c (T - T_arterial)`` when the blood has the temperature T: no heat transfer coefficient
of the wall is needed, and blood that leaves the block takes its heat along. What the model leaves
out is the thermal boundary layer at the wall, which would make the sink a little weaker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mwa_sim.anatomy.segment import Segment
from mwa_sim.anatomy.shapes import rod, smooth_max, smooth_min
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
_STEP = 0.5 * _MM
#: Soft tissue between a vessel and the bodies or discs (assumption).
GAP = 1.5 * _MM
#: Places (0 at T1) of the angles and diameters of the aorta below.
_AORTA_PLACES = (3.0, 5.0, 7.0, 9.0, 11.0, 12.0, 13.0, 15.5)
#: Angle of the aorta around the body, from the front to the left [deg] (assumption: beside the body
#: at T5, in front of it from T12 down, a little to the left).
AORTA_ANGLE = (88.0, 78.0, 68.0, 50.0, 26.0, 16.0, 12.0, 6.0)
#: Diameter of the aorta: 24.7 mm at the isthmus and 24.3 mm at the diaphragm (hager2002), mean of
#: men and women below the renal arteries (rogers2013).
AORTA_DIAMETER = tuple(v * _MM for v in (24.7, 24.6, 24.5, 24.4, 24.3, 21.0, 18.5, 17.5))
#: The aorta is met from its arch at T4 down to its division at the lower end of L4.
AORTA_SPAN = (3.0, 15.45)
#: Vena cava: angle to the right, distance from the bodies, diameter; from its origin at L5 upwards
#: (assumptions; above L1 it leaves the spine and passes behind the liver).
CAVA_PLACES = (10.0, 12.0, 13.0, 15.5, 16.2)
CAVA_ANGLE = (-46.0, -42.0, -38.0, -28.0, -18.0)
CAVA_GAP = tuple(v * _MM for v in (18.0, 4.0, 1.5, 1.5, 1.5))
CAVA_DIAMETER = tuple(v * _MM for v in (20.0, 20.0, 19.0, 17.0, 15.0))
CAVA_SPAN = (8.0, 16.0)
#: First treated level with a vena cava: T12; further up it is far from the spine.
CAVA_FROM = 11.0
#: Diameter of common iliac arteries and veins (assumption).
ILIAC = 10.5 * _MM
#: Flow above the coeliac trunk and below the renal arteries, healthy people of 50 to 70 at rest:
#: 2.3 +- 0.4 and 0.9 +- 0.3 L/min (cheng2003). The infrarenal vena cava carries the latter.
FLOW_ABOVE, FLOW_BELOW = 2.3e-3 / 60.0, 0.9e-3 / 60.0
#: Below this place the aorta carries the infrarenal flow: the renal arteries leave at L1 or L2.
RENAL = 12.5
#: Thickness of the skin of the back and of the fat below it; soft tissue between the tips of the
#: spinous processes and the fat (assumptions).
SKIN, FAT, BEHIND_TIPS = 2.0 * _MM, 8.0 * _MM, 4.0 * _MM


@dataclass(frozen=True)
class Vessel:
    """A vessel: the part along the bodies, tabulated over z, and the branches below.

    Attributes
    ----------
    z : (k,) float array [m]
        Ascending.
    line : (k, 2) float array [m]
        x and y.
    radius : (k,) float array [m]
    low, high : float [m]
        Ends.
    branches : tuple of (start, end, radius)
    """

    z: Floats
    line: Floats
    radius: Floats
    low: float
    high: float
    branches: tuple[tuple[Floats, Floats, float], ...] = ()

    def __call__(self, points: Floats) -> Floats:
        """Level function, (n, 3) [m] -> (n,) [m]."""
        x, y, z = points.T
        away = np.hypot(x - np.interp(z, self.z, self.line[:, 0]),
                        y - np.interp(z, self.z, self.line[:, 1]))  # fmt: skip
        trunk = away - np.interp(z, self.z, self.radius)
        end = np.maximum(self.low - z, z - self.high)
        level = smooth_max(trunk, end, 8.0 * _MM)
        if self.branches:
            parts = [rod(points, start, stop, r, r) for start, stop, r in self.branches]
            level = smooth_min(level, np.min(parts, axis=0), 4.0 * _MM)
        return np.asarray(level)


def aorta(chain: list[Segment], scale: float) -> Vessel:
    """Aorta beside the chain, with its arch at T4 and the common iliac arteries below L4."""
    gaps = (GAP,) * len(_AORTA_PLACES)
    return _vessel(
        chain, _AORTA_PLACES, AORTA_ANGLE, AORTA_DIAMETER, gaps, AORTA_SPAN, scale, arch=True
    )


def vena_cava(chain: list[Segment], scale: float) -> Vessel:
    """Inferior vena cava, with the common iliac veins below L5."""
    return _vessel(chain, CAVA_PLACES, CAVA_ANGLE, CAVA_DIAMETER, CAVA_GAP, CAVA_SPAN, scale)


def _vessel(
    chain: list[Segment],
    places: tuple[float, ...],
    angles: tuple[float, ...],
    diameters: tuple[float, ...],
    gaps: tuple[float, ...],
    span: tuple[float, float],
    scale: float,
    arch: bool = False,
) -> Vessel:
    from scipy.interpolate import PchipInterpolator

    # The iliac arteries cross the veins in front.
    forwards = 7.0 if arch else -2.0

    rows = []
    for s in chain[::-1]:
        angle = np.radians(np.interp(s.place, places, angles))
        radius = float(np.interp(s.place, places, diameters)) / 2.0 * scale
        # Rims stand out from the waist: the vessel passes over the larger, lower rim.
        half = np.array([s.size.lower_depth - s.size.depth / 2.0, s.size.lower_width / 2.0])
        out = np.array([np.cos(angle), np.sin(angle)])
        # Support of the ellipse that encloses the section, along the direction of the angle.
        gap = float(np.interp(s.place, places, gaps)) * scale
        reach = float(np.linalg.norm(half * out)) + gap + radius
        centre = s.world(np.array([[out[0] * reach, out[1] * reach, 0.0]]))[0]
        rows.append((centre[2], centre[0], centre[1], radius, s.place))
    table = np.array(rows)
    # Straight on beyond the first and the last vertebra, one segment either way.
    before, after = 2.0 * table[0] - table[1], 2.0 * table[-1] - table[-2]
    table = np.concatenate([before[None], table, after[None]])
    table[:, 3] = np.maximum(table[:, 3], 4.0 * _MM)
    z = np.arange(table[0, 0], table[-1, 0], _STEP)
    smooth = PchipInterpolator(table[:, 0], table[:, 1:4])(z)
    step = float(np.mean(np.diff(table[:, 0])))

    def height(place: float) -> float:
        found = float(np.interp(-place, -table[:, 4], table[:, 0]))
        beyond = table[0, 4] - place if place > table[0, 4] else table[-1, 4] - place
        outside = place > table[0, 4] or place < table[-1, 4]
        return found + (beyond * step if outside else 0.0)

    bottom, top = height(span[1]), height(span[0])

    def middle(at: float) -> Floats:
        return np.array([*(float(np.interp(at, z, smooth[:, k])) for k in (0, 1)), at])

    branches = []
    if z[0] < bottom < z[-1]:
        start, r = middle(bottom), ILIAC / 2.0 * scale
        for side in (-1.0, 1.0):
            first = start + np.array([0.0, side * 3.0, 3.0]) * _MM * scale
            second = first + np.array([forwards, side * 14.0, -15.0]) * _MM * scale
            third = second + np.array([-14.0, side * 34.0, -40.0]) * _MM * scale
            branches += [(first, second, r), (second, third, r)]
    if arch and z[0] < top < z[-1]:
        # The arch goes on forwards and to the right, at the height of T4.
        start, r = middle(top), float(np.interp(top, z, smooth[:, 2]))
        start[2] -= 0.6 * r
        branches.append((start, start + np.array([36.0, -20.0, 6.0]) * _MM * scale, r))
    return Vessel(z, smooth[:, :2], smooth[:, 2], bottom, top, tuple(branches))


def vessel_tissue(level: Level, flow: float, low: Floats, high: Floats) -> Mapping[str, Any]:
    """Table of blood that is replaced at the rate flow / volume.

    Parameters
    ----------
    level : level function
        The vessel.
    flow : float [m3/s]
    low, high : (3,) float array [m]
        Corners of the block.

    Returns
    -------
    mapping
        As a ``[tissue.NAME]`` table.
    """
    rate = flow / sampled_volume(level, low, high)
    return {
        "mixture": {"blood": 1.0},
        "title": "Blood of a great vessel",
        "perfusion": {
            "value": f"{rate:.4g} 1/s",
            "range": [f"{0.5 * rate:.4g} 1/s", f"{1.5 * rate:.4g} 1/s"],
            "source": "cheng2003",
            "standing": "calculated",
            "range_source": "mwa_sim_assumption",
            "note": f"Flow of {flow * 6e4:.2g} L/min over the volume of the vessel in the block.",
        },
    }


def sampled_volume(level: Level, low: Floats, high: Floats, step: float = 1.5 * _MM) -> float:
    """Volume of a region inside a box by regular sampling [m3]."""
    axes = [np.arange(a + step / 2.0, b, step) for a, b in zip(low, high, strict=True)]
    inside = 0
    for z in axes[2]:
        grid = np.stack(np.meshgrid(axes[0], axes[1], [z], indexing="ij"), axis=-1)
        inside += int((level(grid.reshape(-1, 3)) < 0.0).sum())
    return inside * step**3
