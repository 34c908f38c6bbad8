"""The libraries of the package as plain data: cases, antennas, tissues, models."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from mwa_sim.errors import InputError
from mwa_sim.spec_paths import did_you_mean

_VALUE_KEYS = ("source", "standing", "note")


def entries(kind: str) -> list[dict[str, Any]]:
    """Entries of a kind with name, title and, where they have any, values.

    Parameters
    ----------
    kind : {"cases", "antennas", "tissues", "models"}

    Returns
    -------
    list of dict
        JSON-able. A value has ``value``, ``unit``, ``low``, ``high``, ``source``, ``standing`` and
        ``note``. An antenna has ``models``, those that it has the data for.
    """
    return {"cases": _cases, "antennas": _antennas, "tissues": _tissues, "models": _models}[kind]()


def entry(kind: str, name: str) -> dict[str, Any]:
    """One entry by name.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    known = {item["name"]: item for item in entries(kind)}
    if name not in known:
        raise InputError(f"'{name}' is not one of the {kind}{did_you_mean(name, known)}")
    return known[name]


def _cases() -> list[dict[str, Any]]:
    from mwa_sim.case import case_file, list_cases
    from mwa_sim.case_file import read_case_file

    found = []
    for name in list_cases():
        file = case_file(name)
        spec, _ = read_case_file(file)
        regions = {}
        if spec.recipe is not None:
            from mwa_sim.anatomy.recipes import region_tissues

            tissues = region_tissues(spec.recipe, file.parent)
            regions = {region: {"value": tissue} for region, tissue in tissues.items()}
        for label, region in spec.regions.items():
            regions[region.name or label] = {"value": region.tissue}
        found.append(
            {"name": name, "title": spec.description, "note": spec.origin, "values": regions}
        )
    return found


def _antennas() -> list[dict[str, Any]]:
    from mwa_sim.antenna.antenna import Antenna
    from mwa_sim.antenna.library import list_antennas

    found = []
    for name in list_antennas():
        # As written in the file, in the units of the file; the library itself gives SI.
        text = (files("mwa_sim") / "data" / "antennas" / f"{name}.toml").read_text(encoding="utf-8")
        data = tomllib.loads(text)
        values = {key: _written(table) for key, table in _leaves(data).items()}
        values |= {f"part {part['name']}": _part(part) for part in data.get("part", [])}
        note = data.get("note", "")
        models = list(Antenna.from_library(name).models)
        about = {"name": name, "title": data["title"], "note": note, "models": models}
        found.append({**about, "values": values})
    return found


def _part(table: Mapping[str, Any]) -> dict[str, Any]:
    """A conductor or dielectric of an antenna in words: "dielectric 2.03, r 0 to 0.5 mm, ..."."""
    material = table["material"]
    if isinstance(material, Mapping):
        material = f"dielectric {material['relative_permittivity']:g}"
    words = [str(material)]
    for key in ("r", "inner_r", "z"):
        if key in table:
            words.append(f"{key} {' to '.join(table[key])}")
    if "points" in table:
        words.append(
            f"corners (r, z) {', '.join('(' + ', '.join(p) + ')' for p in table['points'])}"
        )
    if "cut" in table:
        words.append(f"cut out of {table['cut']}")
    about = {key: table.get(key, "") for key in _VALUE_KEYS}
    return {"value": f"{table['shape']}, {', '.join(words)}", **about}


def _tissues() -> list[dict[str, Any]]:
    from mwa_sim.tissue.library import list_tissues, load_tissue
    from mwa_sim.tissue.properties import PROPERTIES

    found = []
    for name in list_tissues():
        tissue = load_tissue(name)
        values: dict[str, dict[str, Any]] = {}
        for key, value in tissue.values.items():
            show = PROPERTIES[key].show
            number, unit = _split(show(value.value))
            values[key] = {
                "value": number,
                "unit": unit,
                "low": _split(show(value.low))[0],
                "high": _split(show(value.high))[0],
                "source": value.source,
                "standing": value.standing,
                "note": value.note,
            }
        for key, model in tissue.models.items():
            values[key] = {
                "value": model.value,
                **{part: getattr(model, part) for part in _VALUE_KEYS},
            }
        found.append({"name": name, "title": tissue.title, "note": tissue.note, "values": values})
    return found


def _models() -> list[dict[str, Any]]:
    from mwa_sim.damage.parameters import ARRHENIUS_SETS, THREE_STATE

    data = tomllib.loads((files("mwa_sim") / "data" / "models.toml").read_text(encoding="utf-8"))
    found = []
    for kind, models in data.items():
        for name, table in models.items():
            about = {key: table[key] for key in _VALUE_KEYS}
            numbers = {key: value for key, value in table.items() if key not in _VALUE_KEYS}
            values = {key: {"value": value, **about, "note": ""} for key, value in numbers.items()}
            title = f"{kind.replace('_', ' ')} with temperature"
            if kind == "perfusion":
                title = "perfusion with damage"
            if not values:  # a rule without numbers of its own
                values = {"model": {"value": name, **about, "note": ""}}
            found.append({"name": name, "title": title, "note": table["note"], "values": values})
    for name, parameters in ARRHENIUS_SETS.items():
        about = {"source": parameters.source, "standing": parameters.standing, "note": ""}
        found.append(
            {
                "name": f"arrhenius {name}",
                "title": f"damage integral, {parameters.endpoint}",
                "note": parameters.note,
                "values": {
                    "frequency_factor": {
                        "value": parameters.frequency_factor, "unit": "1/s", **about,
                    },
                    "activation_energy": {
                        "value": parameters.activation_energy, "unit": "J/mol", **about,
                    },
                },
            }
        )  # fmt: skip
    about = {"source": THREE_STATE.source, "standing": THREE_STATE.standing, "note": ""}
    rates = {
        "forward_rate": (THREE_STATE.forward_rate, "1/s"),
        "backward_rate": (THREE_STATE.backward_rate, "1/s"),
        "temperature_scale": (THREE_STATE.temperature_scale, "K"),
    }
    found.append(
        {
            "name": "three_state",
            "title": "cell death in three states (alive, vulnerable, dead)",
            "note": THREE_STATE.note,
            "values": {
                key: {"value": number, "unit": unit, **about}
                for key, (number, unit) in rates.items()
            },
        }
    )
    return found


def _leaves(data: Mapping[str, Any], prefix: str = "") -> dict[str, Mapping[str, Any]]:
    """Tables with a ``value`` by dotted name."""
    found: dict[str, Mapping[str, Any]] = {}
    for key, item in data.items():
        if isinstance(item, Mapping):
            found |= {prefix + key: item} if "value" in item else _leaves(item, f"{prefix}{key}.")
    return found


def _written(table: Mapping[str, Any]) -> dict[str, Any]:
    number, unit = _split(table["value"])
    low, high = table.get("range", [table["value"]] * 2)
    return {
        "value": number,
        "unit": unit,
        "low": _split(low)[0],
        "high": _split(high)[0],
        "source": table["source"],
        "standing": table["standing"],
        "note": table.get("note", ""),
    }


def _split(quantity: object) -> tuple[float, str]:
    """Number and unit of a quoted quantity, or of a plain number."""
    number, _, unit = str(quantity).partition(" ")
    return float(number), unit
