"""Fit the radiating segment of the library's antennas to computed fields.

The axisymmetric field of each antenna is computed in homogeneous liver, lytic metastasis and
cancellous bone at 37 degC. The closed-form source with a given exponent is fitted to the absorbed
power density per absorbed watt by its two end points, the same for all three tissues: the mean
over the tissues of the relative L2 error farther than 2 mm from the axis is smallest. Nothing is
fitted to temperatures or ablation zones.

    python -m benchmarks.antenna.fit_line_source [NAME ...] [--json FILE]

prints, for each antenna and exponent, the segment and its errors, and for each tissue the
reflection and how the fitted density compares with the computed one. About 3 s an antenna.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from benchmarks.verification.field.library import library_problem
from mwa_sim.antenna.field.solution import FieldSolution
from mwa_sim.antenna.library import library_entry, list_antennas
from mwa_sim.antenna.line import LinePattern, attenuation_constant

TISSUES = ("liver", "metastasis_lytic", "bone_cancellous")
EXPONENTS = (1.0, 1.25, 1.5, 1.75, 2.0)
FROM_AXIS = 2e-3
RADII = (1.5e-3, 3e-3, 5e-3, 10e-3, 15e-3)


@dataclass(frozen=True)
class Case:
    """The computed field of one antenna in one tissue.

    ``r, z, share, volume`` are flat arrays over the quadrature points in the tissue: coordinates
    [m], absorbed power density per absorbed power [1/m3], volume of revolution [m3]; attenuation
    of the tissue in 1/m.
    """

    tissue: str
    field: FieldSolution
    unknowns: int
    attenuation: float
    r: np.ndarray
    z: np.ndarray
    share: np.ndarray
    volume: np.ndarray


def compute(name: str, tissue: str, refinement: float = 1.0) -> Case:
    """Solve for one antenna in one homogeneous tissue of the library."""
    problem = library_problem(name, tissue)
    solver = problem.solver(refinement)
    field = solver.solve(problem.permittivity)
    return Case(
        tissue,
        field,
        solver.unknowns,
        attenuation_constant(problem.permittivity, problem.frequency),
        solver.r.ravel(),
        solver.z.ravel(),
        (field.density / field.absorbed).ravel(),
        field.volume.ravel(),
    )


def errors(case: Case, pattern: LinePattern) -> dict[str, float]:
    """Relative L2 error and misplaced fraction of the power, both farther than 2 mm.

    ``misplaced`` is half the L1 distance of the two power densities; ``near_field`` and
    ``near_line`` are the fractions of the power within 2 mm of the axis.
    """
    computed, line = case.share, pattern.density(case.r, case.z)
    far = case.r > FROM_AXIS
    weight = case.volume[far]
    difference = (line - computed)[far]
    return {
        "l2": float(np.sqrt(weight @ difference**2 / (weight @ computed[far] ** 2))),
        "misplaced": float(0.5 * weight @ np.abs(difference)),
        "near_field": float((computed * case.volume)[~far].sum()),
        "near_line": float((line * case.volume)[~far].sum()),
    }


def radial_ratios(case: Case, pattern: LinePattern) -> list[float]:
    """Line over field at mid-segment, at the distances ``RADII`` from the axis."""
    z = 0.5 * (pattern.start + pattern.end)
    ratios = []
    for r in RADII:
        nearest = np.argsort((case.r - r) ** 2 + (case.z - z) ** 2)[:8]
        line = pattern.density(case.r[nearest], case.z[nearest]).mean()
        ratios.append(float(line / case.share[nearest].mean()))
    return ratios


def fit(cases: list[Case], radius: float, exponent: float) -> tuple[float, float, float]:
    """End points [m] of the segment that suit all cases best, and the mean L2 error."""

    def mean_error(ends_mm: np.ndarray) -> float:
        start, end = ends_mm * 1e-3
        if end < start + 0.1e-3:
            return 10.0
        found = []
        for (attenuation, r, z, share, volume), size in zip(kept, sizes, strict=True):
            line = LinePattern(start, end, radius, attenuation, exponent).density(r, z)
            found.append(np.sqrt(volume @ (line - share) ** 2) / size)
        return float(np.mean(found))

    # Only what the error is made of: farther than 2 mm from the axis.
    far = [c.r > FROM_AXIS for c in cases]
    kept = [
        (c.attenuation, c.r[f], c.z[f], c.share[f], c.volume[f])
        for c, f in zip(cases, far, strict=True)
    ]
    sizes = [float(np.sqrt(volume @ share**2)) for _, _, _, share, volume in kept]
    options = {"xatol": 0.01, "fatol": 1e-5}
    best = minimize(mean_error, [5.0, 15.0], method="Nelder-Mead", options=options)
    return best.x[0] * 1e-3, best.x[1] * 1e-3, float(best.fun)


def main() -> None:
    """Print the fits, and write them as JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list_antennas())
    parser.add_argument("--json", help="file for the numbers")
    arguments = parser.parse_args()
    report: dict[str, object] = {}
    for name in arguments.names:
        if library_entry(name).section is None:
            continue
        radius = 0.5 * library_entry(name).number("outer_diameter")
        cases = [compute(name, tissue) for tissue in TISSUES]
        print(f"\n{name}")
        for case in cases:
            f = case.field
            print(
                f"  {case.tissue:18s} S11 {f.s11_db:6.2f} dB, absorbed {f.absorbed:.4f}, "
                f"radiated {f.radiated:.4f}, balance error {f.balance_error:.0e}, "
                f"{case.unknowns} unknowns, 1/a {1e3 / case.attenuation:.1f} mm"
            )
        fits = []
        for exponent in EXPONENTS:
            start, end, l2 = fit(cases, radius, exponent)
            print(f"  p = {exponent:4.2f}: {start * 1e3:5.2f} to {end * 1e3:5.2f} mm, L2 {l2:.3f}")
            rows = []
            for case in cases:
                pattern = LinePattern(start, end, radius, case.attenuation, exponent)
                row = errors(case, pattern) | {"ratios": radial_ratios(case, pattern)}
                ratios = " ".join(f"{x:.2f}" for x in row["ratios"])
                print(
                    f"    {case.tissue:18s} L2 {row['l2']:.3f}, misplaced {row['misplaced']:.3f}, "
                    f"within 2 mm {row['near_line']:.2f} (field {row['near_field']:.2f}), "
                    f"line/field at 1.5, 3, 5, 10, 15 mm: {ratios}"
                )
                rows.append({"tissue": case.tissue, "s11_dB": case.field.s11_db, **row})
            fits.append(
                {"exponent": exponent, "start_m": start, "end_m": end, "l2": l2, "cases": rows}
            )
        report[name] = fits
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as stream:
            json.dump(report, stream, indent=1)


if __name__ == "__main__":
    main()
