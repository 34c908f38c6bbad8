"""Files in this user's cache: arrays that took time to compute and can be computed again."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def cache_folder() -> Path:
    """Folder for files that can be generated again.

    Returns
    -------
    Path
        ``MWA_SIM_CACHE`` if it is set, else the custom of the platform. It may not exist.
    """
    chosen = os.environ.get("MWA_SIM_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "mwa_sim"


def load_arrays(file: Path) -> dict[str, NDArray[Any]] | None:
    """Arrays by name from a file of the cache; None if it is missing or damaged."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        # Missing, or cut off by a crash: it is computed again.
        return None


def store_arrays(file: Path, arrays: Mapping[str, Any], keep: int = 64) -> None:
    """Write arrays to a file of the cache; a cache that cannot be written is passed over.

    Parameters
    ----------
    file : Path
    arrays : mapping of str to array
    keep : int, optional
        Of the files in the same folder the oldest beyond this number are removed.
    """
    # A full or read-only disk costs time on the next run, not this one. The rename is atomic, so
    # that two runs at once never see half a file.
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                np.savez(stream, **arrays)
            os.replace(temporary, file)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
        _prune(file.parent, keep)


def _prune(folder: Path, keep: int) -> None:
    files = sorted(folder.glob("*.npz"), key=lambda f: f.stat().st_mtime, reverse=True)
    for old in files[keep:]:
        old.unlink(missing_ok=True)
