"""What is read of every run: when the wall reads the limit, what is ablated, what nerves get."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from benchmarks.studies.cutoff.setting import LIMIT, ON_TIME, THERMOCOUPLE
from mwa_sim.damage.cem43 import cem43_dose
from mwa_sim.mesh_regions import regions_of
from mwa_sim.result import Result

SAC = ("csf", "cord", "cauda_equina")
"""Regions inside the dura, which is the surface of the first."""
ZONES = {"cem43": "cem43>=240", "damage": "damage>=1"}
HALF = 0.5 * ON_TIME


def reached(result: Result) -> float:
    """First sample that reads more than the limit [s]; nan if none does."""
    trace = result.traces[THERMOCOUPLE]
    above = np.flatnonzero(trace.reading > LIMIT)
    return float(trace.t[above[0]]) if len(above) else math.nan


def stopped(result: Result) -> float:
    """When the rule ended the power [s]; nan if it did not."""
    return next((event.t for event in result.events if event.kind == "stop"), math.nan)


def overshoot(result: Result) -> float:
    """Kelvin by which the tissue at the thermocouple goes above the limit; 0 if it does not."""
    return max(0.0, result.traces[THERMOCOUPLE].peak - LIMIT)


def wall_then(result: Result) -> float:
    """Tissue temperature at the thermocouple when it first reads more than the limit [degC]."""
    trace = result.traces[THERMOCOUPLE]
    above = np.flatnonzero(trace.reading > LIMIT)
    return float(trace.tissue[above[0]]) if len(above) else math.nan


def peak_time(result: Result) -> float:
    """When the thermocouple is in its hottest tissue [s]."""
    trace = result.traces[THERMOCOUPLE]
    return float(trace.t[int(np.argmax(trace.tissue))])


def wall_dose(result: Result) -> float:
    """CEM43 of the tissue at the thermocouple [min]."""
    trace = result.traces[THERMOCOUPLE]
    return float(cem43_dose(trace.t, trace.tissue))


def wall_after_half(result: Result) -> float:
    """Highest tissue temperature at the thermocouple until half of the planned energy is in [degC].

    nan if power ended before.
    """
    trace = result.traces[THERMOCOUPLE]
    edges = np.append(result.power_t, result.frames_t[-1])
    on = np.concatenate([[0.0], np.cumsum(np.diff(edges) * (result.power_W > 0.0))])
    if on[-1] < HALF - 1e-6:
        return math.nan
    until = float(np.interp(HALF, on, edges))
    return float(trace.tissue[trace.t <= until + 1e-6].max())


def sac_peak(result: Result) -> float:
    """Highest temperature of any node of the dural sac, dura included [degC]."""
    return float(result.fields["max_temperature"][_sac(result)].max())


def sac_dose(result: Result) -> float:
    """Highest CEM43 of any node of the dural sac, dura included [min]."""
    return float(result.fields["cem43"][_sac(result)].max())


def strip(result: Result) -> float:
    """Bone and tumour left between the ablation zone (CEM43) and the wall, at its thinnest [mm].

    Along the front-to-back axis; nan if there is no zone.
    """
    zone = result.zone(ZONES["cem43"])
    if zone.is_empty:
        return math.nan
    return float(zone.surface.points[:, 0].min() - result.traces[THERMOCOUPLE].position[0]) * 1e3


def _sac(result: Result) -> np.ndarray:
    labels = [label for name in SAC for label in result.region_labels.get(name, ())]
    return regions_of(result.mesh).nodes(labels)


ZONE_MEASURES: dict[str, str | Callable[[Result], float]] = {
    f"{name}_{short}": f"{measure}({criterion})"
    for name, criterion in ZONES.items()
    for measure, short in (
        ("volume_ml", "volume_ml"), ("mean_diameter_mm", "mean_mm"), ("short_axis_mm", "short_mm"),
    )
}  # fmt: skip
ZONE_MEASURES["strip_mm"] = strip

MEASURES: dict[str, str | Callable[[Result], float]] = {
    "reached_s": reached,
    "stopped_s": stopped,
    "on_s": "on_time_s",
    "energy_kJ": "generator_kJ",
    "tissue_kJ": "tissue_kJ",
    "wall_then_degC": wall_then,
    "overshoot_K": overshoot,
    "wall_degC": f"peak({THERMOCOUPLE})",
    "wall_half_degC": wall_after_half,
    "peak_s": peak_time,
    "wall_cem43_min": wall_dose,
    "sac_degC": sac_peak,
    "sac_cem43_min": sac_dose,
    "cord_degC": "highest(cord)",
    "cord_cem43_min": "cem43(cord)",
    "balance_error": "balance_error",
    **ZONE_MEASURES,
}
"""Columns of the table; lengths of zones at the end of what was simulated."""
