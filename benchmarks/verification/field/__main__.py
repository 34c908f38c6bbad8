"""Tables of the field solver against exact fields, and of the library's antennas.

python -m benchmarks.verification.field [--exact] [--library] [--antennas NAME ...] [--json FILE]

prints both unless one is asked for.  The library takes about 15 s for an antenna in one tissue.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from benchmarks.verification.field.coax import LINES, line_errors
from benchmarks.verification.field.library import TISSUES, measure
from benchmarks.verification.field.open import CANCELLOUS, LIVER, absorbing, guided
from benchmarks.verification.field.smooth import SMOOTH, orders
from mwa_sim.antenna.library import library_entry, list_antennas

_LIBRARY = """Antennas of the library on their default meshes.
L1, all: error of the density against edges a third as long, farther than 0.5 mm from the antenna
and everywhere; dS11, dabs: modulus of the change of S11, change of the absorbed power.
domain: relative change of the absorbed power in twice the domain; port: change of |S11| with the
port 7 mm higher.  set-up, solve: processor time [s] of mesh and matrices, and of a solution."""


def exact_fields() -> None:
    """Print the errors against exact fields."""
    print("Coaxial lines, one triangle across the gap: largest errors")
    print(f"{'line':26s}{'edge [mm]':>10s}{'S11':>10s}{'psi':>10s}{'E_r':>10s}{'lost':>10s}")
    for name in LINES:
        for size in (4e-3, 2e-3, 1e-3):
            e, _ = line_errors(name, size)
            print(f"{name:26s}{1e3 * size:10.1f}{e.reflection:10.1e}{e.psi:10.1e}{e.e_r:10.1e}"
                  f"{e.lost:10.1e}")  # fmt: skip
    print("\nSmooth fields: relative L2 errors, of the density L1, and their observed orders")
    columns = "".join(f"{name:>16s}" for name in ("psi", "E", "density", "E at the axis"))
    print(f"{'field':28s}{'edge [mm]':>10s}{'unknowns':>9s}{columns}")
    for name, case in SMOOTH.items():
        for size, unknowns, errors, order in orders(case(), (4e-3, 2e-3, 1e-3, 0.5e-3)):
            cells = [
                f"{errors[k]:10.1e} {order[k]:4.2f} " if k in order
                else f"{errors[k]:10.1e}      " if k in errors else f"{'':16s}"
                for k in ("psi", "E", "density", "axis")
            ]  # fmt: skip
            print(f"{name:28s}{1e3 * size:10.1f}{unknowns:9d}" + "".join(cells))
    print("\nCurrent element in lossy tissue: what the absorbing boundary does to it")
    print(f"{'tissue':12s}{'boundary [mm]':>14s}{'power left':>11s}{'E back':>9s}{'absorbed':>10s}"
          f"{'radiated':>10s}{'E, mesh':>9s}")  # fmt: skip
    for tissue, permittivity in (("liver", LIVER), ("cancellous", CANCELLOUS)):
        for distance in (10e-3, 20e-3, 40e-3, 60e-3):
            a = absorbing(distance, permittivity)
            print(f"{tissue:12s}{1e3 * distance:14.0f}{a.left:11.1e}{a.back:9.1e}{a.absorbed:10.1e}"
                  f"{a.radiated:10.1e}{a.mesh:9.1e}")  # fmt: skip
    print("\nWave along the insulated shaft of a monopole, gamma [1/m]")
    for tissue, permittivity in (("liver", LIVER), ("cancellous", CANCELLOUS)):
        for extent in (80e-3, 120e-3):
            g = guided(permittivity, extent=extent)
            print(f"{tissue:12s} domain {1e3 * extent:3.0f} mm: computed {g.found:.3f}, exact "
                  f"{g.exact:.3f}, departure from one exponential {g.scatter:.0e}")  # fmt: skip


def library(names: list[str]) -> list[dict[str, Any]]:
    """Print and return what refinement, domain and port change for each antenna and tissue."""
    print(_LIBRARY)
    print(f"{'antenna':20s}{'tissue':16s}{'S11 [dB]':>9s}{'absorbed':>9s}{'radiated':>9s}"
          f"{'balance':>8s}{'unknowns':>9s}{'L1':>7s}{'all':>7s}{'dS11':>8s}{'dabs':>9s}"
          f"{'domain':>8s}{'port':>8s}{'set-up':>7s}{'solve':>7s}")  # fmt: skip
    rows = []
    for name in names:
        for tissue in TISSUES:
            m = measure(name, tissue)
            rows.append({"antenna": name, "tissue": tissue, **asdict(m)})
            print(f"{name:20s}{tissue:16s}{m.s11_db:9.2f}{m.absorbed:9.4f}{m.radiated:9.1e}"
                  f"{m.balance:8.0e}{m.unknowns:9d}{m.l1:7.2%}{m.l1_all:7.2%}{m.s11_error:8.1e}"
                  f"{m.absorbed_error:9.1e}{m.domain:8.1e}{m.port:8.1e}{m.setup:7.2f}{m.solve:7.3f}",
                  flush=True)  # fmt: skip
    return rows


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--library", action="store_true")
    parser.add_argument("--antennas", nargs="*", help="of the library; all by default")
    parser.add_argument("--json", help="file for the numbers of the library")
    options = parser.parse_args()
    if options.exact or not options.library:
        exact_fields()
    if options.library or not options.exact:
        names = options.antennas or [n for n in list_antennas() if library_entry(n).section]
        rows = library(names)
        if options.json:
            with open(options.json, "w", encoding="utf-8") as stream:
                json.dump(rows, stream, indent=1)


if __name__ == "__main__":
    main()
