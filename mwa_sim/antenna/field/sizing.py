"""How fine the field of an antenna must be resolved: the wanted edge length of triangles."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from mwa_sim.antenna.field.planar import (
    SNAP,
    Arrangement,
    arrange,
    check_outlines,
    inside,
    to_segments,
)  # fmt: skip
from mwa_sim.antenna.field.section import Section
from mwa_sim.antenna.field.walls import Size
from mwa_sim.errors import MeshError
from mwa_sim.typing import BoolArray, FloatArray, IntArray

# Edge lengths per wavelength of the tissue, far from the antenna and along it. The elements are
# cubic: with these and the defaults of Sizing the absorbed power density is within about 0.5 % of
# that on far finer meshes (L1 norm, farther than 0.5 mm from the antenna), for the antennas of the
# library in soft tissue and bone at 2.45 GHz. Coarser than 4 the far field would dominate that
# error, the corners of bare conductors with a larger finest length, and the surface of a bare
# antenna with a larger one along it.
_PER_WAVELENGTH = 4.0
_PER_WAVELENGTH_INSIDE = 12.0
# Parts of the growth with which edges lengthen far away, and along a shaft that does not change.
# Measured: 0.6 and 0.25 from 20 mm on put the density beside a bare shaft in bone off by 1.9 %, and
# at 915 MHz by 1.2 %; these keep it within 0.5 % at 2.45 GHz and 0.8 % at 915 MHz.
_FAR = 0.15
_ALONG = 0.05
# A corner between dielectrics is refined less than one of a conductor.
_DIELECTRIC = 3.0
# Corners blunter than this [degrees] are arcs drawn with straight lines.
_BLUNT = 5.0
# The refinement of a corner of less than 90 degrees turning fades with its turning.
_FULL_TURN = 90.0
# The permittivity of the surrounding tissue is not known here, only that it is another one.
_TISSUE = complex("nan")


@dataclass(frozen=True)
class Sizing:
    """Wanted edge lengths around an antenna, for cubic elements.

    Parameters
    ----------
    finest : float [m]
        At the edges of conductors, where the field is singular.
    growth : float [-]
        Growth of the edge length per distance from there.
    inside : float [m]
        Largest inside the antenna and along its surface.
    coarsest : float [m]
        Largest in the tissue.
    slenderest : float [-]
        Largest ratio of the edge length along the shaft to the thickness of its thinnest
        dielectric.
    fading : float [m]
        Distance from the radiating part beyond which the wave has lost so much that edges may
        grow to twice ``coarsest``; along the shaft they grow slowly from its last change on.

    Raises
    ------
    MeshError
        Values that are not positive.
    """

    finest: float = 0.02e-3
    growth: float = 0.4
    inside: float = 0.7e-3
    coarsest: float = 4.5e-3
    slenderest: float = 15.0
    fading: float = 30.0e-3

    def __post_init__(self) -> None:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        problems = [
            f"sizing.{name} is {value}; expected a finite number > 0"
            for name, value in given.items()
            if not (np.isfinite(value) and value > 0.0)
        ]
        if problems:
            raise MeshError(problems)

    @classmethod
    def for_wavelength(cls, wavelength: float, refinement: float = 1.0) -> Sizing:
        """Sizing that also resolves a wave in the tissue.

        Parameters
        ----------
        wavelength : float [m]
            In the tissue.
        refinement : float, optional
            Everything is finer by this factor.
        """
        standard = cls()
        return cls(
            inside=min(standard.inside, wavelength / _PER_WAVELENGTH_INSIDE),
            coarsest=wavelength / _PER_WAVELENGTH,
        ).refined(refinement)

    def refined(self, factor: float) -> Sizing:
        """The sizing with all edges shorter by a factor, for about factor**2 as many triangles."""
        return Sizing(
            self.finest / factor,
            self.growth / factor,
            self.inside / factor,
            self.coarsest / factor,
            self.slenderest / factor,
            self.fading,
        )


def size_function(section: Section, top: float, sizing: Sizing) -> Size:
    """The wanted edge length around an antenna as a function of the place.

    .. math:: h = \\min(\\min_c (h_c + g d_c),\\ h_i + g d_a,\\ h_{max})

    with ``d_c`` the distance to corner c of the antenna, ``h_c`` the finest length at it, ``d_a``
    the distance to the cylinder that encloses the antenna, and ``h_i`` the smaller of ``inside``
    and ``slenderest`` times the thinnest dielectric of the shaft. A corner counts if the field is
    singular there: where a conductor takes up less than half of the surroundings (``h_c`` is
    ``finest`` from 90 degrees less, and larger for blunter corners), and, three times as coarse,
    where the border between dielectrics turns. Far from the radiating part ``h_max`` and ``h_i``
    grow, see :class:`Sizing`.

    Parameters
    ----------
    section : Section
    top : float [m]
        Height of the hub, where the domain ends.
    sizing : Sizing

    Returns
    -------
    callable
        ``size(r, z)`` [m] of arrays of one shape.

    Raises
    ------
    MeshError
        Outlines that bound nothing.
    """
    outlines = section.outlines(top)
    low = min(float(outline[:, 1].min()) for outline in outlines)
    box = (2.0 * section.radius, low - section.radius, top)
    check_outlines(outlines, box)
    arrangement = arrange(outlines, box)
    corners, scale = _corners(section, outlines, arrangement, top)
    finest = sizing.finest * scale
    thinnest = _thinnest_dielectric(section, outlines, arrangement, top)
    longest = min(sizing.slenderest * thinnest, sizing.coarsest)
    radius, last = section.radius, section.highest_corner

    def size(r: FloatArray, z: FloatArray) -> FloatArray:
        off = np.hypot(np.maximum(r - radius, 0.0), np.maximum(low - z, 0.0))
        beyond = np.maximum(z - last, 0.0)
        far = np.maximum(np.maximum(off, beyond) - sizing.fading, 0.0)
        coarsest = np.minimum(sizing.coarsest + _FAR * sizing.growth * far, 2.0 * sizing.coarsest)
        along = np.minimum(sizing.inside + _ALONG * sizing.growth * beyond, longest)
        want = np.minimum(along + sizing.growth * off, coarsest)
        for (r_c, z_c), h in zip(corners, finest, strict=True):
            want = np.minimum(want, h + sizing.growth * np.hypot(r - r_c, z - z_c))
        return want

    return size


def _materials(
    section: Section, outlines: list[FloatArray], points: FloatArray
) -> tuple[IntArray, list[complex | None]]:
    """Number of the material at points, and the materials; None is a conductor."""
    materials: list[complex | None] = [_TISSUE]
    number = np.zeros(len(points), dtype=np.int64)
    for part, outline in zip(section.parts, outlines, strict=True):
        if part.permittivity not in materials:
            materials.append(part.permittivity)
        number[inside(points, outline)] = materials.index(part.permittivity)
    return number, materials


def _corners(
    section: Section, outlines: list[FloatArray], arrangement: Arrangement, top: float
) -> tuple[FloatArray, FloatArray]:
    """Points (n, 2) [m] where the field is singular, and the size there over the finest."""
    points, edges = arrangement.points, arrangement.edges
    r_max = points[:, 0].max()
    kept, scales = [], []
    gaps, _ = to_segments(points, points[edges[:, 0]], points[edges[:, 1]])
    for k, point in enumerate(points):
        # Ends of the domain are no corners of the antenna.
        if point[0] >= r_max or point[1] >= top - SNAP or point[1] <= points[:, 1].min():
            continue
        touching = (edges == k).any(axis=1)
        others = edges[touching].sum(axis=1) - k
        spokes = points[others] - point
        reach = 0.3 * min(gaps[k, ~touching].min(initial=r_max), np.hypot(*spokes.T).min())
        angles = np.sort(np.arctan2(spokes[:, 1], spokes[:, 0]))
        on_axis = point[0] <= 0.0
        if not on_axis:
            angles = np.append(angles, angles[0] + 2.0 * np.pi)
        middle = 0.5 * (angles[1:] + angles[:-1])
        probes = point + reach * np.column_stack([np.cos(middle), np.sin(middle)])
        number, materials = _materials(section, outlines, probes)
        conducting = np.array([materials[n] is None for n in number])
        scale = _scale(np.degrees(angles), number, conducting, on_axis)
        if np.isfinite(scale):
            kept.append(point)
            scales.append(scale)
    return np.array(kept).reshape(-1, 2), np.array(scales)


def _scale(angles: FloatArray, number: IntArray, conducting: BoolArray, on_axis: bool) -> float:
    """Wanted size at a point over the finest one, infinite at a point that is no corner.

    ``angles`` [degrees] bound the sectors around the point. On the axis they span the half-plane;
    the other half is its mirror image.
    """
    widths = np.diff(angles)
    if on_axis:
        widths = np.concatenate([widths, widths[::-1]])
        number = np.concatenate([number, number[::-1]])
        conducting = np.concatenate([conducting, conducting[::-1]])
    if (number == number[0]).all():
        return np.inf
    has_conductor = bool(conducting.any())
    kind = conducting.astype(np.int64) if has_conductor else number
    # Sectors of one kind that follow each other make one, beginning at a border.
    first = int(np.flatnonzero(kind != np.roll(kind, 1))[0])
    widths, kind = np.roll(widths, -first), np.roll(kind, -first)
    starts = np.flatnonzero(kind != np.roll(kind, 1))
    sectors = np.add.reduceat(widths, starts)
    if has_conductor:
        turn, factor = float(sectors[kind[starts] == 0].max()) - 180.0, 1.0
    else:
        turn, factor = float(np.abs(sectors - 180.0).max()), _DIELECTRIC
    if turn < _BLUNT:
        return np.inf
    return factor * max(_FULL_TURN / turn, 1.0)


def _thinnest_dielectric(
    section: Section, outlines: list[FloatArray], arrangement: Arrangement, top: float
) -> float:
    """Thickness [m] of the thinnest layer of the shaft that is no conductor, at the hub."""
    points = arrangement.points
    radii = np.unique(points[points[:, 1] >= top - SNAP, 0])
    radii = radii[radii <= section.radius + SNAP]
    if len(radii) < 2:
        return np.inf
    below = points[points[:, 1] < top - SNAP, 1].max()
    middle = 0.5 * (radii[1:] + radii[:-1])
    probes = np.column_stack([middle, np.full(len(middle), 0.5 * (top + below))])
    number, materials = _materials(section, outlines, probes)
    layers = [
        float(width)
        for width, n in zip(np.diff(radii), number, strict=True)
        if materials[n] is not None
    ]
    return min(layers, default=np.inf)
