"""The recipe that the options of ``mwa-sim mesh`` mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mwa_sim.errors import InputError, MwaError
from mwa_sim.spec_paths import set_path

_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([a-zA-Zµ]*)\s*")
_MASKS = (".nii", ".nii.gz", ".nrrd", ".nhdr")


@dataclass(frozen=True)
class Given:
    """Options as given; None where not."""

    level: str | None
    surface: list[str] | None
    length_unit: str | None
    axes: str | None
    labels: Path | None
    convention: str | None
    subregions: Path | None
    tumour_mask: Path | None
    ct: Path | None
    tumour: list[str] | None
    wall_defect: bool
    compress: str | None
    size: str | None
    settings: list[str] | None
    recipe: Path | None


def recipe_from(given: Given) -> dict[str, Any]:
    """The recipe table of the options, with quoted quantities.

    Parameters
    ----------
    given : Given

    Returns
    -------
    dict

    Raises
    ------
    InputError
        Listing every option that does not fit.
    DataError
        If the recipe file cannot be read.
    """
    problems: list[str] = []
    table = _start(given, problems)
    kind = table["kind"]
    if given.level is not None:
        table["level"] = given.level
    _put_surfaces(given, table, problems)
    _put_labels(given, table, problems)
    _put_tumour(given, table, problems)
    if given.wall_defect:
        table.setdefault("wall_defect", {})
    if given.compress is not None:
        _put_compression(given.compress, kind, table, problems)
    if given.size is not None:
        _put_size(given.size, table, problems)
    from mwa_sim.plan_file import parse_override

    for text in given.settings or ():
        try:
            key, value = parse_override(text)
            _set(table, key, value)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return table


def _start(given: Given, problems: list[str]) -> dict[str, Any]:
    """The recipe file, or an empty recipe of the kind that the options are for."""
    kinds = {
        "surfaces": given.surface,
        "labels": given.labels,
    }
    asked = [kind for kind, value in kinds.items() if value]
    if len(asked) > 1:
        problems.append("--surface and --labels exclude each other; give one source of anatomy")
    if given.recipe is not None:
        return _recipe_file(given.recipe, problems)
    if not asked and given.level is None:
        problems.append(
            "what to mesh? write --level L2 (parametric), --surface vertebra=FILE, or --labels "
            "FILE --convention NAME --level L3"
        )
    return {"kind": asked[0] if asked else "parametric_spine"}


def _recipe_file(file: Path, problems: list[str]) -> dict[str, Any]:
    from mwa_sim.toml_file import read_toml

    try:
        data = read_toml(file)
    except MwaError as error:
        problems += error.problems
        return {"kind": ""}
    table = data.get("recipe", data)
    if not isinstance(table, dict) or not isinstance(table.get("kind"), str):
        problems.append(f'{file}: expected a [recipe] table with kind = "parametric_spine"')
        return {"kind": ""}
    return dict(table)


def _put_surfaces(given: Given, table: dict[str, Any], problems: list[str]) -> None:
    surfaces: dict[str, str] = {}
    for text in given.surface or ():
        name, equals, file = text.partition("=")
        if not equals or not name.strip() or not file.strip():
            problems.append(f"--surface {text!r}: write NAME=FILE, as in vertebra=L3.stl")
        elif name.strip() in surfaces:
            problems.append(f"--surface {name.strip()}: given twice")
        else:
            surfaces[name.strip()] = str(Path(file.strip()).expanduser().absolute())
    if surfaces:
        table["surfaces"] = surfaces
    for option, key, value in (
        ("--length-unit", "length_unit", given.length_unit),
        ("--axes", "axes", given.axes),
    ):
        if value is None:
            continue
        if table["kind"] != "surfaces":
            problems.append(f"{option} goes with --surface")
        table[key] = value


def _put_labels(given: Given, table: dict[str, Any], problems: list[str]) -> None:
    texts = {"convention": given.convention}
    files = {
        "labels": given.labels,
        "subregions": given.subregions,
        "tumour_mask": given.tumour_mask,
        "ct": given.ct,
    }
    for key, file in files.items():
        if file is not None:
            table[key] = str(file.expanduser().absolute())
    table |= {key: text for key, text in texts.items() if text is not None}
    wrong = [key for key in (*files, *texts) if key in table and table["kind"] != "labels"]
    problems += [f"--{key.replace('_', '-')} goes with --labels" for key in wrong]


def _put_tumour(given: Given, table: dict[str, Any], problems: list[str]) -> None:
    lobes: list[dict[str, Any]] = []
    for text in given.tumour or ():
        file = Path(text).expanduser()
        if text.lower().endswith(_MASKS) or file.is_file():
            if table["kind"] == "labels":
                table["tumour_mask"] = str(file.absolute())
            else:
                problems.append(f"--tumour {text!r}: a mask file goes with --labels")
            continue
        try:
            lobes.append(ellipsoid(text))
        except InputError as error:
            problems += error.problems
    if len(lobes) == 1:
        table["tumour"] = {**_table(table, "tumour"), **lobes[0]}
    elif lobes:
        table["tumour"] = {**_table(table, "tumour"), "lobes": lobes}


def ellipsoid(text: str) -> dict[str, Any]:
    """Centre and radii of ``"0, 4, 0, 11 mm"`` or ``"0 mm, 4 mm, 0 mm, 11 mm, 12 mm, 9 mm"``.

    Parameters
    ----------
    text : str
        Four or six numbers; the last unit holds for numbers without one.

    Returns
    -------
    dict
        ``centre`` and ``radii``, three quoted lengths each.

    Raises
    ------
    InputError
    """
    parts = [_NUMBER.fullmatch(part) for part in re.split(r"[,;]", text.strip().strip("()[]"))]
    found = [part.groups() for part in parts if part is not None]
    wanted = (
        f"--tumour {text!r}: write centre and radius from the centre of the body (anterior, left, "
        "cranial), as in '0, 4, 0, 11 mm', or three radii: '0, 4, 0, 11, 12, 9 mm'"
    )
    if len(found) != len(parts) or len(found) not in (4, 6):
        raise InputError(wanted)
    unit = found[-1][1]
    if not unit:
        raise InputError(f"{wanted}; the unit is missing")
    lengths = [f"{number} {own or unit}" for number, own in found]
    radii = lengths[3:] if len(lengths) == 6 else [lengths[3]] * 3
    return {"centre": lengths[:3], "radii": radii}


def _put_compression(text: str, kind: str, table: dict[str, Any], problems: list[str]) -> None:
    if kind != "parametric_spine":
        problems.append("--compress goes with a parametric vertebra (--level alone)")
        return
    table["compression"] = {**_table(table, "compression"), "loss": _fraction(text)}


def _fraction(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text.replace("%", " %").replace("  ", " ")


def _put_size(text: str, table: dict[str, Any], problems: list[str]) -> None:
    from mwa_sim.anatomy.sizes import Sizes
    from mwa_sim.units import format_quantity, parse_quantity

    try:
        smallest = parse_quantity(text, "length")
        sizes = Sizes().scaled(smallest)
    except InputError as error:
        problems += [f"--size {text!r}: {problem}" for problem in error.problems]
        return
    names = ("antenna", "tumour", "interface", "far")
    table["size"] = {name: format_quantity(getattr(sizes, name), "mm") for name in names}


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    known = table.get(key)
    return dict(known) if isinstance(known, dict) else {}


def _set(table: dict[str, Any], key: str, value: object) -> None:
    """Put a value at a dotted key; tables on the way are made."""
    first, _, rest = key.partition(".")
    if rest and "." not in rest and not isinstance(table.get(first), dict):
        table[first] = {}
    set_path(table, key, value)
