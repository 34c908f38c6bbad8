"""What the spinal canal holds: tubes about one curved line, their sections tabulated along z.

Any source that knows the line of the canal with its depth and width gets the same sac, cord, cauda
equina, nerve roots and fat. The dura (0.3 to 0.5 mm) is merged into the fluid: no element is that
thin, and a sheet of 0.4 mm with the conductivity of tissue changes no temperature that can be
resolved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mwa_sim.anatomy.shapes import along_ray, bounded, folded, gauge, rod, smooth_max, smooth_min
from mwa_sim.anatomy.spinal_canal import canal_section, triangularity
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3
#: Distance of the tabulated heights.
STEP = 0.25 * _MM
#: Level functions of roots are evaluated this close to their box.
_NEAR = 6.0 * _MM
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
#: Most of the depth of a canal that the epidural space takes, in patients with narrow canals.
_MOST_EPIDURAL = 0.4

#: Ends of a rod and its radius at them.
Rod = tuple[Floats, Floats, float, float]


@dataclass(frozen=True)
class Tubes:
    """Canal and contents as level functions.

    Attributes
    ----------
    z : (n,) float array [m]
        Heights :data:`STEP` apart, ascending.
    table : dict of str to (n,) float array
        As from :func:`sections`; ``middle`` is y of the line, if it is not 0 everywhere.
    rods : list of list of Rod
        Roots of each vertebra on the left, as from :func:`root_rods`, with y from the middle.
    """

    z: Floats
    table: dict[str, Floats]
    rods: list[list[Rod]]

    def at(self, names: tuple[str, ...], z: Floats) -> list[Floats]:
        """Tabulated quantities at heights, such as ``centre``, ``depth`` or ``place``."""
        # The heights are evenly spaced: no search is needed.
        t = np.clip((z - self.z[0]) / STEP, 0.0, len(self.z) - 1.001)
        index = t.astype(np.int64)
        t -= index
        found = []
        for name in names:
            table = self.table[name]
            found.append(table[index] * (1.0 - t) + table[index + 1] * t)
        return found

    def straight(self, points: Floats) -> Floats:
        """Points with y measured from the middle of the canal."""
        if "middle" not in self.table:
            return points
        (middle,) = self.at(("middle",), points[:, 2])
        return points - np.stack([0.0 * middle, middle, 0.0 * middle], axis=1)

    def canal(self, points: Floats) -> Floats:
        """Spinal canal; in front it reaches into bodies and discs, which have priority."""
        x, y, z = self.straight(points).T
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
        return _nearest(self.rods, self.straight(points), 0.0)

    def fat(self, points: Floats) -> Floats:
        """Canal with the fat around the roots in the foramina."""
        sleeves = _nearest([rods[::2] for rods in self.rods], self.straight(points), ROOT_FAT)
        return smooth_min(self.canal(points), sleeves, 2.0 * _MM)

    @property
    def conus_end(self) -> float:
        """z of the end of the cord [m]."""
        return self._height_of(CONUS)

    @property
    def cauda_top(self) -> float:
        """z where the bundle of roots begins around the conus [m]."""
        return self._height_of(CONUS - 0.75)

    def at_sac(self, line: Floats) -> Floats:
        """A root's line (4, 3) [m] whose start is moved to the edge of the sac."""
        line = line.copy()
        sac_x, sac_width = self.at(("sac_x", "sac_width"), line[:1, 2])
        line[0, :2] = sac_x[0], sac_width[0] / 2.0 - 1.0 * _MM
        return line

    def _height_of(self, place: float) -> float:
        places = self.table["place"]
        return float(np.interp(place, places[::-1], self.z[::-1]))

    def _ellipse(self, points: Floats, x: str, depth: str, width: str) -> Floats:
        forwards, v, z = self.straight(points).T
        centre, thick, wide = self.at((x, depth, width), z)
        u = forwards - centre
        rho = gauge(2.0 * u / thick, 2.0 * v / wide, 2.0)
        return along_ray(np.hypot(u, v), rho, 1.0 * _MM)


