"""Label maps of known shape, written as the files that scanners' programs write."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: Right-anterior-superior [mm] of the frame x anterior, y left, z cranial [mm].
RAS_OF_FRAME = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
#: Where the middle of the synthetic vertebra lies in the scanner [mm].
PLACE = np.array([12.0, -150.0, 431.0])


def rotation(axis: tuple[float, float, float], degrees: float) -> NDArray[np.float64]:
    """Rotation matrix (Rodrigues)."""
    n = np.array(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -n[2], n[1]], [n[2], 0, -n[0]], [-n[1], n[0], 0]])
    t = np.radians(degrees)
    return np.eye(3) + np.sin(t) * cross + (1 - np.cos(t)) * cross @ cross


def affine_of(
    shape: tuple[int, int, int], spacing: tuple[float, float, float], turn: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Voxel to RAS [mm] of a grid whose middle lies at PLACE."""
    affine = np.eye(4)
    affine[:3, :3] = turn * np.array(spacing)
    affine[:3, 3] = PLACE - affine[:3, :3] @ (np.array(shape) - 1) / 2.0
    return affine


def frame_points(shape: tuple[int, int, int], affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Voxel centres in the frame x anterior, y left, z cranial from PLACE, (..., 3) [mm]."""
    index = np.moveaxis(np.indices(shape), 0, -1)
    ras = index @ affine[:3, :3].T + affine[:3, 3] - PLACE
    return ras @ RAS_OF_FRAME


def spine_labels(p: NDArray[np.float64], labels: tuple[int, int, int]) -> NDArray[np.int16]:
    """Three equal vertebrae 34 mm apart; points (..., 3) [mm].

    Each is an elliptic body (half axes 16 and 21 mm, 24 mm high), whose back is at x = -14 where
    it is cut flat, a ring-shaped arch 12 mm high around a canal with half axes 8 (depth) and 11
    (width), and a rod to the left only, so that left and right differ.
    """
    out = np.zeros(p.shape[:-1], dtype=np.int16)
    for shift, label in zip((34.0, 0.0, -34.0), labels, strict=True):
        x, y, z = p[..., 0], p[..., 1], p[..., 2] - shift
        body = ((x / 16.0) ** 2 + (y / 21.0) ** 2 < 1) & (np.abs(z) < 12) & (x > -14)
        xc = x + 22.0
        inner = (xc / 8.0) ** 2 + (y / 11.0) ** 2 < 1
        outer = (xc / 15.0) ** 2 + (y / 19.0) ** 2 < 1
        arch = outer & ~inner & (np.abs(z) < 6) & ~body
        rod = (np.hypot(x + 28.0, z) < 5) & (y > 15) & (y < 34)
        out[(body | arch | rod) & (out == 0)] = label
    return out


def write_nifti(path: Path, data: NDArray, affine: NDArray[np.float64], code: int = 1) -> Path:
    """NIfTI with sform and qform."""
    import nibabel

    image = nibabel.Nifti1Image(data, affine)
    image.set_sform(affine, code)
    image.set_qform(affine, code)
    image.header.set_xyzt_units("mm")
    nibabel.save(image, path)
    return path


def write_nrrd(
    path: Path, data: NDArray, affine: NDArray[np.float64], encoding: str = "gzip"
) -> Path:
    """NRRD in the space left-posterior-superior, detached for ``.nhdr``."""
    lps = np.diag([-1.0, -1.0, 1.0]) @ affine[:3]
    vectors = [",".join(f"{v:.9g}" for v in lps[:, k]) for k in range(4)]
    kind = {"i2": "short", "u1": "uchar", "f4": "float"}[data.dtype.str[1:]]
    header = [
        "NRRD0004",
        "# synthetic",
        f"type: {kind}",
        "dimension: 3",
        "space: left-posterior-superior",
        "sizes: " + " ".join(map(str, data.shape)),
        "space directions: " + " ".join(f"({v})" for v in vectors[:3]),
        "kinds: domain domain domain",
        "endian: little",
        f"encoding: {encoding}",
        f"space origin: ({vectors[3]})",
    ]
    body = data.astype(data.dtype.newbyteorder("<")).tobytes(order="F")
    if encoding == "gzip":
        body = gzip.compress(body)
    elif encoding == "ascii":
        body = " ".join(str(v) for v in data.reshape(-1, order="F")).encode()
    if path.suffix == ".nhdr":
        name = path.stem + ".raw"
        path.with_name(name).write_bytes(body)
        path.write_text("\n".join([*header, f"data file: {name}", ""]))
    else:
        path.write_bytes("\n".join([*header, "", ""]).encode() + body)
    return path
