"""``mwa-sim list``: what comes with the program, with the standing of every value."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mwa_sim.cli.console import out, out_json, table
from mwa_sim.cli.guard import guarded
from mwa_sim.cli.options import Debug, Json
from mwa_sim.errors import InputError
from mwa_sim.spec_paths import did_you_mean

KINDS = ("cases", "antennas", "tissues", "models")


@guarded
def list_entries(
    what: Annotated[
        str | None, typer.Argument(metavar="[cases|antennas|tissues|models]", help="One kind.")
    ] = None,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One entry, with all its values.")
    ] = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """List the cases, antennas, tissues and models that come with mwa-sim.

    With a NAME: every value of the entry with its range, source and standing. Standings, best
    first: source (read in the source), calculated (from sourced inputs), assumption (a choice, the
    note says why), unverified (widely quoted, not checked).
    """
    from mwa_sim.cli.entries import entries, entry

    if what is None:
        found = {kind: entries(kind) for kind in KINDS}
        if as_json:
            out_json({"schema": "mwa-sim/list/1", **found})
        else:
            out("\n".join(line for kind in KINDS for line in [f"{kind}:", *_lines(found[kind])]))
        return
    kind = _kind(what)
    if name is None:
        listed = entries(kind)
        if as_json:
            out_json({"schema": "mwa-sim/list/1", kind: listed})
        else:
            out("\n".join(_lines(listed)))
        return
    chosen = entry(kind, name)
    if as_json:
        out_json({"schema": "mwa-sim/entry/1", "kind": kind, **chosen})
    else:
        out("\n".join(_full(chosen)))


def _kind(given: str) -> str:
    """A kind as listed; the singular is understood too."""
    for kind in KINDS:
        if given.lower() in (kind, kind[:-1]):
            return kind
    raise InputError(f"'{given}' is nothing to list{did_you_mean(given, KINDS)}")


def _lines(listed: list[dict[str, Any]]) -> list[str]:
    if not listed:
        return ["  none"]
    lines = []
    for item, line in zip(listed, table([[x["name"], x["title"]] for x in listed]), strict=True):
        lines.append(line)
        if "models" in item:
            lines.append(f"{_models(item):>{line.index(item['title']) + len(_models(item))}}")
    return lines


def _models(item: dict[str, Any]) -> str:
    """What the power of an antenna can be found by."""
    return f"models: {', '.join(item['models'])}"


def _full(chosen: dict[str, Any]) -> list[str]:
    lines = [f"{chosen['name']}: {chosen['title']}"]
    if chosen.get("note"):
        lines.append(chosen["note"])
    if "models" in chosen:
        lines.append(_models(chosen))
    for name, value in chosen["values"].items():
        unit = f" {value['unit']}" if value.get("unit") else ""
        spread = ""
        if value.get("low") is not None and value["low"] != value["high"]:
            spread = f" ({value['low']:g} to {value['high']:g})"
        number = value["value"]
        number = f"{number:.6g}" if isinstance(number, float) else number
        source = f"{value['standing']}: {value['source']}" if value.get("source") else ""
        lines.append(f"  {name} = {number}{unit}{spread}" + (f"  [{source}]" if source else ""))
        if value.get("note"):
            lines.append(f"      {value['note']}")
    return lines
