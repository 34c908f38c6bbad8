"""Cooling of the tissue by the shaft of the antenna, without meshing the shaft."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.typing import FloatArray

if TYPE_CHECKING:
    from mwa_sim.mesh.probe import Locator
    from mwa_sim.mesh.tetmesh import TetMesh

# Quadrature points around the shaft, and their largest spacing along it [m].
_AROUND = 16
_SPACING = 0.25e-3


def shaft_exchange(mesh: TetMesh, locator: Locator, pose: Pose, antenna: Antenna) -> FloatArray:
    """Heat exchange between nodes and the coolant of the shaft.

    The tissue loses ``h (T - T_coolant)`` per area of the cylinder of the antenna's outer
    diameter. The cylinder is covered with points of equal area; each gives its area to the
    nodes of its tetrahedron by the linear shape functions, so that node ``i`` loses
    ``g_i (T_i - T_coolant)`` with ``sum g_i = h x (lateral area inside the mesh)``. Points
    outside the mesh are dropped.

    Parameters
    ----------
    mesh : TetMesh
    locator : Locator
        Point location on this mesh.
    pose : Pose
    antenna : Antenna

    Returns
    -------
    (n_nodes,) array [W/K]
        None negative; all zero for an antenna without cooling.

    Examples
    --------
    >>> exchange = shaft_exchange(mesh, locator, pose, antenna)  # doctest: +SKIP
    >>> loss = exchange @ (temperature - antenna.cooling.coolant_temperature)  # doctest: +SKIP
    """
    exchange = np.zeros(len(mesh.nodes))
    cooling = antenna.cooling
    if cooling is None:
        return exchange
    # The part of the shaft that can be in the mesh at all: no farther than its farthest node.
    reach = float(pose.local(mesh.nodes)[1].max())
    length = min(cooling.shaft_length, reach - cooling.shaft_start)
    if length <= 0.0:
        return exchange
    n = max(int(np.ceil(length / _SPACING)), 1)
    radius = 0.5 * antenna.outer_diameter
    z = cooling.shaft_start + (np.arange(n) + 0.5) * (length / n)
    start = pose.ring(radius, 0.0, _AROUND)
    points = (start[None, :, :] + z[:, None, None] * pose.axis).reshape(-1, 3)
    area = 2.0 * np.pi * radius * length / len(points)
    tets, weights = locator.locate(points)
    inside = tets >= 0
    np.add.at(
        exchange,
        mesh.tets[tets[inside]].ravel(),
        (cooling.heat_transfer_coefficient * area * weights[inside]).ravel(),
    )
    return np.maximum(exchange, 0.0)
