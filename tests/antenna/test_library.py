"""The antennas of the library: they parse, hang together and are what their sources describe."""

import numpy as np
import pytest

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.arrangement import arrange
from mwa_sim.antenna.in_tissue import antenna_in_tissue
from mwa_sim.antenna.library import file_entry, library_entry, list_antennas
from mwa_sim.references import reference

TOP = 50e-3


def areas(section, top=TOP):
    """Area [mm2] of each part of a section, and of all conductors, below a height."""
    plan = arrange(section.outlines(top), 1.1 * section.radius, -1e-3, top)
    area = (plan.right - plan.left).mean(axis=1) * (plan.z[:, 1] - plan.z[:, 0]) * 1e6
    filling = np.full(len(area), -1)
    for i in range(len(section.parts)):
        filling[plan.inside[:, i]] = i
    found = {part.name: float(area[filling == i].sum()) for i, part in enumerate(section.parts)}
    metal = sum(found[part.name] for part in section.parts if part.permittivity is None)
    return found, metal


def test_library_has_the_named_antennas():
    assert set(list_antennas()) >= {
        "slot-1.6mm", "slot-1.79mm", "monopole-1.6mm", "monopole-2.2mm", "ceramic-tip-1.8mm",
        "choke-2.05mm", "mini-choke-1.53mm", "dual-slot-1.6mm", "slot-1.6mm-915",
    }  # fmt: skip


@pytest.mark.parametrize("name", list_antennas())
def test_every_number_and_part_has_a_known_source_and_a_standing(name):
    entry = library_entry(name)
    assert entry.title
    assert entry.note
    for stated in [*entry.values.values(), *entry.parts]:
        assert stated.standing in {"source", "calculated", "assumption", "unverified"}
    for value in entry.values.values():
        assert value.low <= value.value <= value.high
    assert entry.sources
    assert all(reference(key).text for key in entry.sources)


@pytest.mark.parametrize("name", list_antennas())
def test_antennas_are_whole(name):
    antenna = Antenna.from_library(name)
    entry = library_entry(name)
    section = antenna.section
    assert antenna.model == "wave-coupled"
    assert {"wave-static", "wave-coupled"} <= set(antenna.models)
    assert section.radius == pytest.approx(antenna.outer_diameter / 2, abs=1e-9)
    assert min(part.outline[:, 1].min() for part in section.parts) == 0.0
    assert 0.0 < section.port[0] < section.port[1] < section.radius
    assert 2.0 <= section.port_permittivity <= 2.2
    # The coaxial lines of these antennas have impedances of about 50 ohm.
    ohms = 59.96 / np.sqrt(section.port_permittivity) * np.log(section.port[1] / section.port[0])
    assert 44.0 < ohms < 53.0
    assert antenna.transmission == pytest.approx(0.72)
    assert entry.number("efficiency") == pytest.approx(antenna.transmission * antenna.matched)
    assert set(antenna.sources) == set(entry.sources)
    assert antenna.frequency == (915e6 if name.endswith("915") else 2.45e9)
    if antenna.sar is not None:
        assert antenna.sar.radius == pytest.approx(antenna.outer_diameter / 2)
        assert 0.0 < antenna.sar.start < antenna.sar.end < 25e-3
    if antenna.cooling is not None:
        # The coolant keeps away from where the antenna radiates, and stays in the shaft.
        cuts = [p.outline[:, 1].max() for p in entry.parts if p.cut is not None]
        assert antenna.cooling.shaft_start >= max([0.0, *cuts])


def test_sections_of_the_default_antenna_by_hand():
    found, metal = areas(Antenna.from_library("slot-1.6mm").section)
    assert found["end of the sheath"] == pytest.approx(0.8 * 0.2)
    assert found["sheath"] == pytest.approx(0.205 * 49.8)
    assert found["slot"] == pytest.approx(0.125 * 1.0)
    assert found["outer conductor"] == pytest.approx(0.125 * (49.6 - 1.0))
    assert found["dielectric"] == pytest.approx(0.335 * 49.6)
    assert metal == pytest.approx(0.595 * 0.2 + 0.135 * 49.6 + 0.125 * 48.6)
    assert sum(found.values()) == pytest.approx(0.8 * 50.0)


