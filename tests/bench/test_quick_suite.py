"""The whole suite, quick, as a user runs it: every row of verification passes.

Misses of validation are findings and not failures; what they owe the reader is tested.
"""

import json
import subprocess
import sys

import pytest

from mwa_sim.bench.discovery import names


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    done = subprocess.run(
        [sys.executable, "-m", "mwa_sim", "bench", "--quick", "--no-save", "--json"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=560,
    )
    (folder / "stderr").write_text(done.stderr, encoding="utf-8")
    (folder / "report.json").write_text(done.stdout, encoding="utf-8")
    (folder / "code").write_text(str(done.returncode))
    return folder


@pytest.fixture(scope="module")
def report(folder):
    text = (folder / "report.json").read_text(encoding="utf-8")
    assert text.startswith("{"), (folder / "stderr").read_text(encoding="utf-8")
    return json.loads(text)


def test_every_quantity_of_verification_passes(folder, report):
    from mwa_sim.bench.suite import missed

    assert missed(report, "verification") == []
    assert (folder / "code").read_text() == "0"


def test_every_benchmark_ran(report):
    assert [record["name"] for record in report["benchmarks"]] == list(names())
    failed = {r["name"]: r["error"] for r in report["benchmarks"] if r["status"] == "failed"}
    assert failed == {}


def test_every_quantity_of_validation_has_a_band_and_a_miss_its_likely_cause(report):
    for record in report["benchmarks"]:
        if record["kind"] == "validation":
            for row in record["rows"]:
                assert row["band"]["n"] > 0, (record["name"], row["quantity"])
                assert row["band"]["sampling"], (record["name"], row["quantity"])
                assert row["verdict"] == "pass" or row["cause"], (record["name"], row["quantity"])


def test_the_report_shows_every_benchmark_and_fetches_nothing(report):
    from mwa_sim.bench.credibility import credibility
    from mwa_sim.bench.page import page

    html = page(report, credibility(report))
    for record in report["benchmarks"]:
        assert f"id='{record['name']}'" in html
        assert record["figures"], record["name"]
    assert html.count("data:image/svg+xml") == sum(len(r["figures"]) for r in report["benchmarks"])
    assert "src='http" not in html
