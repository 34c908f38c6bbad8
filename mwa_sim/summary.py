"""The numbers of a run as JSON-able data, schema ``mwa-sim/summary/1``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.criterion import STANDARD_CRITERIA
from mwa_sim.mesh_regions import regions_of
from mwa_sim.recording import Recording, Trace
from mwa_sim.zone import Zone

SCHEMA = "mwa-sim/summary/1"

RESEARCH_NOTE = "For research use only; not for clinical decisions."
"""What every report and its JSON say."""

#: Temperatures [degC] for which the time spent above is reported.
TIME_ABOVE = (42, 45, 50)
#: An organ this close to its temperature limit [K], or at this share of its dose limit, is a
#: warning although the limit holds.
WARN_BELOW_LIMIT_K = 1.0
WARN_DOSE_SHARE = 0.9


def summarise(run: Recording) -> dict[str, Any]:
    """Summary of a run, schema ``mwa-sim/summary/1``.

    Returns
    -------
    dict
        Plain Python values; numbers that do not exist (the margin of an empty zone) are None, so
        the summary is valid JSON.
    """
    none = None if run.killed else 0
    energy = {key: run.energy.get(key, 0.0) for key in ("generator_J", "tissue_J", "balance_error")}
    timing = {key: run.timing.get(key, none) for key in ("setup_s", "antenna_s", "stepping_s")}
    counts = {
        key: int(run.timing[key]) if key in run.timing else none
        for key in ("steps", "linear_iterations")
    }
    data = {
        "schema": SCHEMA,
        "case": {
            "name": run.case_name,
            "nodes": run.mesh.n_nodes,
            "tets": run.mesh.n_tets,
            "regions": {
                name: {
                    "tissue": run.regions[labels[0]][1],
                    "volume_ml": regions_of(run.mesh).volume(labels) * 1e6,
                }
                for name, labels in run.region_labels.items()
            },
        },
        "antennas": [_antenna(run, k) for k in range(len(run.antennas))],
        "energy": energy,
        "zones": [_zone(run.zone(text), run.targets) for text in STANDARD_CRITERIA],
        "thermocouples": {name: _thermocouple(trace) for name, trace in run.traces.items()},
        "organs_at_risk": {str(o["name"]): organ_status(run, o) for o in run.organs},
        "events": [{"t_s": e.t, "kind": str(e.kind), "cause": e.cause} for e in run.events],
        "timing": {**timing, **counts},
        "versions": dict(run.versions),
        "note": RESEARCH_NOTE,
    }
    plain: dict[str, Any] = jsonable(data)
    return plain


def organ_status(run: Recording, organ: Mapping[str, Any]) -> dict[str, Any]:
    """Peak temperature and dose of an organ at risk, and how they compare with its limits.

    A region is as hot as its hottest node, the shared nodes of its surface included; a landmark
    is interpolated (the dose in its logarithm).

    Returns
    -------
    dict
        ``peak_degC``, ``cem43_max_min`` and ``status``: ``"exceeded"`` above a limit, ``"warn"``
        within 1 K of the temperature limit or from 90 % of the dose limit, else ``"ok"``.
    """
    if organ.get("region") is not None:
        region = organ["region"]
        labels = run.region_labels.get(region, ()) if isinstance(region, str) else (region,)
        nodes = regions_of(run.mesh).nodes(labels)
        if len(nodes) == 0:
            return {"peak_degC": None, "cem43_max_min": None, "status": "ok"}
        peak = float(run.fields["max_temperature"][nodes].max())
        dose = float(run.fields["cem43"][nodes].max())
    else:
        at = run.locator.matrix(np.atleast_2d(run.position(organ["landmark"])))
        peak = float((at @ run.fields["max_temperature"])[0])
        logarithm = np.log10(np.maximum(run.fields["cem43"], 1e-12))
        dose = float(10.0 ** (at @ logarithm)[0])
    status = "ok"
    hottest, most = organ.get("max_temperature"), organ.get("max_cem43")
    if (hottest is not None and peak >= hottest - WARN_BELOW_LIMIT_K) or (
        most is not None and dose >= WARN_DOSE_SHARE * most
    ):
        status = "warn"
    if (hottest is not None and peak > hottest) or (most is not None and dose > most):
        status = "exceeded"
    return {"peak_degC": peak, "cem43_max_min": dose, "status": status}


def time_above(t: NDArray[np.float64], values: NDArray[np.float64], level: float) -> float:
    """Time [s] that a piecewise linear history spends above a level.

    Examples
    --------
    >>> time_above(np.array([0.0, 10.0]), np.array([37.0, 47.0]), 42.0)
    5.0
    """
    if len(t) < 2:
        return 0.0
    above = np.asarray(values, dtype=np.float64) - level
    high, low = np.maximum(above[1:], above[:-1]), np.minimum(above[1:], above[:-1])
    span = high - low
    share = np.divide(high, span, out=np.where(low > 0.0, 1.0, 0.0), where=span > 0.0)
    return float(np.diff(t) @ np.clip(share, 0.0, 1.0))


def jsonable(value: Any) -> Any:
    """The same data in plain Python types, with None for numbers that are not finite."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return jsonable(value.tolist())
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def antenna_energy(run: Recording, index: int) -> float:
    """Energy [J] that one antenna took from the generator.

    Parameters
    ----------
    run : Recording
    index : int
        Of the antenna, from 0.
    """
    stated = run.antennas[index].get("generator_J")
    if stated is not None:
        return float(stated)
    if len(run.power_t) == 0:
        return 0.0
    edges = np.append(run.power_t, max(float(run.frames_t[-1]), float(run.power_t[-1])))
    return float(np.diff(edges) @ run.antenna_power_W[index])


