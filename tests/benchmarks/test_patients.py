"""Random patients: drawn the same again, examined, sorted into what was refused and what failed."""

import json
from dataclasses import replace

import pytest

from benchmarks.verification.patients import __main__ as patients
from benchmarks.verification.patients import examine as examination
from benchmarks.verification.patients.draw import Patient, draw
from mwa_sim.anatomy.measures import LEVELS
from mwa_sim.errors import MeshError

COARSE = patients.scaled("2 mm")
#: Patient of the L2 kind, without what is too thin or too far for large elements.
PLAIN = {"kind": "parametric_spine", "level": "L2", "skin": False, "vessels": False,
         "block": ["96 mm", "86.4 mm", "57.6 mm"],
         "tumour": {"centre": ["0 mm", "4 mm", "0 mm"], "radii": "8 mm"}}  # fmt: skip
STILL = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))


def test_patients_are_random_and_the_same_again():
    drawn = [draw(3, number) for number in range(60)]
    assert drawn == [draw(3, number) for number in range(60)]
    assert drawn[0] != draw(4, 0)
    recipes = [patient.recipe for patient in drawn]
    assert len({recipe["level"] for recipe in recipes}) > len(LEVELS) / 2
    for key in ("compression", "wall_defect", "ctv_margin"):
        assert 0 < sum(key in recipe for recipe in recipes) < len(recipes)


def test_a_patient_is_meshed_measured_and_treated():
    row = examination.examine(Patient(PLAIN, 0.0, STILL), COARSE)
    assert row["status"] in ("done", "missed"), row["why"]
    # Large elements may miss a volume, but nothing else.
    assert all(why.startswith("volume of") for why in row["why"])
    assert row["run"]["way"] in ("left transpedicular", "right transpedicular")
    assert 60.0 < row["run"]["hottest_degC"] < 200.0
    assert abs(row["run"]["balance_error"]) < examination.BALANCE
    json.dumps(row)
    assert "L2" in patients.line({"number": 0, **row})


def test_what_cannot_be_is_refused_and_not_a_failure():
    tumour = {**PLAIN["tumour"], "centre": ["60 mm", "0 mm", "0 mm"]}
    row = examination.examine(Patient({**PLAIN, "tumour": tumour}, 0.0, STILL), COARSE)
    assert row["status"] == "refused"
    assert "tumour.centre" in row["why"][0]


@pytest.mark.parametrize("error", [RuntimeError("broken"), MeshError("no element")])
def test_what_breaks_after_the_request_was_accepted_is_a_failure(monkeypatch, error):
    def broken(prepared):
        raise error

    monkeypatch.setattr(examination, "prepare", lambda table: None)
    monkeypatch.setattr(examination, "mesh_prepared", broken)
    row = examination.examine(Patient(PLAIN, 0.0, STILL))
    assert row["status"] == "crashed"
    assert row["why"][0].startswith("mesh: ")


def test_shortcomings_are_named():
    report = {
        "inverted_tets": 0,
        "min_dihedral_deg": 9.0,
        "p1_dihedral_deg": 24.0,
        "min_radius_ratio": 0.05,
        "volume_error": {"cord": 0.025, "disc": 0.03, "skin": -0.025},
        "volume_uncertainty": {"cord": 0.003, "disc": 0.003},
    }
    assert examination.shortcomings(report) == ["volume of disc: +3.0%", "volume of skin: -2.5%"]
    poor = {**report, "volume_error": {}, "min_dihedral_deg": 4.0, "inverted_tets": 1}
    assert [text.split(":")[0] for text in examination.shortcomings(poor)] == [
        "inverted",
        "min_dihedral_deg",
    ]


def test_a_run_that_was_broken_off_goes_on(monkeypatch, tmp_path, capsys):
    done = []

    def quick(patient, sizes):
        done.append(patient)
        return {"status": "refused", "why": ["no"], "patient": {"recipe": patient.recipe},
                "seconds": {}}  # fmt: skip

    monkeypatch.setattr(patients, "examine", quick)
    file = tmp_path / "patients.jsonl"
    assert patients.main(["--count", "2", "--json", str(file)]) == 0
    assert patients.main(["--count", "3", "--json", str(file)]) == 0
    assert done == [draw(0, number) for number in range(3)]
    assert "3 patients: 0 done, 0 missed, 3 refused, 0 crashed" in capsys.readouterr().out
    assert replace(done[0], way=0.0) != done[1]
