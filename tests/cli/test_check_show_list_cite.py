"""The commands that simulate nothing."""

import json
import re

import pytest

from mwa_sim.references import all_references
from tests.cli.block import errors, mwa


def test_check_describes_the_plan_and_marches_nothing(plan, here, monkeypatch):
    monkeypatch.setattr("mwa_sim.heat.step.HeatStepper.step", lambda *_: pytest.fail("marched"))
    outcome = mwa("check", plan())
    assert outcome.exit_code == 0
    for part in (
        "6000 tetrahedra", "dihedral", "tumour", "metastasis_lytic", "tumour_centre",
        "stop above 70 degC", "2 x (10 s on, 2 s off)", "20 s with power in 27 s", "0.60 kJ",
        "plan.toml can be run",
    ):  # fmt: skip
        assert part in outcome.stdout, part
    assert [path.name for path in here.iterdir()] == ["plan.toml"]


def test_check_as_json(plan, here):
    data = json.loads(mwa("check", plan(), "--json", "--set", "pulses.0.power=60 W").stdout)
    assert data["schema"] == "mwa-sim/check/1"
    case, antenna = data["case"], data["antenna"]
    assert sum(region["volume_ml"] for region in case["regions"].values()) == pytest.approx(64.0)
    assert case["regions"]["cord"] == {
        "label": 3, "tissue": "spinal_cord", "volume_ml": pytest.approx(64.0 * 7 / 40, rel=0.5),
    }  # fmt: skip
    assert case["quality"]["min_dihedral_deg"] > 10.0
    assert sum(antenna["power_by_region"].values()) == pytest.approx(1.0)
    assert antenna["model"] == "wave-coupled"
    assert antenna["s11_dB"] < -10.0
    reflected = 10.0 ** (antenna["s11_dB"] / 10.0)
    assert antenna["absorbed_fraction"] == pytest.approx(1.0 - reflected, abs=1e-3)
    text = mwa("check", plan(), "--set", "pulses.0.power=60 W").stdout
    assert "slot-1.6mm (wave-coupled), tip at" in text
    assert f"S11 {antenna['s11_dB']:.1f} dB at the start: {100 * reflected:.1f}% of" in text
    assert data["note"] == "For research use only; not for clinical decisions."
    # Computed in the tissue of the block, not the nominal efficiency of liver.
    assert antenna["delivered"] / (1.0 - antenna["outside_fraction"]) == (
        pytest.approx(antenna["efficiency"], rel=0.02)
    )
    assert antenna["tip_region"] == "tumour"
    assert data["protocol"]["generator_J"] == pytest.approx(1200.0)
    assert data["protocol"]["tissue_J"] == pytest.approx(1200.0 * antenna["delivered"])
    wall = data["thermocouples"]["wall"]
    assert wall["to_antenna_axis_mm"] == pytest.approx(9.0)
    assert wall["position_mm"] == pytest.approx([-9.0, 0.0, 5.0])
    assert wall["region"] == "muscle"
    assert wall["rules"][0]["above"] == 70.0


def test_check_of_a_closed_form_knows_no_reflection(plan, here):
    options = ("--set", "antenna.model=line")
    antenna = json.loads(mwa("check", plan(), "--json", *options).stdout)["antenna"]
    assert (antenna["model"], antenna["s11_dB"], antenna["absorbed_fraction"]) == (
        "line", None, None,
    )  # fmt: skip
    assert "S11" not in mwa("check", plan(), *options).stdout


def test_check_notes_what_a_user_should_know(plan, here):
    path = plan(("landmark:wall", "landmark:entry"), ('above = "70 degC"', 'above = "30 degC"'))
    notes = json.loads(mwa("check", path, "--json").stdout)["notes"]
    assert any("lies outside the mesh" in note for note in notes)
    assert "thermocouple 'wall' lies inside the antenna" in notes
    assert any("acts at once" in note for note in notes)


def test_show_prints_what_run_printed(finished):
    path, outcome = finished
    shown = mwa("show", path)
    assert shown.exit_code == 0
    assert shown.stdout.strip() in outcome.stdout


def test_show_as_json_is_the_summary(finished):
    path, _ = finished
    data = json.loads(mwa("show", path, "--json").stdout)
    assert data["schema"] == "mwa-sim/summary/1"
    assert data["thermocouples"]["wall"]["peak_reading_degC"] > 37.0


def test_show_describes_a_case(block):
    outcome = mwa("show", block / "block")
    assert outcome.exit_code == 0
    assert "a block for tests" in outcome.stdout
    assert "at most 42 degC and CEM43 10 min" in outcome.stdout
    data = json.loads(mwa("show", block / "block", "--json").stdout)
    assert data["landmarks_mm"]["entry"] == pytest.approx([0.0, 0.0, 18.0])
    assert data["organs_at_risk"][0]["region"] == "cord"


