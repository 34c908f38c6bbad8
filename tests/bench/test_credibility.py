"""The credibility file follows the report: what passed, what missed, what is not there."""

import json
import math
from pathlib import Path

import pytest

from benchmarks.keep_report import PAGE, RESULTS, kept
from mwa_sim.bench.credibility import credibility, credibility_text
from mwa_sim.bench.credibility_evidence import used
from mwa_sim.bench.credibility_factors import standings
from mwa_sim.bench.discovery import names
from mwa_sim.bench.factors import FACTORS
from mwa_sim.bench.rows import Band, Between, Row
from mwa_sim.references import reference

ROOT = Path(__file__).parents[2]
BAND = Band(24.0, 31.0, 27.0, 8, 0, "Sobol', 8 scenarios, seed 0", {"antenna.efficiency": "0.5"})


def record(name, kind, evidence_for, rows, **more):
    return {
        "name": name, "kind": kind, "title": f"Title of {name}", "question": "Is it so?",
        "evidence_for": evidence_for, "assumes": [], "calibrated_on": "", "sources": [],
        "status": "done" if rows else "skipped", "error": "", "skipped": "", "seconds": 1.0,
        "rows": [row.as_data() for row in rows], "tables": [], "figures": [], **more,
    }  # fmt: skip


def good(quantity="order of convergence in h", **more):
    return Row(quantity, 1.98, Between(low=1.8), **more)


def whole_suite():
    """A report in which every factor has rows, and all of them pass."""
    records = [
        record(f"check {key}", "verification", key, [good(), good("energy balance")])
        for key in FACTORS
        if key.startswith("code") or key == "calculation"
    ]
    records += [
        record(f"case {key}", "validation", key, [good("mean diameter", band=BAND)])
        for key in FACTORS
        if not key.startswith("code") and key != "calculation"
    ]
    return report(records)


def report(records, **more):
    return {
        "schema": "mwa_sim.bench/1", "version": "9.8.7", "date": "2031-02-03 04:05 UTC",
        "quick": False, "machine": {"system": "Linux", "cpus": 2}, "status": "done",
        "benchmarks": records, **more,
    }  # fmt: skip


