"""Files of a benchmark report: data, page, credibility file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mwa_sim.bench.credibility import credibility
from mwa_sim.bench.page import page


def write_report(report: dict[str, Any], folder: Path) -> None:
    """Write ``report.json``, ``report.html`` and ``credibility.md``; replaces what is there.

    The pictures are in the page alone.

    Parameters
    ----------
    report : dict
        Of :func:`mwa_sim.bench.suite.run_suite`.
    folder : Path
        Made where it does not exist.
    """
    text = credibility(report)
    html = page(report, text)
    folder.mkdir(parents=True, exist_ok=True)
    data = json.dumps(without_pictures(report), indent=1, allow_nan=False, ensure_ascii=False)
    (folder / "report.json").write_text(data + "\n", encoding="utf-8")
    (folder / "report.html").write_text(html, encoding="utf-8")
    (folder / "credibility.md").write_text(text, encoding="utf-8")


def without_pictures(report: dict[str, Any]) -> dict[str, Any]:
    """The report as data whose figures have title and caption only."""
    records = [
        {
            **record,
            "figures": [
                {key: figure[key] for key in ("title", "caption")} for figure in record["figures"]
            ],
        }
        for record in report["benchmarks"]
    ]
    return {**report, "benchmarks": records}
