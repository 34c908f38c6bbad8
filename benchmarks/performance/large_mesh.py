"""How much memory does a mesh of two million tetrahedra need, from loading to the saved result?

Run:  python -m benchmarks.performance.large_mesh [--tets N] [--model line|wave-static|wave-coupled]

A block of 6 x 6 x 6 cm (bone in muscle, a canal of cerebrospinal fluid, a tumour) of nearly
uniform tetrahedra, its inner nodes moved at random, is made and written once; a fresh process then
loads it, sets a run up, simulates 20 s with the frames streamed to the result file, measures the
zones and loads the result again.  The peak resident memory of the process is read after each
phase: a phase that adds nothing to the peak stayed below it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
HALF = 0.03
# Kuhn's six tetrahedra of a cube, by corners numbered with one bit an axis.
KUHN = np.array(
    [[0, 1, 3, 7], [0, 3, 2, 7], [0, 2, 6, 7], [0, 6, 4, 7], [0, 4, 5, 7], [0, 5, 1, 7]]
)
NAMES = {1: "muscle", 2: "bone_cancellous", 3: "csf", 4: "metastasis_lytic"}


def block(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes (k, 3) [m], tetrahedra (6 n^3, 4) and regions of a block of n^3 cubes."""
    line = np.linspace(-HALF, HALF, n + 1)
    nodes = np.stack(np.meshgrid(line, line, line, indexing="ij"), axis=-1).reshape(-1, 3)
    inner = (np.abs(nodes) < HALF * 0.999).all(axis=1)
    moved = np.random.default_rng(0).uniform(-0.18, 0.18, (int(inner.sum()), 3))
    nodes[inner] += moved * (2.0 * HALF / n)
    first = np.arange(n)
    corner = (first[:, None, None] * (n + 1) + first[:, None]) * (n + 1) + first
    bits = np.array([[(c >> a) & 1 for a in range(3)] for c in range(8)])
    offset = (bits[:, 0] * (n + 1) + bits[:, 1]) * (n + 1) + bits[:, 2]
    tets = (corner.reshape(-1, 1, 1) + offset[KUHN]).reshape(-1, 4).astype(np.int32)
    a, b, c, d = (nodes[tets[:1, k]] for k in range(4))
    if np.linalg.det(np.stack([b - a, c - a, d - a], axis=1))[0] < 0.0:
        tets = tets[:, [0, 2, 1, 3]]
    x = nodes[tets].mean(axis=1)
    regions = np.ones(len(tets), dtype=np.int32)
    regions[np.hypot(x[:, 0] / 0.02, (x[:, 1] - 0.006) / 0.016) < 1.0] = 2
    regions[np.hypot(x[:, 0], x[:, 1] + 0.0186) < 0.007] = 3
    regions[np.linalg.norm(x - [0.0, 0.006, 0.0], axis=1) < 0.009] = 4
    return nodes, tets, regions


def child(file: str, model: str, folder: str) -> None:
    """One run, a line for each phase."""
    import mwa_sim as mwa
    from mwa_sim.case import Case
    from mwa_sim.mesh.tetmesh import TetMesh
    from mwa_sim.result_stream import ResultStream
    from mwa_sim.simulation import Simulation

    print(f"{'':24s} {'seconds':>8s} {'peak MB':>8s}")
    with phase("imports"):
        import mwa_sim.wave
    with phase("mesh"):
        stored = np.load(file)
        mesh = TetMesh(stored["nodes"], stored["tets"], stored["regions"])
        del stored
    with phase("case and plan"):
        case = Case.from_mesh(mesh, NAMES, names={1: "muscle", 2: "bone", 3: "csf", 4: "tumour"})
        protocol = mwa.Protocol.pulsed(power=40, on=15, off=0, cycles=1, cooldown=5)
        plan = mwa.Plan(
            case=case,
            antenna=mwa.Antenna.from_library("slot-1.6mm").changed(model=model),
            pose=mwa.Pose(tip=[1e-4, 0.006, -0.011], axis=[0.0, 0.0, 1.0]),
            protocol=protocol.watching("wall", at=[1e-4, -0.0101, 1e-4]),
            solver={"save_every": 1.0},
        )
    target = Path(folder) / "large.vtkhdf"
    with ResultStream(target) as stream:
        with phase("set-up"):
            run = Simulation(plan, to=stream)
        with phase("20 s of protocol"):
            steps = sum(1 for _ in run.steps())
        with phase("zones, completed file"):
            result = run.result()
    with phase("report"):
        str(result)
    saved = target.stat().st_size / 1e6
    print(f"{mesh!r}: {steps} steps, {result.timing['linear_iterations']:.0f} products, "
          f"stepping {result.timing['stepping_s']:.1f} s, file {saved:.0f} MB")  # fmt: skip
    print(result.zone("temperature>=60"))


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Print the seconds of what is inside and the peak memory after it."""
    started = time.perf_counter()
    yield
    print(f"{name:24s} {time.perf_counter() - started:8.1f} {_peak():8.0f}", flush=True)


def _peak() -> float:
    """Largest resident memory of this process so far [MB]."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says there includes the process that started this one
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


def main() -> None:
    """Make the mesh, run the child."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tets", type=int, default=2_000_000)
    parser.add_argument("--model", default="line")
    options = parser.parse_args()
    n = max(2, round((options.tets / 6) ** (1 / 3)))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mesh.npz"
        nodes, tets, regions = block(n)
        np.savez(file, nodes=nodes, tets=tets, regions=regions)
        del nodes, tets, regions
        code = (
            "import sys; from benchmarks.performance.large_mesh import child; child(*sys.argv[1:])"
        )
        command = [sys.executable, "-c", code, str(file), options.model, folder]
        subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