def power_on_time(run: Recording, index: int | None = None) -> float:
    """Time [s] with power from one antenna, numbered from 0, or from any of them (None).

    It is nan for a run that was killed.
    """
    if run.killed:
        return math.nan
    if len(run.power_t) == 0:
        return 0.0
    power = np.asarray(run.power_W if index is None else run.antenna_power_W[index])
    edges = np.append(run.power_t, max(float(run.frames_t[-1]), float(run.power_t[-1])))
    return float(np.diff(edges) @ (power > 0.0))


def _antenna(run: Recording, index: int) -> dict[str, Any]:
    antenna = run.antennas[index]
    return {
        "name": run.antenna_labels[index],
        "antenna": antenna["name"],
        "model": antenna.get("model"),
        "tip_mm": np.asarray(antenna["tip"]) * 1e3,
        "axis": antenna["axis"],
        "start_s": float(antenna.get("start", 0.0)),
        "power_on_s": power_on_time(run, index),
        "generator_J": antenna_energy(run, index),
        "efficiency": antenna.get("efficiency"),
        "delivered_fraction": antenna.get("delivered"),
        "field": antenna.get("field"),
    }


def _zone(zone: Zone, targets: list[str]) -> dict[str, Any]:
    return {
        "criterion": zone.criterion,
        "volume_ml": zone.volume_ml,
        "long_axis_mm": zone.long_axis_mm,
        "short_axis_mm": zone.short_axis_mm,
        "mean_diameter_mm": zone.mean_diameter_mm,
        "equivalent_diameter_mm": zone.equivalent_diameter_mm,
        "sphericity": zone.sphericity,
        "coverage": {name: zone.coverage(name) for name in targets},
        "margin_min_mm": {name: zone.margin(name).min_mm for name in targets},
    }


def _thermocouple(trace: Trace) -> dict[str, Any]:
    from mwa_sim.damage.cem43 import cem43_dose

    # Without a sample nothing is known, which is not the same as no time and no dose.
    none = 0.0 if len(trace.t) else None
    dose = float(cem43_dose(trace.t, trace.tissue)) if len(trace.t) > 1 else none
    above = {str(k): time_above(trace.t, trace.tissue, float(k)) for k in TIME_ABOVE}
    return {
        "position_mm": trace.position * 1e3,
        "peak_reading_degC": trace.max,
        "peak_tissue_degC": trace.peak,
        "overshoot_degC": None if math.isnan(trace.peak) else trace.overshoot,
        "time_above_s": above if len(trace.t) else dict.fromkeys(above),
        "cem43_min": dose,
        "trace": {"t_s": trace.t, "reading_degC": trace.reading, "tissue_degC": trace.tissue},
    }
