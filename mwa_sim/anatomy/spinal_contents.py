"""What the spinal canal holds along the chain of vertebrae of the parametric spine."""

from __future__ import annotations

import numpy as np

from mwa_sim.anatomy.canal_tubes import STEP, Tubes, root_line, root_rods, sections
from mwa_sim.anatomy.segment import Segment
from mwa_sim.mesh.tetmesh import Floats

_MM = 1e-3


class Contents(Tubes):
    """Canal and contents of a chain of vertebrae.

    Parameters
    ----------
    chain : list of Segment
    """

    def __init__(self, chain: list[Segment]) -> None:
        super().__init__(*_tabulate(chain), [])
        for segment in chain:
            if 0.0 <= segment.place <= 16.0:
                line = self.root_path(segment, 1)
                self.rods.append(root_rods(line, segment.arch.lumbar))

    def root_path(self, segment: Segment, side: int) -> Floats:
        """Middle line of the root below the pedicle of a vertebra, (4, 3) [m]; +1 is left.

        From the edge of the sac to the inner and the outer end of the foramen and beyond.
        """
        s = segment.size
        front, back = segment.arch.pedicle_axis(1)
        underside = float((front[2] + back[2]) / 2.0) - s.pedicle_height / 2.0
        line = root_line(
            s.posterior_wall, s.canal_width, s.pedicle_width, underside, segment.arch.lumbar
        )
        world = self.at_sac(segment.world(line))
        world[:, 1] *= side
        return np.asarray(world)


def _tabulate(chain: list[Segment]) -> tuple[Floats, dict[str, Floats]]:
    """Heights, ascending, and all quantities at them."""
    from scipy.interpolate import CubicHermiteSpline

    knots = [s.world(np.array([[s.size.canal_centre, 0.0, 0.0]]))[0] for s in chain]
    at = np.array([k[2] for k in knots])[::-1]
    x = np.array([k[0] for k in knots])[::-1]
    slope = np.array([-np.tan(s.lean) for s in chain])[::-1]
    z = np.arange(at[0] - 30.0 * _MM, at[-1] + 30.0 * _MM, STEP)
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
    factor = float(np.median(width)) / float(np.median([_usual_width(s) for s in chain]))
    return z, sections(place, centre, depth, width, factor)


def _usual_width(segment: Segment) -> float:
    from mwa_sim.anatomy.measures import measures

    return measures(segment.size.level).canal_width
