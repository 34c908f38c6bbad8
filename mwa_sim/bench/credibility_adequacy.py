"""Whether the evidence of a report is enough for each context of use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mwa_sim.bench.credibility_evidence import (
    Evidence,
    Record,
    evidence_for,
    missed,
    of_kind,
    unfinished,
)
from mwa_sim.bench.credibility_factors import Assessed
from mwa_sim.bench.credibility_tables import bullets, count, outcome

ENOUGH = 0.5
"""Share of quantities that must agree with measurements where a context of use relies on them."""

_REFUSED = "not adequate"
_WHERE = (("in soft tissue", "soft tissue"), ("in bone and at the canal", "bone"))


def adequacy(
    contexts: Sequence[dict[str, Any]], records: Sequence[Record], factors: Sequence[Assessed]
) -> list[str]:
    """The last section of the credibility file.

    A miss of verification refuses every context; so does a factor whose rows are not in the
    report. A context is refused where it relies on quantities of which less than half agree.

    Parameters
    ----------
    contexts : sequence of dict
        Of ``credibility_text.toml``.
    records : sequence of dict
        Benchmarks of a report.
    factors : sequence of Assessed

    Returns
    -------
    list of str
        Markdown.
    """
    verification = of_kind(records, "verification")
    broken = bool(missed(verification)) or any("failed" in w for _, w in unfinished(verification))
    bare = [factor.name for factor in factors if factor.without_rows]
    lines = ["## 8. Adequacy for the contexts of use", ""]
    for c in contexts:
        verdict, why = f"{c['adequacy']},", c["adequacy_why"]
        if c["adequacy"] == _REFUSED:
            verdict = f"{_REFUSED}."
        elif broken:
            verdict, why = f"{_REFUSED},", "while verification misses."
        elif bare:
            verdict, why = "not shown by this run,", f"which has no rows for: {', '.join(bare)}."
        elif "relies_on" in c:
            near = _validation(records, c["relies_on"])
            total = sum(len(one.rows) for one in near)
            agree = sum(one.passed for one in near)
            tested = f"{c['relies_on_what']} are hypotheses for an experiment to test"
            if agree < ENOUGH * total:
                verdict = f"{_REFUSED} {c['relies_on_where']},"
                why = (
                    f"where {agree} of {total} quantities agree with measurements, less than half. "
                    f"{tested}; nothing may rest on them. For the rest "
                    f"{c['adequacy']}, {c['adequacy_why']}"
                )
            elif agree < total:
                why += (
                    f" {tested}, not predictions to rely on: {agree} of {total} quantities agree "
                    "with measurements there."
                )
        lines.append(f"- **{c['name']}: {verdict}** {why}")
    short = [factor.name.lower() for factor in factors if factor.short]
    if short:
        lines += [
            "",
            f"Goals that are not reached: {', '.join(short)}. They are why research "
            "planning may rest on the model in part only, and a clinical decision not at all.",
        ]
    return [*lines, *_measured(records), ""]


def _validation(records: Sequence[Record], key: str) -> list[Evidence]:
    return evidence_for({"keys": [key], "kind": "validation"}, records)


def _measured(records: Sequence[Record]) -> list[str]:
    """How many quantities agree where, and what does not where the cord is."""
    where = []
    for words, key in _WHERE:
        found = _validation(records, key)
        if any(one.rows for one in found):
            where.append(f"{words} {count(found)}")
    lines = ["", f"Quantities that agree with measurements: {', '.join(where)}."] if where else []
    near = missed(_validation(records, "bone"))
    if near:
        lines += [
            "",
            "What does not agree in bone and at the canal. A model that is cooler or later there "
            "than the experiment errs on the unsafe side:",
            "",
            *bullets(f"{row['quantity']}: {outcome(row)} (`{r['name']}`)" for r, row in near),
        ]
    return lines
