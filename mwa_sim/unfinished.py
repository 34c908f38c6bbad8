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
from typing import TYPE_CHECKING, Any

import numpy as np

from mwa_sim.control.event import Event

if TYPE_CHECKING:
    import h5py

KILLED = "killed"
"""Source of the event of a run that was killed."""

NOT_RECORDED = (
    "not recorded: the run was killed, or still goes on (thermocouples, power, energy, events)"
)

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
    found = re.search(r"error message = '([^']*)'", str(error))
    return found.group(1) if found else str(error).partition("\n")[0]
