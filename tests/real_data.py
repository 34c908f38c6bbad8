"""Real vertebra data that users do not have: tests that need it are skipped without it."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("MWA_SIM_DATA") or Path(__file__).resolve().parents[2] / "shared/data")


def real_data(name: str) -> Path:
    """Path of a file or folder of the data; skips the test that asks where it is absent."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not on this machine (set MWA_SIM_DATA to the folder that holds it)")
    return path