def test_published_slot_antenna():
    entry = library_entry("slot-1.79mm")
    found, _ = areas(entry.section)
    assert found["end of the catheter"] == pytest.approx(0.5 * 0.895 * 0.5)
    assert found["slot"] == pytest.approx(0.125)
    slot = entry.section.parts[-1]
    assert slot.permittivity == 1.0
    # 5.5 mm from the end of the metal.
    metal = min(p.outline[:, 1].min() for p in entry.section.parts if p.permittivity is None)
    assert slot.outline[:, 1].min() - metal == pytest.approx(5.5e-3)
    assert {p.permittivity for p in entry.section.parts} == {None, 1.0, 2.03, 2.6}


def test_tips_and_chokes():
    found, _ = areas(Antenna.from_library("mini-choke-1.53mm").section)
    assert found["metal tip"] == pytest.approx(0.5 * 0.765 * 5.0)
    assert found["ceramic"] == pytest.approx((0.765 - 0.3935) * 12.0)
    assert found["choke filling"] == pytest.approx((0.66 - 0.3935) * 10.0)
    found, _ = areas(Antenna.from_library("choke-2.05mm").section)
    assert found["choke"] == pytest.approx(0.14 * 27.0)
    assert found["choke filling"] == pytest.approx(0.29 * 29.0)
    found, _ = areas(Antenna.from_library("ceramic-tip-1.8mm").section)
    cone, walls, core = 0.5 * 0.915 * 3.25, 0.23 * 10.2, 0.915 * 3.75
    assert found["ceramic tip"] == pytest.approx(cone + walls + core)
    bare, _ = areas(Antenna.from_library("monopole-2.2mm").section)
    assert bare["dielectric"] == pytest.approx((0.84 - 0.255) * 37.0)


@pytest.mark.parametrize("name", list_antennas())
def test_nothing_but_tissue_is_left_between_the_parts(name):
    section = Antenna.from_library(name).section
    found, _ = areas(section)
    outlines = section.outlines(TOP)
    plan = arrange(outlines, 1.1 * section.radius, -1e-3, TOP)
    covered = plan.inside.any(axis=1)
    area = (plan.right - plan.left).mean(axis=1) * (plan.z[:, 1] - plan.z[:, 0]) * 1e6
    assert sum(found.values()) == pytest.approx(area[covered].sum())
    assert plan.regions(~covered).max() == 0


def test_a_library_file_is_a_valid_file_of_ones_own(tmp_path):
    from importlib.resources import files

    text = (files("mwa_sim") / "data" / "antennas" / "slot-1.6mm.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    mine, original = file_entry(tmp_path / "mine.toml"), library_entry("slot-1.6mm")
    assert mine.name == "mine"
    assert mine.section.digest() == original.section.digest()
    assert mine.sources == original.sources


def test_note_of_the_default_antenna_says_what_its_field_does():
    note = library_entry("slot-1.6mm").note
    for tissue, s11 in (
        ("liver", -16.8), ("bone_cancellous", -16.1), ("muscle", -16.1), ("bone_cortical", -12.2),
    ):  # fmt: skip
        found = antenna_in_tissue("slot-1.6mm", tissue)
        assert found.s11_dB == pytest.approx(s11, abs=0.1)
        assert f"{s11} dB" in note
        if tissue != "bone_cortical":
            assert found.penetration.level == pytest.approx(8e-3, abs=1e-3)
    line = Antenna.from_library("slot-1.6mm").sar
    assert (line.start, line.end) == pytest.approx((4e-3, 19e-3))
