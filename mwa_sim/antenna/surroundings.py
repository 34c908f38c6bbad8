"""The tissue around an antenna, read off the mesh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from mwa_sim.antenna.pose import Pose
from mwa_sim.antenna.sar import ComplexArray, Medium, complex_permittivity
from mwa_sim.errors import InputError
from mwa_sim.typing import FloatArray

if TYPE_CHECKING:
    from mwa_sim.mesh.probe import Locator
    from mwa_sim.mesh.tetmesh import TetMesh

# Points on each ring around the axis over which the permittivity is averaged.
_AROUND = 12


def surroundings(
    mesh: TetMesh,
    locator: Locator,
    pose: Pose,
    frequency: float,
    conductivity: Mapping[int, float] | None,
    permittivity: Mapping[int, float] | None,
) -> Medium:
    """Medium seen by an antenna: permittivity averaged on rings around its axis.

    The properties are read when the model asks for them, because a map asks for none.

    Parameters
    ----------
    mesh : TetMesh
    locator : Locator
        Point location on this mesh.
    pose : Pose
    frequency : float [Hz]
    conductivity : mapping of label to float [S/m], or None
    permittivity : mapping of label to float [-], or None
        Relative permittivity.

    Returns
    -------
    Medium
        Its ``permittivity`` raises InputError when a label of the mesh has no finite, physical
        conductivity or permittivity.
    """
    labels = np.asarray(mesh.labels)

    def around(r: FloatArray, z: FloatArray) -> ComplexArray:
        sigma = by_label(mesh, conductivity, "electrical conductivity", 0.0)
        epsilon = by_label(mesh, permittivity, "relative permittivity", 1.0)
        values = np.array(
            [complex_permittivity(e, s, frequency) for e, s in zip(epsilon, sigma, strict=True)]
        )
        pairs = list(zip(np.ravel(r), np.ravel(z), strict=True))
        points = np.concatenate([pose.ring(float(a), float(b), _AROUND) for a, b in pairs])
        tets, _ = locator.locate(points)
        column = np.searchsorted(labels, mesh.regions[np.maximum(tets, 0)])
        found = (tets >= 0).reshape(-1, _AROUND)
        here = np.where(found, values[column].reshape(-1, _AROUND), 0.0)
        counted = found.sum(axis=1)
        mean = np.full(len(pairs), complex(np.nan, np.nan))
        np.divide(here.sum(axis=1), counted, out=mean, where=counted > 0)
        return mean.reshape(np.shape(r))

    return Medium(frequency=frequency, permittivity=around)


def by_label(
    mesh: TetMesh, values: Mapping[int, float] | None, what: str, lowest: float
) -> FloatArray:
    """Values in the order of the mesh's labels.

    Parameters
    ----------
    mesh : TetMesh
    values : mapping of label to float, or None
    what : str
        Name of the property, for the messages.
    lowest : float
        Smallest value that makes sense.

    Returns
    -------
    (n_labels,) array

    Raises
    ------
    InputError
        Naming every label without a usable value.
    """
    problems = []
    found = np.zeros(len(mesh.labels))
    for k, label in enumerate(mesh.labels):
        value = (values or {}).get(int(label))
        if value is None or not np.isfinite(value):
            problems.append(
                f"region {int(label)}: its tissue has no {what}, which the antenna's power "
                "density needs; give the tissue a value or use an imported map"
            )
        elif value < lowest:
            problems.append(f"region {int(label)}: {what} must be at least {lowest}, got {value}")
        else:
            found[k] = value
    if problems:
        raise InputError(problems)
    return found
