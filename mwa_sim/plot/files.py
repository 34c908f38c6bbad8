"""All pictures of a result as PNG files."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mwa_sim.errors import InputError
from mwa_sim.plot.curves import traces
from mwa_sim.plot.slices import slice as section
from mwa_sim.plot.view3d import zone3d_later
from mwa_sim.recording import Recording


def save_all(result: Recording, directory: str | os.PathLike[str]) -> list[Path]:
    """Draw a result and save the pictures; existing ones are replaced.

    Parameters
    ----------
    result : Result
    directory : path
        Made if it does not exist.

    Returns
    -------
    list of Path
        ``slice-sagittal.png``, ``slice-axial.png``, ``slice-antenna.png`` (if there is an
        antenna), ``thermocouples.png``, ``zone-3d.png``.

    Raises
    ------
    InputError
        If the folder cannot be made or written.
    """
    folder = Path(directory)
    pictures: dict[str, Callable[[], Any]] = {
        "slice-sagittal.png": lambda: section(result, "sagittal"),
        "slice-axial.png": lambda: section(result, "axial"),
        "thermocouples.png": lambda: traces(result),
    }
    if result.antenna:
        pictures["slice-antenna.png"] = lambda: section(result, "antenna")
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(1) as beside:
            pictures["zone-3d.png"] = zone3d_later(result, beside)
            for name, picture in sorted(pictures.items()):
                path = folder / name
                picture().savefig(path)
                paths.append(path)
    except OSError as error:
        raise InputError(f"cannot write pictures to {folder}: {error}") from error
    return paths
