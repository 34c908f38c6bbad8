"""Files that a run will write, checked before it starts so that it does not end in an error."""

from __future__ import annotations

import tempfile
from pathlib import Path

from mwa_sim.errors import InputError

SUFFIX = ".vtkhdf"


def result_target(plan: Path, output: Path | None, force: bool) -> Path:
    """The file the result goes to.

    Parameters
    ----------
    plan : Path
        Its name gives the default, in the current folder; a number is appended where the name is
        taken.
    output : Path or None
        As asked for.
    force : bool
        Replace an existing file.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If it cannot be written, or exists and `force` is not set.
    """
    if output is None:
        target = free(Path(plan.stem + SUFFIX))
        check_folder(target.parent, f"{target} here", "; give a file with -o, or use --no-save")
        return target
    target = output
    if target.is_dir():
        raise InputError(f"cannot write {target}: it is a folder; name a file in it")
    if target.suffix.lower() != SUFFIX:
        target = target.with_name(target.name + SUFFIX)
    if not target.parent.is_dir():
        raise InputError(f"cannot write {target}: folder {target.parent} does not exist")
    check_folder(target.parent, str(target))
    if target.exists() and not force:
        raise InputError(f"{target} exists; choose another name, or replace it with --force")
    return target


def free(path: Path) -> Path:
    """The path itself, or with -2, -3, ... the first that does not exist."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate


def plots_target(folder: Path, what: str = "pictures") -> Path:
    """The folder that pictures, or other files, go to; it is not made yet.

    Raises
    ------
    InputError
        If it can be neither written nor made.
    """
    existing = folder.absolute()
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise InputError(f"cannot write {what} to {folder}: {existing} is not a folder")
    check_folder(existing, f"{what} to {folder}")
    return folder


def check_folder(folder: Path, what: str, advice: str = "") -> None:
    """Refuse a folder in which no file can be made, by making one.

    Raises
    ------
    InputError
    """
    # Permission bits tell little: of administrators, network drives and read-only disks.
    try:
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"cannot write {what}: {reason}{advice}") from None
