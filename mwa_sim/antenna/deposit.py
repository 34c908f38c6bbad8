"""Put the power of an antenna onto the nodes of a mesh, without losing any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.beyond import power_beyond
from mwa_sim.antenna.pose import Pose
from mwa_sim.antenna.quadrature import nodal_loads
from mwa_sim.antenna.surroundings import by_label, surroundings
from mwa_sim.errors import InputError
from mwa_sim.typing import FloatArray

if TYPE_CHECKING:
    from mwa_sim.mesh.probe import Locator
    from mwa_sim.mesh.tetmesh import TetMesh

NOTED_OUTSIDE = 0.01
"""Fraction of the power outside the mesh above which a deposition carries a note."""

NOTED_QUADRATURE = 0.005
"""Deviation of the quadrature factor from 1 above which a deposition carries a note."""

NOTED_EXCESS = 0.01
"""How much more than its own power an antenna may deliver before the deposition says so."""


@dataclass(frozen=True, eq=False)
class Deposition:
    """Heat source of one antenna on a mesh, per watt at the generator.

    Attributes
    ----------
    weights : sparse (n_nodes, n_labels) [W/W]
        ``int q phi_i dV`` over the tetrahedra of each label; none negative; the sum is
        ``delivered``.
    labels : tuple of int
        Labels of the columns.
    delivered : float [W/W]
        Power that enters the mesh per watt at the generator.
    outside_fraction : float [-]
        Part of the power into tissue that lies beyond the boundary of the mesh.
    quadrature_factor : float [-]
        Volume quadrature over the mesh divided by the exact integral; the weights are
        rescaled by its inverse.
    notes : tuple of str
        What the user should know: power outside the mesh, a coarse mesh at the antenna.
    """

    weights: sp.csr_matrix
    labels: tuple[int, ...]
    delivered: float
    outside_fraction: float
    quadrature_factor: float
    notes: tuple[str, ...] = ()

    def times(self, efficiency: float) -> Deposition:
        """That of an antenna of another efficiency, if this one's is 1."""
        delivered = self.delivered * efficiency
        return replace(
            self,
            weights=self.weights * efficiency,
            delivered=delivered,
            notes=power_notes(
                self.outside_fraction,
                self.quadrature_factor,
                delivered / (1.0 - self.outside_fraction),
            ),
        )


def deposit(
    mesh: TetMesh,
    pose: Pose,
    antenna: Antenna,
    conductivity: Mapping[int, float] | None = None,
    permittivity: Mapping[int, float] | None = None,
    *,
    locator: Locator | None = None,
) -> Deposition:
    """Nodal loads of an antenna's absorbed power density.

    With a model that is weighted by the conductivity, ``q = C sigma F`` with ``C`` such that
    the whole space absorbs the antenna's efficiency; tissue beyond the mesh is taken to
    conduct like the mean of that inside. A map is used as it is, times the efficiency.

    Parameters
    ----------
    mesh : TetMesh
    pose : Pose
    antenna : Antenna
    conductivity : mapping of label to float [S/m], optional
        Electrical conductivity of each region at the antenna's frequency and at 37 degC.
    permittivity : mapping of label to float [-], optional
        Relative permittivity of each region. Both are needed unless the model is a map.
    locator : Locator, optional
        Point location on this mesh, made here when not given.

    Returns
    -------
    Deposition

    Raises
    ------
    InputError
        When the tip lies outside the mesh, a region has no electrical properties although
        the model needs them, or no power reaches the mesh.
    """
    sar = antenna.sar
    if sar is None:
        raise InputError(f"antenna: {antenna.name!r} has neither a closed form nor a map")
    if locator is None:
        from mwa_sim.mesh.probe import Locator as MeshLocator

        locator = MeshLocator(mesh)
    tet, _ = locator.locate(pose.tip[None, :])
    if tet[0] < 0:
        where = ", ".join(f"{x * 1e3:.1f}" for x in pose.tip)
        raise InputError(
            f"antenna: its tip ({where}) mm lies outside the mesh; move the tip into the tissue"
        )
    medium = surroundings(mesh, locator, pose, antenna.frequency, conductivity, permittivity)
    pattern = sar.pattern(medium)

    local = pose.frame(mesh.nodes)
    loads = nodal_loads(
        local[mesh.tets],
        mesh.volumes,
        pattern.density,
        pattern.length_scale,
        total=pattern.total,
    )
    found = float(loads.sum())
    beyond = power_beyond(local[mesh.boundary_faces], pattern)
    outside = min(max(beyond / pattern.total, 0.0), 1.0) if pattern.total > 0.0 else 0.0
    if sar.weighted_by_conductivity:
        sigma = by_label(mesh, conductivity, "electrical conductivity", 0.0)
        column = np.searchsorted(np.asarray(mesh.labels), mesh.regions)
        loads = loads * sigma[column][:, None]
    raw = float(loads.sum())
    delivered = antenna.efficiency * pattern.total * (1.0 - outside)
    if not (raw > 0.0 and delivered > 0.0):
        raise InputError(
            "antenna: no power reaches the mesh; the power density is zero wherever there is "
            "conducting tissue (check the pose, the map's range and the conductivities)"
        )
    factor = found / (pattern.total * (1.0 - outside))
    return Deposition(
        weights=_by_node(mesh, loads * (delivered / raw)),
        labels=tuple(int(label) for label in mesh.labels),
        delivered=delivered,
        outside_fraction=outside,
        quadrature_factor=factor,
        notes=power_notes(outside, factor, antenna.efficiency * pattern.total),
    )


def _by_node(mesh: TetMesh, loads: FloatArray) -> sp.csr_matrix:
    """Sum the loads of the tetrahedra into (node, label)."""
    column = np.searchsorted(np.asarray(mesh.labels), mesh.regions)
    used = loads.sum(axis=1) > 0.0
    shape = (len(mesh.nodes), len(mesh.labels))
    entries = sp.coo_matrix(
        (loads[used].ravel(), (mesh.tets[used].ravel(), np.repeat(column[used], 4))), shape=shape
    )
    weights = entries.tocsr()
    weights.sum_duplicates()
    return weights


def power_notes(outside: float, factor: float, delivered: float) -> tuple[str, ...]:
    """What the user should know of a deposition.

    Parameters
    ----------
    outside : float [-]
        Fraction of the power into tissue beyond the mesh.
    factor : float [-]
        Volume quadrature over the mesh against the exact integral.
    delivered : float [W/W]
        Power into all tissue per watt at the generator.
    """
    notes = []
    if outside > NOTED_OUTSIDE:
        notes.append(
            f"antenna: {outside:.1%} of the power into tissue lies outside the mesh and heats "
            "nothing here; a larger mesh would hold it"
        )
    if abs(factor - 1.0) > NOTED_QUADRATURE:
        notes.append(
            f"antenna: the power density was integrated to {factor:.2%} of its exact integral "
            "before rescaling; the mesh is coarse at the antenna"
        )
    if delivered > 1.0 + NOTED_EXCESS:
        notes.append(
            f"antenna: {delivered:.3g} W enter the tissue per watt at the generator; "
            "a map should be per watt at the generator"
        )
    return tuple(notes)
