"""Command line and tables of the validation benchmarks."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
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
