"""``mwa-sim cite``: the references of what a run used."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mwa_sim.cli.console import out, out_json
from mwa_sim.cli.guard import guarded
from mwa_sim.cli.options import Debug, Json
from mwa_sim.cli.targets import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Sequence


@guarded
def cite(
    what: Annotated[
        Path, typer.Argument(metavar="RESULT|PLAN", help="Result file (.vtkhdf) or plan (.toml).")
    ],
    bibtex: Annotated[bool, typer.Option("--bibtex", help="Write BibTeX entries.")] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Print the references of everything that a run used, or that a plan would use."""
    keys = _keys_of(what)
    if as_json:
        out_json({"schema": "mwa-sim/citations/1", "references": [_entry(key) for key in keys]})
    elif bibtex:
        out("\n\n".join(bibtex_entries(keys)))
    else:
        from mwa_sim.references import cite as lines

        out("\n".join(lines(keys)))


def bibtex_entries(keys: Sequence[str]) -> list[str]:
    """BibTeX of keys as the package's bibliography has it, for use in a paper.

    Parameters
    ----------
    keys : sequence of str
        A source that is no key, stated by a case in its own words, becomes a comment.

    Returns
    -------
    list of str
    """
    text = (files("mwa_sim") / "data" / "references.bib").read_text(encoding="utf-8")
    found = {
        match[1]: match[0]
        for match in re.finditer(r"^@\w+\{([^,\s]+),.*?^\}", text, re.MULTILINE | re.DOTALL)
    }
    return [found.get(key, f"% stated by the case: {key}") for key in keys]


def _keys_of(what: Path) -> list[str]:
    if what.suffix.lower() == SUFFIX:
        from mwa_sim.result import load_result

        return list(load_result(what).citations)
    from mwa_sim.build import citations
    from mwa_sim.plan_file import load_plan

    plan = load_plan(what)
    return citations(plan, plan.case.with_tissues(plan.tissues))


def _entry(key: str) -> dict[str, Any]:
    from mwa_sim.references import all_references

    known = all_references().get(key)
    if known is None:
        return {"key": None, "text": key}
    return {"key": key, "kind": known.kind, "text": known.text, **known.fields}
