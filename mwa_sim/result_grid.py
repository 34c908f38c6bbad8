"""The group ``VTKHDF`` of a result file: mesh, final fields and frames as ParaView reads them.

An unstructured grid with a transient temperature (VTKHDF file format, Kitware): all steps point at
one mesh and at one copy of the final fields through their offsets.  Frames can be appended.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.stored_frames import StoredFrames

LOADED = 64 * 2**20
"""Frames up to this many bytes are read at once when a file is loaded, larger ones as needed."""

_VTKHDF_VERSION = (2, 0)
_VTK_TETRA = 10
_PACKED = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
# Elements of the mesh that are converted and written at a time.
_AT_ONCE = 65536


def begin_grid(
    grid: h5py.Group, mesh: TetMesh, fields: Mapping[str, NDArray[Any]], growing: bool = False
) -> None:
    """Write the mesh and the fields, and make room for frames.

    Parameters
    ----------
    grid : h5py.Group
        Empty.
    mesh : TetMesh
    fields : mapping of str to (n_nodes,) array
    growing : bool, optional
        Whether the fields will be written again and again, and are therefore not compressed.
    """
    grid.attrs["Version"] = _VTKHDF_VERSION
    kind = b"UnstructuredGrid"
    grid.attrs.create("Type", kind, dtype=h5py.string_dtype("ascii", len(kind)))
    one = np.ones(1, dtype=np.int64)
    grid["NumberOfPoints"] = one * mesh.n_nodes
    grid["NumberOfCells"] = one * mesh.n_tets
    grid["NumberOfConnectivityIds"] = one * mesh.tets.size
    grid.create_dataset("Points", data=mesh.nodes, **_PACKED)
    grid.create_dataset("Connectivity", data=mesh.tets.reshape(-1), **_PACKED)
    offsets = grid.create_dataset("Offsets", (mesh.n_tets + 1,), np.int64, chunks=True, **_PACKED)
    for start in range(0, mesh.n_tets + 1, _AT_ONCE):
        end = min(start + _AT_ONCE, mesh.n_tets + 1)
        offsets[start:end] = 4 * np.arange(start, end, dtype=np.int64)
    grid.create_dataset("Types", data=np.full(mesh.n_tets, _VTK_TETRA, np.uint8), **_PACKED)
    grid.create_dataset("CellData/region", data=mesh.regions, **_PACKED)
    points = grid.create_group("PointData")
    points.create_dataset(
        "temperature", (0,), np.float32, maxshape=(None,), chunks=(mesh.n_nodes,), **_PACKED
    )
    for name, values in sorted(fields.items()):
        how = {} if growing else _PACKED
        points.create_dataset(name, data=np.asarray(values, dtype=np.float64), **how)
    grid.create_dataset("Steps/Values", (0,), np.float64, maxshape=(None,), chunks=(1024,))


def append_frame(grid: h5py.Group, time: float, frame: NDArray[Any]) -> None:
    """Add a frame: the temperature (n_nodes,) [degC] at a time [s]."""
    data, times = grid["PointData/temperature"], grid["Steps/Values"]
    before, steps = data.shape[0], times.shape[0]
    data.resize((before + frame.size,))
    data[before:] = frame
    # The time comes last: who reads meanwhile finds no time without its frame.
    data.flush()
    times.resize((steps + 1,))
    times[steps] = time
    times.flush()


def update_fields(grid: h5py.Group, fields: Mapping[str, NDArray[Any]]) -> None:
    """Replace the fields."""
    for name, values in fields.items():
        data = grid["PointData"][name]
        data[:] = values
        data.flush()


def finish_grid(grid: h5py.Group) -> None:
    """Write what ties the frames to the mesh."""
    series = grid["Steps"]
    steps, nodes = series["Values"].shape[0], int(grid["NumberOfPoints"][0])
    series.attrs["NSteps"] = steps
    still = np.zeros(steps, dtype=np.int64)
    series["NumberOfParts"] = still + 1
    series["PartOffsets"] = still
    series["PointOffsets"] = still
    series["CellOffsets"] = still[:, None]
    series["ConnectivityIdOffsets"] = still[:, None]
    series["CellDataOffsets/region"] = still
    series["PointDataOffsets/temperature"] = np.arange(steps, dtype=np.int64) * nodes
    for name in set(grid["PointData"]) - {"temperature"}:
        series[f"PointDataOffsets/{name}"] = still


def read_grid(path: Path, grid: h5py.Group) -> dict[str, Any]:
    """Mesh, times, frames and fields of a file, by their names in a recording.

    Parameters
    ----------
    path : Path
        Of the file, for frames that stay in it.
    grid : h5py.Group
    """
    tets = grid["Connectivity"][:].reshape(-1, 4)
    mesh = TetMesh(grid["Points"][:], tets, grid["CellData/region"][:])
    points, times = grid["PointData"], grid["Steps/Values"][:]
    data = points["temperature"]
    if data.size * data.dtype.itemsize > LOADED:
        frames: Any = StoredFrames(path.absolute(), len(times), mesh.n_nodes)
    else:
        frames = data[: len(times) * mesh.n_nodes].reshape(len(times), mesh.n_nodes)
    return {
        "mesh": mesh,
        "frames_t": times,
        "frames": frames,
        "fields": {name: points[name][:] for name in points if name != "temperature"},
    }
