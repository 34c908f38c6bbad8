"""The method page names what the program has: modules, references, models and their numbers."""

import math
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from mwa_sim.antenna.antenna import MODELS
from mwa_sim.criterion import STANDARD_CRITERIA
from mwa_sim.damage.parameters import ARRHENIUS_SETS, THREE_STATE
from mwa_sim.references import all_references
from mwa_sim.tissue.temperature import dielectric_model, list_models

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "benchmarks" / "METHOD.md").read_text(encoding="utf-8")
CODE = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL))
KEY = re.compile(r"[a-z_]+\d{4}[a-z]*")


def models():
    data = tomllib.loads((ROOT / "mwa_sim/data/models.toml").read_text(encoding="utf-8"))
    return [name for kind in data.values() for name in kind]


def test_every_path_exists():
    paths = [text for text in CODE if text.startswith("mwa_sim/")]
    assert len(paths) > 40
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert missing == []


def test_every_link_leads_somewhere():
    targets = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert targets
    for target in targets:
        if target != "CREDIBILITY.md":  # made by a run of the benchmarks
            assert (ROOT / "benchmarks" / target).exists(), target
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in PAGE.splitlines()
        if line.startswith("#")
    }
    anchors = re.findall(r"\]\(#([^)]+)\)", PAGE)
    assert len(anchors) == 15
    assert set(anchors) <= headings


def test_every_key_is_in_the_bibliography():
    known = all_references()
    # What looks like author and year is a key; others are found by their names.
    keys = {text for text in CODE if KEY.fullmatch(text)} - set(models())
    assert len(keys) > 30
    assert keys - set(known) == set()
    assert {"itis", "mita", "comsol_bioheat", "mwa_sim_assumption", "mwa_sim_line_fit"} <= set(
        CODE
    ) & set(known)


@pytest.mark.parametrize("name", [*models(), *ARRHENIUS_SETS, *MODELS, *STANDARD_CRITERIA])
def test_every_model_is_described(name):
    assert name in CODE


def table_row(name, sign=""):
    """Cells of the row of a table that begins with a name, or of the one below it."""
    lines = PAGE.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(f"| `{name}`"))
    at += bool(sign and sign not in lines[at])
    return [cell.strip() for cell in lines[at].strip("|").split("|")]


@pytest.mark.parametrize("name", list_models("dielectric"))
def test_coefficients_of_the_sigmoids(name):
    model = dielectric_model(name)
    for sign, sigmoid in (
        (r"$\sigma$", model.electrical_conductivity),
        (r"$\varepsilon_r$", model.relative_permittivity),
    ):
        cells = table_row(name, sign)
        assert sign in cells[1]
        given = [float(cell) for cell in cells[2:7]]
        assert given == [sigmoid.s1, sigmoid.s2, sigmoid.s3, sigmoid.s4, sigmoid.floor]


@pytest.mark.parametrize("name", ARRHENIUS_SETS)
def test_numbers_of_the_arrhenius_sets(name):
    cells = table_row(name)
    parameters = ARRHENIUS_SETS[name]
    assert float(cells[1]) == parameters.frequency_factor
    assert float(cells[2]) == parameters.activation_energy
    assert parameters.source in cells[4]


def test_numbers_of_the_three_state_model():
    rates = (THREE_STATE.forward_rate, THREE_STATE.backward_rate)
    for symbol, rate in zip(("k_f", "k_b"), rates, strict=True):
        assert rf"${symbol} = {1e3 * rate:g}\times10^{{-3}}$" in PAGE
    assert f"$T_k = {THREE_STATE.temperature_scale:g}$ K" in PAGE
    assert f"$A(0) = {THREE_STATE.alive:g}$" in PAGE


