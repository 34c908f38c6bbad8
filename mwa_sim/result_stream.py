"""A result file that grows with its run, so that memory does not.

Frames are appended as they come, to a file beside the wanted one, ``NAME.unfinished-PID.vtkhdf``.
It can be read at any time, also after its run was killed (HDF5 single writer, multiple readers);
at the end of the run it is completed and gets its name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Self

import h5py
from numpy.typing import NDArray

from mwa_sim.errors import InputError, MwaError, SavingError
from mwa_sim.recording import Recording
from mwa_sim.result_file import SUFFIX, publish, read_result, result_path, write_record
from mwa_sim.result_grid import append_frame, begin_grid, finish_grid, update_fields
from mwa_sim.stored_frames import StoredFrames
from mwa_sim.unfinished import close_unwritten, require_room, size_of, why_not_written

# The oldest format that can be read while it is written; ParaView does not know the newest.
_FORMAT = ("v110", "v110")


class ResultStream:
    """Writes the result of one run while it goes on.

    Parameters
    ----------
    path : path
        Of the finished file; ``.vtkhdf`` is added if it is absent.
    overwrite : bool, optional
        Replace an existing file.

    Attributes
    ----------
    target : Path
        Where the finished file will be, or is.
    part : Path
        The file that grows.

    Raises
    ------
    InputError
        If the file exists and ``overwrite`` is not set, or cannot be written.
    SavingError
        If it cannot be written any further, while the run goes on: the disk is full. What can
        be read of it stays.
    """

    def __init__(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        self.target = result_path(path, overwrite=overwrite)
        self.part = self.target.with_name(f"{self.target.stem}.unfinished-{os.getpid()}{SUFFIX}")
        self._overwrite = overwrite
        self._file: h5py.File | None = None
        self._frames: StoredFrames | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def begin(self, run: Recording) -> None:
        """Write what is known before the first step, and the frames of the recording."""
        try:
            require_room(self.part, size_of(run))
            file = self._file = h5py.File(self.part, "w", libver=_FORMAT)
            grid = file.create_group("VTKHDF")
            begin_grid(grid, run.mesh, run.fields, growing=True)
            write_record(file.create_group("mwa_sim"), run, {})
            for time, frame in zip(run.frames_t, run.frames, strict=True):
                append_frame(grid, float(time), frame)
            file.swmr_mode = True
        except (OSError, RuntimeError) as error:
            self._failed(error)

    def append(self, time: float, frame: NDArray[Any], fields: Mapping[str, NDArray[Any]]) -> None:
        """Add a frame and replace the fields.

        Parameters
        ----------
        time : float [s]
        frame : (n_nodes,) array [degC]
        fields : mapping of str to (n_nodes,) array
            As they are at this time; those of the recording, by the same names.
        """
        if self._file is None:
            raise InputError("the result file of this run is complete; no frame can be added")
        try:
            require_room(self.part, frame.nbytes)
            update_fields(self._file["VTKHDF"], fields)
            append_frame(self._file["VTKHDF"], time, frame)
        except (OSError, RuntimeError) as error:
            self._failed(error)

    def frames(self, n_frames: int, n_nodes: int) -> StoredFrames:
        """The frames so far, an array-like that can be read when the file is finished."""
        self._frames = StoredFrames(self.part.absolute(), n_frames, n_nodes)
        return self._frames

    def finish(self, run: Recording, summary: Mapping[str, Any]) -> Path:
        """Complete the file and give it its name.

        Where another run has taken the name meanwhile, -2, -3, ... is added to it.

        Returns
        -------
        Path
            The finished file.
        """
        if self._file is None:
            raise InputError("the result file of this run is complete already")
        try:
            samples = sum(3 * trace.t.nbytes for trace in run.traces.values())
            require_room(self.part, samples + 64 * len(run.frames_t))
            self._file.close()
            file = self._file = h5py.File(self.part, "r+", libver=_FORMAT)
            update_fields(file["VTKHDF"], run.fields)
            finish_grid(file["VTKHDF"])
            del file["mwa_sim"]
            write_record(file.create_group("mwa_sim"), run, summary)
            file.close()
            self._file = None
            self._publish()
        except (OSError, RuntimeError) as error:
            self._failed(error)
        if self._frames is not None:
            self._frames.path = self.target.absolute()
        return self.target

    def _publish(self) -> None:
        wanted, number = self.target, 1
        while True:
            try:
                publish(self.part, self.target, self._overwrite)
                break
            except FileExistsError:
                number += 1
                self.target = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        self.part.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove the file of a run that failed; a finished one stays."""
        if self._file is not None:
            close_unwritten(self._file)
            self._file = None
            self.part.unlink(missing_ok=True)

    def _failed(self, error: OSError | RuntimeError) -> NoReturn:
        """Give the file up; it stays where frames can be read from it."""
        if self._file is not None:
            close_unwritten(self._file)
            self._file = None
        end = self._readable_until()
        if end > 0.0:
            left = f"{self.part} holds the frames up to {end:.4g} s; mwa-sim show reads it"
        else:
            left = "nothing was saved; free some space, or name a file elsewhere"
            with suppress(OSError):
                self.part.unlink(missing_ok=True)
        raise SavingError(
            f"cannot write {self.target}: {why_not_written(error)}; {left}"
        ) from error

    def _readable_until(self) -> float:
        """Time [s] of the last frame that was written; 0 if the file cannot be read."""
        try:
            times = read_result(self.part)["frames_t"]
        except MwaError:
            return 0.0
        return float(times[-1])
