"""Sparse matrices as the time stepper reads them: slices of four rows, single precision.

Four rows of nearly equal length are stored together, entry by entry (sliced ELLPACK, key
``kreutzer2014``): four sums run at once and the end of the loop is met once for four rows.  Column
indices are unsigned, since signed ones cost a wrap-around test for every access.  With values in
single precision a product reads 8 bytes an entry.

The rows of a stiffness matrix sum to zero, so that A x = sum_j a_ij (x_j - x_i): without a diagonal
there is less to read, a uniform temperature conducts nothing whatever the rounding, and rounding
costs 1e-7 of the differences between neighbours, not of the temperatures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mwa_sim.typing import FloatArray, IntArray

SLICE = 4
"""Rows of a slice."""
CHUNK = 256
"""Rows handled together by the kernels; the vectors are padded to a multiple of it."""

Single = NDArray[np.float32]


def padded(n: int) -> int:
    """Length of the vectors for n rows."""
    return -(-n // CHUNK) * CHUNK


@dataclass(frozen=True, eq=False)
class SlicedMatrix:
    """A square matrix with rows that sum to zero, in slices of four, and a second one beside it.

    Attributes
    ----------
    n : int
        Rows.
    offsets : (n_padded / 4 + 1,) uint32 array
        First entry of every slice.
    columns : (n_entries,) uint32 array
    values : (n_entries,) float32 array
    slope_values : (n_entries,) or (0,) float32 array
        Of the second matrix; empty where there is none.
    """

    n: int
    offsets: NDArray[np.uint32]
    columns: NDArray[np.uint32]
    values: Single
    slope_values: Single

    @classmethod
    def from_csr(
        cls, indptr: IntArray, columns: IntArray, values: FloatArray, slope_values: FloatArray
    ) -> SlicedMatrix:
        """Rearrange compressed rows (``slope_values`` may be empty); the diagonal is left out."""
        n = indptr.size - 1
        offsets = np.zeros(padded(n) // SLICE + 1, dtype=np.uint32)
        _widths(indptr, columns, offsets)
        np.cumsum(offsets, out=offsets, dtype=np.uint32)
        size = int(offsets[-1])
        sliced = np.zeros(size, dtype=np.uint32)
        first = np.zeros(size, dtype=np.float32)
        second = np.zeros(size if slope_values.size else 0, dtype=np.float32)
        _fill(indptr, columns, values, slope_values, offsets, sliced, first, second)
        return cls(n, offsets, sliced, first, second)

    @property
    def nbytes(self) -> int:
        """Bytes that one product reads of the matrix."""
        parts = (self.offsets, self.columns, self.values, self.slope_values)
        return sum(part.nbytes for part in parts)

    def multiply(self, x: Single, out: Single) -> None:
        """``A x`` for padded vectors, without the second matrix."""
        _diffuse(self.offsets, self.columns, self.values, self.slope_values[:0], x, x, out)

    def diffuse(self, theta: Single, slope: Single, out: Single) -> None:
        """``A theta + B slope`` for padded vectors; without a second matrix ``slope`` is unused."""
        _diffuse(self.offsets, self.columns, self.values, self.slope_values, theta, slope, out)


@njit(cache=True)
def _widths(indptr: IntArray, columns: IntArray, offsets: Any) -> None:
    for row in range(indptr.size - 1):
        width = 0
        for k in range(indptr[row], indptr[row + 1]):
            width += columns[k] != row
        place = row // SLICE + 1
        offsets[place] = max(offsets[place], SLICE * width)


@njit(cache=True)
def _fill(
    indptr: IntArray,
    columns: IntArray,
    values: FloatArray,
    slope_values: FloatArray,
    offsets: Any,
    sliced: Any,
    first: Any,
    second: Any,
) -> None:
    for row in range(offsets.size * SLICE - SLICE):
        place = offsets[row // SLICE] + row % SLICE
        if row < indptr.size - 1:
            for k in range(indptr[row], indptr[row + 1]):
                if columns[k] == row:
                    continue
                sliced[place] = columns[k]
                first[place] = values[k]
                if slope_values.size:
                    second[place] = slope_values[k]
                place += SLICE
        # What fills up a short row multiplies an entry that is at hand by zero.
        while place < offsets[row // SLICE + 1]:
            sliced[place] = row
            place += SLICE


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def product(offsets: Any, columns: Any, values: Any, slice_: int, x: Any, out: Any) -> None:
    """Fill ``out`` (CHUNK,) with the rows of ``A x`` from slice number ``slice_`` on."""
    one, two, three, four = np.uint32(1), np.uint32(2), np.uint32(3), np.uint32(4)
    for b in range(CHUNK // SLICE):
        s0 = s1 = s2 = s3 = np.float32(0.0)
        k = offsets[slice_ + b]
        end = offsets[slice_ + b + 1]
        i = SLICE * b
        row = SLICE * slice_ + i
        x0, x1, x2, x3 = x[row], x[row + 1], x[row + 2], x[row + 3]
        while k < end:
            s0 += values[k] * (x[columns[k]] - x0)
            s1 += values[k + one] * (x[columns[k + one]] - x1)
            s2 += values[k + two] * (x[columns[k + two]] - x2)
            s3 += values[k + three] * (x[columns[k + three]] - x3)
            k += four
        out[i] = s0
        out[i + 1] = s1
        out[i + 2] = s2
        out[i + 3] = s3


@njit(cache=True, error_model="numpy", fastmath={"contract", "reassoc"})
def product_of_two(
    offsets: Any,
    columns: Any,
    values: Any,
    slope_values: Any,
    slice_: int,
    x: Any,
    y: Any,
    out: Any,
) -> None:
    """Fill ``out`` (CHUNK,) with the rows of ``A x + B y`` from slice number ``slice_`` on."""
    one, two, three, four = np.uint32(1), np.uint32(2), np.uint32(3), np.uint32(4)
    for b in range(CHUNK // SLICE):
        s0 = s1 = s2 = s3 = np.float32(0.0)
        k = offsets[slice_ + b]
        end = offsets[slice_ + b + 1]
        i = SLICE * b
        row = SLICE * slice_ + i
        x0, x1, x2, x3 = x[row], x[row + 1], x[row + 2], x[row + 3]
        y0, y1, y2, y3 = y[row], y[row + 1], y[row + 2], y[row + 3]
        while k < end:
            c0, c1 = columns[k], columns[k + one]
            c2, c3 = columns[k + two], columns[k + three]
            s0 += values[k] * (x[c0] - x0) + slope_values[k] * (y[c0] - y0)
            s1 += values[k + one] * (x[c1] - x1) + slope_values[k + one] * (y[c1] - y1)
            s2 += values[k + two] * (x[c2] - x2) + slope_values[k + two] * (y[c2] - y2)
            s3 += values[k + three] * (x[c3] - x3) + slope_values[k + three] * (y[c3] - y3)
            k += four
        out[i] = s0
        out[i + 1] = s1
        out[i + 2] = s2
        out[i + 3] = s3


@njit(cache=True)
def _diffuse(
    offsets: Any, columns: Any, values: Any, slope_values: Any, x: Any, y: Any, out: Any
) -> None:
    for start in range(0, x.size, CHUNK):
        rows = out[start : start + CHUNK]
        if slope_values.size:
            product_of_two(offsets, columns, values, slope_values, start // SLICE, x, y, rows)
        else:
            product(offsets, columns, values, start // SLICE, x, rows)
