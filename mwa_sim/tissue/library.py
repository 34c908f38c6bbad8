"""The tissues that come with mwa_sim, read from ``data/tissues``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from mwa_sim.errors import DataError, InputError
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue.bounds import bounded, check_parameter_set
from mwa_sim.tissue.properties import Tissue
from mwa_sim.tissue.table import tissue_from_table


def list_tissues() -> list[str]:
    """Names of the tissues of the library, sorted."""
    folder = files("mwa_sim") / "data" / "tissues"
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )


def load_tissue(name: str, parameter_set: str = "nominal") -> Tissue:
    """Read a tissue of the library.

    Parameters
    ----------
    name : str
        A name of :func:`list_tissues`.
    parameter_set : {"nominal", "smaller-zone", "larger-zone"}, optional
        Nominal values, or the ends of the ranges that make the ablation zone small or large
        (rule in :mod:`mwa_sim.tissue.bounds`).

    Returns
    -------
    Tissue
        With the source of every value.

    Raises
    ------
    InputError
        If there is no such tissue or parameter set.

    Examples
    --------
    >>> load_tissue("bone_cancellous").thermal_conductivity
    0.3125
    """
    check_parameter_set(parameter_set)
    known = list_tissues()
    if name not in known:
        raise InputError(f"unknown tissue '{name}'{did_you_mean(name, known)}")
    return bounded(_nominal(name), parameter_set)


@cache
def _nominal(name: str) -> Tissue:
    text = (files("mwa_sim") / "data" / "tissues" / f"{name}.toml").read_text(encoding="utf-8")
    try:
        return tissue_from_table(name, tomllib.loads(text), lookup=load_tissue)
    except (tomllib.TOMLDecodeError, InputError) as error:
        raise DataError(f"tissue file {name}.toml: {error}") from error
