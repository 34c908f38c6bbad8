"""Factors of credibility, after ASME V&V 40-2018, that benchmarks are evidence for."""

from __future__ import annotations

FACTORS: dict[str, str] = {
    "code: heat": "Numerical code verification: heat equation",
    "code: field": "Numerical code verification: Maxwell's equations",
    "code: damage": "Numerical code verification: tissue damage and thermal dose",
    "code: control": "Numerical code verification: protocol, thermocouples and stops",
    "code: zone": "Numerical code verification: geometry of the ablation zone",
    "calculation": "Calculation verification: discretisation and solver error",
    "form": "Model form: what the equations leave out",
    "soft tissue": "Validation: ablation zones in soft tissue",
    "bone": "Validation: zones and temperatures in bone and at the spinal canal",
    "injury": "Validation: dose limits of nerve and bone",
}
"""Key of :attr:`mwa_sim.bench.benchmark.Benchmark.evidence_for`, and its title in the report."""
