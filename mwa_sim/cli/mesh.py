"""``mwa-sim mesh``: an anatomy from a level, closed surfaces or a segmented scan."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mwa_sim.cli.console import notice_when_slow, out, out_json, say
from mwa_sim.cli.guard import FAILED, explain, guarded
from mwa_sim.cli.mesh_paths import kept
from mwa_sim.cli.mesh_recipe import Given, recipe_from
from mwa_sim.cli.options import Debug, Json
from mwa_sim.cli.targets import check_folder
from mwa_sim.errors import InputError, MwaError, TooFineError

if TYPE_CHECKING:
    from mwa_sim.anatomy.anatomy import Anatomy
    from mwa_sim.anatomy.recipes import Prepared
    from mwa_sim.case import Case

SLOW = "still meshing: the first mesh of an installation compiles its kernels, once"


@guarded
def mesh(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Case folder to write.")
    ],
    level: Annotated[
        str | None,
        typer.Option("--level", metavar="T1..L5", help="Level of the treated vertebra."),
    ] = None,
    surface: Annotated[
        list[str] | None,
        typer.Option(
            "--surface",
            metavar="NAME=FILE",
            help="Closed surface of a region (STL, OBJ, VTP, PLY), as in --surface "
            "vertebra=L3.stl; can be repeated: neighbours (L2=...), disc, canal, cord, tumour.",
        ),
    ] = None,
    length_unit: Annotated[
        str | None,
        typer.Option("--length-unit", metavar="UNIT", help="Of the surfaces; found by default."),
    ] = None,
    axes: Annotated[
        str | None,
        typer.Option(
            "--axes",
            metavar="ALS",
            help="Where x, y, z of the surfaces point: anterior/posterior, left/right, "
            "superior/inferior; ALS by default.",
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="FILE", help="Label map (NIfTI or NRRD)."),
    ] = None,
    convention: Annotated[
        str | None,
        typer.Option(
            "--convention", metavar="NAME", help="Of the labels: totalsegmentator, verse, spineps."
        ),
    ] = None,
    subregions: Annotated[
        Path | None,
        typer.Option("--subregions", metavar="FILE", help="Second label map: parts of vertebrae."),
    ] = None,
    body_mask: Annotated[
        Path | None,
        typer.Option(
            "--body-mask",
            metavar="FILE",
            help="Second label map: bodies (1), discs (2), of TotalSegmentator's vertebrae_body.",
        ),
    ] = None,
    tumour_mask: Annotated[
        Path | None,
        typer.Option("--tumour-mask", metavar="FILE", help="Mask of the tumour (NIfTI or NRRD)."),
    ] = None,
    ct: Annotated[
        Path | None,
        typer.Option("--ct", metavar="FILE", help="CT of the labels: densities of the bone."),
    ] = None,
    tumour: Annotated[
        list[str] | None,
        typer.Option(
            "--tumour",
            metavar="SHAPE",
            help="Ball or ellipsoid: centre from the centre of the body (anterior, left, "
            "cranial) and radius or radii, as in '0, 4, 0, 11 mm' or '0, 4, 0, 11, 12, 9 mm'; "
            "can be repeated (lobes of one tumour). Or a mask file.",
        ),
    ] = None,
    wall_defect: Annotated[
        bool,
        typer.Option(
            "--wall-defect",
            help="The tumour has destroyed the posterior wall; without --tumour one is put there.",
        ),
    ] = False,
    compress: Annotated[
        str | None,
        typer.Option("--compress", metavar="PART", help="Loss of height, as in 30%."),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            "--size",
            metavar="SIZE",
            help="Smallest elements, at the antenna, as in '0.6 mm' (default); the others follow.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Any other key of the recipe, as in --set ctv_margin='5 mm'; can be repeated.",
        ),
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(
            "--recipe", metavar="FILE", help="Start from the recipe in this file (.toml)."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Of the case; by default that of the folder.")
    ] = None,
    plots: Annotated[
        bool, typer.Option("--plots/--no-plots", help="Draw a picture into the folder.")
    ] = True,
    as_json: Json = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a case in DIR.")] = False,
    debug: Debug = False,
) -> None:
    """Make a case: mesh an anatomy and write it with landmarks and tissues into a folder.

    The anatomy is a parametric spine (--level alone), closed surfaces (--surface) or a
    segmented scan (--labels). What is missing is completed from morphometry and said.
    """
    given = Given(
        level, surface, length_unit, axes, labels, convention, subregions, body_mask, tumour_mask,
        ct, tumour, wall_defect, compress, size, settings, recipe,
    )  # fmt: skip
    problems: list[str] = []
    table: dict[str, Any] = {}
    try:
        _check_target(output, force)
    except InputError as error:
        problems += error.problems
    try:
        table = recipe_from(given)
    except MwaError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    try:
        with notice_when_slow(SLOW, 20.0):
            prepared, anatomy, report = _made(table)
    except TooFineError as error:
        raise InputError(_larger(error, table)) from None
    made_by = kept(table, output)
    failed = _written(output, anatomy, prepared, made_by, report, name, force, plots)
    if as_json:
        out_json(report)
    else:
        from mwa_sim.cli.mesh_text import report_text

        out("\n".join(report_text(report)))
    if failed:
        raise typer.Exit(FAILED)


def _check_target(folder: Path, force: bool) -> None:
    from mwa_sim.case_folder import files_there

    if folder.exists() and not folder.is_dir():
        raise InputError(f"cannot write the case to {folder}: it is a file; name a folder")
    if not force and (taken := files_there(folder)):
        raise InputError(
            f"{folder / taken[0]} exists; choose another folder, or replace it with --force"
        )
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    if not existing.is_dir():
        raise InputError(f"cannot write the case to {folder}: {existing} is a file")
    check_folder(existing, f"the case to {folder}")


def _larger(error: TooFineError, table: dict[str, Any]) -> list[str]:
    """What to write instead of sizes that are too small."""
    from mwa_sim.anatomy.sizes import Sizes
    from mwa_sim.spec import validate
    from mwa_sim.units import format_quantity

    asked = validate(Sizes, table.get("size", {}), source="file").antenna
    enough = math.ceil(20e3 * asked * error.factor) / 20e3
    return [*error.problems, f"write --size '{format_quantity(enough, 'mm')}' or more"]


def _made(table: dict[str, Any]) -> tuple[Prepared, Anatomy, dict[str, Any]]:
    """The anatomy of a recipe, with its report."""
    from mwa_sim.anatomy.recipes import mesh_prepared, prepare
    from mwa_sim.mesh_report import mesh_report

    say("reading and describing the anatomy")
    try:
        prepared = prepare(table, Path())
    except InputError as error:
        raise InputError([f"recipe.{problem}" for problem in error.problems]) from None
    said: list[str] = []

    def progress(stage: str, fraction: float) -> None:
        if stage not in said:
            said.append(stage)
            say(f"meshing, {fraction:.0%}: {stage}")

    anatomy = mesh_prepared(prepared, progress)
    say("measuring volumes")
    return prepared, anatomy, mesh_report(anatomy, prepared)


def _written(
    folder: Path,
    anatomy: Anatomy,
    prepared: Prepared,
    recipe: dict[str, Any],
    report: dict[str, Any],
    name: str | None,
    force: bool,
    plots: bool,
) -> bool:
    """Write the case, its report and its picture; whether the picture failed.

    All files appear together, or none.
    """
    import json

    from mwa_sim.case import load_case
    from mwa_sim.case_folder import (
        CASE_FILE,
        MESH_FILE,
        PICTURE_FILE,
        RECIPE_FILE,
        REPORT_FILE,
        staged,
        write_case_files,
    )
    from mwa_sim.summary import RESEARCH_NOTE

    title = name or folder.resolve().name
    failed = False
    with staged(folder, overwrite=force) as stage:
        write_case_files(stage, anatomy, title, prepared.description, recipe)
        # What was written must be what a simulation can read.
        case = load_case(stage)
        if plots:
            failed = _drawn(case, stage / PICTURE_FILE)
        files = [CASE_FILE, MESH_FILE, RECIPE_FILE, REPORT_FILE]
        files += [PICTURE_FILE] if plots and not failed else []
        report |= {"case": str(folder / CASE_FILE), "name": title, "note": RESEARCH_NOTE}
        report["files"] = [str(folder / file) for file in files]
        text = json.dumps(report, indent=1, allow_nan=False)
        (stage / REPORT_FILE).write_text(text + "\n", encoding="utf-8")
    return failed


def _drawn(case: Case, file: Path) -> bool:
    """Draw the picture; whether that failed."""
    from mwa_sim.plot.anatomy import save_anatomy

    say("drawing")
    try:
        save_anatomy(case, file)
    except Exception as error:
        explain(error)
        return True
    return False
