"""Result files: one ``.vtkhdf`` a run, a time series for ParaView with everything else beside it.

The group ``VTKHDF`` (:mod:`mwa_sim.result_grid`) is what ParaView reads; its sibling ``mwa_sim``
carries what VTK has no place for. Texts are JSON; nothing is pickled.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from mwa_sim.control.event import Event
from mwa_sim.errors import DataError, InputError, MwaError, SavingError
from mwa_sim.recording import Recording, Trace
from mwa_sim.result_grid import append_frame, begin_grid, finish_grid, read_grid
from mwa_sim.stored_frames import open_result
from mwa_sim.unfinished import (
    close_unwritten,
    require_room,
    size_of,
    why_not_written,
    without_unrecorded,
)

SCHEMA = "mwa-sim/result/1"
SUFFIX = ".vtkhdf"

_TEXTS: dict[str, type] = {
    "plan": dict,
    "regions": dict,
    "organs": list,
    "versions": dict,
    "citations": list,
    "events": list,
    "landmarks": dict,
    "antenna": dict,
}
_TAKEN = "{} exists; choose another name or ask to overwrite it"


def write_result(
    path: str | os.PathLike[str],
    run: Recording,
    summary: Mapping[str, Any],
    *,
    overwrite: bool = False,
) -> Path:
    """Write a result file; it appears under its name only when it is complete.

    Parameters
    ----------
    path : path
        Should end in ``.vtkhdf``, by which ParaView recognises it; the suffix is added if absent.
    run : Recording
    summary : mapping
        Stored as it is (JSON-able).
    overwrite : bool
        Replace an existing file.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the file exists and ``overwrite`` is not set, or cannot be written.
    """
    target = result_path(path, overwrite=overwrite)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        require_room(part, size_of(run))
        file = h5py.File(part, "w")
        try:
            grid = file.create_group("VTKHDF")
            begin_grid(grid, run.mesh, run.fields)
            for time, frame in zip(run.frames_t, run.frames, strict=True):
                append_frame(grid, float(time), frame)
            finish_grid(grid)
            write_record(file.create_group("mwa_sim"), run, summary)
            file.close()
        except BaseException:
            close_unwritten(file)
            raise
        publish(part, target, overwrite)
    except FileExistsError:
        raise InputError(_TAKEN.format(target)) from None
    except (OSError, RuntimeError) as error:  # HDF5 gives both when the disk is full
        raise SavingError(f"cannot write {target}: {why_not_written(error)}") from error
    finally:
        part.unlink(missing_ok=True)
    return target


def publish(part: Path, target: Path, overwrite: bool) -> None:
    """Give a complete file its name; without `overwrite` never that of a file of another run.

    Parameters
    ----------
    part, target : Path
        In one folder; `part` may be left behind as a second name.
    overwrite : bool

    Raises
    ------
    FileExistsError
        If the name is taken.
    OSError
    """
    if not overwrite:
        try:
            os.link(part, target)  # fails where the name is taken, which a rename does not
            return
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if target.exists():
                raise FileExistsError(target) from None
    os.replace(part, target)


def result_path(path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """The file a result would be saved as, after checking that it can be.

    Meant to be asked before a long run, so that the run is not lost at its end.

    Raises
    ------
    InputError
        If the folder does not exist or is not writable, the path is a folder, or the file exists
        and ``overwrite`` is not set.
    """
    target = Path(path)
    if target.is_dir():
        raise InputError(f"cannot write {target}: it is a folder; name a file, {target / 'run'}")
    if target.suffix.lower() != SUFFIX:
        target = target.with_name(target.name + SUFFIX)
    if not target.parent.is_dir():
        raise InputError(f"cannot write {target}: the folder {target.parent} does not exist")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"cannot write {target}: no permission to write in {target.parent}")
    if target.exists() and not overwrite:
        raise InputError(_TAKEN.format(target))
    return target


def read_result(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a result file.

    Returns
    -------
    dict
        The fields of a :class:`~mwa_sim.recording.Recording` by name.

    Raises
    ------
    DataError
        If the file is missing, is not a result file, is damaged, or was written by a later
        version.
    """
    source = Path(path)
    if not source.is_file():
        raise DataError(f"there is no result file {source}")
    try:
        with open_result(source) as file:
            _check_schema(source, file)
            grid, record = read_grid(source, file["VTKHDF"]), _read_record(file["mwa_sim"])
            if "NSteps" not in file["VTKHDF/Steps"].attrs:  # written at the end of a run
                record = without_unrecorded(record, float(grid["frames_t"][-1]))
            return {**grid, **record}
    except DataError:
        raise
    except MwaError as error:
        raise DataError([f"{source} is damaged: {problem}" for problem in error.problems]) from None
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise DataError(f"{source} is damaged or not a result file: {error}") from error


