"""NIfTI files by nibabel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.errors import DataError
from mwa_sim.mesh.tetmesh import Floats


def read_nifti(file: Path) -> tuple[NDArray[Any], Floats]:
    """Read a NIfTI file.

    Parameters
    ----------
    file : Path

    Returns
    -------
    data : array
        Scaled as the header says.
    affine : (4, 4) float array [mm]
        Voxel to right-anterior-superior: the sform, else the qform.

    Raises
    ------
    DataError
        If nibabel is not installed, or the file is damaged or says nothing about its place.
    """
    try:
        import nibabel
    except ImportError:
        raise DataError(
            f"file '{file}': reading NIfTI needs nibabel; install it with "
            "pip install 'mwa-sim[images]'"
        ) from None
    try:
        image: Any = nibabel.load(file)
        data = np.asanyarray(image.dataobj)
        header = image.header
        placed = int(header["sform_code"]) > 0 or int(header["qform_code"]) > 0
        unit = header.get_xyzt_units()[0]
    except Exception as error:  # nibabel, gzip and zlib raise many kinds on a damaged file
        raise DataError(f"file '{file}' is not a readable NIfTI file: {error}") from None
    if not placed:
        raise DataError(
            f"file '{file}': neither sform nor qform say where its voxels are, so that left and "
            "right are unknown; save it again with one of them"
        )
    scale = {"meter": 1000.0, "micron": 0.001}.get(unit, 1.0)
    affine = np.array(image.affine, dtype=np.float64)
    affine[:3] *= scale
    return data, affine
