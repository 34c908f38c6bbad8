"""Reading VTP files: the only module of the mesh package that imports VTK."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mwa_sim.mesh.surface_polygons import Soup, triangulated


def read_vtp(file: Path) -> Soup:
    """Vertices and triangles of a VTK polygon file.

    Raises
    ------
    ValueError
        If VTK cannot read it, or finds no polygons in it.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonCore import vtkOutputWindow, vtkStringOutputWindow
    from vtkmodules.vtkFiltersCore import vtkTriangleFilter
    from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

    to_numpy: Any = vtk_to_numpy
    # What VTK has to say about a file it writes to the screen.
    usual, said = vtkOutputWindow.GetInstance(), vtkStringOutputWindow()
    vtkOutputWindow.SetInstance(said)
    try:
        reader = vtkXMLPolyDataReader()
        reader.SetFileName(str(file))
        reader.Update()
        strips = vtkTriangleFilter()
        strips.PassLinesOff()
        strips.PassVertsOff()
        strips.SetInputConnection(reader.GetOutputPort())
        strips.Update()
        found = strips.GetOutput()
        points, polygons = found.GetPoints(), found.GetPolys()
        failed = reader.GetErrorCode() != 0
        text = said.GetOutput()
    finally:
        vtkOutputWindow.SetInstance(usual)
    if failed or points is None or polygons is None or polygons.GetNumberOfCells() == 0:
        reason = next((line for line in text.splitlines() if "rror" in line), "no polygons in it")
        raise ValueError(f"VTK says: {reason.strip()[-200:]}")
    vertices = np.array(to_numpy(points.GetData()), dtype=np.float64)
    offsets = np.array(to_numpy(polygons.GetOffsetsArray()), dtype=np.int64)
    corners = np.array(to_numpy(polygons.GetConnectivityArray()), dtype=np.int64)
    return vertices, triangulated(corners, np.diff(offsets))
