"""What every exact TM field must satisfy, by differences of high order; media of the tests."""

import numpy as np

from benchmarks.verification.exact.maxwell import (
    VACUUM_IMPEDANCE,
    Field,
    lossy,
    vacuum_wavenumber,
)

F = 2.45e9
K0 = vacuum_wavenumber(F)
LIVER = lossy(43.03, 1.686, F)
BONE = lossy(18.55, 0.805, F)
CORTICAL = lossy(11.38, 0.394, F)
SHEATH = 2.6

# Central differences of eighth order.
_WEIGHTS = np.array([4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0])


def slopes(function, r, z, step):
    """Derivatives along r and z at arrays of points; `step` is an array."""

    def along(dr, dz):
        total = 0.0
        for m, weight in enumerate(_WEIGHTS, start=1):
            ahead, behind = (
                function(r + s * m * step * dr, z + s * m * step * dz) for s in (1, -1)
            )
            total = total + weight * (ahead - behind)
        return total / step

    return along(1.0, 0.0), along(0.0, 1.0)


def small(residual, *terms):
    """The residual, relative to the largest of the terms that should cancel, at its worst point."""
    scale = np.max([np.abs(term) for term in terms], axis=0)
    return float(np.max(np.abs(residual) / scale))


def check_maxwell(field, r, z, size, source=None, tolerance=1e-9):
    """Both of Maxwell's equations, continuity of charge and the power balance, at points.

    `field` gives a Field at (r, z); `size` is a length over which it changes.
    """
    r, z = np.asarray(r, float), np.asarray(z, float)
    step = 0.02 * np.minimum(r, size)
    here: Field = field(r, z)
    factor = 1j * VACUUM_IMPEDANCE / (K0 * here.permittivity * r)

    psi_r, psi_z = slopes(lambda *x: field(*x).psi, r, z, step)
    scale = np.abs(factor) * (np.abs(psi_r) + np.abs(psi_z)) + np.abs(factor * here.psi / size)
    assert small(here.e_r - factor * psi_z, here.e_r, scale) < tolerance
    assert small(here.e_z + factor * psi_r, here.e_z, scale) < tolerance

    _, er_z = slopes(lambda *x: field(*x).e_r, r, z, step)
    ez_r, _ = slopes(lambda *x: field(*x).e_z, r, z, step)
    induced = 1j * K0 * VACUUM_IMPEDANCE * here.psi / r
    magnetic = 0.0 if source is None else 1j * VACUUM_IMPEDANCE / K0 * source(r, z)
    assert small(er_z - ez_r + induced + magnetic, er_z, ez_r, induced) < tolerance

    flux_r, _ = slopes(lambda a, b: a * field(a, b).permittivity * field(a, b).e_r, r, z, step)
    _, flux_z = slopes(lambda a, b: a * field(a, b).permittivity * field(a, b).e_z, r, z, step)
    charge = np.abs(here.permittivity) * (np.abs(here.e_r) + np.abs(here.e_z))
    assert small(flux_r + flux_z, flux_r, flux_z, charge) < tolerance

    if source is None:
        out_r, _ = slopes(lambda *x: field(*x).power_flow[0], r, z, step)
        _, out_z = slopes(lambda *x: field(*x).power_flow[1], r, z, step)
        reactive = np.sqrt(here.e_squared) * np.abs(here.psi) / size
        assert small(out_r + out_z + r * here.density, out_r, out_z, reactive) < tolerance


def gauss(function, low, high, n=40):
    x, w = np.polynomial.legendre.leggauss(n)
    return float(0.5 * (high - low) * np.sum(w * function(low + 0.5 * (high - low) * (x + 1.0))))
