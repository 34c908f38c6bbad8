"""Values that ``mwa-sim mesh`` takes in a short form: ellipsoids and parts of a height."""

from __future__ import annotations

import re
from typing import Any

from mwa_sim.errors import InputError
from mwa_sim.units import parse_quantity

_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([a-zA-Zµ]*)\s*")
_COMPRESS = "write a part between 0 and 75 %, as in --compress 30% or --compress 0.3"


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
    try:
        for length in lengths:
            parse_quantity(length, "length")
    except InputError as error:
        raise InputError(f"--tumour {text!r}: {error.problems[0]}") from None
    radii = lengths[3:] if len(lengths) == 6 else [lengths[3]] * 3
    return {"centre": lengths[:3], "radii": radii}


def fraction(text: str) -> float:
    """Part of the height, as in ``"30%"``, ``"30 %"`` or ``"0.3"``.

    Parameters
    ----------
    text : str

    Returns
    -------
    float

    Raises
    ------
    InputError
        If it is neither, or not between 0 and 75 %.
    """
    bare = text.strip()
    percent = bare.endswith("%")
    try:
        value = float(bare.removesuffix("%"))
    except ValueError:
        raise InputError(f"--compress {text!r}: {_COMPRESS}") from None
    # Rounded: 35 % is 0.35, as in a recipe file.
    value = round(value / 100.0, 12) if percent else value
    if not 0.0 <= value <= 0.75:
        meant = f"; did you mean {bare}%?" if not percent and 1.0 < value <= 75.0 else ""
        raise InputError(f"--compress {text!r}: {_COMPRESS}{meant}")
    return value