def section(text, title):
    """Lines between a heading and the next one of its depth or above."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("#") and title in line)
    depth = lines[start].index(" ")
    for end in range(start + 1, len(lines)):
        if lines[end].startswith("#") and lines[end].index(" ") <= depth:
            return "\n".join(lines[start:end])
    return "\n".join(lines[start:])


def test_says_which_run_it_was_made_from():
    full = credibility(whole_suite())
    assert "full run of version 9.8.7 on 2031-02-03 04:05 UTC" in full
    assert "quick" not in full.split("## At a glance")[0]
    quick = credibility({**whole_suite(), "quick": True})
    assert "quick run" in quick
    assert "Figures to quote come from a full run." in quick
    cut = credibility({**whole_suite(), "status": "interrupted"})
    assert "The run was interrupted" in cut


def test_a_clean_suite_supports_research_and_never_a_clinical_decision():
    text = section(credibility(whole_suite()), "8. Adequacy")
    assert "**Study: adequate,**" in text
    assert "**Research planning: conditional,**" in text
    assert "**Clinical decision: not adequate.**" in text


def test_a_miss_of_verification_stands_at_the_top_and_withdraws_all_support():
    bad = report(whole_suite()["benchmarks"])
    bad["benchmarks"].append(
        record("stefan", "verification", "code: heat", [Row("front", 3.0, 2.0, 0.1, "mm")])
    )
    text = credibility(bad)
    top = text.split("## At a glance")[0]
    assert "Verification has missed" in top
    assert "`stefan`: front (3 mm, reference 2 mm, tolerance 0.1)" in top
    assert "Goal **c**, reached **none**." in section(text, "Numerical code verification")
    assert text.count("not adequate,** while verification misses") == 2


def test_a_failed_verification_stands_at_the_top_too():
    bad = report(whole_suite()["benchmarks"])
    bad["benchmarks"].append(
        record("stefan", "verification", "code: heat", [], status="failed", error="Boom: x\ntrace")
    )
    top = credibility(bad).split("## At a glance")[0]
    assert "`stefan`: failed: Boom: x" in top
    assert "trace" not in top


def test_a_miss_of_validation_is_listed_with_band_and_cause_and_breaks_nothing_else():
    row = Row("mean diameter, 180 s", 22.0, 30.0, 3.0, "mm", 1.5, "chen2022", BAND,
              "The antenna inside is not published.")  # fmt: skip
    nobody = Row("short axis", 22.0, 40.0, 3.0, "mm", band=BAND)
    found = report(whole_suite()["benchmarks"])
    found["benchmarks"].append(record("three_cm", "validation", "soft tissue", [row, nobody]))
    text = credibility(found)
    assert "Verification has missed" not in text
    agreement = section(text, "5. Agreement")
    assert (
        "| `three_cm` | mean diameter, 180 s [mm] | 22 | 24 to 31 | 30 ± 1.5 | 3 | yes |"
    ) in agreement
    assert "| 40 | 3 | no |" in agreement
    assert ("- `three_cm`, mean diameter, 180 s: The antenna inside is not published.") in agreement
    assert "- `three_cm`, short axis: The cause is not known." in agreement
    assert "**Study: adequate,**" in text


@pytest.mark.parametrize("key", FACTORS)
def test_a_factor_without_a_row_is_a_gap(key):
    found = whole_suite()
    found["benchmarks"] = [r for r in found["benchmarks"] if r["evidence_for"] != key]
    gaps = section(credibility(found), "7. What this run does not show")
    assert f"No benchmark in this run: {FACTORS[key]}." in gaps
    assert "Every factor has rows" in credibility(whole_suite())


def test_without_the_checks_of_the_field_code_verification_is_not_complete():
    found = whole_suite()
    found["benchmarks"] = [r for r in found["benchmarks"] if r["evidence_for"] != "code: field"]
    text = section(credibility(found), "Numerical code verification")
    assert "Goal **c**, reached **b**." in text
    assert f"No row in this run: {FACTORS['code: field']}." in text


def test_an_empty_report_supports_nothing():
    text = credibility(report([]))
    for heading in ("Discretisation error", "Output comparison", "Model form"):
        assert "reached **none**" in section(text, heading)
    adequacy = section(text, "8. Adequacy")
    assert adequacy.count("not shown by this run") == 2
    assert "No measurement in this run." in text


def test_skipped_and_partly_skipped_benchmarks_say_why():
    found = report(whole_suite()["benchmarks"])
    found["benchmarks"] += [
        record("peers", "verification", "calculation", [], skipped="NGSolve is not installed"),
        record("half", "verification", "calculation", [good("mesh")], skipped="SfePy is not there"),
    ]
    gaps = section(credibility(found), "7. What this run does not show")
    assert "`peers` skipped: NGSolve is not installed." in gaps
    assert "`half` skipped in part: SfePy is not there." in gaps


def test_a_part_of_the_suite_says_so(monkeypatch):
    found = whole_suite()
    monkeypatch.setattr(
        "mwa_sim.bench.credibility.available", lambda: ["check code: heat", "one_more", "another"]
    )
    assert (
        "not in this run: `one_more`, `another`." in credibility(found).split("## At a glance")[0]
    )
    monkeypatch.setattr("mwa_sim.bench.credibility.available", lambda: ["check code: heat"])
    assert "Part of the suite" not in credibility(found)


def test_adequacy_says_how_well_bone_agrees():
    found = report(whole_suite()["benchmarks"])
    found["benchmarks"].append(
        record("sheep", "validation", "bone", [Row("wall", 50.0, 60.0, 5.0, "degC", band=BAND)])
    )
    assert "hypotheses" not in credibility(whole_suite())
    text = section(credibility(found), "8. Adequacy")
    assert "**Research planning: conditional,**" in text
    assert "are hypotheses for an experiment to test" in text
    assert "to rely on: 1 of 2 quantities agree" in text
    assert "in soft tissue 1 of 1, in bone and at the canal 1 of 2." in text
    assert "Goals that are not reached: use error," in text
    assert "- wall: 50 °C, reference 60 °C, tolerance 5 (`sheep`)" in text


def test_research_planning_is_refused_where_most_of_bone_disagrees():
    found = report(whole_suite()["benchmarks"])
    rows = [Row(f"wall {k}", 50.0, 60.0, 5.0, "degC", band=BAND) for k in range(2)]
    found["benchmarks"].append(record("sheep", "validation", "bone", rows))
    text = section(credibility(found), "8. Adequacy")
    assert "**Research planning: not adequate in bone and at the canal,** where 1 of 3" in text
    assert "**Study: adequate,**" in text


def test_rows_count_for_a_factor_by_their_words():
    rows = [good("energy balance"), good("S11 with edges 2 times finer")]
    text = credibility(report([record("maxwell", "verification", "code: field", rows)]))
    for name, share in (("Discretisation error", "1 of 1"), ("Numerical code ver", "2 of 2")):
        assert f"| `maxwell` | Title of maxwell | {share} |" in section(text, name)


def test_calibration_names_its_case():
    found = report(whole_suite()["benchmarks"])
    assert "No benchmark of this run uses a calibrated parameter." in credibility(found)
    row = [good("mean diameter", band=BAND)]
    found["benchmarks"].append(
        record(
            "liver", "validation", "soft tissue", row, calibrated_on="efficiency on liver, 5 min"
        )
    )
    assert "| `liver` | efficiency on liver, 5 min |" in section(credibility(found), "6. Calib")


@pytest.mark.parametrize(
    ("row", "share"),
    [
        (Row("x", 1.05, 1.0, 0.1), 0.5),
        (Row("x", 0.7, 1.0, 0.1), 3.0),
        (Row("x", 1.0, 1.0), 0.0),
        (Row("x", 1.1, 1.0), math.inf),
        (Row("x", 2e-6, Between(high=1e-5)), 0.2),
        (Row("x", 2e-5, Between(high=1e-5)), 2.0),
        (Row("x", -1.0, Between(high=1e-5)), 0.0),
        (Row("x", 2.0, Between(low=1.8)), 0.9),
        (Row("x", 1.2, Between(low=1.8)), 1.5),
        (Row("x", -1.2, Between(low=1.8)), math.inf),
        (Row("x", 12.0, Between(10.0, 20.0)), 0.6),
        (Row("x", 21.0, Between(10.0, 20.0), 1.0), 1.0),
        (Row("x", math.inf, Between(high=5.0)), math.inf),
        (Row("x", math.inf, Between(low=240.0)), 0.0),
        (Row("x", math.nan, 3.0, 1.0), math.inf),
        (Row("x", math.nan, Between(low=3.0)), math.inf),
    ],
)
def test_share_of_what_a_row_allows(row, share):
    assert used(row.as_data()) == pytest.approx(share)
    assert (used(row.as_data()) <= 1.0 + 1e-9) == row.passed


def test_the_closest_row_of_a_benchmark_is_shown():
    rows = [Row("easy", 1.01, 1.0, 0.1), Row("hard | far", 1.09, 1.0, 0.1)]
    text = credibility(report([record("point", "verification", "code: heat", rows)]))
    assert "| `point` | Title of point | 2 of 2 | 90 %: hard \\| far |" in text


def test_every_context_and_factor_is_argued():
    text = credibility_text()
    names = [factor["name"] for factor in text["factor"]]
    assert len(names) == len(set(names)) == 13
    for factor in text["factor"]:
        letters = [level[0] for level in factor["levels"]]
        assert letters == ["a", "b", "c"]
        assert factor["goal"] in letters
        assert factor["level"] in letters
        assert factor["gaps"]
        assert "keys" in factor or "facts" in factor
        assert set(factor.get("keys", ())) <= set(FACTORS)
    assert [c["name"][:1] for c in text["category"]] == list("1235678")
    assert {key for c in text["category"] for key in c.get("keys", ())} == set(FACTORS)
    claimed = {key for factor in text["factor"] for key in factor.get("keys", ())}
    assert claimed == set(FACTORS)
    for key in text["sources"]:
        assert reference(key)


def test_facts_about_the_software_are_there():
    facts = [fact for f in credibility_text()["factor"] for fact in f.get("facts", ())]
    assert len(facts) > 5
    for fact in facts:
        if fact["path"].startswith(".ci/") and not (ROOT / ".ci").exists():
            continue  # a source distribution holds no continuous integration
        assert fact["has"] in (ROOT / fact["path"]).read_text(encoding="utf-8"), fact["path"]


def test_standing_of_the_tissue_values_is_counted():
    numbers = [int(word) for word in standings().replace(",", "").split() if word.isdigit()]
    assert numbers[0] == sum(numbers[1:]) > 100


def test_the_file_in_the_repository_is_that_of_the_results_beside_it():
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    again = "run 'mwa-sim bench -o R && python -m benchmarks.keep_report R'"
    assert credibility(results) == PAGE.read_text(encoding="utf-8"), again
    assert {record["name"] for record in results["benchmarks"]} == set(names()), again
    assert kept(results) == results


def test_what_is_kept_has_no_timings_and_no_pictures():
    found = kept({**whole_suite(), "seconds": 3.0, "machine": {"system": "Linux 6.1-x", "cpus": 2}})
    assert found["machine"] == {"system": "Linux", "cpus": 2}
    assert "seconds" not in found
    assert all({"figures", "seconds"}.isdisjoint(record) for record in found["benchmarks"])
    assert credibility(found) == credibility(whole_suite())


def test_bounds_alternatives_and_guesses_are_counted_apart():
    rows = [
        Row("axis, field computed again", 1.0, 3.0, 0.5, band=BAND),
        Row("axis, field of wet tissue", 3.0, 3.0, 0.5, band=BAND),
        Row("axis, one antenna minus the other", 1.0, Between(low=0.0), band=BAND),
    ]
    guesses = [Row("time to 30 mm", 200.0, Between(120.0, 300.0), band=BAND)]
    records = [
        record("liver", "validation", "soft tissue", rows),
        record("three_cm", "validation", "soft tissue", guesses),
    ]
    found = section(credibility(report(records)), "5. Agreement with measurements").splitlines()
    parts = found[found.index("Not all of them weigh the same:") + 4 :]
    counts = [line.rpartition(" | ")[2].rstrip(" |") for line in parts[:5]]
    assert counts == ["2 of 3", "1 of 1", "1 of 1", "1 of 1", "0 of 1"]
