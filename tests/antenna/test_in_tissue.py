"""An antenna in one tissue: shares of the power, where they go, and what is refused."""

import json

import numpy as np
import pytest

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.field.problem import field_solver
from mwa_sim.antenna.field.section import Part, Section
from mwa_sim.antenna.in_tissue import PROFILE, antenna_in_tissue
from mwa_sim.antenna.line import attenuation_constant
from mwa_sim.antenna.penetration import TAIL, surface_radius
from mwa_sim.antenna.sar import complex_permittivity
from mwa_sim.errors import DataError, InputError
from mwa_sim.tissue.dispersion import dielectric_at
from mwa_sim.tissue.library import load_tissue

SLOT = "slot-1.79mm"


@pytest.fixture(scope="module")
def found():
    return antenna_in_tissue(SLOT, "liver")


@pytest.fixture(scope="module")
def grid(found):
    """Rings (z, r) around the antenna with their power, independent of the solver's points."""
    reach, low, high = found.solver.mesh.box
    z = np.arange(low, high, 0.25e-3) + 0.125e-3
    off = np.concatenate([[0.0], np.geomspace(4e-6, 0.99 * (reach - 0.9e-3), 300)])
    middle = 0.5 * (off[1:] + off[:-1])
    # The catheter: 0.895 mm from 0.5 mm on, and a flat cone before.
    start = np.clip(z / 0.5e-3, 0.0, 1.0) * 0.895e-3
    r = start[:, None] + middle
    power = found.density(r, z[:, None]) * 2.0 * np.pi * r * np.diff(off) * 0.25e-3
    return r, np.broadcast_to(z[:, None], r.shape), power


def test_shares_of_the_power_add_up(found):
    shares = (
        found.reflected, found.absorbed_fraction, found.lost_fraction, found.radiated_fraction
    )  # fmt: skip
    assert sum(shares) == pytest.approx(1.0, abs=1e-5)
    assert found.power_balance_error == pytest.approx(abs(sum(shares) - 1.0), abs=1e-12)
    assert found.power_balance_error < 1e-5
    assert found.reflected == pytest.approx(10.0 ** (found.s11_dB / 10.0))
    assert found.lost_fraction == 0.0
    assert found.efficiency == pytest.approx(found.antenna.transmission * found.absorbed_fraction)


def test_result_shows_itself_on_one_line(found):
    shown = f"S11 {found.s11_dB:.1f} dB, {100 * found.absorbed_fraction:.1f}% absorbed"
    assert repr(found) == f"<slot-1.79mm in liver at 2.45 GHz: {shown}>"


def test_ten_watts_into_the_published_antenna(found):
    # In a cylinder of liver of 30 mm radius and 80 mm height, 70 mm of the antenna in it, about
    # 9.4 W; the rest of what is not reflected is absorbed farther out.
    solver = found.solver
    inside = (solver.r < 30e-3) & (solver.z > -10e-3) & (solver.z < 70e-3)
    power = (found.solution.density * solver.volume)[inside].sum()
    assert 10.0 * power == pytest.approx(9.4, abs=0.1)
    assert 9.4 < 10.0 * found.absorbed_fraction < 10.0
    assert found.permittivity.real == pytest.approx(43.03, abs=0.01)
    assert found.conductivity == pytest.approx(1.69, abs=0.01)


def test_density_holds_the_absorbed_power_and_is_the_solvers(found, grid):
    _, _, power = grid
    assert power.sum() == pytest.approx(found.absorbed_fraction, rel=5e-3)
    solver, solution = found.solver, found.solution
    density = found.density(solver.r, solver.z)
    off = np.abs(density - solution.density)
    # Quadratics do not hold the 1/r of the field: as much as the integral above is uncertain by.
    assert np.sum(off * solver.volume) < 5e-3 * found.absorbed_fraction
    assert np.median(off / solution.density) < 2e-3
    np.testing.assert_allclose(found.sar(solver.r, solver.z) * found.tissue.density, density)


