"""The field solver against exact fields, as rows: lines, smooth fields, open space, the shaft."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.verification.field.coax import LINES, LineErrors, line_errors
from benchmarks.verification.field.open import CANCELLOUS, LIVER, absorbing, guided
from benchmarks.verification.field.smooth import SMOOTH, orders
from mwa_sim.bench.rows import Between, Row

LINE_SIZES = dict.fromkeys(LINES, (0.008, 0.004, 0.002)) | {
    "three fillings, matched": (4e-3, 2e-3, 1e-3)
}
"""Widths of the grid along a coaxial line [m], with one triangle across its gap.  The wave in the
third filling of the last line is four times as short as in PTFE: so is its coarsest grid."""
EXPECTED = {"psi": 4.0, "E": 3.0, "density": 3.0, "axis": 2.0}
"""Orders of cubic elements; in triangles that touch the axis E is divided by r."""
SHORTFALL = 0.3
"""How far below its order a quantity may still be at the finest of the grids."""
_MEANING = {
    "psi": "r H", "E": "E", "density": "absorbed power density", "axis": "E beside the axis",
}  # fmt: skip

Lines = Callable[[str, float], LineErrors]


@dataclass(frozen=True)
class Refined:
    """Errors of a smooth field on finer and finer grids.

    Attributes
    ----------
    sizes : tuple of float [m]
    errors : dict of str to tuple of float
        By quantity, relative.
    """

    sizes: tuple[float, ...]
    errors: dict[str, tuple[float, ...]]

    def order(self, quantity: str) -> float:
        """Observed between the two finest grids."""
        coarse, fine = self.errors[quantity][-2:]
        return math.log(coarse / fine) / math.log(self.sizes[-2] / self.sizes[-1])


def one_line(name: str, size: float) -> LineErrors:
    """Errors of a coaxial line on a grid of a width [m]."""
    return line_errors(name, size)[0]


def line_rows(errors: Lines = one_line) -> list[Row]:
    """Coaxial lines: matched, shorted, lossy, of three fillings."""
    rows, worst = [], 0.0
    for name in LINES:
        found = [errors(name, size) for size in LINE_SIZES[name]]
        worst = max(worst, found[-1].balance)
        last = found[-1]
        rows += [
            Row(f"coaxial line, {name}: |S11 - exact|", last.reflection, 0.0, 1e-6),
            Row(f"coaxial line, {name}: largest error of E over largest E", last.e_r, 0.0, 1e-3),
            Row(f"coaxial line, {name}: power lost in the fillings", last.lost, 0.0, 1e-6, "W/W"),
            Row(f"coaxial line, {name}: order of convergence in h, r H",
                math.log2(found[0].psi / last.psi) / 2.0, Between(low=4.0 - SHORTFALL)),
        ]  # fmt: skip
    rows.append(
        Row("power balance of the lines: error of reflected + absorbed + lost", worst,
            Between(high=1e-6), unit="W/W")
    )  # fmt: skip
    return rows


def refined(sizes: Sequence[float]) -> dict[str, Refined]:
    """Errors of all smooth fields on grids of some widths [m]."""
    found = {}
    for name, case in SMOOTH.items():
        table = orders(case(), sizes)
        quantities = [key for key in EXPECTED if key in table[0][2]]
        found[name] = Refined(
            tuple(sizes), {key: tuple(row[2][key] for row in table) for key in quantities}
        )
    return found


def smooth_rows(found: dict[str, Refined]) -> list[Row]:
    """Error on the finest grid, and the observed order, of each field and quantity."""
    rows = []
    for name, one in found.items():
        finest = 1e3 * one.sizes[-1]
        for key in one.errors:
            rows.append(
                Row(f"{name}: order of convergence in h, {_MEANING[key]}", one.order(key),
                    Between(low=EXPECTED[key] - SHORTFALL))
            )  # fmt: skip
        rows.append(
            Row(f"{name}: relative L1 error of the density, {finest:g} mm",
                one.errors["density"][-1], 0.0, 1e-4)
        )  # fmt: skip
    return rows


def open_rows(quick: bool) -> list[Row]:
    """A current element in tissue whose boundary is not far, and the wave along a shaft.

    Parameters
    ----------
    quick : bool
        Only liver, and the boundary twice as near.
    """
    rows = []
    media = (("liver", LIVER, 1e-3), ("cancellous bone", CANCELLOUS, 5e-3))
    distance, back = (20e-3, 0.03) if quick else (40e-3, 0.01)
    for name, permittivity, tolerance in media[: 1 if quick else 2]:
        far = absorbing(distance, permittivity)
        wave = guided(permittivity)
        title = f"current element in {name}, boundary at {1e3 * distance:g} mm"
        rows += [
            Row(f"{title}: share of E that it sends back", far.back, Between(high=back)),
            Row(f"{title}: error of the absorbed power", far.absorbed, 0.0, 1e-3, "W/W"),
            Row(f"wave along a shaft in {name}: attenuation", wave.found.real, wave.exact.real,
                tolerance * wave.exact.real, "1/m"),
            Row(f"wave along a shaft in {name}: phase", wave.found.imag, wave.exact.imag,
                tolerance * wave.exact.imag, "1/m"),
        ]  # fmt: skip
    return rows
