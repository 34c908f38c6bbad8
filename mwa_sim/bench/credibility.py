"""The credibility file: what is known about the credibility of the model, from a benchmark report.

In the manner of ASME V&V 40-2018 and of the FDA guidance of 2023 (keys ``asme_vv40``, ``fda2023``):
question of interest, contexts of use, model risk, and for every credibility factor the goal, the
evidence and the gaps. Numbers and gaps that depend on results are computed from the report; the
rest stands in ``credibility_text.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from mwa_sim.bench.credibility_adequacy import adequacy
from mwa_sim.bench.credibility_evidence import (
    Evidence,
    Record,
    evidence_for,
    missed,
    of_kind,
    part_of,
    unfinished,
)
from mwa_sim.bench.credibility_factors import Assessed, assess
from mwa_sim.bench.credibility_tables import (
    bullets,
    calibrated,
    count,
    misses,
    outcome,
    table,
)
from mwa_sim.bench.discovery import names
from mwa_sim.bench.factors import FACTORS
from mwa_sim.errors import DataError
from mwa_sim.references import reference


@cache
def credibility_text() -> dict[str, Any]:
    """The fixed part of the file, as data."""
    text = files("mwa_sim.bench").joinpath("credibility_text.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def credibility(report: dict[str, Any]) -> str:
    """Write the credibility file of a benchmark report.

    Parameters
    ----------
    report : dict
        Of :func:`mwa_sim.bench.suite.run_suite`; pictures are not needed.

    Returns
    -------
    str
        Markdown (CommonMark with tables).
    """
    text = credibility_text()
    records: list[Record] = report["benchmarks"]
    factors = [assess(factor, records) for factor in text["factor"]]
    lines = [
        *_head(report),
        *_at_a_glance(records, factors),
        *_question(text["question"]),
        *_contexts(text["context"]),
        *_factors(factors),
        *_categories(text["category"], records),
        *_agreement(text["part"], records),
        *_calibration(records),
        *_gaps(records, factors),
        *adequacy(text["context"], records, factors),
        *_sources(text),
    ]
    return "\n".join(people(line) for line in lines) + "\n"


def people(line: str) -> str:
    """Units and signs as people write them; reports hold plain ASCII."""
    return re.sub(r"(?<![\w`])degC\b", "°C", line).replace(" +- ", " ± ")


def _head(report: dict[str, Any]) -> list[str]:
    records = report["benchmarks"]
    machine = report["machine"]
    run = "quick run (coarser meshes, bands of few scenarios)" if report["quick"] else "full run"
    lines = [
        "# Credibility of mwa_sim",
        "",
        "**For research use only; not for clinical decisions.**",
        "",
        f"Made by `mwa-sim bench` from a {run} of version {report['version']} on {report['date']}, "
        f"{len(records)} benchmarks, {str(machine['system']).partition(' ')[0]} "
        f"({machine['cpus']} processors). Do not edit: run it again. The order follows "
        "ASME V&V 40-2018 and the FDA guidance of 2023; this is an assessment by the authors, "
        "not a certificate.",
        "",
    ]
    if report["quick"]:
        lines += ["Figures to quote come from a full run.", ""]
    missing = [name for name in available() if name not in {r["name"] for r in records}]
    if missing:
        lines += [f"Part of the suite only; not in this run: {_coded(missing)}.", ""]
    if report.get("status", "done") != "done":
        lines += [f"**The run was {report['status']}: what had not ended is missing below.**", ""]
    verification = of_kind(records, "verification")
    wrong = [
        f"`{record['name']}`: {row['quantity']} ({outcome(row)})"
        for record, row in missed(verification)
    ]
    wrong += [f"`{r['name']}`: {why}" for r, why in unfinished(verification) if "failed" in why]
    if wrong:
        lines += [
            "**Verification has missed. Until that is resolved, nothing below supports any use:**",
            "",
            *bullets(wrong),
            "",
        ]
    return lines


def _coded(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def available() -> list[str]:
    """Names of the benchmarks that are installed; empty where none are."""
    try:
        return list(names())
    except DataError:
        return []


def _at_a_glance(records: Sequence[Record], factors: Sequence[Assessed]) -> list[str]:
    verification, validation = (of_kind(records, k) for k in ("verification", "validation"))
    banded = [row for e in validation for row in e.rows if row["band"] is not None]
    reached = sum(row["band_covers_reference"] is True for row in banded)
    short = [factor.name for factor in factors if factor.short]
    rows = [
        ("Verification: quantities within tolerance", count(verification)),
        ("Validation: quantities within tolerance", count(validation)),
        ("Validation: band of uncertain inputs reaches the measurement",
         f"{reached} of {len(banded)}"),
        ("Factors of credibility that reach their goal",
         f"{len(factors) - len(short)} of {len(factors)}"),
        ("Factors that do not", ", ".join(short) or "none"),
    ]  # fmt: skip
    return ["## At a glance", "", *table(("", ""), rows), ""]


def _question(question: dict[str, Any]) -> list[str]:
    rows = [(q["name"], q["unit"], q["answers"]) for q in question["quantities"]]
    return [
        "## 1. Question of interest",
        "",
        question["text"],
        "",
        *table(("quantity of interest", "unit", "what it answers"), rows),
        "",
    ]


def _contexts(contexts: Sequence[dict[str, Any]]) -> list[str]:
    lines = ["## 2. Contexts of use", ""]
    lines += bullets(f"**{c['name']}.** {c['use']}" for c in contexts)
    lines += [
        "",
        "## 3. Model risk",
        "",
        "Model risk is how much the model influences a decision, times what a wrong decision does.",
        "",
    ]
    rows = [(c["name"], c["influence"], c["consequence"], f"**{c['risk']}**") for c in contexts]
    lines += [*table(("context", "model influence", "decision consequence", "risk"), rows), ""]
    for c in contexts:
        lines.append(f"- **{c['name']}.** {c['influence_why']} {c['consequence_why']}")
    goal = "The goals of section 4 are those of the second context, research planning."
    return [*lines, "", goal, ""]


def _factors(factors: Sequence[Assessed]) -> list[str]:
    rows = [(f.group, f.name, f.goal, f.reached, f.basis) for f in factors]
    lines = [
        "## 4. Credibility factors",
        "",
        "Levels go from weak (a) to strong (c). A level is about the rigour of the evidence; how "
        "well results agree with measurements is in section 5.",
        "",
        *table(("", "factor", "goal", "reached", "rests on"), rows),
        "",
    ]
    for number, factor in enumerate(factors, start=1):
        lines += factor.section(f"4.{number}")
    return lines


def _categories(categories: Sequence[dict[str, Any]], records: Sequence[Record]) -> list[str]:
    rows = []
    for c in categories:
        found = evidence_for(c, records) if "keys" in c else []
        there = f"{count(found)} quantities within tolerance. " if found else ""
        rows.append((c["name"], there + c["text"]))
    return [
        "### The same evidence in the categories of the FDA guidance",
        "",
        *table(("category", "evidence"), rows),
        "",
    ]


def _agreement(parts: Sequence[dict[str, Any]], records: Sequence[Record]) -> list[str]:
    validation = of_kind(records, "validation")
    there = [(r, row) for r, row in missed(validation)]
    lines = ["## 5. Agreement with measurements", ""]
    if not any(e.rows for e in validation):
        return [*lines, "No measurement in this run.", ""]
    rows = [
        (e.record["title"], f"`{e.record['name']}`",
         FACTORS.get(e.record["evidence_for"], "").removeprefix("Validation: "),
         count([e]), _reached(e))
        for e in validation
    ]  # fmt: skip
    head = ("case", "benchmark", "evidence for", "within tolerance", "band reaches it")
    lines += [*table(head, rows), ""]
    inside = [(part["name"], part_of(part, validation)) for part in parts]
    shown = [(name, count(some)) for name, some in inside if any(one.rows for one in some)]
    lines += ["Not all of them weigh the same:", ""]
    lines += [*table(("quantities", "within tolerance"), shown), ""]
    if there:
        total = sum(len(e.rows) for e in validation)
        lines += [
            f"**{len(there)} of {total} quantities miss their tolerance.** Nothing is tuned to "
            "make them pass. Where the band does not reach the measurement either, the inputs "
            "that were varied do not explain the miss: the model form, other inputs, or the "
            "reading of the experiment do.",
            "",
            *misses(there),
            "",
        ]
    return lines


def _reached(one: Evidence) -> str:
    banded = [row for row in one.rows if row["band"] is not None]
    return f"{sum(row['band_covers_reference'] is True for row in banded)} of {len(banded)}"


def _calibration(records: Sequence[Record]) -> list[str]:
    lines = ["## 6. Calibrated parameters", ""]
    rows = calibrated(records)
    if not rows:
        return [*lines, "No benchmark of this run uses a calibrated parameter.", ""]
    lines.append(
        "A parameter is calibrated on one case at most; that case is no evidence for it, the "
        "others are."
    )
    return [*lines, "", *table(("benchmark", "calibrated on"), rows), ""]


def _gaps(records: Sequence[Record], factors: Sequence[Assessed]) -> list[str]:
    found = [f"No row in this run: {f.name}." for f in factors if f.without_rows]
    found += [
        f"No benchmark in this run: {title}."
        for key, title in FACTORS.items()
        if not any(e.rows for e in evidence_for({"keys": [key]}, records))
    ]
    everything = [*of_kind(records, "verification"), *of_kind(records, "validation")]
    found += [f"`{record['name']}` {why}." for record, why in unfinished(everything)]
    lines = ["## 7. What this run does not show", ""]
    lines += bullets(found) if found else ["Every factor has rows, and every benchmark ran."]
    return [*lines, "", "Gaps that no run closes stand with each factor in section 4.", ""]


def _sources(text: dict[str, Any]) -> list[str]:
    keys = [*text["sources"], *text.get("cited", ())]
    return ["## Sources", "", *bullets(f"{reference(key).text} (`{key}`)" for key in keys)]
