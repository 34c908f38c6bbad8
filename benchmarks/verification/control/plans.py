"""Plans whose exact course is known: tissue heated evenly, or by a Gaussian source."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.verification.exact.gaussian import peak_density
from benchmarks.verification.exact.medium import Medium
from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.pose import Pose
from mwa_sim.antenna.sar import Medium as Surroundings
from mwa_sim.antenna.sar import SarModel
from mwa_sim.antenna.sar_map import SarMap
from mwa_sim.case import Boundary, Case
from mwa_sim.control.protocol import Protocol
from mwa_sim.heat.pennes import BLOOD_DENSITY, BLOOD_SPECIFIC_HEAT
from mwa_sim.mesh.mesher import Domain, generate
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.plan import Plan
from mwa_sim.tissue import load_tissue
from mwa_sim.tissue.properties import Tissue

HALF = 4e-3
"""Half the side of the block that is heated evenly [m]."""
WIDTH = 5e-3
"""Of the Gaussian source [m]."""
_REACH, _GROWTH, _FAR = 16e-3, 8e-3, 40e-3


class GaussianSource:
    """Power density of 1 W, ``exp(-(r^2 + z^2) / (2 s^2))``, as a model of an antenna."""

    weighted_by_conductivity = False
    total = 1.0
    extent = (8.0 * WIDTH, -8.0 * WIDTH, 8.0 * WIDTH)

    def pattern(self, medium: Surroundings) -> GaussianSource:
        """The same in every tissue."""
        return self

    def density(self, r: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Power density [W/m3 per W] at coordinates r, z [m]."""
        peak = peak_density(1.0, (WIDTH, WIDTH, WIDTH))
        return np.asarray(peak * np.exp(-0.5 * (r**2 + z**2) / WIDTH**2))

    def length_scale(self, r: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Length over which it changes [m]."""
        return np.full(np.shape(r), WIDTH)


def tissue(perfused: bool) -> Tissue:
    """Liver, with a perfusion that stays as it is, or with none."""
    if not perfused:
        return load_tissue("liver_ex_vivo")
    return load_tissue("liver").changed(perfusion_model=None, metabolic_heat=0.0)


def capacity(of: Tissue) -> float:
    """rho c [J/m3/K]."""
    return of.density * of.specific_heat


def sink(of: Tissue) -> float:
    """``omega rho_b c_b / (rho c)`` [1/s]."""
    return of.perfusion * BLOOD_DENSITY * BLOOD_SPECIFIC_HEAT / capacity(of)


def even_plan(protocol: Protocol, perfused: bool = False, **solver: float) -> Plan:
    """Every point of an insulated block is heated alike, by 1 W per watt at the generator.

    Parameters
    ----------
    protocol : Protocol
    perfused : bool
    **solver : float
        Settings, such as ``max_step``.
    """
    mesh = _even_mesh()
    flat = np.full((2, 2), 1.0 / (2.0 * HALF) ** 3)
    reach = 2.0 * HALF
    return _plan(
        mesh, tissue(perfused), SarMap(np.array([0.0, reach]), np.array([-reach, reach]), flat),
        protocol, solver,
    )  # fmt: skip


def gaussian_plan(size: float, protocol: Protocol, **solver: float) -> Plan:
    """A Gaussian source of 1 W per watt in a block so wide that its surface feels nothing.

    Parameters
    ----------
    size : float [m]
        Of the elements within 14 mm of the centre.
    protocol : Protocol
    **solver : float
    """

    def sizing(points: np.ndarray) -> np.ndarray:
        away = np.maximum(np.linalg.norm(points, axis=1) - _REACH, 0.0)
        # In proportion everywhere, so that one size tells how fine all of it is.
        return size * (1.0 + away / _GROWTH)

    low = np.full(3, -_FAR)
    mesh = generate(Domain([], 1, low, -low, sizing, size, 3), improve=False)
    return _plan(mesh, _without_water(), GaussianSource(), protocol, solver)


def gaussian_medium() -> Medium:
    """Its tissue as the exact solution takes it."""
    of = _without_water()
    return Medium(of.thermal_conductivity, capacity(of))


def _without_water() -> Tissue:
    """Liver whose water does not boil: the closed form knows no latent heat."""
    return tissue(False).changed(water_fraction=0.0)


def _even_mesh() -> TetMesh:
    corner = np.full(3, HALF)
    return generate(
        Domain([], 1, -corner, corner, lambda p: np.full(len(p), HALF), HALF, 1), improve=False
    )


def _plan(
    mesh: TetMesh, of: Tissue, sar: SarModel, protocol: Protocol, solver: dict[str, Any]
) -> Plan:
    case = Case.from_mesh(
        mesh, {1: of}, name=of.name, boundary=Boundary("insulated"), initial_temperature=37.0
    )
    pose = Pose(tip=np.zeros(3), axis=np.array([0.0, 0.0, 1.0]))
    return Plan(
        case=case, antenna=Antenna("known source", sar), pose=pose, protocol=protocol,
        solver=solver,
    )  # fmt: skip
