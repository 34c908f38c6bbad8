"""A meshed anatomy: what the sources of anatomy deliver to a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mwa_sim.mesh.tetmesh import Floats, TetMesh


@dataclass(frozen=True, eq=False)
class Anatomy:
    """A meshed scene.

    Attributes
    ----------
    mesh : TetMesh
    region_names : dict of int to str
        Name of each label.
    landmarks : dict of str to (3,) float array [m]
    region_tissues : dict of str to str
        Tissue of each region by name.
    tissues : dict of str to dict
        Tissues of this anatomy only, as tables of a case file.
    organs_at_risk : dict of str to dict
    notes : tuple of str
    origin : str
    offset : (3,) float array [m]
        Origin of the mesh in the coordinates of the source.
    """

    mesh: TetMesh
    region_names: dict[int, str]
    landmarks: dict[str, Floats] = field(default_factory=dict)
    region_tissues: dict[str, str] = field(default_factory=dict)
    tissues: dict[str, dict[str, Any]] = field(default_factory=dict)
    organs_at_risk: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    origin: str = ""
    offset: Floats = field(default_factory=lambda: np.zeros(3))

    def texts(self) -> dict[str, Any]:
        """Everything but the mesh as JSON-able data."""
        return {
            "region_names": {str(k): name for k, name in self.region_names.items()},
            "landmarks": {k: [float(x) for x in v] for k, v in self.landmarks.items()},
            "region_tissues": self.region_tissues,
            "tissues": self.tissues,
            "organs_at_risk": self.organs_at_risk,
            "notes": list(self.notes),
            "origin": self.origin,
            "offset": [float(x) for x in self.offset],
        }

    @classmethod
    def from_texts(cls, mesh: TetMesh, data: dict[str, Any]) -> Anatomy:
        """An anatomy from its mesh and what :meth:`texts` gave.

        Raises
        ------
        KeyError, ValueError, TypeError
            If the data are something else.
        """
        return cls(
            mesh=mesh,
            region_names={int(k): str(name) for k, name in data["region_names"].items()},
            landmarks={k: np.asarray(v, dtype=np.float64) for k, v in data["landmarks"].items()},
            region_tissues=dict(data["region_tissues"]),
            tissues=dict(data["tissues"]),
            organs_at_risk=dict(data["organs_at_risk"]),
            notes=tuple(data["notes"]),
            origin=str(data["origin"]),
            offset=np.asarray(data["offset"], dtype=np.float64),
        )
