"""What the spinal canal holds, along the chain of vertebrae.

Canal, sac, cord and cauda equina are tubes about one curved line; their sections are tabulated
along z. The dura (0.3 to 0.5 mm) is merged into the fluid: no element is that thin, and a sheet of
0.4 mm with the conductivity of tissue changes no temperature that can be resolved.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mwa_sim.anatomy.segment import NEAR, Segment
from mwa_sim.anatomy.shapes import along_ray, bounded, folded, gauge, rod, smooth_max, smooth_min
from mwa_sim.anatomy.spinal_canal import canal_section, triangularity
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
_STEP = 0.25 * _MM
#: Places along the spine (0 at T1) of the diameters of the cord below.
_PLACES = (0.0, 3.0, 6.0, 8.0, 10.0, 11.0, 12.0)
#: Transverse and antero-posterior diameter of the cord. Segment T8 (at the body of T6 or T7) 8.3
#: and 6.3 mm, segment L3 (at T11 or T12) 9.4 mm (frostell2016); the rest is an assumption between.
CORD_WIDTH = tuple(v * _MM for v in (10.0, 8.7, 8.3, 8.4, 9.4, 9.2, 7.5))
CORD_DEPTH = tuple(v * _MM for v in (6.9, 6.4, 6.3, 6.4, 6.9, 6.8, 5.8))
#: Place of the end of the cord: the disc L1/L2, the common textbook level.
CONUS = 12.55
#: Radius to which the conus tapers.
_CONUS_RADIUS = 1.3 * _MM
#: Epidural space in front of and behind the sac, thoracic and lumbar; sac over canal width
#: (assumptions: quoted posterior fat of 3 to 6 mm, anterior space of 1 to 2 mm).
EPIDURAL_FRONT = (1.2 * _MM, 2.0 * _MM)
EPIDURAL_BACK = (2.5 * _MM, 3.5 * _MM)
SAC_WIDTH = (0.78, 0.70)
#: Cauda equina over sac: width and depth of the bundle, which lies at the back (assumption).
CAUDA = (0.76, 0.58)
#: Radius of a nerve root and of its ganglion in the foramen, thoracic and lumbar (assumption).
ROOT = (1.5 * _MM, 2.3 * _MM)
GANGLION = (1.9 * _MM, 2.9 * _MM)
#: Fat around the root in its foramen.
ROOT_FAT = 2.0 * _MM

#: Ends of a rod and its radius at them.
_Rod = tuple[Floats, Floats, float, float]


@dataclass(frozen=True)
class Contents:
    """Canal and contents of a chain of vertebrae.

    Attributes
    ----------
    chain : list of Segment
    """

    chain: list[Segment]
    _z: Floats = field(init=False, repr=False)
    _table: dict[str, Floats] = field(init=False, repr=False)
    _rods: list[list[_Rod]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        z, table = _tabulate(self.chain)
        object.__setattr__(self, "_z", z)
        object.__setattr__(self, "_table", table)
        rods = [self._root(s) for s in self.chain if 0.0 <= s.place <= 16.0]
        object.__setattr__(self, "_rods", rods)

    def at(self, names: tuple[str, ...], z: Floats) -> list[Floats]:
        """Tabulated quantities at heights, such as ``centre``, ``depth`` or ``place``."""
        # The heights are evenly spaced: no search is needed.
        t = np.clip((z - self._z[0]) / _STEP, 0.0, len(self._z) - 1.001)
        index = t.astype(np.int64)
        t -= index
        found = []
        for name in names:
            table = self._table[name]
            found.append(table[index] * (1.0 - t) + table[index + 1] * t)
        return found

    def canal(self, points: Floats) -> Floats:
        """Spinal canal; in front it reaches into bodies and discs, which have priority."""
        x, y, z = points.T
        centre, depth, width, triangle = self.at(("centre", "depth", "width", "triangle"), z)
        return canal_section(x - centre, y, depth, width, triangle)

    def sac(self, points: Floats) -> Floats:
        """Dural sac with all it contains."""
        return self._ellipse(points, "sac_x", "sac_depth", "sac_width")

    def cord(self, points: Floats) -> Floats:
        """Spinal cord, which tapers to its end at the disc L1/L2."""
        section = self._ellipse(points, "cord_x", "cord_depth", "cord_width")
        end = self.conus_end
        return smooth_max(section, end - points[:, 2], 1.5 * _MM)

    def cauda(self, points: Floats) -> Floats:
        """Bundle of roots below the cord; the conus in its upper end has priority."""
        section = self._ellipse(points, "cauda_x", "cauda_depth", "cauda_width")
        return smooth_max(section, points[:, 2] - self.cauda_top, 3.0 * _MM)

    def neural(self, points: Floats) -> Floats:
        """Cord or cauda equina."""
        return np.asarray(np.minimum(self.cord(points), self.cauda(points)))

    def roots(self, points: Floats) -> Floats:
        """Nerve roots from the sac through the foramina."""
        return _nearest(self._rods, points, 0.0)

    def fat(self, points: Floats) -> Floats:
        """Canal with the fat around the roots in the foramina."""
        sleeves = _nearest([rods[::2] for rods in self._rods], points, ROOT_FAT)
        return smooth_min(self.canal(points), sleeves, 2.0 * _MM)

    @property
    def conus_end(self) -> float:
        """z of the end of the cord [m]."""
        return self._height_of(CONUS)

    @property
    def cauda_top(self) -> float:
        """z where the bundle of roots begins around the conus [m]."""
        return self._height_of(CONUS - 0.75)

    def root_path(self, segment: Segment, side: int) -> Floats:
        """Middle line of the root below the pedicle of a vertebra, (4, 3) [m]; +1 is left.

        From the edge of the sac to the inner and the outer end of the foramen and beyond.
        """
        lumbar, s, mm = segment.arch.lumbar, segment.size, _MM
        front, back = segment.arch.pedicle_axis(1)
        middle = (front + back) / 2.0
        ganglion = GANGLION[0] + lumbar * (GANGLION[1] - GANGLION[0])
        under = middle[2] - s.pedicle_height / 2.0 - ganglion - 1.0 * mm
        inner = np.array([s.posterior_wall - 4.5 * mm, s.canal_width / 2.0 - 0.5 * mm, under])
        half = s.pedicle_width / 2.0
        outer = inner + np.array([0.0, 2.0 * half + 1.0 * mm, -1.5 * mm])
        away = outer + np.array([(4.0 * lumbar - 3.0) * mm, 14.0 * mm, -(2.0 + 12.0 * lumbar) * mm])
        start = inner + np.array([-1.5 * mm, 0.0, (2.0 + 6.0 * lumbar) * mm])
        world = segment.world(np.stack([start, inner, outer, away]))
        sac_x, sac_width = self.at(("sac_x", "sac_width"), world[:1, 2])
        world[0, 0] = sac_x[0]
        world[0, 1] = sac_width[0] / 2.0 - 1.0 * mm
        world[:, 1] *= side
        return np.asarray(world)

    def _root(self, segment: Segment) -> list[_Rod]:
        lumbar = segment.arch.lumbar
        thin = ROOT[0] + lumbar * (ROOT[1] - ROOT[0])
        thick = GANGLION[0] + lumbar * (GANGLION[1] - GANGLION[0])
        start, inner, outer, away = self.root_path(segment, 1)
        # Even places are those that lie in fat: see fat().
        beyond = outer + 0.35 * (away - outer)
        return [
            (inner, outer, thick, thick),
            (start, inner, thin, thick),
            (outer, beyond, thick, thin),
            (outer, away, thin, thin),
        ]

    def _height_of(self, place: float) -> float:
        places = self._table["place"]
        return float(np.interp(place, places[::-1], self._z[::-1]))

    def _ellipse(self, points: Floats, x: str, depth: str, width: str) -> Floats:
        z = points[:, 2]
        centre, thick, wide = self.at((x, depth, width), z)
        u, v = points[:, 0] - centre, points[:, 1]
        rho = gauge(2.0 * u / thick, 2.0 * v / wide, 2.0)
        return along_ray(np.hypot(u, v), rho, 1.0 * _MM)


def _nearest(groups: list[list[_Rod]], points: Floats, wider: float) -> Floats:
    """Union of rods on both sides, each group evaluated near its box only."""
    side = folded(points)
    value = np.full(len(points), np.inf)
    for rods in groups:
        ends = np.array([end for a, b, _, _ in rods for end in (a, b)])
        thick = max(max(ra, rb) for _, _, ra, rb in rods) + wider

        def level(p: Floats, rods: list[_Rod] = rods) -> Floats:
            parts = [rod(p, a, b, ra + wider, rb + wider) for a, b, ra, rb in rods]
            return np.asarray(np.min(parts, axis=0))

        box = (ends.min(axis=0) - thick, ends.max(axis=0) + thick)
        value = np.minimum(value, bounded(level, *box, NEAR)(side))
    return value


def _tabulate(chain: list[Segment]) -> tuple[Floats, dict[str, Floats]]:
    """Heights, ascending, and all quantities at them."""
    from scipy.interpolate import CubicHermiteSpline

    knots = [s.world(np.array([[s.size.canal_centre, 0.0, 0.0]]))[0] for s in chain]
    at = np.array([k[2] for k in knots])[::-1]
    x = np.array([k[0] for k in knots])[::-1]
    slope = np.array([-np.tan(s.lean) for s in chain])[::-1]
    z = np.arange(at[0] - 30.0 * _MM, at[-1] + 30.0 * _MM, _STEP)
    curve = CubicHermiteSpline(at, x, slope)
    centre = curve(np.clip(z, at[0], at[-1]))
    centre += slope[0] * np.minimum(z - at[0], 0.0) + slope[-1] * np.maximum(z - at[-1], 0.0)

    def along(values: list[float]) -> Floats:
        return np.asarray(np.interp(z, at, np.array(values)[::-1]))

    place = along([s.place for s in chain])
    # Beyond the chain the place goes on, so that the conus is found where it would be.
    step = float(np.mean(np.diff(at)))
    place -= np.maximum(z - at[-1], 0.0) / step + np.minimum(z - at[0], 0.0) / step
    depth = along([s.size.canal_depth for s in chain])
    width = along([s.size.canal_width for s in chain])
    lumbar = np.interp(place, (9.0, 13.0), (0.0, 1.0))
    front = EPIDURAL_FRONT[0] + lumbar * (EPIDURAL_FRONT[1] - EPIDURAL_FRONT[0])
    back = EPIDURAL_BACK[0] + lumbar * (EPIDURAL_BACK[1] - EPIDURAL_BACK[0])
    sac_depth = depth - front - back
    sac_width = width * (SAC_WIDTH[0] + lumbar * (SAC_WIDTH[1] - SAC_WIDTH[0]))
    sac_x = centre + (back - front) / 2.0
    factor = float(np.median(width)) / float(np.median([_usual_width(s) for s in chain]))
    taper = np.clip((CONUS - place) / 0.8, 0.0, 1.0)
    cord_width = np.interp(place, _PLACES, CORD_WIDTH) * factor
    cord_depth = np.interp(place, _PLACES, CORD_DEPTH) * factor
    cord_width = 2 * _CONUS_RADIUS + taper * (cord_width - 2 * _CONUS_RADIUS)
    cord_depth = 2 * _CONUS_RADIUS + taper * (cord_depth - 2 * _CONUS_RADIUS)
    cauda_depth = CAUDA[1] * sac_depth
    table = {
        "centre": centre,
        "depth": depth,
        "width": width,
        "place": place,
        "triangle": np.array([triangularity(p) for p in place]),
        "sac_x": sac_x,
        "sac_depth": sac_depth,
        "sac_width": sac_width,
        "cord_x": sac_x + 0.3 * _MM,
        "cord_depth": np.minimum(cord_depth, 0.78 * sac_depth),
        "cord_width": np.minimum(cord_width, 0.80 * sac_width),
        "cauda_x": sac_x - (sac_depth - cauda_depth) / 2.0 + 0.9 * _MM,
        "cauda_depth": cauda_depth,
        "cauda_width": CAUDA[0] * sac_width,
    }
    return z, table


def _usual_width(segment: Segment) -> float:
    from mwa_sim.anatomy.measures import measures

    return measures(segment.size.level).canal_width
