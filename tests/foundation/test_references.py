"""The bibliography is complete, readable and without stray keys."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from mwa_sim.errors import InputError
from mwa_sim.references import all_references, cite, reference
from mwa_sim.tissue.properties import source_keys


def test_every_entry_has_a_title_or_place_and_an_author():
    for key, entry in all_references().items():
        assert entry.fields.get("author"), key
        assert entry.fields.get("title") or entry.fields.get("journal"), key
        assert "{" not in entry.text, key
        assert ".." not in entry.text, key
        assert "\\" not in entry.text, key


def test_no_key_twice():
    text = (files("mwa_sim") / "data" / "references.bib").read_text(encoding="utf-8")
    entries = sum(line.startswith("@") for line in text.splitlines())
    assert entries == len(all_references())


def sources_in(table):
    for key, item in table.items():
        if isinstance(item, dict):
            yield from sources_in(item)
        elif key in ("source", "range_source"):
            yield from source_keys(item)


def test_every_source_in_a_data_file_is_in_the_bibliography():
    folder = Path(str(files("mwa_sim") / "data"))
    data_files = sorted(folder.rglob("*.toml"))
    assert len(data_files) > 20
    for file in data_files:
        for key in sources_in(tomllib.loads(file.read_text(encoding="utf-8"))):
            assert key in all_references(), f"{file.name}: {key}"


def test_fields_with_braces_and_accents():
    entry = reference("hahn2012")
    assert entry.fields["author"] == "Hahn, D. W. and Özişik, M. N."
    assert reference("itis").fields["title"].startswith("IT'IS Database")
    assert reference("meyer2014").fields["pages"] == "594-626"


def test_cite_keeps_order_drops_repetitions_and_passes_own_words():
    lines = cite(["pennes1948", "itis", "pennes1948", "recipe of this case"])
    assert [line.split("]")[0] for line in lines] == [
        "[pennes1948", "[itis", "[stated by the case",
    ]  # fmt: skip
    assert "doi:10.1152/jappl.1948.1.2.93" in lines[0]


def test_unknown_key_offers_the_closest():
    with pytest.raises(InputError, match="did you mean 'pennes1948'"):
        reference("pennes1984")
