"""A described anatomy meshed, and the case that a user would get of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from mwa_sim.anatomy.anatomy import Anatomy
from mwa_sim.anatomy.recipes import Prepared
from mwa_sim.case import Case, load_case
from mwa_sim.case_folder import write_case


def case_of(anatomy: Anatomy, prepared: Prepared, name: str = "case") -> Case:
    """Write an anatomy as ``mwa-sim mesh`` does, and read it as ``mwa-sim run`` does.

    Parameters
    ----------
    anatomy : Anatomy
    prepared : Prepared
        What was meshed.
    name : str
        Of the case.
    """
    with tempfile.TemporaryDirectory() as folder:
        write_case(Path(folder) / name, anatomy, name, prepared.description)
        return load_case(Path(folder) / name)
