"""Outer boundary of the tissue block and the cooled antenna shaft, as nodal coefficients.

Fixed temperature nodes keep their enthalpy; convection adds ``h A_i (T - T_ambient)`` with the
boundary area A_i of each node; an insulated surface adds nothing (the natural condition).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mwa_sim.errors import InputError
from mwa_sim.heat.element import lumped_surface
from mwa_sim.typing import BoolArray, FloatArray, IntArray

BoundaryKind = Literal["temperature", "insulated", "convection"]


@dataclass(frozen=True)
class NodalBoundary:
    """Boundary condition on the nodes.

    Attributes
    ----------
    fixed : (n,) bool array
        Nodes of prescribed temperature.
    exchange : (n,) float array [W/K]
        Convective coefficient h A_i of each node.
    temperature : float [degC]
        Prescribed or ambient temperature.
    """

    fixed: BoolArray
    exchange: FloatArray
    temperature: float


def nodal_boundary(
    nodes: FloatArray,
    faces: IntArray,
    kind: BoundaryKind,
    temperature: float = 37.0,
    heat_transfer_coefficient: float = 0.0,
) -> NodalBoundary:
    """Turn a boundary condition on the outer faces into nodal coefficients.

    Parameters
    ----------
    nodes : (n, 3) float array [m]
    faces : (f, 3) int array
        Outer faces of the mesh.
    kind : {"temperature", "insulated", "convection"}
    temperature : float [degC]
    heat_transfer_coefficient : float [W/m2/K]
        For convection.

    Returns
    -------
    NodalBoundary

    Raises
    ------
    InputError
        An unknown kind.
    """
    n = nodes.shape[0]
    fixed = np.zeros(n, dtype=np.bool_)
    exchange = np.zeros(n)
    if kind == "temperature":
        fixed[np.unique(faces)] = True
    elif kind == "convection":
        exchange = heat_transfer_coefficient * lumped_surface(nodes, faces, n)
    elif kind != "insulated":
        raise InputError(f"boundary: {kind!r} is none of 'temperature', 'insulated', 'convection'")
    return NodalBoundary(fixed, exchange, float(temperature))