def test_nothing_is_absorbed_in_the_antenna_or_beyond_the_domain(found):
    assert np.all(found.density([0.0, 0.3e-3, 0.8e-3, 0.5], [5e-3, 6.5e-3, 20e-3, 0.0]) == 0.0)
    assert found.density(-2e-3, 6e-3) == found.density(2e-3, 6e-3) > 0.0


def test_cylinders_contours_and_tail_hold_their_shares(found, grid):
    r, z, power = grid
    reach, total = found.penetration, power.sum()
    for share, radius in ((0.5, reach.radius_50), (0.9, reach.radius_90)):
        assert power[r < radius].sum() / total == pytest.approx(share, abs=0.01)
        inside = found.density(r, z) >= found.threshold(share)
        assert power[inside].sum() / total == pytest.approx(share, abs=0.01)
    wide, long = 2.0 * r[inside].max(), np.ptp(z[inside])
    assert reach.width_90 == pytest.approx(wide, rel=0.05)
    assert reach.length_90 == pytest.approx(long, rel=0.02)
    assert reach.tail == pytest.approx(power[z > reach.level + TAIL].sum() / total, abs=0.01)


def test_level_and_heated_length_are_those_of_the_power_per_length(found, grid):
    _, z, power = grid
    window = np.ones(16) / 16  # 4 mm
    per_length = np.convolve(power.sum(axis=1) / 0.25e-3, window, mode="valid")
    middle = z[:, 0][: per_length.size] + 7.5 * 0.25e-3
    reach = found.penetration
    assert reach.level == pytest.approx(middle[np.argmax(per_length)], abs=0.6e-3)
    half = middle[per_length >= 0.5 * per_length.max()]
    assert reach.half_length == pytest.approx(np.ptp(half), abs=0.6e-3)
    assert reach.half_length < reach.tenth_length
    # Between tip and a little above the slot, which lies 6 to 7 mm from the tip.
    assert 4e-3 < reach.level < 12e-3
    assert reach.surface == pytest.approx(0.895e-3)


def test_profile_falls_as_the_distances_say(found):
    reach = found.penetration
    start, e2, tenth = found.profile([0.1e-3, reach.to_e2, reach.to_tenth])
    assert e2 / start == pytest.approx(np.exp(-2.0), rel=0.01)
    assert tenth / start == pytest.approx(0.1, rel=0.01)
    assert reach.plane_wave == pytest.approx(
        1.0 / attenuation_constant(found.permittivity, found.frequency)
    )
    closed = found.closed_form_profile(PROFILE)
    assert np.all(np.abs(np.log(closed / found.profile(PROFILE))) < np.log(2.0))


def test_sweep_at_the_own_frequency_is_the_solution(found):
    again = found.over_frequency([found.frequency])
    assert again == pytest.approx([found.s11_dB], abs=1e-6)


def test_sweep_on_a_mesh_of_its_own_agrees_with_single_solutions(found):
    calls = []
    frequencies = [2.2e9, 2.45e9, 2.7e9]
    swept = found.over_frequency(frequencies, lambda done, total: calls.append((done, total)))
    assert calls == [(1, 3), (2, 3), (3, 3)]
    for f, s11 in zip(frequencies, swept, strict=True):
        single = antenna_in_tissue(SLOT, "liver", f)
        assert 10.0 ** (s11 / 20.0) == pytest.approx(10.0 ** (single.s11_dB / 20.0), abs=1e-3)
    assert np.ptp(swept) > 0.5


def test_sweep_follows_the_dispersion_of_the_tissue(found):
    f = 1.5e9
    follows = complex_permittivity(*(float(x) for x in dielectric_at(found.tissue, f)), f)
    constant = complex_permittivity(43.03, found.conductivity, f)
    solver = field_solver(found.section, f, follows)
    (swept,) = found.over_frequency([f])
    assert swept == pytest.approx(solver.solve(follows).s11_db, abs=1e-6)
    assert abs(swept - solver.solve(constant).s11_db) > 0.2


