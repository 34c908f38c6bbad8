"""Fit the interfaces of a carved lattice to their level functions and improve its elements.

A triangle whose corners lie on a curved surface cuts off a cap, so a carved ball is too small.
The fit moves interface nodes until the mean value of the level function over the triangles around
each node is zero: the volume is then right to second order, and so is the surface.
Between fits, nodes of the worst elements move to where their worst dihedral angle is better:
freely inside a region, along the surface on an interface, along the curve where interfaces meet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.collapse import collapse_bad
from mwa_sim.mesh.improve_kernels import move_guarded, qualities, smooth
from mwa_sim.mesh.quality import diffusion_rates, heights
from mwa_sim.mesh.stiff_kernels import relieve
from mwa_sim.mesh.stuffing import Level
from mwa_sim.mesh.surfaces import Surface, find_surfaces
from mwa_sim.mesh.tetmesh import Floats, Ints
from mwa_sim.mesh.volumes import Target, update_shifts

#: Rounds of fitting and smoothing.
ROUNDS = 7
#: Sine of the dihedral angle that smoothing works towards.
GOAL = 0.5
#: Sine of the dihedral angle that the fit does not go below.
FLOOR = 0.4
#: Elements lower than this, relative to the lowest of the lattice, count as bad by their size too.
#: Below 0.707 / GOAL, so that elements of the lattice (45 degrees) are never to be improved.
HEIGHT = 1.3
#: Rounds in which nodes of elements worse than COLLAPSE_BELOW may merge into neighbours.
COLLAPSE_TURNS = (0, 1, 2, 3, 4)
#: Nodes with a larger diffusion rate than this, relative to the stiffest node of the lattice, are
#: relieved: below it, cutting the lattice costs an explicit heat solver nothing to speak of.
STIFF = 1.22
#: Sine of the dihedral angle kept in each round; the few nodes that stay stiff may give up more.
RELIEF_FLOORS = (0.42, 0.42, 0.42, 0.34, 0.34)
COLLAPSE_BELOW = 0.42
#: In the end, nodes of elements worse than this leave their surface if nothing else helps: where
#: level functions jump within an element, no node on the surface gives good angles.
POOR = 0.34
TINY = 1e-30
#: At most this share of the nodes may leave their surface because they are stiff.
FEW = 5e-4
#: Volumes further from the wanted ones than this are fitted on, in up to so many rounds in the end.
MATCHED = 0.003
MATCHES = 8
_EPSILON = 1e-5


def improve_mesh(
    nodes: Floats,
    tets: Ints,
    regions: Ints,
    order: list[tuple[int, Level, float]],
    lattice: tuple[Floats, Ints],
    targets: Sequence[Target] = (),
    progress: Callable[[float], None] = lambda fraction: None,
) -> tuple[Floats, Ints, Ints, Floats]:
    """A better mesh from a carved lattice: fitted interfaces, fewer and better bad elements.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    tets : (m, 4) int array
    regions : (m,) int array
    order : list of (label, level function, value)
        Surfaces in order of priority: a face between two regions lies where the function of the
        first one has this value.
    lattice : (nodes, tets)
        The lattice before it was carved: the standard for heights and diffusion rates.
    targets : sequence of Target
        Wanted volumes, met by shifting surfaces.
    progress : callable
        Called with the fraction done.

    Returns
    -------
    nodes, tets, regions
        Arrays as given; some nodes have been merged into neighbours.
    shifts : (places,) float array [m]
        How far each surface of the order was shifted outwards.
    """
    x = np.ascontiguousarray(nodes.copy())
    planes = (nodes == nodes.min(axis=0)) | (nodes == nodes.max(axis=0))
    scale = HEIGHT * float(heights(*lattice).min())
    limit = STIFF * float(diffusion_rates(*lattice).max())
    start, around = elements_around(tets, len(x))
    surfaces = find_surfaces(tets, regions, order)
    shifts = np.zeros(len(order))
    for turn in range(ROUNDS):
        progress(turn / (ROUNDS + 1))
        chosen, step = _fit_steps(x, surfaces, planes, shifts)
        move_guarded(x, tets, start, around, chosen, step, FLOOR, scale)
        update_shifts(x, tets, regions, surfaces, targets, shifts)
        if turn == ROUNDS - 1:
            break
        quality = qualities(x, tets, scale)
        if turn in COLLAPSE_TURNS:
            bad = np.flatnonzero(quality < COLLAPSE_BELOW)
            x, tets, regions, kept = collapse_bad(
                x, tets, regions, start, around, bad, planes, scale
            )
            planes = planes[kept]
            start, around = elements_around(tets, len(x))
            surfaces = find_surfaces(tets, regions, order)
            quality = qualities(x, tets, scale)
        picked = np.unique(tets[quality < GOAL])
        smooth(x, tets, start, around, picked, _projectors(x, surfaces, planes), GOAL, scale)
    progress(ROUNDS / (ROUNDS + 1))
    for turn in range(max(len(RELIEF_FLOORS), MATCHES if targets else 0)):
        if turn < len(RELIEF_FLOORS):
            stiff = diffusion_rates(x, tets) > limit
            near = np.unique(tets[stiff[tets].any(axis=1)])
            free = _projectors(x, surfaces, planes)
            relieve(x, tets, start, around, near, free, RELIEF_FLOORS[turn])
        # Moving along a coarse surface changes what it encloses.
        if any(abs(target.error(x, tets, regions)) > MATCHED for target in targets):
            update_shifts(x, tets, regions, surfaces, targets, shifts)
            chosen, step = _fit_steps(x, surfaces, planes, shifts)
            move_guarded(x, tets, start, around, chosen, step, FLOOR, scale)
    for bound in (surfaces, []):
        poor = np.unique(tets[qualities(x, tets, TINY) < POOR])
        smooth(x, tets, start, around, poor, _projectors(x, bound, planes), POOR, TINY)
    # A single node where several surfaces meet would set the step of the whole mesh. Many stiff
    # nodes are a coarse mesh: freeing them all would change what their surfaces enclose.
    free = _projectors(x, [], planes)
    for _ in range(2):
        stiff = diffusion_rates(x, tets) > limit
        if stiff.sum() > FEW * len(x):
            break
        near = np.unique(tets[stiff[tets].any(axis=1)])
        relieve(x, tets, start, around, near, free, POOR)
    return x, tets, regions, shifts


def elements_around(tets: Ints, count: int) -> tuple[Ints, Ints]:
    """Elements around each node: offsets (n + 1,) and element numbers (4 m,)."""
    order = np.argsort(tets.reshape(-1), kind="stable")
    start = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(tets.reshape(-1), minlength=count), out=start[1:])
    return start, (order // 4).astype(np.int64)


def _fit_steps(
    x: Floats, surfaces: list[Surface], planes: NDArray[np.bool_], shifts: Floats
) -> tuple[Ints, Floats]:
    """Interface nodes and the moves that bring them onto all their surfaces at once."""
    square = np.zeros((len(x), 3, 3))
    pull = np.zeros((len(x), 3))
    reach = np.full(len(x), np.inf)
    touched = np.zeros(len(x), dtype=bool)
    for surface in surfaces:
        normal, edge = surface.normals(x)
        used = surface.nodes
        gap = surface.gaps(x)
        ahead = surface.level(x[used] + _EPSILON * normal)
        slope = (ahead - surface.level(x[used] - _EPSILON * normal)) / (2.0 * _EPSILON)
        gap = gap / np.clip(slope, 0.4, 2.5) - shifts[surface.place]
        square[used] += normal[:, :, None] * normal[:, None, :]
        pull[used] -= gap[:, None] * normal
        reach[used] = np.minimum(reach[used], 0.25 * edge)
        touched[used] = True
    chosen = np.flatnonzero(touched)
    for axis in range(3):
        on = planes[chosen, axis]
        # Leaving the plane is made so stiff that the least-squares move stays in it.
        square[chosen[on], axis, axis] += 1e6
    # A little damping: nearly parallel normals must not turn into a long move.
    system = square[chosen] + 0.02 * np.eye(3)
    step = np.linalg.solve(system, pull[chosen][:, :, None])[:, :, 0]
    step[planes[chosen]] = 0.0
    length = np.linalg.norm(step, axis=1)
    limit = np.minimum(1.0, reach[chosen] / np.maximum(length, 1e-30))
    return chosen.astype(np.int64), step * limit[:, None]


def _projectors(x: Floats, surfaces: list[Surface], planes: NDArray[np.bool_]) -> Floats:
    """Projector onto the directions that leave no surface, (n, 3, 3)."""
    square = np.zeros((len(x), 3, 3))
    for surface in surfaces:
        normal, _ = surface.normals(x)
        square[surface.nodes] += normal[:, :, None] * normal[:, None, :]
    for axis in range(3):
        square[planes[:, axis], axis, axis] += 1.0
    free = np.zeros((len(x), 3, 3))
    free[:] = np.eye(3)
    bound = np.flatnonzero(np.trace(square, axis1=1, axis2=2) > 0)
    values, vectors = np.linalg.eigh(square[bound])
    # Directions with a small eigenvalue are tangent to all surfaces at the node.
    tangent = vectors * (values < 0.15)[:, None, :]
    free[bound] = tangent @ vectors.transpose(0, 2, 1)
    for axis in range(3):
        free[planes[:, axis], axis, :] = 0.0
    return free
