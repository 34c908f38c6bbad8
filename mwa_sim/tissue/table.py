"""Tissues as tables of a TOML file: the library's own files and ``[tissue.NAME]`` of a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mwa_sim.errors import InputError
from mwa_sim.quantities import Quantity
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.tissue.dispersion import list_dispersions
from mwa_sim.tissue.mixture import mix
from mwa_sim.tissue.properties import (
    PROPERTIES,
    STANDINGS,
    ModelChoice,
    Tissue,
    Value,
)
from mwa_sim.tissue.temperature import list_models, slope_model

_REQUIRED = ("density", "specific_heat", "thermal_conductivity")
_TEXTS = ("title", "note", "source", "standing")
_MODEL_KEYS = {
    "electrical_conductivity_temperature_model": ("electrical_conductivity_model", "dielectric"),
    "relative_permittivity_temperature_model": ("relative_permittivity_model", "dielectric"),
    "perfusion_temperature_model": ("perfusion_model", "perfusion"),
}
_DISPERSION_KEY = "dispersion"
_SLOPE_KEY = "thermal_conductivity_temperature_model"
_VALUE_KEYS = ("value", "range", "source", "standing", "note", "range_source")
_CHOICE_KEYS = ("value", "smaller_zone", "larger_zone", "source", "standing", "note")


def tissue_from_table(
    name: str,
    table: Mapping[str, Any],
    *,
    source: str = "file",
    lookup: Callable[[str], Tissue] | None = None,
) -> Tissue:
    """Build a tissue from the keys of a table.

    Parameters
    ----------
    name : str
        Name of the tissue.
    table : mapping
        ``density``, ``specific_heat`` and ``thermal_conductivity``; optionally ``perfusion``,
        ``metabolic_heat``, ``water_fraction`` (0 if not given: nothing boils),
        ``relative_permittivity``, ``electrical_conductivity``, ``thermal_conductivity_slope`` and
        ``*_temperature_model``, and ``dispersion``, the tissue of the library whose dielectric
        properties it follows over frequency (constant if not given). Each property is a quoted
        quantity (a name for a model), or a table with ``value``, ``range``, ``source``,
        ``standing`` and ``note``. ``source`` says where plain values come from. Instead of
        properties, ``mixture = {tissue = volume fraction, ...}``; properties beside a mixture
        replace its own.
    source : {"file", "python"}, optional
        From Python, numbers are accepted as SI.
    lookup : callable, optional
        Gives the nominal tissues that a mixture names; the library by default.

    Returns
    -------
    Tissue
        The nominal tissue.

    Raises
    ------
    InputError
        With all mistakes of the table, each as ``key: what was expected``.

    Examples
    --------
    >>> agar = tissue_from_table("agar", {"density": "1000 kg/m3", "specific_heat": "4 kJ/kg/K",
    ...     "thermal_conductivity": "0.5 W/m/K", "source": "recipe of this case"})
    >>> agar.specific_heat
    4000.0
    """
    if not isinstance(table, Mapping):
        raise InputError(f"expected a table of properties, got {table!r}")
    reader = _Reader(table, source)
    base = reader.mixture(name, lookup) if "mixture" in table else None
    values = {key: reader.value(key) for key in PROPERTIES if key in table}
    models = {
        attribute: reader.model(key, kind)
        for key, (attribute, kind) in _MODEL_KEYS.items()
        if key in table
    }
    if _SLOPE_KEY in table:
        values["thermal_conductivity_slope"] = reader.slope()
    follows = reader.dispersion(base)
    reader.check_keys()
    if base is None and "mixture" not in table:
        reader.require(_REQUIRED)
    if reader.found:
        raise InputError(reader.found)
    all_values = {**(base.values if base else {}), **_present(values)}
    all_models = {**(base.models if base else {}), **_present(models)}
    title = str(table.get("title", base.title if base else ""))
    return Tissue.of(name, all_values, all_models, title, str(table.get("note", "")), follows)


def _present(found: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in found.items() if item is not None}


class _Reader:
    """Reads one table and collects what is wrong with it."""

    def __init__(self, table: Mapping[str, Any], source: str) -> None:
        self.table = table
        self.origin = source
        self.found: list[str] = []

    def check_keys(self) -> None:
        known = [*PROPERTIES, *_MODEL_KEYS, _SLOPE_KEY, _DISPERSION_KEY, *_TEXTS, "mixture"]
        for key in self.table:
            if key not in known:
                self.found.append(f"{key}: unknown key{did_you_mean(key, known)}")
        for key in _TEXTS:
            if not isinstance(self.table.get(key, ""), str):
                self.found.append(f"{key}: expected a text in quotes")
        if _SLOPE_KEY in self.table and "thermal_conductivity_slope" in self.table:
            self.found.append(f"{_SLOPE_KEY}: give this or thermal_conductivity_slope, not both")

    def require(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            if key not in self.table:
                example = PROPERTIES[key]
                self.found.append(f'{key}: missing; write {key} = "{_example(example)}"')

    def value(self, key: str) -> Value | None:
        entry = self._entry(key, _VALUE_KEYS)
        if entry is None:
            return None
        quantity = PROPERTIES[key]
        number = self._number(quantity, entry["value"], key)
        ends = self._ends(quantity, key, entry["range"]) if "range" in entry else (number, number)
        if number is None or ends is None or ends[0] is None or ends[1] is None:
            return None
        low, high = ends[0], ends[1]
        if not low <= number <= high:
            self.found.append(f"{key}.range: the value {quantity.show(number)} is not inside it")
        source, standing, note = self._origin(key, entry)
        return Value(number, low, high, source, standing, note, str(entry.get("range_source", "")))

    def _ends(
        self, quantity: Quantity, key: str, given: object
    ) -> tuple[float | None, float | None] | None:
        if not isinstance(given, list | tuple) or len(given) != 2:
            self.found.append(f"{key}.range: expected two quantities, lowest first")
            return None
        low, high = (
            self._number(quantity, end, f"{key}.range[{i}]") for i, end in enumerate(given)
        )
        return low, high

    def model(self, key: str, kind: str) -> ModelChoice | None:
        entry = self._entry(key, _CHOICE_KEYS)
        if entry is None:
            return None
        name = str(entry["value"])
        smaller = str(entry.get("smaller_zone", name))
        larger = str(entry.get("larger_zone", name))
        known = list_models(kind)
        unknown = [item for item in dict.fromkeys((name, smaller, larger)) if item not in known]
        self.found += [
            f"{key}: unknown temperature model '{item}'{did_you_mean(item, known)}"
            for item in unknown
        ]
        source, standing, note = self._origin(key, entry)
        if unknown:
            return None
        return ModelChoice(name, smaller, larger, source, standing, note)

    def dispersion(self, base: Tissue | None) -> str | None:
        if _DISPERSION_KEY not in self.table:
            return base.dispersion if base else None
        given, known = self.table[_DISPERSION_KEY], list_dispersions()
        if given not in known:
            self.found.append(
                f"{_DISPERSION_KEY}: expected a tissue to follow over frequency, such as "
                f'"muscle", got {given!r}{did_you_mean(str(given), known)}'
            )
            return None
        return str(given)

    def slope(self) -> Value | None:
        entry = self._entry(_SLOPE_KEY, ("value",))
        if entry is None:
            return None
        try:
            model = slope_model(str(entry["value"]))
        except InputError as error:
            self.found += [f"{_SLOPE_KEY}: {problem}" for problem in error.problems]
            return None
        return Value(
            model.slope,
            model.low,
            model.high,
            model.source,
            model.standing,
            model.note,
            "guntur2013",
        )

    def mixture(self, name: str, lookup: Callable[[str], Tissue] | None) -> Tissue | None:
        parts: dict[str, tuple[float, Tissue]] = {}
        given = self.table["mixture"]
        before = len(self.found)
        if not isinstance(given, Mapping) or not given:
            self.found.append(
                "mixture: expected a table of tissues and volume fractions, such as "
                "{ bone_cortical = 0.4, bone_cancellous = 0.6 }"
            )
            return None
        find = lookup or _library_tissue
        for part, share in given.items():
            fraction = self._number(_FRACTION, share, f"mixture.{part}")
            try:
                parts[part] = (fraction or 0.0, find(part))
            except InputError as error:
                self.found += [f"mixture.{part}: {problem}" for problem in error.problems]
        total = sum(fraction for fraction, _ in parts.values())
        if len(self.found) == before and abs(total - 1.0) > 1e-6:
            self.found.append(f"mixture: the volume fractions sum to {total:g}, expected 1")
        return mix(name, parts) if len(self.found) == before else None

    def _entry(self, key: str, known: tuple[str, ...]) -> Mapping[str, Any] | None:
        given = self.table[key]
        if not isinstance(given, Mapping):
            return {"value": given}
        before = len(self.found)
        for inner in given:
            if inner not in known:
                self.found.append(f"{key}.{inner}: unknown key{did_you_mean(inner, known)}")
        if "value" not in given:
            self.found.append(f"{key}.value: missing")
        return given if len(self.found) == before else None

    def _number(self, quantity: Quantity, given: object, path: str) -> float | None:
        try:
            return quantity.read(given, self.origin)
        except InputError as error:
            self.found += [f"{path}: {problem}" for problem in error.problems]
            return None

    def _origin(self, key: str, entry: Mapping[str, Any]) -> tuple[str, str, str]:
        source = str(entry.get("source", self.table.get("source", "")))
        if not source:
            text = f'{key}: no source; write source = "where the value comes from"'
            if not any("no source" in line for line in self.found):
                self.found.append(text)
        standing = str(entry.get("standing", self.table.get("standing", "source")))
        if standing not in STANDINGS:
            self.found.append(
                f"{key}.standing: expected one of {', '.join(STANDINGS)}, got '{standing}'"
            )
        return source, standing, str(entry.get("note", ""))


def _library_tissue(name: str) -> Tissue:
    # The library reads its files with this module, hence the late import.
    from mwa_sim.tissue.library import load_tissue

    return load_tissue(name)


_FRACTION = Quantity("fraction", above=0, at_most=1)


def _example(quantity: Quantity) -> str:
    from mwa_sim.dimensions import DIMENSIONS

    return DIMENSIONS[quantity.dimension].example