def test_defaults_that_the_page_states():
    from mwa_sim.antenna.antenna import Antenna
    from mwa_sim.antenna.coupling.rings import AROUND
    from mwa_sim.antenna.coupling.watch import CONTINUITY
    from mwa_sim.antenna.field.problem import LONGEST_REACH, SHORTEST_REACH
    from mwa_sim.heat.source import MAX_AMPLIFICATION
    from mwa_sim.heat.step import DEFAULT_FIRST_STEP, DEFAULT_MAX_STEP, DEFAULT_TOLERANCE
    from mwa_sim.plan import SolverSettings
    from mwa_sim.tissue.enthalpy import BOILING_POINT, HALF_WINDOW, LATENT_HEAT

    text = " ".join(PAGE.split())
    cable = Antenna.from_library("slot-1.6mm").values["cable.transmission"]
    said = (
        f"({DEFAULT_TOLERANCE:g} K by default)",
        f"{DEFAULT_FIRST_STEP:g} s after a switch of the power and {DEFAULT_MAX_STEP:g} s",
        f"({SolverSettings().field_tolerance:g}, `solver.field_tolerance`)",
        f"the mean over {AROUND} points",
        f"($b = {CONTINUITY:g}$)",
        f"within {1e3 * SHORTEST_REACH:g}–{1e3 * LONGEST_REACH:g} mm",
        f"L = {LATENT_HEAT / 1e6:g}",
        f"$x = T - {BOILING_POINT:g}$",
        f"±{HALF_WINDOW:g} K",
        rf"$\tau = {cable.value:.2f}$ ({cable.low:.2f}–{cable.high:.2f})",
    )
    for words in said:
        assert words in text, words
    assert MAX_AMPLIFICATION == 10.0
    assert "amplifies tenfold at most" in text


def test_mathematics_is_closed():
    assert PAGE.count("```") % 2 == 0
    blocks = re.findall(r"```math\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(blocks) > 30
    rest = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    for line in rest.splitlines():
        assert line.count("$") % 2 == 0, line
    for text in [*blocks, *re.findall(r"\$([^$]+)\$", rest)]:
        assert text.count("{") == text.count("}"), text
        assert text.count(r"\left") - text.count(r"\leftarrow") == text.count(r"\right"), text
    # Markdown would take these escapes away before the mathematics is read.
    for text in re.findall(r"\$([^$]+)\$", rest):
        assert not re.search(r"\\[,;!{}_]", text), text


def test_evaporated_fraction_is_the_formula_of_the_page():
    from mwa_sim.tissue.enthalpy import vapour_fraction

    for x in np.linspace(-6.0, 6.0, 25):
        stated = (x + 6.0) / 12.0 + math.sin(math.pi * x / 6.0) / (2.0 * math.pi)
        assert vapour_fraction(100.0 + x) == pytest.approx(stated, abs=1e-8)


@pytest.mark.parametrize("s", [3, 4, 9])
def test_stages_are_the_formulas_of_the_page(s):
    from mwa_sim.heat.superstep import coefficients

    def b(j):
        return (j * j + j - 2) / (2 * j * (j + 1)) if j >= 2 else 1 / 3

    for j, given in zip(range(2, s + 1), coefficients(s), strict=True):
        mu = (2 * j - 1) / j * b(j) / b(j - 1)
        nu = -(j - 1) / j * b(j) / b(j - 2)
        mu_t = 4 * mu / (s * s + s - 2)
        assert given == pytest.approx((mu, nu, mu_t, -(1 - b(j - 1)) * mu_t))


def test_stages_of_the_page_are_of_second_order():
    def advanced(dt, s=5, rate=-0.3):
        def b(j):
            return (j * j + j - 2) / (2 * j * (j + 1)) if j >= 2 else 1 / 3

        w = 4 / (s * s + s - 2)
        before, now = 1.0, 1.0 + w / 3 * dt * rate
        for j in range(2, s + 1):
            mu = (2 * j - 1) / j * b(j) / b(j - 1)
            nu = -(j - 1) / j * b(j) / b(j - 2)
            new = mu * now + nu * before + (1 - mu - nu)
            new += mu * w * dt * rate * now - (1 - b(j - 1)) * mu * w * dt * rate
            before, now = now, new
        return now

    errors = [abs(advanced(dt) - math.exp(-0.3 * dt)) for dt in (0.4, 0.2)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(3.0, abs=0.1)


def test_lag_of_a_sensor_is_the_formula_of_the_page():
    from mwa_sim.control.sensor import Sensor
    from mwa_sim.control.watch import Thermocouple

    spec = Thermocouple(name="a", at="landmark:a", time_constant="0.8 s", sample_every="1 s")
    sensor = Sensor(spec, 37.0)
    sensor.advance(1.0, 40.0)
    y0 = sensor.lagged
    sensor.advance(1.5, 47.0)
    slope, k = (47.0 - 40.0) / 0.5, 1.0 - math.exp(-0.5 / 0.8)
    assert sensor.lagged == pytest.approx(47.0 - 0.8 * slope * k + (y0 - 40.0) * (1.0 - k))
