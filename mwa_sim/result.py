"""The result of a run: what it recorded, with the questions one asks of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from mwa_sim.recording import Recording, Trace
from mwa_sim.summary import summarise

__all__ = ["Result", "Trace", "load_result"]


class Result(Recording):
    """Result of a simulation; all data of :class:`~mwa_sim.recording.Recording`.

    Examples
    --------
    >>> result = load_result("l2.vtkhdf")  # doctest: +SKIP
    >>> print(result)  # doctest: +SKIP
    >>> result.zone("cem43>=240").long_axis_mm  # doctest: +SKIP
    >>> result.temperature(at="cord_anterior", t=180.0)  # doctest: +SKIP
    """

    def summary(self) -> dict[str, Any]:
        """The numbers of the run as JSON-able data, schema ``mwa-sim/summary/1``."""
        return summarise(self)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Save as a ``.vtkhdf`` file, which ParaView opens as a time series.

        Parameters
        ----------
        path : path
            ``.vtkhdf`` is added if it is absent.
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
        from mwa_sim.result_file import write_result

        return write_result(path, self, self.summary(), overwrite=overwrite)

    def __str__(self) -> str:
        from mwa_sim.report_text import report

        return report(self)

    def __repr__(self) -> str:
        end = float(self.frames_t[-1])
        return f"<Result {self.case_name!r}: {end:g} s, {self.status}, {self.mesh!r}>"


def load_result(path: str | os.PathLike[str]) -> Result:
    """Load a result saved with :meth:`Result.save`.

    Raises
    ------
    DataError
        If the file is missing, is not a result file, is damaged, or was written by a later
        version of mwa_sim.
    """
    from mwa_sim.result_file import read_result

    return Result(**read_result(path))
