"""Field problems and solutions kept by their content: what is known is not computed again.

Solvers are kept in the process, for the runs of a study; meshes and solutions in the user's cache.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from mwa_sim.antenna.field.maxwell import FieldMesh, FieldSolver
from mwa_sim.antenna.field.problem import field_mesh, reach
from mwa_sim.antenna.field.section import Section
from mwa_sim.antenna.field.solution import FieldSolution
from mwa_sim.antenna.sar import SPEED_OF_LIGHT, ComplexArray
from mwa_sim.errors import SolverError
from mwa_sim.provenance import content_hash
from mwa_sim.user_cache import cache_folder, load_arrays, store_arrays

MOST_IMBALANCE = 0.01
"""Part of the power at the feed by which a field may be off and is still used [-]."""

_SOLVERS = 4
# No watt drives such a current [A] around an antenna.
_HUGE = 1e6
_solvers: OrderedDict[str, FieldSolver] = OrderedDict()
_lock = threading.Lock()
# Domain and mesh change in these steps, so that nearly equal tissues share one solver.
_EXTENT_STEP = 10e-3
_WAVELENGTH_STEP = 2e-3


def kept_solver(section: Section, frequency: float, permittivity: ComplexArray) -> FieldSolver:
    """The solver of an antenna for tissues around it, made once.

    Parameters
    ----------
    section : Section
    frequency : float [Hz]
    permittivity : (k,) complex array [-]
        Relative complex permittivities of the tissue around the antenna: their mean decides how
        far the domain reaches, the largest how fine the mesh is.

    Returns
    -------
    FieldSolver
    """
    mean = complex(np.mean(permittivity))
    extent = _EXTENT_STEP * math.ceil(reach(mean, frequency, section) / _EXTENT_STEP - 1e-9)
    shortest = SPEED_OF_LIGHT / frequency / float(np.max(np.sqrt(permittivity).real))
    wavelength = max(_WAVELENGTH_STEP * math.floor(shortest / _WAVELENGTH_STEP), 5e-3)
    key = _key(section.digest(), extent, wavelength)
    name = f"{key}-{frequency!r}"
    with _lock:
        if name in _solvers:
            _solvers.move_to_end(name)
            return _solvers[name]
    file = _folder() / f"mesh-{key}.npz"
    mesh = _loaded(file)
    if mesh is None:
        mesh = field_mesh(section, extent, wavelength)
        store_arrays(
            file,
            {
                "points": mesh.points,
                "triangles": mesh.triangles,
                "part": mesh.part,
                "box": np.array(mesh.box),
                "port": np.array(mesh.port),
            },
        )
    solver = FieldSolver(section, mesh, frequency)
    with _lock:
        _solvers[name] = solver
        while len(_solvers) > _SOLVERS:
            _solvers.popitem(last=False)
    return solver


def kept_solution(solver: FieldSolver, permittivity: ComplexArray) -> FieldSolution:
    """Solve, or take the solution of the same problem from the cache.

    Parameters
    ----------
    solver : FieldSolver
    permittivity : complex array that fits the solver's points [-]

    Returns
    -------
    FieldSolution

    Raises
    ------
    SolverError
        When the shares of the power do not add up to 1 within :data:`MOST_IMBALANCE`.
    """
    epsilon = np.ascontiguousarray(np.broadcast_to(permittivity, solver.r.shape))
    key = content_hash(
        {
            "section": solver.section.digest(),
            "frequency": solver.frequency,
            "points": solver.mesh.points,
            "real": epsilon.real,
            "imaginary": epsilon.imag,
            "code": _code(),
        }
    )[:32]
    file = _folder() / f"field-{key}.npz"
    psi = (load_arrays(file) or {}).get("psi", np.zeros(0))
    if psi.shape == (solver.size,) and 0.0 < _largest(psi) < _HUGE:
        # A damaged file can still hold numbers of the right shape and size.
        kept = solver.evaluate(psi, epsilon)
        if kept.balance_error <= MOST_IMBALANCE:
            return kept
    solution = solver.solve(epsilon)
    if not solution.balance_error <= MOST_IMBALANCE:
        raise SolverError(
            "the computed field of the antenna does not conserve power: reflected, absorbed, lost "
            f"and radiated power are off by {100.0 * solution.balance_error:.3g} % of the power at "
            f"the feed, expected at most {100.0 * MOST_IMBALANCE:g} %; check the dimensions and "
            "permittivities of the antenna and of the tissue around it"
        )
    store_arrays(file, {"psi": solution.psi})
    return solution


def _largest(psi: ComplexArray) -> float:
    """Largest part of a number in magnitude; nan or inf if one is not finite."""
    return float(np.max(np.abs([psi.real, psi.imag])))


def _folder() -> Path:
    return cache_folder() / "fields"


def _loaded(file: Path) -> FieldMesh | None:
    """The mesh in a file; None if there is none that holds together."""
    stored = load_arrays(file)
    if stored is None:
        return None
    try:
        r_max, low, high = (float(x) for x in stored["box"])
        port = float(stored["port"])
        points, triangles, part = stored["points"], stored["triangles"], stored["part"]
    except (KeyError, ValueError, TypeError):
        return None
    fits = (
        points.shape == (len(points), 2)
        and triangles.shape == (len(part), 3)
        and part.ndim == 1
        and bool(np.isin(triangles, np.arange(len(points))).all())
    )
    return FieldMesh(points, triangles, part, (r_max, low, high), port) if fits else None


def _key(digest: str, extent: float, wavelength: float) -> str:
    return content_hash(
        {
            "section": digest,
            "extent": round(extent, 9),
            "wavelength": round(wavelength, 9),
            "code": _code(),
        }
    )[:32]


@cache
def _code() -> str:
    """Hash of the code that meshes and solves: a newer version never reads an older one's work."""
    folder = files("mwa_sim") / "antenna" / "field"
    return content_hash(
        {e.name: e.read_bytes() for e in folder.iterdir() if e.name.endswith(".py")}
    )
