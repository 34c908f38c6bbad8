"""Where numba keeps the compiled kernels if it finds no place itself."""

from __future__ import annotations

import os
import stat
import sys


def provide() -> str | None:
    """Give numba a folder for its cache where it would otherwise refuse to compile.

    numba keeps compiled kernels beside the package, or else in the home folder, and raises an
    error when it can write to neither: a package installed by an administrator, run by a service
    without a home. Only then this names a folder of this user among the temporary files.

    Returns
    -------
    str or None
        The folder; None if numba finds one, or was given one by ``NUMBA_CACHE_DIR``.
    """
    if (
        os.environ.get("NUMBA_CACHE_DIR")
        or _writable(os.path.dirname(os.path.abspath(__file__)))
        or _home_writable()
    ):
        return None
    folder = _private_folder()
    os.environ["NUMBA_CACHE_DIR"] = folder
    if "numba" in sys.modules:  # it reads its environment only once
        sys.modules["numba"].config.CACHE_DIR = folder
    return folder


def _home_writable() -> bool:
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        return _writable(os.environ.get("LOCALAPPDATA") or home)
    if sys.platform == "darwin":
        return _writable(os.path.join(home, "Library", "Caches"))
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return _writable(os.path.join(base, "numba"))


def _writable(folder: str) -> bool:
    """Whether a folder can be written, or made in the nearest one that exists."""
    while not os.path.exists(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)


def _private_folder() -> str:
    """A folder that nobody else can write: what numba loads from it is executed."""
    import tempfile  # costs more than the rest of `import mwa_sim`, and is hardly ever needed

    user = str(os.getuid()) if sys.platform != "win32" else os.environ.get("USERNAME", "user")
    folder = os.path.join(tempfile.gettempdir(), f"mwa_sim-{user}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        found = os.lstat(folder)
    except OSError:
        return tempfile.mkdtemp(prefix="mwa_sim-")
    mine = sys.platform == "win32" or (
        found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )
    return folder if mine and stat.S_ISDIR(found.st_mode) else tempfile.mkdtemp(prefix="mwa_sim-")
