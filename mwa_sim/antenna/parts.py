"""The conductors and dielectrics of an antenna, as its file lists them.

Each ``[[part]]`` is a body of revolution about the antenna's axis. Radii r are distances from the
axis; z = 0 is the tip and z grows towards the hub::

    [[part]]
    name = "outer conductor"
    material = "conductor"                 # perfect
    shape = "cylinder"
    r = ["0.47 mm", "0.595 mm"]            # inner and outer radius; ["0 mm", ...] is solid
    z = ["0.5 mm", "hub"]                  # "hub": goes on to the hub
    source = "comsol_mwa"
    standing = "source"                    # source, calculated, assumption or unverified

    [[part]]
    name = "slot"
    cut = "outer conductor"                # cut out of that conductor, filled with the material
    material = { relative_permittivity = 2.03, loss_tangent = 0.0004 }
    shape = "cylinder"
    r = ["0.47 mm", "0.595 mm"]
    z = ["5.5 mm", "6.5 mm"]

    [port]                                 # the coaxial line at the hub
    inner_conductor = "inner conductor"
    outer_conductor = "outer conductor"

``material`` is ``"conductor"``, a relative permittivity, or a table with ``relative_permittivity``
and either ``conductivity`` or ``loss_tangent`` (none: without loss). ``shape`` is

``"cylinder"``
    with ``r`` and ``z`` as above;
``"cone"``
    a frustum: ``r`` are the outer radii at the two ``z``, ``inner_r`` the inner ones (none: solid);
``"polygon"``
    ``points = [["r", "z"], ...]``, the corners in order.

A cut that is not meant to go through its conductor, such as the groove of a choke, says
``through = false``. Parts must not overlap, but for cuts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mwa_sim.antenna.sar import complex_permittivity
from mwa_sim.antenna.shapes import SHAPES, read_number, read_outline
from mwa_sim.quantities import quantity
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue.properties import STANDINGS
from mwa_sim.typing import FloatArray

_COMMON = ("name", "material", "shape", "cut", "through", "source", "standing", "note")
_LOSSES = ("conductivity", "loss_tangent")
_MATERIAL = {
    "relative_permittivity": quantity("number", at_least=1),
    "conductivity": quantity("electrical_conductivity", at_least=0),
    "loss_tangent": quantity("number", at_least=0),
}


@dataclass(frozen=True, eq=False)
class PartEntry:
    """One part as the file has it.

    Attributes
    ----------
    name : str
    outline : (k, 2) array [m]
        Corners (r, z), counter-clockwise; z is infinite at the hub.
    permittivity : complex or None [-]
        Relative, at the antenna's frequency; None is a conductor.
    cut : str or None
        The conductor this is cut out of.
    through : bool
        Whether a cut must go through.
    source, standing, note : str
        As in :class:`mwa_sim.tissue.properties.Value`.
    """

    name: str
    outline: FloatArray
    permittivity: complex | None
    cut: str | None = None
    through: bool = True
    source: str = ""
    standing: str = "source"
    note: str = ""


def read_parts(
    tables: object, frequency: float, problems: list[str], *, provenance: str | None
) -> list[PartEntry]:
    """Read the ``[[part]]`` tables of an antenna file.

    Parameters
    ----------
    tables : object
        What the file has under ``part``.
    frequency : float [Hz]
        At which a conductivity becomes a complex permittivity.
    problems : list of str
        Where mistakes are added, each with the part's name.
    provenance : str or None
        Source of parts that state none; None where each must state its own.

    Returns
    -------
    list of PartEntry
        The parts without mistakes.
    """
    if not isinstance(tables, list) or not all(isinstance(t, Mapping) for t in tables):
        problems.append("part: expected tables that begin with [[part]]")
        return []
    parts: list[PartEntry] = []
    names: set[str] = set()
    for number, table in enumerate(tables, 1):
        name = table.get("name")
        found: list[str] = []
        if not isinstance(name, str) or not name:
            name = f"number {number}"
            found.append('name: expected a text, for example "inner conductor"')
        elif name in names:
            found.append("name: another part has this name")
        names.add(name)
        part = _part(name, table, frequency, found, provenance)
        if not found and part is not None:
            parts.append(part)
        problems += [f"part {name!r}: {problem}" for problem in found]
    return parts


def _part(
    name: str,
    table: Mapping[str, Any],
    frequency: float,
    problems: list[str],
    provenance: str | None,
) -> PartEntry | None:
    known = _COMMON + SHAPES.get(str(table.get("shape")), ("r", "inner_r", "z", "points"))
    problems += [
        f"{key}: unknown key{did_you_mean(key, known)}" for key in table if key not in known
    ]
    standing = table.get("standing", "source" if provenance else None)
    if standing not in STANDINGS:
        problems.append(f"standing: expected one of {', '.join(STANDINGS)}, got {standing!r}")
    source = table.get("source", provenance)
    if not source:
        problems.append("source: is missing")
    cut, through = table.get("cut"), table.get("through", True)
    if cut is not None and not isinstance(cut, str):
        problems.append(f"cut: expected the name of a conductor, got {cut!r}")
    if not isinstance(through, bool):
        problems.append(f"through: expected true or false, got {through!r}")
    elif "through" in table and cut is None:
        problems.append("through: only a part with cut has it")
    permittivity = _permittivity(table.get("material"), frequency, problems)
    outline = read_outline(table, problems)
    if outline is None or problems:
        return None
    note = str(table.get("note", ""))
    return PartEntry(
        name, outline, permittivity, cut, bool(through), str(source), str(standing), note
    )


def _permittivity(material: object, frequency: float, problems: list[str]) -> complex | None:
    if material == "conductor":
        return None
    if not isinstance(material, Mapping):
        if material is None or isinstance(material, str | bool | list):
            given = "nothing" if material is None else repr(material)
            problems.append(
                'material: expected "conductor" or a dielectric like '
                f"{{ relative_permittivity = 2.03 }}, got {given}"
            )
            return None
        material = {"relative_permittivity": material}
    for key in material:
        if key not in _MATERIAL:
            problems.append(f"material.{key}: unknown key{did_you_mean(key, _MATERIAL)}")
    values = {
        key: read_number(f"material.{key}", material[key], kind, problems)
        for key, kind in _MATERIAL.items()
        if key in material
    }
    if "relative_permittivity" not in material:
        problems.append("material.relative_permittivity: is missing")
    if all(key in material for key in _LOSSES):
        problems.append("material: expected conductivity or loss_tangent, not both")
    real = values.get("relative_permittivity")
    if real is None or None in values.values():
        return None
    if "loss_tangent" in values:
        return complex(real, -real * (values["loss_tangent"] or 0.0))
    return complex_permittivity(real, values.get("conductivity") or 0.0, frequency)
