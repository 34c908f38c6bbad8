"""Command line, tables and published values of the validation benchmarks."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def options(description: str | None) -> argparse.Namespace:
    """``--quick`` (coarser and less, for a first look) and ``--json FILE``."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="coarser and less, for a first look")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    return parser.parse_args()


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table."""
    print(f"\n{title}\n")
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def write(file: Path | None, numbers: Any) -> None:
    """Write numbers to a JSON file, if one is asked for."""
    if file is not None:
        file.write_text(json.dumps(numbers, indent=1))
        print(f"\nwritten: {file}")


@dataclass(frozen=True)
class Reference:
    """A published quantity, as ``reference.csv`` of a benchmark has it.

    Attributes
    ----------
    quantity : str
    value : float
    unit : str
    error : float
        Standard deviation or reading error; nan if none is published.
    source : str
        Key of the bibliography.
    where : str
        In the source.
    """

    quantity: str
    value: float
    unit: str
    error: float
    source: str
    where: str


def read_references(benchmark: str | Path) -> dict[str, Reference]:
    """References of a benchmark by quantity.

    Parameters
    ----------
    benchmark : str or path
        A module of its folder (``__file__``); ``reference.csv`` lies beside it.
    """
    with Path(benchmark).with_name("reference.csv").open(newline="", encoding="utf-8") as file:
        return {
            line["quantity"]: Reference(
                quantity=line["quantity"],
                value=float(line["value"]),
                unit=line["unit"],
                error=float(line["error"] or "nan"),
                source=line["source"],
                where=line["where-in-source"],
            )
            for line in csv.DictReader(file)
        }
