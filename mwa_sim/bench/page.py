"""The benchmark report as one self-contained HTML page."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from mwa_sim.bench.factors import FACTORS
from mwa_sim.bench.inputs import input_text
from mwa_sim.bench.suite import missed
from mwa_sim.bench.text import VALIDATION_HEADER, VERIFICATION_HEADER, causes, cells, shown
from mwa_sim.references import reference

_KINDS = {
    "verification": (
        "Verification",
        "Are the equations solved right? Computed quantities beside exact solutions, observed "
        "orders of convergence, energy balances, and independent programs. Every row must pass.",
    ),
    "validation": (
        "Validation",
        "Are they the right equations? Computed quantities beside measurements. Nothing is tuned "
        "to these cases; a miss stands as a miss, with its likely cause. The band is how far the "
        "computed value spreads over the uncertain inputs (percentiles 5 to 95 of the scenarios "
        "named below each table, often so few that these are the least and the greatest). A "
        "measurement far outside the band is not explained by these inputs.",
    ),
}

_LONG = 12
"""Rows up to which a table in which all pass is shown at once."""
_MANY = 3
"""Quantities named beside a cause."""
_SAMPLINGS = 4
"""Samplings of bands that are spelled out below a table."""


def page(report: dict[str, Any], credibility: str) -> str:
    """Build the page.

    Parameters
    ----------
    report : dict
        Of :func:`mwa_sim.bench.suite.run_suite`, with the pictures.
    credibility : str
        The credibility file, Markdown.

    Returns
    -------
    str
        HTML without scripts and without anything to be fetched.
    """
    style = files("mwa_sim.bench").joinpath("page.css").read_text(encoding="utf-8")
    records = report["benchmarks"]
    body = [*_head(report), *_overview(records)]
    for kind, (title, text) in _KINDS.items():
        of_kind = [record for record in records if record["kind"] == kind]
        if of_kind:
            body += [f'<h2 id="{kind}">{title}</h2>', f"<p>{escape(text)}</p>"]
            for record in of_kind:
                body += _section(record)
    body += ['<section id="credibility">', _markdown(credibility), "</section>"]
    content = _degrees("\n".join(body))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>mwa_sim {escape(report['version'])}: benchmarks</title>"
        f"<style>{style}</style></head><body><main>\n" + content + "\n</main></body></html>"
    )


def _head(report: dict[str, Any]) -> list[str]:
    machine = report["machine"]
    kind = "quick run" if report["quick"] else "full run"
    lines = [
        "<h1>Benchmarks of mwa_sim</h1>",
        f"<p class='when'>Version {escape(report['version'])}, {kind} of {escape(report['date'])}, "
        f"{shown(report['seconds'], 3)} s on {escape(str(machine['system']))} "
        f"({machine['cpus']} processors), Python {escape(report['versions']['python'])}. "
        "For research use only; not for clinical decisions.</p>",
    ]
    if report["quick"]:
        lines.append(
            "<p class='note'>A quick run: coarser meshes, fewer points, bands of few scenarios. "
            "Figures to quote come from the full run, <code>mwa-sim bench</code>.</p>"
        )
    if report["status"] == "interrupted":
        lines.append("<p class='note bad'>Interrupted: what had not ended is not in it.</p>")
    wrong = missed(report, "verification")
    if wrong:
        items = "".join(f"<li>{escape(text)}</li>" for text in wrong)
        lines.append(f"<div class='note bad'>Verification missed:<ul>{items}</ul></div>")
    tiles = []
    for kind, (title, _) in _KINDS.items():
        rows = [
            row
            for record in report["benchmarks"]
            if record["kind"] == kind
            for row in record["rows"]
        ]
        if not rows:
            continue
        good = sum(row["verdict"] == "pass" for row in rows)
        word = "pass" if kind == "verification" else "agree within their tolerance"
        tiles.append(
            f"<div class='tile'><b>{good} of {len(rows)}</b> quantities of "
            f"{title.lower()} {word}</div>"
        )
    kinds = {record["kind"] for record in report["benchmarks"]}
    links = [
        f"<a href='#{kind}'>{title}</a>" for kind, (title, _) in _KINDS.items() if kind in kinds
    ]
    links.append("<a href='#credibility'>What it is worth, and for what</a>")
    tiles.append(f"<nav>{''.join(links)}</nav>")
    return [*lines, f"<div class='tiles'>{''.join(tiles)}</div>"]


def _overview(records: Sequence[dict[str, Any]]) -> list[str]:
    rows = []
    for record in records:
        good = sum(row["verdict"] == "pass" for row in record["rows"])
        count = f"{good} of {len(record['rows'])}" if record["rows"] else record["status"]
        missing = record["status"] == "failed" or good < len(record["rows"])
        verdict = "miss" if missing else "pass" if record["rows"] else ""
        rows.append(
            f"<tr><td>{record['kind']}</td>"
            f"<td><a href='#{record['name']}'>{escape(record['title'])}</a></td>"
            f"<td>{escape(record['question'])}</td>"
            f"<td class='number {verdict}'>{count}</td></tr>"
        )
    head = "<tr><th></th><th>benchmark</th><th>question</th><th>pass</th></tr>"
    return [_grid(head, rows)]


def _section(record: dict[str, Any]) -> list[str]:
    evidence = FACTORS.get(record["evidence_for"], record["evidence_for"])
    lines = [
        f"<section id='{record['name']}'><h3>{escape(record['title'])}</h3>",
        f"<p class='question'>{escape(record['question'])}</p>",
        f"<p class='when'><code>mwa-sim bench {record['name']}</code> &middot; "
        f"{shown(record['seconds'], 3)} s &middot; {escape(evidence)}</p>",
    ]
    if record["error"]:
        first = record["error"].partition("\n")[0]
        lines.append(f"<p class='note bad'>Failed: {escape(first)}</p>")
    if record["skipped"]:
        lines.append(f"<p class='note'>Skipped: {escape(record['skipped'])}</p>")
    if record["status"] == "not run":
        lines.append("<p class='note'>Not run.</p>")
    lines += [_figure(figure) for figure in record["figures"]]
    if record["rows"]:
        lines.append(_folded(record["rows"], _comparison(record)))
    lines += _causes(record)
    for table in record["tables"]:
        lines.append(f"<h4>{escape(table['title'])}</h4>")
        lines.append(_table(table["header"], table["rows"]))
        if table["note"]:
            lines.append(f"<p class='caption'>{escape(table['note'])}</p>")
    lines += _assumed(record)
    return [*lines, "</section>"]


def _folded(rows: Sequence[dict[str, Any]], grid: str) -> str:
    """A long table in which everything passed is folded away behind a line that says so."""
    if len(rows) <= _LONG or any(row["verdict"] == "miss" for row in rows):
        return grid
    used = [
        abs(row["difference"]) / row["tolerance"]
        for row in rows
        if row["tolerance"] and isinstance(row["difference"], float)
    ]
    most = f"; at most {100.0 * max(used):.0f} % of the tolerance is used" if used else ""
    return f"<details><summary>{len(rows)} quantities, all pass{most}</summary>{grid}</details>"


def _comparison(record: dict[str, Any]) -> str:
    header = VERIFICATION_HEADER if record["kind"] == "verification" else VALIDATION_HEADER
    body = []
    for row in record["rows"]:
        *texts, verdict = cells(row, record["kind"])
        others = "".join(f"<td class='number'>{_neat(text)}</td>" for text in texts[1:])
        body.append(
            f"<tr><td>{escape(texts[0])}</td>{others}<td class='{verdict}'>{verdict}</td></tr>"
        )
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    return _grid(f"<tr>{head}</tr>", body)


def _causes(record: dict[str, Any]) -> list[str]:
    """Likely causes of what was missed; rows of the same cause together."""
    found = causes(record)
    if not found:
        return []
    items = "".join(
        f"<li><b>{escape(_some(rows))}</b>: {escape(cause)}</li>" for cause, rows in found.items()
    )
    return [f"<div class='note'>Missed, with the likely cause:<ul>{items}</ul></div>"]


def _some(quantities: Sequence[str]) -> str:
    """The first of many; all of them stand in the table above."""
    more = len(quantities) - _MANY
    if more <= 1:
        return "; ".join(quantities)
    return "; ".join(quantities[:_MANY]) + f"; and {more} more"


def _assumed(record: dict[str, Any]) -> list[str]:
    lines = []
    if record["assumes"]:
        items = "".join(f"<li>{escape(text)}</li>" for text in record["assumes"])
        lines.append(f"<p class='caption'>Assumed:</p><ul class='caption'>{items}</ul>")
    if record["kind"] == "validation":
        on = record["calibrated_on"]
        text = f"Calibrated on: {on}." if on else "Nothing in it is calibrated."
        lines.append(f"<p class='caption'>{escape(text)}</p>")
        lines += _inputs(record["rows"])
    keys = [*record["sources"], *(row["source"] for row in record["rows"] if row["source"])]
    if keys:
        items = "".join(f"<li>{escape(reference(key).text)}</li>" for key in dict.fromkeys(keys))
        lines.append(f"<p class='caption'>Sources:</p><ul class='sources'>{items}</ul>")
    return lines


def _inputs(rows: Iterable[dict[str, Any]]) -> list[str]:
    """What the bands of a benchmark vary, each sampling once."""
    seen: dict[str, int] = {}
    for row in rows:
        if row["band"] is not None:
            inputs = ", ".join(input_text(*each) for each in row["band"]["inputs"].items())
            text = f"{row['band']['sampling']}; {inputs}"
            seen[text] = seen.get(text, 0) + 1
    lines = [f"<p class='caption'>Band: {_neat(text)}.</p>" for text in list(seen)[:_SAMPLINGS]]
    if len(seen) > _SAMPLINGS:
        lines.append(
            f"<p class='caption'>And {len(seen) - _SAMPLINGS} more, of other rows, in "
            "<code>report.json</code>.</p>"
        )
    return lines


def _figure(figure: dict[str, str]) -> str:
    # A picture of its own, so that its identifiers and styles meet no others.
    data = base64.b64encode(figure["svg"].encode("utf-8")).decode("ascii")
    return (
        f"<figure><img alt='{escape(figure['title'], quote=True)}' "
        f"src='data:image/svg+xml;base64,{data}'>"
        f"<figcaption><b>{escape(figure['title'])}.</b> {escape(figure['caption'])}</figcaption>"
        "</figure>"
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = ["<tr>" + "".join(f"<td>{_neat(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    return _grid(f"<tr>{head}</tr>", body)


def _grid(head: str, body: Sequence[str]) -> str:
    return (
        f"<div class='wide'><table><thead>{head}</thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _neat(text: str) -> str:
    return escape(text).replace("+-", "±").replace("&gt;=", "≥").replace("&lt;=", "≤")


def _degrees(html: str) -> str:
    """Degrees as people write them, outside the pictures; reports hold plain ASCII."""
    parts = re.split(r"(<img[^>]*>)", html)
    return "".join(
        part if part.startswith("<img") else re.sub(r"(?<!\w)degC\b", "\N{DEGREE SIGN}C", part)
        for part in parts
    )


def _markdown(text: str) -> str:
    from markdown_it import MarkdownIt

    html = str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
    # Headings one level down: the page has its own title.
    return re.sub(r"(</?h)([1-5])>", lambda found: f"{found[1]}{int(found[2]) + 1}>", html)
