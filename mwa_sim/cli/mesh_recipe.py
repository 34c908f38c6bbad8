"""The recipe that the options of ``mwa-sim mesh`` mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mwa_sim.cli.mesh_paths import located
from mwa_sim.cli.mesh_values import ellipsoid, fraction
from mwa_sim.errors import InputError, MwaError
from mwa_sim.spec_paths import set_path
from mwa_sim.units import format_quantity, parse_quantity

_MASKS = (".nii", ".nii.gz", ".nrrd", ".nhdr")
_SOLIDS = (".stl", ".obj", ".ply", ".vtp")
#: Largest --size: the largest elements are 16 times as long, as long as a vertebra is high.
_COARSEST = 2.0e-3


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
    body_mask: Path | None
    tumour_mask: Path | None
    ct: Path | None
    tumour: list[str] | None
    wall_defect: bool
    compress: str | None
    size: str | None
    settings: list[str] | None
    recipe: Path | None


def recipe_from(given: Given) -> dict[str, Any]:
    """The recipe table of the options, with quoted quantities and absolute paths.

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
        _put_level(given.level.strip().upper(), table, problems)
    _put_surfaces(given, table, problems)
    _put_labels(given, table, problems)
    _put_tumour(given, table, problems)
    if given.wall_defect:
        table.setdefault("wall_defect", {})
    if given.compress is not None:
        _put_compression(given.compress, kind, table, problems)
    if given.size is not None:
        _put_size(given.size, table, problems)
    for text in given.settings or ():
        try:
            _set(table, text)
        except InputError as error:
            problems += error.problems
    if table["kind"] == "labels" and "level" not in table:
        problems.append("--labels: which vertebra is treated? write --level L3, for example")
    if problems:
        raise InputError(problems)
    return located(table, Path.cwd())


def _start(given: Given, problems: list[str]) -> dict[str, Any]:
    """The recipe file, or an empty recipe of the kind that the options are for."""
    kinds = {
        "surfaces": given.surface,
        "labels": given.labels,
    }
    asked = [kind for kind, value in kinds.items() if value]
    if len(asked) > 1:
        problems.append("--surface and --labels exclude each other; give one source of anatomy")
        return {"kind": ""}
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
        problems.append(
            f'{file}: expected a [recipe] table with kind = "parametric_spine", "surfaces" or '
            '"labels"'
        )
        return {"kind": ""}
    return located(table, file.absolute().parent)


def _put_level(level: str, table: dict[str, Any], problems: list[str]) -> None:
    from mwa_sim.anatomy.measures import LEVELS

    table["level"] = level
    if level not in LEVELS:
        problems.append(f"--level {level!r}: write one of T1 to T12 or L1 to L5")


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
        table["surfaces"] = {**_table(table, "surfaces"), **surfaces}
        if table["kind"] not in ("surfaces", ""):
            problems.append(f"--surface does not go with a recipe of kind {table['kind']}")
    for option, key, value in (
        ("--length-unit", "length_unit", given.length_unit),
        ("--axes", "axes", given.axes),
    ):
        if value is None:
            continue
        if table["kind"] not in ("surfaces", ""):
            problems.append(f"{option} goes with --surface")
        table[key] = value


def _put_labels(given: Given, table: dict[str, Any], problems: list[str]) -> None:
    texts = {"convention": given.convention}
    files = {
        "labels": given.labels,
        "subregions": given.subregions,
        "body_mask": given.body_mask,
        "tumour_mask": given.tumour_mask,
        "ct": given.ct,
    }
    for key, file in files.items():
        if file is not None:
            table[key] = str(file.expanduser().absolute())
    table |= {key: text for key, text in texts.items() if text is not None}
    if table["kind"] in ("labels", ""):
        return
    wrong = [key for key, value in {**files, **texts}.items() if value is not None]
    problems += [f"--{key.replace('_', '-')} goes with --labels" for key in wrong]


def _put_tumour(given: Given, table: dict[str, Any], problems: list[str]) -> None:
    lobes: list[dict[str, Any]] = []
    for text in given.tumour or ():
        file = Path(text).expanduser()
        if text.lower().endswith(_MASKS + _SOLIDS) or file.is_file():
            if text.lower().endswith(_SOLIDS):
                problems.append(f"--tumour {text!r}: a surface is given as --surface tumour={text}")
            elif table["kind"] not in ("labels", ""):
                problems.append(f"--tumour {text!r}: a mask file goes with --labels")
            elif "tumour_mask" in table:
                problems.append(f"--tumour {text!r}: there is a mask already; give one")
            table["tumour_mask"] = str(file.absolute())
            continue
        try:
            lobes.append(ellipsoid(text))
        except InputError as error:
            problems += error.problems
    if lobes:
        # What a recipe file says of the tumour besides its shape, such as its kind, stays.
        shape = ("centre", "radii", "rotation", "lobes")
        other = {key: x for key, x in _table(table, "tumour").items() if key not in shape}
        table["tumour"] = {**other, **(lobes[0] if len(lobes) == 1 else {"lobes": lobes})}


def _put_compression(text: str, kind: str, table: dict[str, Any], problems: list[str]) -> None:
    if kind not in ("parametric_spine", ""):
        problems.append("--compress goes with a parametric vertebra (--level alone)")
    try:
        table["compression"] = {**_table(table, "compression"), "loss": fraction(text)}
    except InputError as error:
        problems += error.problems


def _put_size(text: str, table: dict[str, Any], problems: list[str]) -> None:
    from mwa_sim.anatomy.sizes import Sizes

    try:
        smallest = parse_quantity(text, "length")
    except InputError as error:
        problems += [f"--size {text!r}: {problem}" for problem in error.problems]
        return
    if not 0.0 < smallest <= _COARSEST:
        problems.append(
            f"--size {text!r}: write a length above 0 mm and up to "
            f"{format_quantity(_COARSEST, 'mm')}, as in --size '0.6 mm'"
        )
        return
    sizes = Sizes().scaled(smallest)
    names = ("antenna", "tumour", "interface", "far")
    scaled = {name: format_quantity(getattr(sizes, name), "mm") for name in names}
    table["size"] = {**_table(table, "size"), **scaled}


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    known = table.get(key)
    return dict(known) if isinstance(known, dict) else {}


def _set(table: dict[str, Any], text: str) -> None:
    """Put the value of KEY=VALUE into a recipe; tables on the way are made."""
    from mwa_sim.plan_file import parse_override

    if not text.partition("=")[0].strip() or "=" not in text:
        raise InputError(f"--set {text!r}: write KEY=VALUE, for example --set ctv_margin='5 mm'")
    key, value = parse_override(text)
    *way, _ = key.replace("[", ".").replace("]", "").split(".")
    holder: Any = table
    for part in way:
        if not isinstance(holder, dict):
            break
        holder = holder.setdefault(part, {})
    set_path(table, key, value)
