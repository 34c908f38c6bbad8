"""One run of a peer in a process of its own, and of mwa_sim in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.performance.problem import definition as case
from benchmarks.performance.problem.ours import March, errors, march

ROOT = Path(__file__).parents[3]
PEERS = {
    "fenicsx": ("dolfinx", "FEniCSx"),
    "ngsolve": ("ngsolve", "NGSolve"),
    "mfem": ("mfem", "MFEM"),
    "sfepy": ("sfepy", "SfePy"),
}
"""Module and name of each peer."""
VARIANTS = {"L": ("linear",), "N": ("lagged", "newton")}


@dataclass
class Row:
    """One line of the table.

    Attributes
    ----------
    problem, program, version, variant, settings : str
    seconds : float [s]
        Time loop of the whole treatment; scaled up where fewer steps were taken.
    setup : float [s]
    steps : int
        Steps taken.
    reached : float [s]
        Instant of the treatment that was reached.
    at_probes, anywhere : float [K]
        Largest errors at those instants compared that were reached; NaN where none was.
    work : dict
    """

    problem: str
    program: str
    version: str
    variant: str
    settings: str
    seconds: float
    setup: float
    steps: int
    reached: float
    at_probes: float
    anywhere: float
    work: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON takes it: no NaN."""
        held = asdict(self)
        return {k: None if isinstance(v, float) and np.isnan(v) else v for k, v in held.items()}


def find(peer: str, pythons: list[str]) -> str | None:
    """The first interpreter that can import a peer."""
    for python in pythons:
        check = (
            f"import importlib.util as u, sys; sys.exit(u.find_spec({PEERS[peer][0]!r}) is None)"
        )
        try:
            found = subprocess.run([python, "-c", check], capture_output=True, check=False)
        except OSError:
            continue
        if found.returncode == 0:
            return python
    return None


def run_peer(
    peer: str,
    python: str,
    problem: case.Problem,
    variant: str,
    exact: NDArray,
    dt: float = 1.0,
    steps: int | None = None,
    threads: int = 1,
    repeat: int = 1,
) -> Row:
    """March a peer in its own process; the fastest of the repetitions.

    Raises
    ------
    RuntimeError
        When the process fails; with the end of what it said.
    """
    whole = round(case.END / dt)
    steps = min(steps or whole, whole)
    # One thread of BLAS and OpenMP each: threads of the peer's own are asked for beside them.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    best: tuple[dict[str, Any], NDArray] | None = None
    with tempfile.TemporaryDirectory() as folder:
        file, answer = Path(folder) / "problem.npz", Path(folder) / "answer.npz"
        problem.save(file)
        command = [
            python, "-m", f"benchmarks.performance.peers.with_{peer}", str(file), str(answer),
            "--variant", variant, "--dt", repr(dt), "--steps", str(steps),
            "--threads", str(threads),
        ]  # fmt: skip
        for _ in range(repeat):
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                raise RuntimeError(f"{PEERS[peer][1]}: {done.stderr.strip()[-400:]}")
            with np.load(answer) as held:
                notes, fields = json.loads(str(held["notes"])), held["fields"]
            if best is None or notes["seconds"] < best[0]["seconds"]:
                best = notes, fields
    assert best is not None
    notes, fields = best
    at_probes, anywhere = errors(problem, fields, exact)
    seconds = notes.pop("seconds") * whole / steps
    return Row(
        problem.name, PEERS[peer][1], notes.pop("version"), f"{variant}, dt = {dt:g} s",
        notes.pop("settings"), seconds, notes.pop("setup_s"), steps, steps * dt,
        at_probes, anywhere, notes,
    )  # fmt: skip


def run_ours(
    problem: case.Problem,
    exact: NDArray,
    label: str = "default steps",
    settings: dict[str, float] | None = None,
    repeat: int = 3,
) -> Row:
    """March mwa_sim, with its own step control unless ``settings`` change it; the fastest run."""
    import mwa_sim

    settings = settings or {}
    # Kernels are compiled once per installation: not counted.
    march(problem, until=2.0, **settings)
    runs: list[March] = [march(problem, **settings) for _ in range(repeat)]
    best = min(runs, key=lambda run: run.seconds)
    at_probes, anywhere = errors(problem, best.fields, exact)
    return Row(
        problem.name, "mwa_sim", mwa_sim.__version__, label, sys.version.split()[0],
        best.seconds, best.setup, best.notes["steps"], case.END, at_probes, anywhere, best.notes,
    )  # fmt: skip
