"""One factor of credibility with its evidence, its level and its gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mwa_sim.bench.credibility_evidence import (
    Evidence,
    Record,
    evidence_for,
    missed,
    unfinished,
    varied,
)
from mwa_sim.bench.credibility_tables import bullets, count, of_benchmarks, outcome
from mwa_sim.bench.factors import FACTORS
from mwa_sim.tissue.library import list_tissues, load_tissue
from mwa_sim.tissue.properties import STANDINGS

NONE = "none"
"""Level of a factor whose evidence is missing, or contradicts it."""


@dataclass(frozen=True)
class Assessed:
    """A factor as a report leaves it.

    Attributes
    ----------
    text : dict
        Its entry of ``credibility_text.toml``.
    evidence : sequence of Evidence
        Empty for a factor that rests on facts of the repository.
    """

    text: dict[str, Any]
    evidence: Sequence[Evidence]

    @property
    def group(self) -> str:
        """What the factor is about, such as ``"Verification: code"``."""
        return str(self.text["group"])

    @property
    def name(self) -> str:
        """Name after ASME V&V 40."""
        return str(self.text["name"])

    @property
    def goal(self) -> str:
        """Letter of the level that the risk asks for."""
        return str(self.text["goal"])

    @property
    def basis(self) -> str:
        """What it rests on, in a few words."""
        if "keys" not in self.text:
            return "facts of the repository"
        if self.without_rows:
            return "no row"
        if self.text.get("also"):
            return f"{sum(len(one.rows) for one in self.evidence)} quantities, section 5"
        return f"{count(self.evidence)} quantities within tolerance"

    @property
    def without_rows(self) -> bool:
        """Whether its evidence should be rows, and the report has none."""
        return "keys" in self.text and not any(one.rows for one in self.evidence)

    @property
    def contradicted(self) -> bool:
        """Whether rows of verification missed, or a benchmark of verification failed."""
        checks = [one for one in self.evidence if one.record["kind"] == "verification"]
        return bool(missed(checks)) or any(one.record["status"] == "failed" for one in checks)

    @property
    def uncovered(self) -> list[str]:
        """Titles of the parts of its evidence for which the report has no row."""
        there = {one.record["evidence_for"] for one in self.evidence if one.rows}
        return [FACTORS[key] for key in self.text.get("keys", ()) if key not in there]

    @property
    def reached(self) -> str:
        """Letter of the level that is reached, or :data:`NONE`."""
        if self.without_rows or self.contradicted:
            return NONE
        level = str(self.text["level"])
        # What is said of "every" part does not hold where one has no row.
        if self.text.get("every") and self.uncovered:
            return chr(max(ord(level) - 1, ord("a")))
        return level

    @property
    def short(self) -> bool:
        """Whether the goal is not reached."""
        return self.reached == NONE or self.reached < self.goal

    def gaps(self) -> list[str]:
        """What is missing: computed from the report, then what is known to be missing."""
        found = [
            f"Missed: `{r['name']}`, {row['quantity']} ({outcome(row)})."
            for r, row in missed(one for one in self.evidence if _checks(one))
        ]
        found += [f"`{record['name']}` {why}." for record, why in unfinished(self.evidence)]
        if self.without_rows:
            found.append("No row in this run.")
        elif self.text.get("every"):
            found += [f"No row in this run: {title}." for title in self.uncovered]
        return [*found, *self.text["gaps"]]

    def section(self, number: str) -> list[str]:
        """The factor as Markdown."""
        lines = [f"### {number} {self.name}", ""]
        lines += [f"Goal **{self.goal}**, reached **{self.reached}**.", ""]
        lines += [*bullets(self.text["levels"]), ""]
        lines += ["Evidence:", ""]
        if self.evidence:
            also = self.text.get("also", "")
            shown = (
                bullets(_computed(also, self.evidence)) if also else of_benchmarks(self.evidence)
            )
            lines += [*shown, ""]
        if "facts" in self.text:
            lines += bullets(f"{fact['text']} (`{fact['path']}`)" for fact in self.text["facts"])
            lines.append("")
        if not self.evidence and "facts" not in self.text:
            lines += ["- None in this run.", ""]
        return [*lines, "Gaps:", "", *bullets(self.gaps()), ""]


def assess(text: dict[str, Any], records: Iterable[Record]) -> Assessed:
    """Gather the evidence for a factor.

    Parameters
    ----------
    text : dict
        Its entry of ``credibility_text.toml``.
    records : iterable of dict
        Benchmarks of a report.

    Returns
    -------
    Assessed
    """
    return Assessed(text, evidence_for(text, records) if "keys" in text else ())


def _checks(one: Evidence) -> bool:
    # Misses of validation stand together in section 5.
    return bool(one.record["kind"] == "verification")


def _computed(also: str, evidence: Sequence[Evidence]) -> list[str]:
    """What the rows of a factor of validation say, by name of the question."""
    rows = [row for one in evidence for row in one.rows]
    banded = [row for row in rows if row["band"] is not None]
    if also == "inputs":
        kinds = sorted({row["band"]["sampling"] for row in banded})
        return [
            f"{standings()}",
            f"The bands vary {', '.join(varied(evidence)) or 'nothing'}.",
            *(f"Sampling: {kind}." for kind in kinds),
        ]
    if also == "samples":
        return [
            f"`{one.record['name']}`: {one.record['title']}"
            f" ({', '.join(one.record['sources']) or 'no source'})."
            for one in evidence
        ]
    if also == "errors":
        known = sum(row["reference_error"] is not None for row in rows)
        return [f"The error of the measurement is known for {known} of {len(rows)} quantities."]
    if also == "assumptions":
        return [
            f"`{one.record['name']}`: {' '.join(one.record['assumes']) or 'nothing is assumed.'}"
            for one in evidence
        ]
    # "bands"
    reached = sum(row["band_covers_reference"] is True for row in banded)
    return [
        f"{len(banded)} of {len(rows)} quantities have a band; {reached} bands reach the "
        "measurement, given its error.",
        f"{sum(row['verdict'] == 'pass' for row in rows)} of {len(rows)} quantities are within "
        "their tolerance; its reason stands in the README of each benchmark.",
    ]


def standings() -> str:
    """How many values of the tissue library were read in their source, and how many were not."""
    values = [v for name in list_tissues() for v in load_tissue(name).values.values()]
    counts = [f"{sum(v.standing == s for v in values)} {s}" for s in STANDINGS]
    return f"Standing of the {len(values)} values of the tissue library: {', '.join(counts)}."
