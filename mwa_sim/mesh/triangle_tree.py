"""Box tree of triangles in the order of a space-filling curve."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from mwa_sim.mesh.bvh_kernels import LEAF
from mwa_sim.mesh.morton import morton_order
from mwa_sim.mesh.tetmesh import Floats


class TriangleTree:
    """Complete binary tree of boxes around triangles.

    Parameters
    ----------
    corners : (m, 3, 3) float array [m]
        At least one triangle.

    Attributes
    ----------
    corners : (m, 3, 3) float array [m]
        Triangles in the order of the leaves.
    order : (m,) int array
        Their numbers in the input.
    boxes : (2 * leaves, 6) float array [m]
        Low and high corners; box 1 is the root, the children of box i are 2 i and 2 i + 1; empty
        boxes are infinitely far away.
    centres, dipoles, radii
        Clusters for the winding number, see :func:`mwa_sim.mesh.bvh_kernels.winding_numbers`;
        made when they are first asked for.
    """

    def __init__(self, corners: Floats) -> None:
        self.order = morton_order(corners.mean(axis=1))
        self.corners = np.ascontiguousarray(corners[self.order])
        self._boxes()

    @property
    def centres(self) -> Floats:
        """Centre of area of the triangles in each box, (2 * leaves, 3) [m]."""
        return self._clusters[0]

    @property
    def dipoles(self) -> Floats:
        """Sum of the area vectors of the triangles in each box, (2 * leaves, 3) [m2]."""
        return self._clusters[1]

    @property
    def radii(self) -> Floats:
        """Distance from each centre to the furthest corner, (2 * leaves,) [m]; -1 if empty."""
        return self._clusters[2]

    def _boxes(self) -> None:
        count = len(self.corners)
        groups = -(-count // LEAF)
        self.leaves = 1 << max(0, (groups - 1).bit_length())
        starts = np.arange(0, count, LEAF)
        boxes = np.empty((2 * self.leaves, 6))
        boxes[:, :3], boxes[:, 3:] = np.inf, -np.inf
        lowest = slice(self.leaves, self.leaves + groups)
        boxes[lowest, :3] = np.minimum.reduceat(self.corners.min(axis=1), starts)
        boxes[lowest, 3:] = np.maximum.reduceat(self.corners.max(axis=1), starts)
        size = self.leaves
        while size > 1:
            pairs = boxes[size : 2 * size].reshape(size // 2, 2, 6)
            boxes[size // 2 : size, :3] = pairs[:, :, :3].min(axis=1)
            boxes[size // 2 : size, 3:] = pairs[:, :, 3:].max(axis=1)
            size //= 2
        self.boxes = boxes

    @cached_property
    def _clusters(self) -> tuple[Floats, Floats, Floats]:
        """Centre of area, area vector and radius of the triangles in each box."""
        p = self.corners
        vector = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]) / 2.0
        area = np.linalg.norm(vector, axis=1)
        moment = area[:, None] * p.mean(axis=1)
        sums = np.zeros((2 * self.leaves, 7))
        starts = np.arange(0, len(p), LEAF)
        leaf = slice(self.leaves, self.leaves + len(starts))
        sums[leaf] = np.add.reduceat(
            np.concatenate([vector, area[:, None], moment], axis=1), starts
        )
        size = self.leaves
        while size > 1:
            sums[size // 2 : size] = sums[size : 2 * size].reshape(size // 2, 2, 7).sum(axis=1)
            size //= 2
        full = np.isfinite(self.boxes[:, 0])
        weight = sums[:, 3]
        heavy = weight > 0.0
        # Triangles without area have no influence; any of their corners will do as a centre.
        boxes = np.where(full[:, None], self.boxes[:, :3], 0.0)
        centres = np.where(
            heavy[:, None], sums[:, 4:] / np.where(heavy, weight, 1.0)[:, None], boxes
        )
        radii = np.where(full, self._reach(centres), -1.0)
        return centres, np.ascontiguousarray(sums[:, :3]), radii

    def _reach(self, centres: Floats) -> Floats:
        """Distance from each centre to the furthest corner of its triangles, (2 * leaves,)."""
        radii = np.zeros(2 * self.leaves)
        leaf = self.leaves + np.arange(len(self.corners)) // LEAF
        while leaf[0] >= 1:
            gap = np.linalg.norm(self.corners - centres[leaf][:, None], axis=2).max(axis=1)
            np.maximum.at(radii, leaf, gap)
            leaf //= 2
        return radii
