"""Temperature frames that stay in their file: rows are read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.errors import DataError

if TYPE_CHECKING:
    import h5py

Frames = NDArray[np.float32]


def open_result(path: Path) -> h5py.File:
    """Open a file for reading, also one that its run left unfinished.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    import h5py

    try:
        return h5py.File(path, "r")
    except OSError:
        # A run that was killed leaves the mark of its writing behind.
        return h5py.File(path, "r", libver=("v110", "v110"), swmr=True)


class StoredFrames:
    """The frames of a result file, used like an array (n_frames, n_nodes) of float32.

    The file is opened for each access, so that it can be moved, copied or sent meanwhile.

    Parameters
    ----------
    path : Path
    n_frames, n_nodes : int

    Attributes
    ----------
    path : Path
        Where the file is; may be changed when it moves.

    Examples
    --------
    >>> frames = StoredFrames(Path("run.vtkhdf"), 81, 54864)
    >>> frames.shape
    (81, 54864)
    >>> frames[-1].max()  # doctest: +SKIP
    """

    dtype: np.dtype[np.float32] = np.dtype(np.float32)
    ndim = 2

    def __init__(self, path: Path, n_frames: int, n_nodes: int) -> None:
        self.path = path
        self.shape = (int(n_frames), int(n_nodes))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Frames:
        first, *rest = key if isinstance(key, tuple) else (key,)
        numbers = np.asarray(np.arange(len(self))[first])
        rows, inverse = np.unique(numbers, return_inverse=True)
        found = self._rows(rows)
        if rows.size != numbers.size or np.any(np.diff(numbers.ravel()) < 0):
            found = found[inverse.ravel()]
        found = found.reshape(*numbers.shape, self.shape[1])
        chosen: Frames = found[(*(slice(None),) * numbers.ndim, *rest)]
        return chosen

    def __iter__(self) -> Iterator[Frames]:
        return (self[k] for k in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self[:], dtype=dtype)

    def __repr__(self) -> str:
        return f"<frames {self.shape} in {self.path}>"

    def _rows(self, rows: NDArray[np.int64]) -> Frames:
        found = np.empty((len(rows), self.shape[1]), dtype=np.float32)
        try:
            with open_result(self.path) as file:
                data = file["VTKHDF/PointData/temperature"]
                if data.size < len(self) * self.shape[1]:
                    raise DataError(f"{self.path} has changed since it was read; load it again")
                for place, row in enumerate(rows):
                    data.read_direct(
                        found, np.s_[row * self.shape[1] : (row + 1) * self.shape[1]], np.s_[place]
                    )
        except (OSError, KeyError) as error:
            raise DataError(f"the frames in {self.path} cannot be read: {error}") from error
        return found