def sections(
    place: Floats, centre: Floats, depth: Floats, width: Floats, factor: float = 1.0
) -> dict[str, Floats]:
    """Sections of the canal and of what it holds, along its line.

    Parameters
    ----------
    place : (n,) float array
        Place along the spine, 0 at T1 to 16 at L5.
    centre : (n,) float array [m]
        x of the middle of the canal.
    depth, width : (n,) float array [m]
        Largest extents of the free canal.
    factor : float
        Size of the cord, 1 in the mean adult.

    Returns
    -------
    dict of str to (n,) float array
    """
    lumbar = np.interp(place, (9.0, 13.0), (0.0, 1.0))
    front = EPIDURAL_FRONT[0] + lumbar * (EPIDURAL_FRONT[1] - EPIDURAL_FRONT[0])
    back = EPIDURAL_BACK[0] + lumbar * (EPIDURAL_BACK[1] - EPIDURAL_BACK[0])
    small = np.minimum(_MOST_EPIDURAL * depth / (front + back), 1.0)
    front, back = small * front, small * back
    sac_depth = depth - front - back
    sac_width = width * (SAC_WIDTH[0] + lumbar * (SAC_WIDTH[1] - SAC_WIDTH[0]))
    sac_x = centre + (back - front) / 2.0
    taper = np.clip((CONUS - place) / 0.8, 0.0, 1.0)
    cord_width = np.interp(place, _PLACES, CORD_WIDTH) * factor
    cord_depth = np.interp(place, _PLACES, CORD_DEPTH) * factor
    cord_width = 2 * _CONUS_RADIUS + taper * (cord_width - 2 * _CONUS_RADIUS)
    cord_depth = 2 * _CONUS_RADIUS + taper * (cord_depth - 2 * _CONUS_RADIUS)
    cauda_depth = CAUDA[1] * sac_depth
    return {
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


def root_line(
    wall: float, width: float, pedicle_width: float, underside: float, lumbar: float
) -> Floats:
    """Middle line of a left nerve root below its pedicle, (4, 3) [m].

    From the sac to the inner and the outer end of the foramen and beyond; x and y of its start are
    those of the edge of the sac, which :meth:`Tubes.at_sac` puts there.

    Parameters
    ----------
    wall : float [m]
        x of the posterior wall of the body.
    width, pedicle_width : float [m]
        Of the canal and of the pedicle.
    underside : float [m]
        z of the lower border of the pedicle.
    lumbar : float
        0 in the thorax to 1 in the lumbar spine.
    """
    mm = _MM
    ganglion = GANGLION[0] + lumbar * (GANGLION[1] - GANGLION[0])
    under = underside - ganglion - 1.0 * mm
    inner = np.array([wall - 4.5 * mm, width / 2.0 - 0.5 * mm, under])
    outer = inner + np.array([0.0, pedicle_width + 1.0 * mm, -1.5 * mm])
    away = outer + np.array([(4.0 * lumbar - 3.0) * mm, 14.0 * mm, -(2.0 + 12.0 * lumbar) * mm])
    start = inner + np.array([-1.5 * mm, 0.0, (2.0 + 6.0 * lumbar) * mm])
    return np.stack([start, inner, outer, away])


def root_rods(line: Floats, lumbar: float) -> list[Rod]:
    """A root along its line (4, 3) [m] with its ganglion; even places are those that lie in fat."""
    thin = ROOT[0] + lumbar * (ROOT[1] - ROOT[0])
    thick = GANGLION[0] + lumbar * (GANGLION[1] - GANGLION[0])
    start, inner, outer, away = line
    beyond = outer + 0.35 * (away - outer)
    return [
        (inner, outer, thick, thick),
        (start, inner, thin, thick),
        (outer, beyond, thick, thin),
        (outer, away, thin, thin),
    ]


def _nearest(groups: list[list[Rod]], points: Floats, wider: float) -> Floats:
    """Union of rods on both sides, each group evaluated near its box only."""
    side = folded(points)
    value = np.full(len(points), np.inf)
    for rods in groups:
        ends = np.array([end for a, b, _, _ in rods for end in (a, b)])
        thick = max(max(ra, rb) for _, _, ra, rb in rods) + wider

        def level(p: Floats, rods: list[Rod] = rods) -> Floats:
            parts = [rod(p, a, b, ra + wider, rb + wider) for a, b, ra, rb in rods]
            return np.asarray(np.min(parts, axis=0))

        box = (ends.min(axis=0) - thick, ends.max(axis=0) + thick)
        value = np.minimum(value, bounded(level, *box, _NEAR)(side))
    return value
