"""What the workers of a Dask cluster do for a study; loads nothing heavy before it is needed."""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
from collections.abc import Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mwa_sim.study.execution import Base, Outcome, Task

_base: tuple[str, Base] | None = None


def software() -> dict[str, str]:
    """What must be the same here and on every worker, so that a row does not depend on who ran it.

    Returns
    -------
    dict of str to str
        Versions of mwa_sim, Python (without the patch level) and numba, and a hash of the source
        and data of the package as they were when this process first asked.
    """
    from mwa_sim import __version__

    return {
        "mwa_sim": __version__,
        "source": source_hash(),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "numba": metadata.version("numba"),
    }


@lru_cache(maxsize=1)
def source_hash() -> str:
    """Hash of the modules and data files of the package, the same on every platform.

    Without the benchmark suite, which an installed package holds and a checkout has beside it.
    Found once in a process: files that change later are not what the process runs.
    """
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    files = [file for pattern in ("*.py", "data/**/*.toml") for file in root.rglob(pattern)]
    named = sorted((file.relative_to(root).as_posix(), file) for file in files)
    for name, file in named:
        if name.startswith("suite/"):
            continue
        digest.update(f"{name}\n".encode())
        # Line ends depend on how the source was checked out.
        digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def introduce(environment: Mapping[str, str], results: str | None) -> dict[str, Any]:
    """Prepare this process for scenarios, and say what it is.

    Parameters
    ----------
    environment : mapping of str to str
        Variables that keep a scenario to one thread; set before anything that reads them is
        loaded.
    results : str or None
        Folder of the results, which every machine must see.

    Returns
    -------
    dict
        That of :func:`software`, and ``"folder"``: whether the folder of the results is here.
    """
    os.environ.update(environment)
    return {**software(), "folder": results is None or Path(results).is_dir()}


def serve(held: bytes, digest: str, task: Task) -> Outcome | str:
    """Run one scenario; the base is unpacked once in a process.

    Parameters
    ----------
    held : bytes
        The base, as :func:`mwa_sim.study.channel.packed` made it.
    digest : str
        Hash of it.
    task : Task

    Returns
    -------
    Outcome or str
        A text says why the base cannot be unpacked here.
    """
    global _base
    from mwa_sim.study.execution import run_task

    if _base is None or _base[0] != digest:
        _base = None  # two of them may be more than fits into the memory
        try:
            _base = digest, pickle.loads(held)
        except Exception as error:  # whatever the objects of a user raise
            return f"{type(error).__name__}: {error}"
    return run_task(_base[1], task)
