"""A scan or label map with its place in space, read from NIfTI or NRRD."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.anatomy.images.nifti import read_nifti
from mwa_sim.anatomy.images.nrrd import read_nrrd
from mwa_sim.errors import DataError
from mwa_sim.mesh.tetmesh import Floats

#: Right-anterior-superior [mm] to x anterior, y left, z cranial [m].
_FRAME_OF_RAS = 1e-3 * np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
#: Cosine between two voxel axes above which a grid counts as sheared (about 2 degrees).
_SHEAR = 0.035


@dataclass(frozen=True)
class Volume:
    """Values on a grid that may lie in space in any direction.

    Attributes
    ----------
    data : (nx, ny, nz) array
    axes : (3, 3) float array [m]
        Columns are the steps from voxel to voxel, in the frame x anterior, y left, z cranial.
    origin : (3,) float array [m]
        Centre of voxel (0, 0, 0) in that frame, from the origin of the scanner.
    name : str
        Name of the file, for messages.
    """

    data: NDArray[Any]
    axes: Floats
    origin: Floats
    name: str

    @property
    def spacing(self) -> Floats:
        """Lengths of the voxel edges, (3,) [m]."""
        return np.asarray(np.linalg.norm(self.axes, axis=0))

    @property
    def voxel(self) -> float:
        """Volume of a voxel [m3]."""
        return float(abs(np.linalg.det(self.axes)))

    @property
    def sheared(self) -> bool:
        """Whether the voxel axes are not at right angles, as in a scan with a tilted gantry."""
        unit = self.axes / self.spacing
        return bool(np.abs(unit.T @ unit - np.eye(3)).max() > _SHEAR)

    def indices(self, points: Floats) -> Floats:
        """Positions on the grid of points (n, 3) [m], in voxels."""
        return np.asarray((points - self.origin) @ np.linalg.inv(self.axes).T)

    def points(self, indices: Floats) -> Floats:
        """Points (n, 3) [m] of positions on the grid."""
        return np.asarray(indices @ self.axes.T + self.origin)

    def same_grid(self, other: Volume) -> bool:
        """Whether two volumes have the same voxels, to a tenth of a voxel."""
        if self.data.shape != other.data.shape:
            return False
        corners = np.array([[0, 0, 0], self.data.shape], dtype=np.float64)
        apart = self.indices(other.points(corners)) - corners
        return bool(np.abs(apart).max() < 0.1)

    def at_nearest(self, points: Floats) -> NDArray[Any]:
        """Value of the nearest voxel at points (n, 3) [m]; 0 outside the grid."""
        index = np.rint(self.indices(points)).astype(np.int64)
        inside = ((index >= 0) & (index < self.data.shape)).all(axis=1)
        found = np.zeros(len(points), dtype=self.data.dtype)
        found[inside] = self.data[tuple(index[inside].T)]
        return found


def read_volume(path: str | os.PathLike[str]) -> Volume:
    """Read a scan.

    NIfTI (``.nii``, ``.nii.gz``) and NRRD (``.nrrd``, ``.nhdr``) are known. The frame of the file
    (right-anterior-superior in NIfTI, the ``space`` of NRRD) becomes x anterior, y left, z
    cranial; the voxels stay as they are.

    Parameters
    ----------
    path : path

    Returns
    -------
    Volume

    Raises
    ------
    DataError
        If the file is missing, of another kind, damaged, not three-dimensional or without a place
        in space.
    """
    file = Path(path)
    lower = file.name.lower()
    if not file.exists():
        raise DataError(f"file '{file}' does not exist")
    if file.is_dir():
        raise DataError(f"'{file}' is a folder; expected a NIfTI (.nii, .nii.gz) or NRRD file")
    if lower.endswith((".nii", ".nii.gz")):
        data, affine = read_nifti(file)
    elif lower.endswith((".nrrd", ".nhdr")):
        data, affine = read_nrrd(file)
    else:
        raise DataError(
            f"file '{file}': expected NIfTI (.nii, .nii.gz) or NRRD (.nrrd, .nhdr), got "
            f"'{''.join(file.suffixes) or 'no ending'}'"
        )
    data = _three_dimensional(data, file)
    matrix, shift = affine[:3, :3], affine[:3, 3]
    if not np.isfinite(affine).all() or abs(np.linalg.det(matrix)) < 1e-9:
        raise DataError(f"file '{file}': its affine does not give the voxels a place in space")
    return Volume(data, _FRAME_OF_RAS @ matrix, _FRAME_OF_RAS @ shift, file.name)


def as_labels(volume: Volume) -> Volume:
    """The same volume with whole numbers.

    Raises
    ------
    DataError
        If values are not whole numbers from 0, as in a probability map or a scan.
    """
    data = volume.data
    if data.dtype.kind not in "iub":
        whole = np.rint(data)
        if not np.isfinite(data).all() or not np.array_equal(whole, data):
            raise DataError(
                f"file '{volume.name}': a label map holds whole numbers, but this one holds "
                f"fractions between {np.nanmin(data):.4g} and {np.nanmax(data):.4g}; give the "
                "label map, not probabilities or the scan"
            )
        data = whole
    if data.size and (data.min() < 0 or data.max() > 65535):
        raise DataError(
            f"file '{volume.name}': labels lie between 0 and 65535, but this file holds "
            f"{int(data.min())} to {int(data.max())}; is it the scan itself?"
        )
    return Volume(data.astype(np.int32), volume.axes, volume.origin, volume.name)


def _three_dimensional(data: NDArray[Any], file: Path) -> NDArray[Any]:
    while data.ndim > 3 and data.shape[-1] == 1:
        data = data[..., 0]
    if data.ndim != 3:
        raise DataError(
            f"file '{file}': expected three dimensions, got {data.ndim} "
            f"({' x '.join(str(n) for n in data.shape)}); save one volume of it"
        )
    if min(data.shape) < 2:
        size = " x ".join(str(n) for n in data.shape)
        raise DataError(f"file '{file}': a single slice ({size}) has no volume")
    return data