def test_show_refuses_pictures_of_a_case(block):
    assert errors(mwa("show", block / "block", "--plots", "x")) == [
        "--plots goes with a result, not with a case"
    ]


def test_list_of_antennas_says_what_models_they_can_do():
    listed = json.loads(mwa("list", "antennas", "--json").stdout)["antennas"]
    models = {item["name"]: item["models"] for item in listed}
    assert models["slot-1.6mm"] == ["line", "wave-static", "wave-coupled"]
    assert models["monopole-2.2mm"] == ["wave-static", "wave-coupled"]
    lines = mwa("list", "antennas").stdout.splitlines()
    at = next(k for k, line in enumerate(lines) if line.split()[0] == "monopole-2.2mm")
    assert lines[at + 1].strip() == "models: wave-static, wave-coupled"
    shown = mwa("list", "antennas", "slot-1.6mm").stdout
    assert "models: line, wave-static, wave-coupled" in shown
    assert "models:" not in mwa("list", "tissues").stdout


def test_list_names_everything():
    outcome = mwa("list")
    assert outcome.exit_code == 0
    for part in ("cases:", "l2-metastasis", "slot-1.6mm", "spinal_cord", "ji_brace_2011"):
        assert part in outcome.stdout


@pytest.mark.parametrize("kind", ["cases", "antennas", "tissues", "models"])
def test_list_as_json(kind):
    data = json.loads(mwa("list", kind, "--json").stdout)
    assert data["schema"] == "mwa-sim/list/1"
    assert data[kind]
    for item in data[kind]:
        assert item["name"]
        assert item["title"]
        assert item["values"]
        if kind != "cases":
            for value in item["values"].values():
                assert value["source"]
                assert value["standing"] in ("source", "calculated", "assumption", "unverified")


def test_values_have_units():
    data = json.loads(mwa("list", "tissue", "muscle", "--json").stdout)
    density = data["values"]["density"]
    assert (density["value"], density["unit"], density["standing"]) == (1090.0, "kg/m3", "source")
    assert density["low"] < density["value"] < density["high"]
    data = json.loads(mwa("list", "antennas", "slot-1.6mm", "--json").stdout)
    assert data["values"]["outer_diameter"]["unit"] == "mm"
    assert data["values"]["outer_diameter"]["value"] == 1.6


def test_one_tissue_with_ranges_and_sources():
    text = mwa("list", "tissue", "spinal_cord").stdout
    assert re.search(r"density = \d+ kg/m3 \(\S+ to \S+\)  \[source: itis\]", text)
    assert "electrical_conductivity_model = " in text


def test_cite_a_result_and_its_plan_alike(finished):
    path, _ = finished
    keys = [item["key"] for item in json.loads(mwa("cite", path, "--json").stdout)["references"]]
    assert "pennes1948" in keys
    assert set(keys) <= set(all_references())
    again = json.loads(mwa("cite", path.with_name("plan.toml"), "--json").stdout)["references"]
    assert [item["key"] for item in again] == keys
    text = mwa("cite", path).stdout
    assert len(text.splitlines()) == len(keys)
    assert all(f"[{key}] " in text for key in keys)


def test_cite_as_bibtex(finished):
    path, _ = finished
    text = mwa("cite", path, "--bibtex").stdout
    entries = re.findall(r"^@\w+\{(\w+),", text, re.MULTILINE)
    assert "pennes1948" in entries
    assert len(entries) == len(mwa("cite", path).stdout.splitlines())
    assert text.count("{") == text.count("}")


def test_a_source_in_the_words_of_a_case_is_cited_as_it_is():
    from mwa_sim.cli.cite import bibtex_entries

    assert bibtex_entries(["our phantom"]) == ["% stated by the case: our phantom"]


def test_every_reference_can_be_written_as_bibtex():
    from mwa_sim.cli.cite import bibtex_entries

    for key, entry in zip(all_references(), bibtex_entries(list(all_references())), strict=True):
        assert entry.startswith("@")
        assert entry.count("@" + entry.split("{")[0][1:]) == 1, key


def test_version_and_help():
    import mwa_sim

    assert mwa("--version").stdout == f"mwa-sim {mwa_sim.__version__}\n"
    top = mwa("--help").stdout
    assert mwa().stdout.strip() == top.strip()
    for command in ("run", "check", "show", "list", "cite"):
        assert command in top
        assert mwa(command, "--help").exit_code == 0
