"""Tissue values of a region that a plan changes: ``regions.tumour.perfusion = "0.005 1/s"``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, create_model

from mwa_sim.case import Case, Region
from mwa_sim.errors import InputError
from mwa_sim.spec import Spec, validate
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue import load_tissue
from mwa_sim.tissue.properties import GIVEN, MODELS, PROPERTIES, ModelChoice, Value

if TYPE_CHECKING:
    RegionSpec = Spec
else:
    RegionSpec = create_model(
        "RegionSpec",
        __base__=Spec,
        __doc__="A table ``[regions.NAME]`` of a plan: another tissue, or other values of it.",
        tissue=(Annotated[str, Field(min_length=1)], ""),
        dispersion=(str | None, None),
        **dict.fromkeys(MODELS, (str | None, None)),
        **{name: (Annotated[float, read] | None, None) for name, read in PROPERTIES.items()},
    )


def with_region_changes(
    case: Case, changes: Mapping[str, Mapping[str, Any]], *, source: str = "python"
) -> Case:
    """Copy of a case with other tissues, or other values of them, in some regions.

    A value given here has no range: the bounding sets of tissue parameters keep it.

    Parameters
    ----------
    case : Case
    changes : mapping of str to mapping
        By region name: ``tissue``, the name of one in the library, comes first; then properties
        and models of the tissue by name.
    source : {"python", "file"}, optional
        In a file a bare number for a quantity with a unit is a mistake.

    Returns
    -------
    Case

    Raises
    ------
    InputError
        Listing every region, tissue and property that does not exist and every value that does
        not fit.
    """
    regions = dict(case.regions)
    names = list(dict.fromkeys(region.name for region in regions.values()))
    found: list[str] = []
    for name, given in changes.items():
        if name not in names:
            offer = did_you_mean(name, names)
            found.append(f"regions.{name}: '{name}' is not a region of case '{case.name}'{offer}")
            continue
        try:
            values = validate(RegionSpec, dict(given), source=source).model_dump(exclude_unset=True)
            tissue = load_tissue(values.pop("tissue")) if "tissue" in values else None
            for label, region in case.regions.items():
                if region.name == name:
                    changed = (tissue or region.tissue).changed(**values)
                    regions[label] = Region(name, changed)
        except InputError as error:
            found += [f"regions.{name}.{problem}" for problem in error.problems]
    if found:
        raise InputError(found)
    return replace(case, regions=regions)


def split_region_path(path: str) -> tuple[str, str] | None:
    """Region and property that a dotted path names, or None for the path of anything else.

    Raises
    ------
    InputError
        When it names no property.

    Examples
    --------
    >>> split_region_path("regions.tumour.perfusion"), split_region_path("tissues")
    (('tumour', 'perfusion'), None)
    """
    first, _, rest = path.partition(".")
    if first != "regions":
        return None
    region, _, name = rest.rpartition(".")
    if not region or not name:
        raise InputError(
            f"{path}: write regions.NAME.PROPERTY, for example regions.tumour.perfusion, or "
            "regions.NAME.tissue"
        )
    return region, name


def described_regions(case: Case) -> dict[str, dict[str, Any]]:
    """Tissue of every region by region name, with the values that were given for it.

    Returns
    -------
    dict
        ``{"tumour": {"tissue": "metastasis_lytic", "perfusion": 0.005}, ...}``, SI units.
    """
    given = given_values(case)
    return {
        region.name: {"tissue": region.tissue.name, **given.get(region.name, {})}
        for region in case.regions.values()
    }


def given_values(case: Case) -> dict[str, dict[str, Any]]:
    """Values and models that were given for regions instead of those of their tissues.

    Returns
    -------
    dict
        By region name, for the regions that have any; SI units.
    """
    found: dict[str, dict[str, Any]] = {}
    for region in case.regions.values():
        stated: dict[str, Value | ModelChoice] = {**region.tissue.values, **region.tissue.models}
        given = {name: value.value for name, value in stated.items() if value.source == GIVEN}
        if given:
            found[region.name] = given
    return found
