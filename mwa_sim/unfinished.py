"""Result files whose run did not end well: what they do not hold, and closing them on a full disk.

A run that is killed leaves its frames and the fields of the last of them. The rest of the record
is written at the end of a run, so that of a killed one it is not known, and is not made up.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mwa_sim.control.event import Event

if TYPE_CHECKING:
    import h5py

    from mwa_sim.recording import Recording

KILLED = "killed"
"""Source of the event of a run that was killed."""

NOT_RECORDED = (
    "not recorded: the run was killed, or still goes on (thermocouples, power, energy, events)"
)

# For everything else in a file: texts, indices, what HDF5 rounds up to.
_MARGIN = 2**19
_AT_ONCE = 2**20
_AT_THE_END = ("stepping_s", "steps", "linear_iterations")


def without_unrecorded(record: Mapping[str, Any], end: float) -> dict[str, Any]:
    """Take out of a record what was only true before the first step.

    Parameters
    ----------
    record : mapping
        Fields of a :class:`~mwa_sim.recording.Recording` by name, as they were at the start.
    end : float [s]
        Time of the last frame.

    Returns
    -------
    dict
        With traces that have no sample and no peak, an energy of nan, no power, and one event
        that says why.
    """
    nothing = np.zeros(0)
    antennas = [
        {**{k: v for k, v in one.items() if k != "field"}, "generator_J": float("nan")}
        for one in record["antennas"]
    ]
    return {
        **record,
        "antennas": antennas,
        "antenna": antennas[0] if antennas else {},
        "traces": {
            name: replace(trace, t=nothing, reading=nothing, tissue=nothing, peak_tissue=None)
            for name, trace in record["traces"].items()
        },
        "power_t": nothing,
        "power_W": nothing,
        "antenna_power_W": np.zeros((len(antennas), 0)),
        "events": [Event(end, "interrupted", NOT_RECORDED, KILLED)],
        "energy": dict.fromkeys(record["energy"], float("nan")),
        "timing": {k: v for k, v in record["timing"].items() if k not in _AT_THE_END},
        "status": "interrupted",
    }


def require_room(path: Path, n_bytes: int) -> None:
    """Find out whether a file can grow before HDF5 tries, which does not survive every failure.

    Parameters
    ----------
    path : Path
        Left as it is; made if it does not exist.
    n_bytes : int
        At least what is about to be added.

    Raises
    ------
    OSError
        With the reason: no space, quota used up, file too large.
    """
    if os.name != "posix":  # elsewhere a file that is open cannot be opened again
        return
    with path.open("ab", buffering=0) as file:
        before, left = file.seek(0, os.SEEK_END), n_bytes + _MARGIN
        zeros = bytes(min(left, _AT_ONCE))
        try:
            while left > 0:
                left -= file.write(zeros[:left])
        finally:
            file.truncate(before)


def size_of(run: Recording) -> int:
    """Bytes that mesh, fields, traces and frames in memory of a recording take at most."""
    mesh = run.mesh
    arrays = [mesh.nodes, mesh.regions, *run.fields.values()]
    arrays += [x for trace in run.traces.values() for x in (trace.t, trace.reading, trace.tissue)]
    frames = 4 * len(run.frames) * mesh.n_nodes
    return sum(np.asarray(x).nbytes for x in arrays) + 8 * mesh.tets.size + 9 * mesh.n_tets + frames


def close_unwritten(file: h5py.File) -> None:
    """Close a file that is given up; what is not on the disk yet stays unwritten.

    HDF5 keeps what it could not write and tries again when the process ends, which then crashes.
    So the rest goes to the null device instead.

    Parameters
    ----------
    file : h5py.File
        Open for writing.
    """
    with suppress(Exception):
        if os.name == "posix":  # elsewhere HDF5 may number its files on its own
            sink = os.open(os.devnull, os.O_RDWR)
            try:
                os.dup2(sink, file.id.get_vfd_handle(), inheritable=False)
            finally:
                os.close(sink)
    with suppress(Exception):
        file.close()


def why_not_written(error: Exception) -> str:
    """The reason in the words of the operating system, of which HDF5 makes a paragraph.

    Examples
    --------
    >>> why_not_written(RuntimeError("flush (errno = 28, error message = 'No space left', buf"))
    'No space left'
    """
    if isinstance(error, OSError) and error.strerror and len(error.strerror) < 80:
        return error.strerror
    found = re.search(r"error message = '([^']*)'", str(error))
    return found.group(1) if found else str(error).partition("\n")[0]
