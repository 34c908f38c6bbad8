"""Where the benchmarks are, and which of them are asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from mwa_sim.bench.benchmark import Benchmark
from mwa_sim.errors import DataError, InputError
from mwa_sim.spec_paths import did_you_mean

KINDS = ("verification", "validation")
"""Folders that are searched, in the order of a report."""

MODULE = "suite"
"""Module of a benchmark's folder that holds it as ``BENCHMARK``."""


def benchmark_folder() -> Path:
    """Folder ``benchmarks``: in the package (installed) or beside it (repository).

    Raises
    ------
    DataError
        If it is missing.
    """
    package = Path(__file__).resolve().parents[1]
    for parent in (package / "suite", package.parent):
        if (parent / "benchmarks" / KINDS[0]).is_dir():
            return parent / "benchmarks"
    raise DataError(
        f"the benchmarks are not installed: no folder {package / 'suite' / 'benchmarks'}; install "
        "mwa-sim again"
    )


def names(folder: Path | None = None) -> dict[str, str]:
    """Kind of every benchmark by name, in the order of a report; nothing is imported.

    Parameters
    ----------
    folder : Path, optional
        An importable package with a folder for every kind; :func:`benchmark_folder` by default.
    """
    root = folder or benchmark_folder()
    return {
        file.parent.name: kind
        for kind in KINDS
        for file in sorted((root / kind).glob(f"*/{MODULE}.py"))
    }


def chosen(wanted: Sequence[str] = (), folder: Path | None = None) -> list[str]:
    """Names of the benchmarks that are asked for.

    Parameters
    ----------
    wanted : sequence of str, optional
        Names, or ``verification`` or ``validation`` for all of a kind; empty for all.
    folder : Path, optional
        As in :func:`names`.

    Returns
    -------
    list of str
        In the order of a report, each once.

    Raises
    ------
    InputError
        Listing every name that does not exist.
    """
    known = names(folder)
    wrong = [name for name in wanted if name not in known and name not in KINDS]
    if wrong:
        raise InputError(
            [
                f"'{name}' is no benchmark{did_you_mean(name, [*known, *KINDS])}; "
                "mwa-sim bench --list shows them"
                for name in wrong
            ]
        )
    return [name for name, kind in known.items() if not wanted or {name, kind} & set(wanted)]


def load(name: str, folder: Path | None = None) -> Benchmark:
    """Import a benchmark.

    Parameters
    ----------
    name : str
        One of :func:`names`.
    folder : Path, optional
        As in :func:`names`.

    Returns
    -------
    Benchmark

    Raises
    ------
    DataError
        If another package of the same name is in the way, or the folder holds none.
    """
    root = folder or benchmark_folder()
    if str(root.parent) not in sys.path:
        sys.path.insert(0, str(root.parent))
    module = importlib.import_module(f"{root.name}.{names(root)[name]}.{name}.{MODULE}")
    if not Path(str(module.__file__)).resolve().is_relative_to(root.resolve()):
        raise DataError(f"another package '{root.name}' is in the way: {module.__file__}")
    found = getattr(module, "BENCHMARK", None)
    if not isinstance(found, Benchmark) or found.name != name:
        raise DataError(f"{module.__file__} holds no benchmark named {name!r}")
    return found
