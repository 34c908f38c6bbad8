"""From the parts of an antenna to its section, refusing what cannot be built or cannot radiate."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from mwa_sim.antenna.arrangement import TOLERANCE, Arrangement, BoolArray, arrange
from mwa_sim.antenna.field.section import Part, Section
from mwa_sim.antenna.parts import PartEntry
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.typing import IntArray

_MARGIN = 1e-3
"""Tissue around the parts, and length of the shaft, in the frame of the checks [m]."""

_TISSUE = -1


def build_section(
    parts: Sequence[PartEntry],
    inner_conductor: str,
    outer_conductor: str,
    outer_diameter: float | None,
    problems: list[str],
) -> Section | None:
    """The section that parts make up.

    Parameters
    ----------
    parts : sequence of PartEntry
    inner_conductor, outer_conductor : str
        Names of the conductors of the coaxial line at the hub.
    outer_diameter : float or None [m]
        To be that of the parts; None is not checked.
    problems : list of str
        Where mistakes are added.

    Returns
    -------
    Section or None
        Bodies first, then the cuts; None after a mistake.
    """
    found: list[str] = []
    ordered = sorted(parts, key=lambda part: part.cut is not None)
    layout = _Layout(ordered)
    found += layout.cut_problems()
    found += layout.overlaps()
    port = layout.port(inner_conductor, outer_conductor, found)
    if not found:
        # Gaps, enclosed dielectrics and the way out mean something for sound parts only.
        found += layout.gaps() + layout.size_problems(outer_diameter)
        found += layout.way_problems(port)
    problems += found
    if found or port is None:
        return None
    inner, outer, dielectric = port
    permittivity = complex(ordered[dielectric].permittivity or 1.0)
    return Section(
        parts=tuple(Part(part.name, part.outline, part.permittivity) for part in ordered),
        port=(inner, outer),
        port_permittivity=permittivity.real,
    )


class _Layout:
    """Parts, bodies before cuts, and the trapezoids that their outlines cut the plane into."""

    def __init__(self, parts: Sequence[PartEntry]) -> None:
        self.parts = parts
        heights = np.concatenate([part.outline[:, 1] for part in parts])
        self.top = float(np.max(heights[np.isfinite(heights)], initial=0.0)) + _MARGIN
        self.tip = float(heights.min())
        self.radius = max(float(part.outline[:, 0].max()) for part in parts)
        outlines = [np.minimum(part.outline, [np.inf, self.top]) for part in parts]
        self.plan: Arrangement = arrange(
            outlines, self.radius + _MARGIN, self.tip - _MARGIN, self.top
        )
        self.filling: IntArray = np.full(len(self.plan.z), _TISSUE)
        for i in range(len(parts)):
            self.filling[self.plan.inside[:, i]] = i
        metal = np.array([part.permittivity is None for part in parts] + [False])
        self.metal: BoolArray = metal[self.filling]

    def place(self, cells: BoolArray) -> str:
        """Where some trapezoids lie, in words."""
        r0, r1, z0, z1 = (1e3 * x for x in self.plan.extent(cells))
        end = "the hub" if z1 >= 1e3 * (self.top - TOLERANCE) else f"{z1:.4g} mm"
        return f"at r {r0:.4g} to {r1:.4g} mm, z {z0:.4g} mm to {end}"

    def index(self, name: str) -> int | None:
        """Number of the part with a name."""
        names = [part.name for part in self.parts]
        return names.index(name) if name in names else None

    def overlaps(self) -> list[str]:
        """Bodies, or cuts, that take the same place."""
        found = []
        for i, j in combinations(range(len(self.parts)), 2):
            one, other = self.parts[i], self.parts[j]
            both = self.plan.inside[:, i] & self.plan.inside[:, j]
            if (one.cut is None) == (other.cut is None) and both.any():
                found.append(f"parts {one.name!r} and {other.name!r} overlap {self.place(both)}")
        return found

    def cut_problems(self) -> list[str]:
        """Cuts that do not lie in a conductor or do not go through it."""
        found = []
        conductors = [p.name for p in self.parts if p.permittivity is None and p.cut is None]
        for i, part in enumerate(self.parts):
            if part.cut is None:
                continue
            where = f"part {part.name!r}"
            owner = self.index(part.cut)
            if part.permittivity is None:
                found.append(f"{where}: a cut is filled with a dielectric, not with a conductor")
            if part.cut not in conductors or owner is None:
                hint = did_you_mean(part.cut, conductors)
                found.append(f"{where}: cut: no conductor is called {part.cut!r}{hint}")
                continue
            here, host = self.plan.inside[:, i], self.plan.inside[:, owner]
            if (here & ~host).any():
                outside = self.place(here & ~host)
                found.append(
                    f"{where}: does not lie within {part.cut!r}, from which it is cut: {outside} "
                    f"it is outside"
                )
            elif not (host & ~here).any():
                found.append(f"{where}: leaves nothing of {part.cut!r}")
            elif part.through:
                pieces = self.plan.regions(host & ~here).max() - self.plan.regions(host).max()
                if pieces < 1:
                    found.append(
                        f"{where}: does not reach through {part.cut!r}; make it reach from face "
                        "to face, or write through = false for a groove such as a choke"
                    )
        return found

    def port(self, inner: str, outer: str, problems: list[str]) -> tuple[float, float, int] | None:
        """Radii of the coaxial line at the hub and the number of its dielectric."""
        plan = self.plan
        at_hub = plan.z[:, 1] >= self.top - TOLERANCE
        ends: list[tuple[float, float]] = []
        conductors = [part.name for part in self.parts if part.permittivity is None]
        for key, name in (("inner_conductor", inner), ("outer_conductor", outer)):
            number = self.index(name)
            if number is None or name not in conductors:
                hint = did_you_mean(name, conductors)
                problems.append(f"port: {key}: no conductor is called {name!r}{hint}")
                continue
            here = at_hub & (self.filling == number)
            if not here.any():
                problems.append(
                    f'port: part {name!r} does not go on to the hub; give it z = ["...", "hub"]'
                )
                continue
            ends.append((float(plan.left[here, 1].min()), float(plan.right[here, 1].max())))
        if len(ends) < 2:
            return None
        start, end = ends[0][1], ends[1][0]
        if end - start <= TOLERANCE:
            problems.append(
                f"port: {inner!r} touches {outer!r} at the hub: the inner conductor ends at r = "
                f"{1e3 * start:.4g} mm, the outer one begins at {1e3 * end:.4g} mm"
            )
            return None
        middle = 0.5 * (plan.left[:, 1] + plan.right[:, 1])
        between = sorted(set(self.filling[at_hub & (middle > start) & (middle < end)].tolist()))
        if len(between) > 1 or between[0] == _TISSUE or self.parts[between[0]].permittivity is None:
            names = " and ".join("a gap" if i < 0 else repr(self.parts[i].name) for i in between)
            problems.append(
                f"port: one dielectric must fill the line between {inner!r} and {outer!r} at the "
                f"hub; there is {names}"
            )
            return None
        dielectric = self.parts[between[0]]
        if complex(dielectric.permittivity or 1.0).imag != 0.0:
            problems.append(
                f"port: part {dielectric.name!r} must be without loss; the loss of the cable "
                "belongs to cable.transmission"
            )
        return start, end, between[0]

    def gaps(self) -> list[str]:
        """Holes between parts, which tissue would fill."""
        tissue = self.filling == _TISSUE
        regions = self.plan.regions(tissue)
        outside = self.plan.extent(tissue)
        found = []
        for region in range(regions.max() + 1):
            cells = regions == region
            # Tissue comes from below and from the side, not out of the hub.
            beyond = self.plan.right[cells].max() >= outside[1] - TOLERANCE
            if not beyond:
                found.append(self._gap(cells))
        at_hub = tissue & (self.plan.z[:, 1] >= self.top - TOLERANCE)
        inside = at_hub & (self.plan.left[:, 1] < self._hub_radius() - TOLERANCE)
        if not found and inside.any():
            found.append(self._gap(inside))
        return found

    def _hub_radius(self) -> float:
        at_hub = (self.plan.z[:, 1] >= self.top - TOLERANCE) & (self.filling != _TISSUE)
        return float(self.plan.right[at_hub, 1].max())

    def _gap(self, cells: BoolArray) -> str:
        around = self.plan.touching(cells, self.filling != _TISSUE)
        names = list(dict.fromkeys(self.parts[i].name for i in self.filling[around]))
        which = " and ".join(repr(name) for name in names)
        return (
            f"between parts {which} a gap would be filled with tissue, {self.place(cells)}; "
            "fill it with a part, of permittivity 1 for air"
        )

    def size_problems(self, outer_diameter: float | None) -> list[str]:
        """Tip that is not at z = 0; thickest part that is not the antenna's thickness."""
        found = []
        if abs(self.tip) > TOLERANCE:
            lowest = min(self.parts, key=lambda part: float(part.outline[:, 1].min()))
            found.append(
                f"part {lowest.name!r}: the tip of the antenna must be at z = 0, this part begins "
                f"at z = {1e3 * self.tip:.4g} mm"
            )
        if outer_diameter is not None and abs(2.0 * self.radius - outer_diameter) > 2 * TOLERANCE:
            widest = max(self.parts, key=lambda part: float(part.outline[:, 0].max()))
            found.append(
                f"outer_diameter: is {1e3 * outer_diameter:.4g} mm, but part {widest.name!r} has "
                f"an outer diameter of {2e3 * self.radius:.4g} mm"
            )
        return found

    def way_problems(self, port: tuple[float, float, int] | None) -> list[str]:
        """Dielectrics that no field reaches, and an antenna that lets none out."""
        if port is None:
            return []
        regions = self.plan.regions(~self.metal)
        start, end, dielectric = port
        feed = int(
            regions[
                (self.filling == dielectric)
                & (self.plan.z[:, 1] >= self.top - TOLERANCE)
                & (self.plan.left[:, 1] >= start - TOLERANCE)
                & (self.plan.right[:, 1] <= end + TOLERANCE)
            ][0]
        )
        outside = set(regions[self.filling == _TISSUE].tolist())
        found = []
        if feed not in outside:
            found.append(
                "closed antenna, no way out: nothing but metal lies between the tissue and part "
                f"{self.parts[dielectric].name!r}, along which the wave comes; cut a slot into a "
                "conductor or open the end"
            )
        for i, part in enumerate(self.parts):
            reached = set(regions[self.filling == i].tolist())
            if part.permittivity is not None and reached - outside - {feed}:
                found.append(
                    f"part {part.name!r}: is completely enclosed in metal, no field can get in"
                )
        return found