def test_heat_detunes_the_antenna(found):
    hot = antenna_in_tissue(SLOT, "liver", temperature=95.0)
    assert hot.permittivity.real < 0.5 * found.permittivity.real
    assert hot.conductivity < 0.5 * found.conductivity
    assert abs(hot.s11_dB - found.s11_dB) > 1.0
    assert hot.power_balance_error < 1e-5
    dry = antenna_in_tissue(SLOT, "liver", temperature=150.0)
    assert dry.permittivity.real >= 1.0
    assert dry.absorbed_fraction < 0.6


def test_choke_keeps_the_heat_from_the_shaft(found):
    choke = antenna_in_tissue("choke-2.05mm", "liver").penetration
    assert choke.tail < 0.4 * found.penetration.tail
    assert choke.length_90 < 0.8 * found.penetration.length_90


def test_lossy_dielectric_takes_its_share():
    antenna = Antenna.from_library(SLOT)
    section = antenna.section
    lossy = tuple(
        Part(p.name, p.outline, 2.6 - 0.2j if p.name == "catheter" else p.permittivity)
        for p in section.parts
    )
    changed = antenna.changed(section=Section(lossy, section.port, section.port_permittivity))
    found = antenna_in_tissue(changed, load_tissue("liver"))
    assert found.lost_by_part["catheter"] == found.lost_fraction > 0.005
    assert found.power_balance_error < 1e-5


def test_summary_can_be_written_as_json(found):
    data = json.loads(json.dumps(found.summary(), allow_nan=False))
    assert data["schema"] == "mwa-sim/antenna-report/1"
    assert data["s11_dB"] == found.s11_dB
    assert data["penetration"]["radius_90_mm"] == pytest.approx(1e3 * found.penetration.radius_90)
    assert len(data["profile"]["distance_mm"]) == len(data["profile"]["sar_W_per_kg_per_W"])
    sar = data["profile"]["sar_W_per_kg_per_W"]
    assert sar == sorted(sar, reverse=True)


def test_surface_of_a_stepped_cone():
    outline = np.array([[0.0, 0.0], [2e-3, 4e-3], [1e-3, 4e-3], [1e-3, np.inf], [0.0, np.inf]])
    section = Section((Part("cone", outline, None),), (0.1e-3, 0.2e-3), 2.0)
    z = np.array([-1e-3, 1e-3, 2e-3, 4e-3, 5e-3])
    expected = [0.0, 0.5e-3, 1e-3, 2e-3, 1e-3]
    assert surface_radius(section, z, 50e-3) == pytest.approx(expected)


def test_every_mistake_is_named_at_once():
    with pytest.raises(InputError) as caught:
        antenna_in_tissue("slot-1.7mm", "livr", 1e12, temperature=500.0)
    text = str(caught.value)
    assert len(caught.value.problems) == 4
    for part in ("'slot-1.79mm'", "'liver'", "10 MHz to 10 GHz", "-20 to 200 degC"):
        assert part in text


def test_antennas_without_section_and_tissues_without_loss_are_refused(tmp_path):
    antenna = Antenna.from_library(SLOT)
    with pytest.raises(InputError, match="conductors and dielectrics are not known"):
        antenna_in_tissue(antenna.changed(section=None, model="line"))
    with pytest.raises(InputError, match="a map of absorbed power"):
        antenna_in_tissue("gaussian.csv")
    with pytest.raises(DataError, match="no such file"):
        antenna_in_tissue(tmp_path / "mine.toml")
    lossless = load_tissue("liver").changed(electrical_conductivity=0.0)
    with pytest.raises(InputError, match="conductivity above 0"):
        antenna_in_tissue(antenna, lossless)
