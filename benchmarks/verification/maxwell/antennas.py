"""Antennas of the library: against finer meshes, a published power and an independent solver."""

from __future__ import annotations

from benchmarks.verification.field.library import library_problem, measure
from mwa_sim.bench.rows import Between, Row

INDEPENDENT = {"liver": -17.0, "bone_cancellous": -16.4, "muscle": -16.2, "bone_cortical": -12.1}
"""S11 [dB] of slot-1.6mm by another program: quadratic elements for r H on a rectangular grid."""


def mesh_rows(name: str, tissue: str, finer: float = 3.0) -> list[Row]:
    """An antenna on its default mesh against finer edges and a domain twice as wide.

    Parameters
    ----------
    name, tissue : str
        Of the libraries.
    finer : float
        Edges are shorter by this factor.
    """
    found = measure(name, tissue, finer)
    title = f"{name} in {tissue}"
    return [
        Row(f"{title}: change of S11 with edges {finer:g} times finer", found.s11_error, 0.0, 2e-3),
        Row(f"{title}: change of the density beyond 0.5 mm, L1, edges {finer:g} times finer",
            found.l1, Between(high=0.005)),
        Row(f"{title}: change of the absorbed power, edges {finer:g} times finer",
            found.absorbed_error, 0.0, 1e-3, "W/W"),
        Row(f"{title}: relative change of the absorbed power in a domain twice as wide",
            found.domain, 0.0, 5e-3),
        Row(f"{title}: change of |S11| with the port 7 mm higher", found.port, 0.0, 1e-3),
        Row(f"{title}: power balance, error of the sum of all powers", found.balance,
            Between(high=1e-9), unit="W/W"),
    ]  # fmt: skip


def published_rows(tissues: tuple[str, ...]) -> list[Row]:
    """The published power of a slot antenna, and S11 by an independent solver."""
    problem = library_problem("slot-1.79mm", "liver")
    solver = problem.solver()
    found = solver.solve(problem.permittivity)
    inside = (solver.r < 30e-3) & (solver.z > -10e-3) & (solver.z < 70e-3)
    power = 10.0 * float((found.density * found.volume)[inside].sum())
    rows = [
        Row("slot antenna with 10 W in 30 mm x 80 mm of liver: absorbed there", power, 9.4, 0.05,
            "W", source="comsol_mwa")
    ]  # fmt: skip
    for tissue in tissues:
        problem = library_problem("slot-1.6mm", tissue)
        s11 = problem.solver().solve(problem.permittivity).s11_db
        rows.append(
            Row(f"slot-1.6mm in {tissue}: S11 beside an independent solver", s11,
                INDEPENDENT[tissue], 0.35, "dB")
        )  # fmt: skip
    return rows
