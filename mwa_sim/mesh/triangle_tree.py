"""Box tree of triangles in the order of a space-filling curve."""

from __future__ import annotations

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
        Clusters for the winding number, see :func:`mwa_sim.mesh.bvh_kernels.winding_numbers`.
    """

    def __init__(self, corners: Floats) -> None:
        self.order = morton_order(corners.mean(axis=1))
        self.corners = np.ascontiguousarray(corners[self.order])
        self._boxes()
        self._clusters()

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

    def _clusters(self) -> None:
        """Area vector, centre of area and radius of the triangles in each box."""
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
        self.dipoles = np.ascontiguousarray(sums[:, :3])
        self.centres = np.where(
            heavy[:, None], sums[:, 4:] / np.where(heavy, weight, 1.0)[:, None], boxes
        )
        self.radii = np.where(full, self._reach(), -1.0)

    def _reach(self) -> Floats:
        """Distance from each centre to the furthest corner of its triangles, (2 * leaves,)."""
        radii = np.zeros(2 * self.leaves)
        leaf = self.leaves + np.arange(len(self.corners)) // LEAF
        while leaf[0] >= 1:
            gap = np.linalg.norm(self.corners - self.centres[leaf][:, None], axis=2).max(axis=1)
            np.maximum.at(radii, leaf, gap)
            leaf //= 2
        return radii