def read_summary(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The summary stored in a result file, without reading its fields.

    Raises
    ------
    DataError
        As :func:`read_result`.
    """
    source = Path(path)
    if not source.is_file():
        raise DataError(f"there is no result file {source}")
    try:
        with open_result(source) as file:
            _check_schema(source, file)
            summary: dict[str, Any] = _text(file["mwa_sim"], "summary")
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{source} is damaged or not a result file: {error}") from error
    return summary


def _check_schema(source: Path, file: h5py.File) -> None:
    if "mwa_sim" not in file or "VTKHDF" not in file:
        raise DataError(f"{source} is not a result of mwa_sim (no group 'mwa_sim')")
    schema = str(file["mwa_sim"].attrs.get("schema", ""))
    match = re.fullmatch(r"mwa-sim/result/(\d+)", schema)
    if match is None:
        raise DataError(f"{source}: expected schema {SCHEMA!r}, found {schema!r}")
    if int(match.group(1)) > int(SCHEMA.rsplit("/", 1)[1]):
        raise DataError(
            f"{source} has schema {schema!r}, written by a later version of mwa_sim; "
            f"this one reads up to {SCHEMA!r}: please update mwa_sim"
        )


def write_record(group: h5py.Group, run: Recording, summary: Mapping[str, Any]) -> None:
    """Write everything but mesh, frames and fields.

    Parameters
    ----------
    group : h5py.Group
        Empty.
    run : Recording
    summary : mapping
        JSON-able; empty while the run goes on.
    """
    group.attrs["schema"] = SCHEMA
    group.attrs["case_name"] = run.case_name
    group.attrs["status"] = run.status
    for name in _TEXTS:
        value = [asdict(e) for e in run.events] if name == "events" else getattr(run, name)
        group[name] = json.dumps(value, default=_json_default, ensure_ascii=False)
    group["summary"] = json.dumps(summary, default=_json_default, allow_nan=False)
    for name in ("energy", "timing"):
        # attributes keep whether a number is an integer, and can hold nan
        group.create_group(name).attrs.update(sorted(getattr(run, name).items()))
    group["power/t"] = np.asarray(run.power_t, dtype=np.float64)
    group["power/W"] = np.asarray(run.power_W, dtype=np.float64)
    group["power/antenna_W"] = np.asarray(run.antenna_power_W, dtype=np.float64)
    # The first is in "antenna", where files of one antenna have always had it.
    others = json.dumps(list(run.antennas[1:]), default=_json_default, ensure_ascii=False)
    group["further_antennas"] = others
    traces = group.create_group("traces", track_order=True)
    for number, trace in enumerate(run.traces.values()):
        one = traces.create_group(str(number))  # a number, for a name may contain a slash
        for name in ("position", "t", "reading", "tissue"):
            one[name] = np.asarray(getattr(trace, name), dtype=np.float64)
        for name in ("name", "limit", "peak_tissue", "action"):
            if getattr(trace, name) is not None:
                one.attrs[name] = getattr(trace, name)


def _read_record(group: h5py.Group) -> dict[str, Any]:
    record = {name: _text(group, name) for name in _TEXTS}
    for name, kind in _TEXTS.items():
        if not isinstance(record[name], kind):
            raise ValueError(f"'{name}' holds something else than expected")
    record["regions"] = {int(k): tuple(v) for k, v in record["regions"].items()}
    record["landmarks"] = {k: np.array(v, dtype=float) for k, v in record["landmarks"].items()}
    others = _text(group, "further_antennas") if "further_antennas" in group else []
    record["antennas"] = [record["antenna"], *others] if record["antenna"] else []
    for antenna in record["antennas"]:
        for name in {"tip", "axis"} & set(antenna):
            antenna[name] = np.array(antenna[name], dtype=float)
    record["events"] = [Event(**event) for event in record["events"]]
    for name in ("energy", "timing"):
        record[name] = {key: value.item() for key, value in group[name].attrs.items()}
    for name in ("case_name", "status"):
        record[name] = str(group.attrs[name])
    traces = [group["traces"][number] for number in group["traces"]]
    return {
        **record,
        "power_t": group["power/t"][:],
        "power_W": group["power/W"][:],
        **({"antenna_power_W": group[each][:]} if (each := "power/antenna_W") in group else {}),
        "traces": {str(one.attrs["name"]): _read_trace(one) for one in traces},
    }


def _read_trace(group: h5py.Group) -> Trace:
    numbers = {k: float(group.attrs[k]) for k in ("limit", "peak_tissue") if k in group.attrs}
    return Trace(
        name=str(group.attrs["name"]),
        position=group["position"][:],
        t=group["t"][:],
        reading=group["reading"][:],
        tissue=group["tissue"][:],
        limit=numbers.get("limit"),
        peak_tissue=numbers.get("peak_tissue"),
        action=str(group.attrs["action"]) if "action" in group.attrs else None,
    )


def _text(group: h5py.Group, name: str) -> Any:
    return json.loads(group[name].asstr()[()])


def _json_default(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be stored as text")
