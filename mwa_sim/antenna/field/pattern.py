"""A sparse matrix whose entries change but whose places do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numba import njit

from mwa_sim.antenna.sar import ComplexArray
from mwa_sim.typing import FloatArray, IntArray


class Pattern:
    """Where the entries of groups of element matrices go in one sparse matrix.

    Parameters
    ----------
    n : int
        Number of unknowns before the fixed ones are taken out.
    free : (f,) int array
        Unknowns that stay; rows and columns of the others are left out.
    groups : sequence of (m, k) int arrays
        Unknowns of the elements of each group.

    Attributes
    ----------
    size : int
        ``n``.
    """

    def __init__(self, n: int, free: IntArray, groups: Sequence[IntArray]) -> None:
        self.size = n
        number = np.full(n, -1, dtype=np.int64)
        number[free] = np.arange(len(free))
        keys, kept = [], []
        for dofs in groups:
            local = number[dofs]
            rows = np.repeat(local, dofs.shape[1], axis=1).ravel()
            columns = np.tile(local, (1, dofs.shape[1])).ravel()
            keep = (rows >= 0) & (columns >= 0)
            keys.append(columns[keep] * len(free) + rows[keep])
            kept.append(keep)
        places, inverse = np.unique(np.concatenate(keys), return_inverse=True)
        ends = np.cumsum([len(k) for k in keys])[:-1]
        self._target = np.split(np.asarray(inverse, dtype=np.int64).ravel(), ends)
        self._kept = kept
        # Place of each entry of each element matrix, -1 where it is left out.
        self._place = []
        for dofs, target, keep in zip(groups, self._target, kept, strict=True):
            place = np.full(keep.size, -1, dtype=np.int64)
            place[keep] = target
            self._place.append(place.reshape(len(dofs), dofs.shape[1], dofs.shape[1]))
        self._shape = (len(free), len(free))
        self._indices = (places % len(free)).astype(np.int32)
        counts = np.bincount(places // len(free), minlength=len(free))
        self._indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)

    def data(self, group: int, matrices: FloatArray | ComplexArray) -> ComplexArray:
        """Sum the element matrices (m, k, k) of one group into the entries of the matrix."""
        values = np.ascontiguousarray(matrices, dtype=np.complex128).ravel()[self._kept[group]]
        target, size = self._target[group], len(self._indices)
        data = np.empty(size, dtype=np.complex128)
        data.real = np.bincount(target, weights=values.real, minlength=size)
        data.imag = np.bincount(target, weights=values.imag, minlength=size)
        return data

    def weighted(self, group: int, weights: ComplexArray, tensors: FloatArray) -> ComplexArray:
        """Sum weighted symmetric element matrices into the entries of the matrix.

        Parameters
        ----------
        group : int
        weights : (m, q) complex array
        tensors : (m, q, k, k) float array
            The matrix of element m is ``sum_q weights[m, q] tensors[m, q]``.

        Returns
        -------
        (n_entries,) complex array
        """
        data = np.zeros(len(self._indices), dtype=np.complex128)
        _add_weighted(weights, tensors, self._place[group], data)
        return data

    def matrix(self, data: ComplexArray) -> sp.csc_matrix:
        """The matrix (f, f) with the given entries."""
        return sp.csc_matrix((data, self._indices, self._indptr), shape=self._shape)

    def permuted(self, order: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Symmetric reordering of the matrix.

        Parameters
        ----------
        order : (f,) int array
            Old number of each new row and column.

        Returns
        -------
        indptr, indices, take : int arrays
            Of the reordered CSC matrix; its entries are ``data[take]``.
        """
        numbered = self.matrix(np.arange(1, len(self._indices) + 1).astype(np.complex128))
        moved = numbered[order][:, order].tocsc()
        moved.sort_indices()
        take = np.round(moved.data.real).astype(np.int64) - 1
        return moved.indptr, moved.indices, take


@njit(cache=True)
def _add_weighted(
    weights: ComplexArray, tensors: FloatArray, place: IntArray, data: ComplexArray
) -> None:
    size = tensors.shape[2]
    for m in range(tensors.shape[0]):
        for i in range(size):
            for j in range(i + 1):
                value = 0.0 + 0.0j
                for q in range(tensors.shape[1]):
                    value += weights[m, q] * tensors[m, q, i, j]
                if place[m, i, j] >= 0:
                    data[place[m, i, j]] += value
                    if i != j:
                        data[place[m, j, i]] += value
