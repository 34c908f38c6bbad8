"""What a study measures in each result: texts such as ``coverage(tumour)``, or functions.

========================================  ====  ==================================================
text                                      unit  what
========================================  ====  ==================================================
``peak(THERMOCOUPLE)``                    degC  highest tissue temperature at a thermocouple
``reading(THERMOCOUPLE)``                 degC  highest reading of it, with its lag and noise
``highest(ORGAN)``                        degC  highest temperature in an organ at risk
``cem43(ORGAN)``                          min   largest thermal dose in an organ at risk
``coverage(REGION, CRITERION)``           -     part of a region inside the zone, 0 to 1
``margin(REGION, CRITERION)``             mm    least margin around a region; nan without a zone
``volume_ml(CRITERION)``                  ml    volume of the zone
``long_axis_mm(CRITERION)``               mm    extent along its longest axis
``short_axis_mm(CRITERION)``              mm    mean extent across it
``mean_diameter_mm(CRITERION)``           mm    mean of its three extents
``stopped_at``                            s     first stop by a rule; nan if none stopped the power
``on_time_s``                             s     time with power from any antenna
``generator_kJ``, ``tissue_kJ``           kJ    energy at the generator, and into the tissue
``balance_error``                         -     what the energy balance of the run leaves open
========================================  ====  ==================================================

CRITERION is ``cem43>=240`` where it is left out; others are ``damage>=1``, ``temperature>=60``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mwa_sim.criterion import Criterion
from mwa_sim.errors import InputError
from mwa_sim.plan import Plan
from mwa_sim.provenance import content_hash
from mwa_sim.recording import CTV_MARGIN
from mwa_sim.result import Result
from mwa_sim.spec_paths import did_you_mean
from mwa_sim.study.channel import packed
from mwa_sim.summary import organ_status, power_on_time

DEFAULT_CRITERION = "cem43>=240"
"""Criterion of a zone where a measure names none."""

_FORM = re.compile(r"\s*(\w+)\s*(?:\(\s*(.*?)\s*\))?\s*")
_NAN = float("nan")


@dataclass(frozen=True)
class _Kind:
    """A kind of measure: what its first argument names, whether it has a criterion, its unit."""

    of: str
    zone: bool
    unit: str
    value: Callable[[Result, str, str], Any]


def _organ(result: Result, name: str) -> dict[str, Any]:
    organ = next(organ for organ in result.organs if organ["name"] == name)
    return organ_status(result, organ)


def _stopped(result: Result) -> float:
    return next((event.t for event in result.events if event.kind == "stop"), _NAN)


_KINDS: dict[str, _Kind] = {
    "peak": _Kind("thermocouple", False, "degC", lambda r, a, c: r.traces[a].peak),
    "reading": _Kind("thermocouple", False, "degC", lambda r, a, c: r.traces[a].max),
    "highest": _Kind("organ at risk", False, "degC", lambda r, a, c: _organ(r, a)["peak_degC"]),
    "cem43": _Kind("organ at risk", False, "min", lambda r, a, c: _organ(r, a)["cem43_max_min"]),
    "coverage": _Kind("region", True, "", lambda r, a, c: r.zone(c).coverage(a)),
    "margin": _Kind("region", True, "mm", lambda r, a, c: r.zone(c).margin(a).min_mm),
    "volume_ml": _Kind("", True, "ml", lambda r, a, c: r.zone(c).volume_ml),
    "long_axis_mm": _Kind("", True, "mm", lambda r, a, c: r.zone(c).long_axis_mm),
    "short_axis_mm": _Kind("", True, "mm", lambda r, a, c: r.zone(c).short_axis_mm),
    "mean_diameter_mm": _Kind("", True, "mm", lambda r, a, c: r.zone(c).mean_diameter_mm),
    "stopped_at": _Kind("", False, "s", lambda r, a, c: _stopped(r)),
    "on_time_s": _Kind("", False, "s", lambda r, a, c: power_on_time(r)),
    "generator_kJ": _Kind("", False, "kJ", lambda r, a, c: r.energy["generator_J"] * 1e-3),
    "tissue_kJ": _Kind("", False, "kJ", lambda r, a, c: r.energy["tissue_J"] * 1e-3),
    "balance_error": _Kind("", False, "", lambda r, a, c: r.energy["balance_error"]),
}

MEASURES = tuple(_KINDS)
"""Names of the measures that can be given as texts."""


@dataclass(frozen=True)
class Measure:
    """One number of every result.

    Attributes
    ----------
    name : str
        Of the column.
    text : str
        As it was given, in one spelling; for a function what identifies its code.
    unit : str
        Empty for a plain number and for functions.
    of, criterion : str
        Arguments of a text.
    function : callable or None
        Of the user, called with the result.
    """

    name: str
    text: str
    unit: str = ""
    of: str = ""
    criterion: str = ""
    function: Callable[[Result], Any] | None = None

    def __call__(self, result: Result) -> float:
        """The number; nan where there is none.

        Raises
        ------
        InputError
            If a function returned something else.
        """
        if self.function is None:
            value = _KINDS[self.text.partition("(")[0]].value(result, self.of, self.criterion)
        else:
            value = self.function(result)
        if value is None:
            return _NAN
        try:
            return float(value)
        except (TypeError, ValueError):
            raise InputError(
                f"expected a number, but the function returned {type(value).__name__}"
            ) from None


def read_measures(
    given: Mapping[str, str | Callable[[Result], Any]] | Sequence[str] | str, plan: Plan
) -> tuple[Measure, ...]:
    """Measures as users write them, checked against a plan.

    Parameters
    ----------
    given : mapping of str to str or callable, or sequence of str
        Texts of the table above, or functions of a result, by the name of their column.
    plan : Plan
        Whose thermocouples, regions and organs at risk the texts name.

    Returns
    -------
    tuple of Measure

    Raises
    ------
    InputError
        Listing every text that is not understood and every name that the plan does not have.

    Examples
    --------
    >>> read_measures(["peak(wall)"], plan)[0].unit  # doctest: +SKIP
    'degC'
    """
    if isinstance(given, str):
        given = [given]
    if isinstance(given, Mapping):
        items: list[tuple[str | None, Any]] = list(given.items())
    elif isinstance(given, Sequence):
        items = [(None, text) for text in given]
    else:
        raise InputError(
            'measure: expected texts such as ["peak(posterior_wall)", "coverage(tumour)"], or a '
            f"dictionary of names to texts or functions, got {given!r}"
        )
    found: list[str] = []
    measures: list[Measure] = []
    for name, wanted in items:
        if isinstance(wanted, str):
            try:
                measures.append(_parsed(name, wanted, plan))
            except InputError as error:
                found += error.problems
        elif callable(wanted) and name is not None:
            measures.append(Measure(str(name), _fingerprint(wanted), function=wanted))
        elif callable(wanted):
            found.append("measure: a function needs a name; write {'NAME': function}")
        else:
            found.append(f"measure {name!r}: expected a text or a function, got {wanted!r}")
    names = [measure.name for measure in measures]
    found += [f"measure {name!r}: given twice" for name in dict.fromkeys(names)
              if names.count(name) > 1]  # fmt: skip
    if not items:
        found.append('measure: give at least one, such as "coverage(tumour)"')
    if found:
        raise InputError(found)
    return tuple(measures)


def _parsed(name: str | None, text: str, plan: Plan) -> Measure:
    match = _FORM.fullmatch(text)
    if match is None:
        raise InputError(f"measure {text!r}: write NAME or NAME(WHAT), as in peak(posterior_wall)")
    kind = _KINDS.get(match[1])
    if kind is None:
        raise InputError(f"measure {text!r}: unknown{did_you_mean(match[1], MEASURES)}")
    arguments = [part.strip() for part in (match[2] or "").split(",") if part.strip()]
    levels = [part for part in arguments if re.search(r"[<>=≥]", part)]
    names = [part for part in arguments if part not in levels]
    found: list[str] = []
    criterion = DEFAULT_CRITERION if kind.zone else ""
    if levels and not kind.zone:
        found.append(f"measure {text!r}: {match[1]} has no criterion")
    elif levels:
        try:
            criterion = Criterion.parse(levels[0]).text
        except InputError as error:
            found += [f"measure {text!r}: {problem}" for problem in error.problems]
    if len(names) != bool(kind.of) or len(levels) > 1:
        found.append(f"measure {text!r}: write {_usage(match[1], kind)}")
    elif kind.of:
        known = _known(plan)[kind.of]
        if names[0] not in known:
            found.append(
                f"measure {text!r}: {names[0]!r} is not {_article(kind.of)} of this plan"
                f"{did_you_mean(names[0], known) or '; it has none'}"
            )
    if found:
        raise InputError(found)
    # The criterion is written out only where it is not the usual one.
    shown = [*names, *([criterion] if levels and criterion != DEFAULT_CRITERION else [])]
    canonical = f"{match[1]}({', '.join(shown)})" if shown else match[1]
    of = names[0] if names else ""
    return Measure(name or canonical, canonical, kind.unit, of, criterion)


def _usage(name: str, kind: _Kind) -> str:
    first = [kind.of.upper().replace(" AT RISK", "")] if kind.of else []
    forms = [first, [*first, DEFAULT_CRITERION]] if kind.zone else [first]
    texts = [f"{name}({', '.join(form)})" if form else name for form in forms]
    return " or ".join(texts)


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _known(plan: Plan) -> dict[str, list[str]]:
    """Names that measures may use, by what they name."""
    regions = list(dict.fromkeys(region.name for region in plan.case.regions.values()))
    targets = ["ctv"] if CTV_MARGIN in regions and "ctv" not in regions else []
    return {
        "thermocouple": [t.name for t in plan.protocol.thermocouples],
        "region": [*regions, *targets],
        "organ at risk": [organ.name for organ in plan.case.organs_at_risk],
    }


def _fingerprint(function: Callable[..., Any]) -> str:
    """What tells a function from another one: its name, its code and the values that it uses."""
    name = getattr(function, "__qualname__", type(function).__qualname__)
    code = getattr(function, "__code__", None)
    if code is None:  # an object that can be called, a partial function
        return f"{name} {content_hash(packed(function))[:16]}"
    cells = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    used = [function.__globals__.get(each) for each in code.co_names]
    values = [repr(v) for v in [*cells, *used, getattr(function, "__defaults__", None)]
              if isinstance(v, (bool, int, float, str, tuple, list))]  # fmt: skip
    return f"{name} {content_hash([_code(code), values])[:16]}"


def _code(code: Any) -> list[Any]:
    # Sets come out in another order in every process.
    constants = [
        _code(c) if hasattr(c, "co_code") else sorted(map(repr, c)) if isinstance(c, frozenset)
        else repr(c) for c in code.co_consts
    ]  # fmt: skip
    return [code.co_code, constants, list(code.co_names)]
