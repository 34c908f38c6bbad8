"""Benchmarks that pass, miss, fail, die and are interrupted, run as the suite runs them."""

import os
import signal
import sys
import threading

import pytest

from mwa_sim.bench.discovery import benchmark_folder, chosen, load, names
from mwa_sim.bench.page import page
from mwa_sim.bench.suite import missed, run_suite
from mwa_sim.bench.text import closing, lines_of
from mwa_sim.errors import DataError, InputError

HEAD = """
import math, os, time
from mwa_sim.bench.benchmark import Benchmark, Figure, Findings, Table
from mwa_sim.bench.rows import Band, Between, Row

def run(effort):
    {body}

BENCHMARK = Benchmark("{name}", "{kind}", "Title of {name}", "Is <it> right?", run, "code: heat",
                      assumes=("Nothing & all.",), cost={cost})
"""


@pytest.fixture
def folder(tmp_path, request, monkeypatch):
    """Makes a package of benchmarks from their bodies, with a name of its own."""
    root = tmp_path / f"made_{abs(hash(request.node.name))}"
    monkeypatch.setattr(sys, "path", [*sys.path])

    def made(**bodies):
        for kind in ("verification", "validation"):
            (root / kind).mkdir(parents=True, exist_ok=True)
            (root / kind / "__init__.py").touch()
        (root / "__init__.py").touch()
        for cost, (name, body) in enumerate(bodies.items()):
            kind = "validation" if name.startswith("measured") else "verification"
            place = root / kind / name
            place.mkdir()
            (place / "__init__.py").touch()
            text = HEAD.format(body=body, name=name, kind=kind, cost=cost)
            (place / "suite.py").write_text(text)
        return root

    return made


GOOD = 'return Findings([Row("rise", 1.0 + effort.quick, 2.0, 0.1, "K")])'
BANDLESS = 'return Findings([Row("d", 1.0, 2.0, 3.0)])'
OFF = 'return Findings([Row("d", 1.0, 2.0, 0.5, band=Band(0, 1.5, 1, 8), cause="Too cold.")])'


def by_name(report):
    return {record["name"]: record for record in report["benchmarks"]}


def test_records_come_in_the_order_asked_for_with_the_fields_of_the_benchmark(folder):
    root = folder(cheap=GOOD, dear=GOOD, measured_zone=OFF)
    began, ended = [], []
    report = run_suite(
        ["cheap", "dear", "measured_zone"], quick=True, workers=1, folder=root,
        started=began.append, ended=lambda record: ended.append(record["name"]),
    )  # fmt: skip
    assert began == ended == ["measured_zone", "dear", "cheap"]
    assert [record["name"] for record in report["benchmarks"]] == ["cheap", "dear", "measured_zone"]
    assert report["schema"] == "mwa_sim.bench/1"
    assert report["status"] == "done"
    assert report["quick"] is True
    record = report["benchmarks"][0]
    assert record["status"] == "done"
    assert record["rows"][0]["verdict"] == "pass"
    assert record["assumes"] == ["Nothing & all."]
    assert missed(report, "verification") == []
    assert missed(report, "validation") == ["measured_zone: d"]


def test_a_miss_an_error_and_a_death_cost_nobody_else_anything(folder):
    root = folder(
        fine=GOOD, off=GOOD.replace("2.0, 0.1", "5.0, 0.1"), raises='raise ValueError("no mesh")',
        dies="os._exit(7)", empty="return Findings()", measured_bare=BANDLESS,
        absent='return Findings(skipped="no other program is installed")',
    )  # fmt: skip
    report = run_suite(chosen(folder=root), quick=True, workers=2, folder=root)
    found = by_name(report)
    assert found["fine"]["status"] == "done"
    assert found["raises"]["status"] == "failed"
    assert found["raises"]["error"].startswith("ValueError: no mesh\nTraceback")
    assert "exit code 7" in found["dies"]["error"]
    assert "found nothing" in found["empty"]["error"]
    assert found["measured_bare"]["error"] == "without a band of uncertainty: d"
    assert found["absent"]["status"] == "skipped"
    assert sorted(missed(report, "verification")) == [
        "dies: failed", "empty: failed", "off: rise", "raises: failed"
    ]  # fmt: skip
    text = "\n".join(line for record in report["benchmarks"] for line in lines_of(record))
    assert "failed: ValueError: no mesh" in text
    assert "Traceback" not in text
    assert "skipped: no other program" in text
    last = "\n".join(closing(report))
    assert "Verification: 1 of 2 quantities pass (6 benchmarks)" in last
    assert "MISSED off: rise" in last


def test_the_page_says_what_was_missed_and_escapes_what_it_shows(folder):
    picture = 'Figure("A < B", "Seen.", "<svg></svg>")'
    table = 'Table("T", ("a [mm]",), (("<1 +- 2",),), "Note.")'
    root = folder(
        off=f'return Findings([Row("rise", 1.0, 5.0, 0.1)], [{picture}], [{table}])',
        measured_zone=OFF,
    )
    report = run_suite(["off", "measured_zone"], workers=1, folder=root)
    html = page(report, "# Credibility\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "Verification missed:<ul><li>off: rise</li></ul>" in html
    assert "<b>d</b>: Too cold." in html
    assert "Is &lt;it&gt; right?" in html
    assert "&lt;1 ± 2" in html
    assert "alt='A &lt; B' src='data:image/svg+xml;base64," in html
    assert "<td>1</td>" in html
    assert "http" not in html.replace("http://www.w3.org", "")
    assert "<script" not in html


def test_progress_is_told_where_a_person_watches(folder, capfd):
    root = folder(fine='effort.say("mesh 2 of 3"); ' + GOOD)
    run_suite(["fine"], workers=1, folder=root)
    assert capfd.readouterr().err == ""
    run_suite(["fine"], workers=1, folder=root, tell=True)
    assert capfd.readouterr().err == "  fine: mesh 2 of 3\n"


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_keeps_what_has_ended(folder):
    root = folder(slow="time.sleep(60)", fine=GOOD)

    def ended(record):
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()

    report = run_suite(["slow", "fine"], workers=1, quick=True, folder=root, ended=ended)
    found = by_name(report)
    assert report["status"] == "interrupted"
    assert found["fine"]["status"] == "done"
    assert found["slow"]["status"] == "not run"


def test_names_are_checked_all_at_once(folder):
    root = folder(fine=GOOD, measured_zone=OFF)
    assert names(root) == {"fine": "verification", "measured_zone": "validation"}
    assert chosen(["validation"], root) == ["measured_zone"]
    assert chosen(["measured_zone", "fine", "fine"], root) == ["fine", "measured_zone"]
    with pytest.raises(InputError) as error:
        chosen(["fin", "x"], root)
    assert len(error.value.problems) == 2
    assert "did you mean 'fine'" in error.value.problems[0]


def test_a_folder_must_hold_the_benchmark_of_its_name(folder):
    root = folder(fine=GOOD)
    file = root / "verification" / "fine" / "suite.py"
    file.write_text(file.read_text().replace('"fine"', '"other"'))
    with pytest.raises(DataError, match="holds no benchmark named 'fine'"):
        load("fine", root)


def test_every_benchmark_of_the_repository_is_well_described():
    from mwa_sim.bench.factors import FACTORS
    from mwa_sim.references import reference

    for name, kind in names().items():
        benchmark = load(name)
        assert benchmark.kind == kind
        assert benchmark.evidence_for in FACTORS
        assert benchmark.question.endswith("?")
        assert (benchmark_folder() / kind / name / "README.md").is_file()
        for key in benchmark.sources:
            assert reference(key).text
