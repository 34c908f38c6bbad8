"""``mwa-sim bench``: rows, report, names that do not exist, what is not overwritten."""

import json

from tests.cli.block import errors, mwa


def test_rows_and_a_report(here):
    outcome = mwa("bench", "damage", "--quick", "--workers", 1)
    assert outcome.exit_code == 0, outcome.stderr
    assert "verification: damage" in outcome.stdout
    assert "CEM43: 5 min at 42 degC [min]" in outcome.stdout
    assert "report: bench-report/report.html" in outcome.stderr.replace("\\", "/")
    last = outcome.stdout.splitlines()[-1]
    assert last.startswith("Verification: ")
    assert last.endswith("quantities pass (1 benchmarks)")
    report = json.loads((here / "bench-report" / "report.json").read_text(encoding="utf-8"))
    assert [record["name"] for record in report["benchmarks"]] == ["damage"]
    assert report["quick"] is True
    assert all(row["verdict"] == "pass" for row in report["benchmarks"][0]["rows"])
    html = (here / "bench-report" / "report.html").read_text(encoding="utf-8")
    assert "Tissue damage and thermal dose" in html
    assert "data:image/svg+xml;base64," in html
    credibility = (here / "bench-report" / "credibility.md").read_text(encoding="utf-8")
    assert "damage" in credibility


def test_the_list_runs_nothing(here):
    outcome = mwa("bench", "--list")
    assert outcome.exit_code == 0
    assert outcome.stdout.startswith("verification\n")
    assert "\nvalidation\n" in outcome.stdout
    listed = json.loads(mwa("bench", "validation", "--list", "--json").stdout)
    assert {entry["kind"] for entry in listed} == {"validation"}
    assert "three_cm" in {entry["name"] for entry in listed}
    assert not list(here.iterdir())


def test_all_mistakes_at_once(here):
    outcome = mwa("bench", "damge", "nonsense")
    assert outcome.exit_code == 2
    assert "did you mean 'damage'?" in outcome.stderr
    assert "'nonsense' is no benchmark" in outcome.stderr
    (here / "file").touch()
    outcome = mwa("bench", "damage", "--workers", 0, "-o", "file")
    assert outcome.exit_code == 2
    assert len(errors(outcome)) == 2


def test_a_report_is_not_overwritten(here):
    (here / "mine").mkdir()
    (here / "mine" / "report.json").write_text("kept")
    outcome = mwa("bench", "damage", "-o", "mine")
    assert outcome.exit_code == 2
    assert "mine holds a report already (report.json)" in outcome.stderr
    assert "--force" in outcome.stderr
    assert (here / "mine" / "report.json").read_text() == "kept"
