"""The list of references: what a source key of a value or a method stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from .errors import InputError
from .spec_paths import did_you_mean

_ENTRY = re.compile(r"@(\w+)\s*\{\s*([^,\s]+)\s*,")
_FIELD = re.compile(r"(\w+)\s*=\s*\{")
_ACCENTS = {
    r"{\"o}": "ö", r"{\"O}": "Ö", r"{\"u}": "ü", r"{\'n}": "ń", r"{\'e}": "é",
    r"{\c{c}}": "ç", r"{\c{s}}": "ş", r"{\~a}": "ã", r"\_": "_", "--": "-",
}  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """One entry of the bibliography.

    Attributes
    ----------
    key : str
        The key that values carry; it never changes.
    kind : str
        BibTeX entry type, such as ``"article"``.
    fields : dict of str to str
        BibTeX fields in plain text.
    """

    key: str
    kind: str
    fields: dict[str, str] = field(hash=False)

    @property
    def text(self) -> str:
        """The reference in one line: authors, title, where, year, DOI."""
        get = self.fields.get
        parts = [_authors(get("author", "")), get("title", "")]
        journal = get("journal", "")
        if journal and get("volume"):
            journal += f" {get('volume')}"
            journal += f":{get('pages')}" if get("pages") else ""
        where = [journal, get("publisher", ""), get("howpublished", ""), get("year", "")]
        parts.append(", ".join(part for part in where if part))
        if get("doi"):
            parts.append(f"doi:{get('doi')}")
        if get("eprint"):
            parts.append(f"arXiv:{get('eprint')}")
        return ". ".join(part.rstrip(".") for part in parts if part)


def reference(key: str) -> Reference:
    """Look up a source key.

    Parameters
    ----------
    key : str
        For example ``"itis"``.

    Returns
    -------
    Reference
        The entry of the bibliography.

    Raises
    ------
    InputError
        If there is no such key.
    """
    known = all_references()
    if key not in known:
        raise InputError(f"unknown source '{key}'{did_you_mean(key, known)}")
    return known[key]


def cite(keys: Iterable[str]) -> list[str]:
    """References of several keys, one line each.

    Parameters
    ----------
    keys : iterable of str
        Source keys; repetitions count once. A text that is no key (the source that a case file
        states in its own words) is given back as it is.

    Returns
    -------
    list of str
        ``"[key] authors. title. journal, year. doi"``, in the order of the keys.
    """
    known = all_references()
    return [
        f"[{key}] {known[key].text}" if key in known else f"[stated by the case] {key}"
        for key in dict.fromkeys(keys)
    ]


@cache
def all_references() -> dict[str, Reference]:
    """Every reference by key, read from ``data/references.bib``."""
    text = (files("mwa_sim") / "data" / "references.bib").read_text(encoding="utf-8")
    entries = list(_ENTRY.finditer(text))
    ends = [entry.start() for entry in entries[1:]] + [len(text)]
    return {
        entry[2]: Reference(entry[2], entry[1].lower(), _fields(text[entry.end() : end]))
        for entry, end in zip(entries, ends, strict=True)
    }


def _fields(body: str) -> dict[str, str]:
    found: dict[str, str] = {}
    position = 0
    while match := _FIELD.search(body, position):
        depth, end = 1, match.end()
        while depth and end < len(body):
            depth += {"{": 1, "}": -1}.get(body[end], 0)
            end += 1
        found[match[1].lower()] = _plain(body[match.end() : end - 1])
        position = end
    return found


def _plain(text: str) -> str:
    for tex, letter in _ACCENTS.items():
        text = text.replace(tex, letter)
    return " ".join(text.replace("{", "").replace("}", "").split())


def _authors(text: str) -> str:
    names = [name.strip() for name in text.split(" and ") if name.strip()]
    if len(names) > 3 or "others" in names:
        return f"{names[0]} et al."
    return "; ".join(names)
