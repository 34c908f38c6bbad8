"""Keep the report of a benchmark run in the repository: its numbers and the credibility file.

    mwa-sim bench -o REPORT && python -m benchmarks.keep_report REPORT

writes ``benchmarks/results.json``, the rows without pictures and timings, and
``benchmarks/CREDIBILITY.md`` made from them. A test holds the two together.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from mwa_sim.bench.credibility import credibility

FOLDER = Path(__file__).resolve().parent
RESULTS, PAGE = FOLDER / "results.json", FOLDER / "CREDIBILITY.md"


def kept(report: dict[str, Any]) -> dict[str, Any]:
    """What of a report is worth keeping: no pictures, nothing that differs from run to run.

    Parameters
    ----------
    report : dict
        Of :func:`mwa_sim.bench.suite.run_suite`, or read from its ``report.json``.
    """
    dropped = {"figures", "tables", "seconds"}
    records = [{k: v for k, v in one.items() if k not in dropped} for one in report["benchmarks"]]
    machine = {
        "system": str(report["machine"]["system"]).partition(" ")[0],
        "cpus": report["machine"]["cpus"],
    }
    whole = ("schema", "version", "date", "quick", "status")
    return {**{k: report[k] for k in whole}, "machine": machine, "benchmarks": records}


def main(folder: Path) -> None:
    """Write both files from the report in a folder."""
    report = kept(json.loads((folder / "report.json").read_text(encoding="utf-8")))
    text = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    PAGE.write_text(credibility(report), encoding="utf-8")
    print(f"{RESULTS}\n{PAGE}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
