"""The dielectric properties of a case as the field of an antenna needs them."""

from __future__ import annotations

import numpy as np

from mwa_sim.antenna.coupling.rings import Dielectrics
from mwa_sim.antenna.coupling.watch import CONTINUITY
from mwa_sim.antenna.sar import VACUUM_PERMITTIVITY
from mwa_sim.antenna.surroundings import by_label
from mwa_sim.case import Case
from mwa_sim.errors import InputError
from mwa_sim.heat.source import TABLE_SIZE, TABLE_START, TABLE_STEP, table_temperatures
from mwa_sim.tissue.dispersion import region_dielectrics
from mwa_sim.tissue.temperature import conductivity_factor, permittivity_factor
from mwa_sim.typing import FloatArray


def dielectrics(case: Case, frequency: float) -> Dielectrics:
    """Electrical properties of the regions of a case at an antenna's frequency.

    Parameters
    ----------
    case : Case
    frequency : float [Hz]

    Returns
    -------
    Dielectrics

    Raises
    ------
    InputError
        Naming every region whose tissue lacks a property.
    """
    tissues = {label: region.tissue for label, region in case.regions.items()}
    sigma, epsilon = region_dielectrics(tissues, frequency)
    ordered = [tissues[label] for label in case.mesh.labels]
    at = table_temperatures()
    ones = np.ones(TABLE_SIZE)
    storage = [tissue.relative_permittivity_model for tissue in ordered]
    loss = [tissue.electrical_conductivity_model for tissue in ordered]
    problems: list[str] = []
    read = []
    for given, what, lowest in (
        (epsilon, "relative permittivity", 1.0),
        (sigma, "electrical conductivity", 0.0),
    ):
        try:
            read.append(by_label(case.mesh, given, what, lowest))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    factors = [ones if model is None else permittivity_factor(model, at) for model in storage]
    return Dielectrics(
        relative_permittivity=read[0],
        conductivity=read[1],
        # Nothing polarises less than vacuum: dry bone would by the sigmoid of liver.
        permittivity_factor=np.maximum(np.stack(factors), 1.0 / read[0][:, None]),
        conductivity_factor=np.stack(
            [ones if model is None else conductivity_factor(model, at) for model in loss]
        ),
        start=TABLE_START,
        step=TABLE_STEP,
        frequency=frequency,
    )


def across_factor(properties: Dielectrics) -> FloatArray:
    """``|eps_c(T) / eps_c(37 degC)|^(2 b)`` of each label at the tabulated temperatures.

    By it the square of the field across the layers falls as their permittivity rises, see
    :data:`mwa_sim.antenna.coupling.watch.CONTINUITY` for b.
    """
    storage = properties.relative_permittivity[:, None] * properties.permittivity_factor
    omega = 2.0 * np.pi * properties.frequency * VACUUM_PERMITTIVITY
    loss = (properties.conductivity / omega)[:, None] * properties.conductivity_factor
    reference = properties.relative_permittivity**2 + (properties.conductivity / omega) ** 2
    return np.asarray(((storage**2 + loss**2) / reference[:, None]) ** CONTINUITY)
