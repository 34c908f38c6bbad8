"""Antenna files of conductors and dielectrics: what they mean and why some are refused."""

import numpy as np
import pytest

from mwa_sim.antenna.antenna_file import parse_entry
from mwa_sim.antenna.arrangement import arrange, crosses_itself
from mwa_sim.errors import DataError

HEAD = """
schema = "mwa-sim/antenna/1"
frequency = "2.45 GHz"
outer_diameter = "1.6 mm"
cable.transmission = "72 %"
"""
PORT = """
[port]
inner_conductor = "inner conductor"
outer_conductor = "outer conductor"
"""


def part(name, material, r, z, more=""):
    return (
        f'[[part]]\nname = "{name}"\nmaterial = {material}\nshape = "cylinder"\n'
        f"r = {[f'{x} mm' for x in r]}\n"
        f"z = {[x if x == 'hub' else f'{x} mm' for x in z]}\n{more}\n"
    )


METAL, PTFE = '"conductor"', "2.03"
# A coax closed by a plate, in a sheath, with one slot.
PARTS = {
    "end": part("end", "2.1", (0, 0.8), (0, 0.2)),
    "sheath": part("sheath", "2.1", (0.595, 0.8), (0.2, "hub")),
    "plate": part("plate", METAL, (0, 0.595), (0.2, 0.4)),
    "inner": part("inner conductor", METAL, (0, 0.135), (0.4, "hub")),
    "dielectric": part("dielectric", PTFE, (0.135, 0.47), (0.4, "hub")),
    "outer": part("outer conductor", METAL, (0.47, 0.595), (0.4, "hub")),
    "slot": part("slot", "1", (0.47, 0.595), (5.4, 6.4), 'cut = "outer conductor"'),
}


def file(head=HEAD, port=PORT, **changes):
    return head + port + "".join(v for v in {**PARTS, **changes}.values() if v)


def read(**changes):
    return parse_entry("x", file(**changes), provenance="antenna file x.toml")


def problems(**changes):
    with pytest.raises(DataError) as error:
        read(**changes)
    assert all(line.startswith("antenna file 'x': ") for line in error.value.problems)
    return error.value.problems


def only_problem(**changes):
    found = problems(**changes)
    assert len(found) == 1, found
    return found[0]


def test_parts_become_a_section_bodies_first():
    slot_first = {"slot": PARTS["slot"]} | PARTS
    text = HEAD + PORT + "".join(slot_first.values())
    entry = parse_entry("x", text, provenance="antenna file x.toml")
    section = entry.section
    assert [p.name for p in section.parts][-1] == "slot"
    assert entry.parts[0].name == "slot"
    assert section.port == pytest.approx((0.135e-3, 0.47e-3))
    assert section.port_permittivity == 2.03
    assert section.radius == pytest.approx(0.8e-3)
    assert section.highest_corner == pytest.approx(6.4e-3)
    sheath = next(p for p in section.parts if p.name == "sheath")
    assert sheath.permittivity == 2.1
    assert np.isinf(sheath.outline[:, 1]).sum() == 2
    assert next(p for p in section.parts if p.name == "plate").permittivity is None


def test_short_numbers_have_the_file_as_their_source():
    entry = read()
    assert entry.number("outer_diameter") == pytest.approx(1.6e-3)
    assert entry.number("efficiency") == pytest.approx(0.72)
    assert entry.sources == ["antenna file x.toml"]
    with pytest.raises(DataError, match="expected a table with value, source and standing"):
        parse_entry("x", file())


def test_a_byte_order_mark_is_read_over():
    marked = parse_entry("x", "\ufeff" + file().lstrip(), provenance="antenna file x.toml")
    assert [one.name for one in marked.parts] == [one.name for one in read().parts]


def test_dielectrics_with_loss():
    lossy = "{ relative_permittivity = 4, %s }"
    by_tangent = read(end=part("end", lossy % "loss_tangent = 0.1", (0, 0.8), (0, 0.2)))
    assert by_tangent.section.parts[0].permittivity == pytest.approx(4 - 0.4j)
    sigma = 'conductivity = "0.1 S/m"'
    by_conductivity = read(end=part("end", lossy % sigma, (0, 0.8), (0, 0.2)))
    # sigma / (2 pi f eps_0) at 2.45 GHz by hand
    assert by_conductivity.section.parts[0].permittivity == pytest.approx(4 - 0.73369j, abs=1e-4)
    both = lossy % f"loss_tangent = 0.1, {sigma}"
    assert "not both" in only_problem(end=part("end", both, (0, 0.8), (0, 0.2)))


def test_cones_and_polygons():
    tip = """[[part]]
name = "end"
material = 2.1
shape = "cone"
r = ["0 mm", "0.8 mm"]
z = ["0 mm", "0.2 mm"]
"""
    outline = read(end=tip).section.parts[0].outline
    assert outline == pytest.approx(1e-3 * np.array([(0, 0), (0.8, 0.2), (0, 0.2)]))
    same = """[[part]]
name = "end"
material = 2.1
shape = "polygon"
points = [["0 mm", "0.2 mm"], ["0.8 mm", "0.2 mm"], ["0 mm", "0 mm"]]
"""
    turned = read(end=same).section.parts[0].outline
    x, y = turned.T
    assert 0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) == pytest.approx(0.08e-6)
    hollow = """[[part]]
name = "end"
material = "conductor"
shape = "cone"
r = ["0.5 mm", "0.8 mm"]
inner_r = ["0.4 mm", "0.8 mm"]
z = ["0 mm", "0.2 mm"]
"""
    filling = same.replace('"end"', '"filling"')
    filling = filling.replace(
        '[["0 mm", "0.2 mm"], ["0.8 mm", "0.2 mm"], ["0 mm", "0 mm"]]',
        '[["0 mm", "0.2 mm"], ["0.8 mm", "0.2 mm"], ["0.4 mm", "0 mm"], ["0 mm", "0 mm"]]',
    )
    assert read(end=hollow, filling=filling).section.parts[0].outline.shape == (3, 2)


def test_a_groove_says_that_it_does_not_go_through():
    groove = part("groove", "1", (0.7, 0.8), (9, 20), 'cut = "shaft"\nthrough = false')
    shaft = part("shaft", METAL, (0.595, 0.8), (8, "hub"))
    sheath = part("sheath", "2.1", (0.595, 0.8), (0.2, 8))
    section = read(sheath=sheath, shaft=shaft, groove=groove).section
    assert section.parts[-1].name == "groove"
    blind = part("groove", "1", (0.7, 0.8), (9, 20), 'cut = "shaft"')
    text = only_problem(sheath=sheath, shaft=shaft, groove=blind)
    assert "part 'groove': does not reach through 'shaft'" in text
    assert "through = false" in text


def test_two_slots():
    second = part("second", "1", (0.47, 0.595), (12, 13), 'cut = "outer conductor"')
    assert [p.name for p in read(second=second).section.parts][-2:] == ["slot", "second"]
    same = part("second", "1", (0.47, 0.595), (6, 8), 'cut = "outer conductor"')
    assert "'slot' and 'second' overlap" in only_problem(second=same)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"sheath": part("sheath", "2.1", (0.5, 0.8), (0.2, "hub"))},
            ["parts 'sheath' and 'outer conductor' overlap", "r 0.5 to 0.595 mm"],
        ),
        (
            {"slot": part("slot", "1", (0.47, 0.7), (5.4, 6.4), 'cut = "outer conductor"')},
            ["part 'slot': does not lie within 'outer conductor'", "r 0.595 to 0.7 mm"],
        ),
        (
            {"slot": part("slot", "1", (0.9, 1.0), (5.4, 6.4), 'cut = "outer conductor"')},
            ["part 'slot': does not lie within 'outer conductor'"],
        ),
        (
            {"slot": part("slot", "1", (0.47, 0.55), (5.4, 6.4), 'cut = "outer conductor"')},
            ["part 'slot': does not reach through 'outer conductor'"],
        ),
        (
            {"slot": part("slot", "1", (0.47, 0.595), (5.4, 6.4), 'cut = "outer conductr"')},
            ["part 'slot': cut: no conductor", "did you mean 'outer conductor'"],
        ),
        (
            {"slot": part("slot", "1", (0.47, 0.595), (5.4, 6.4), 'cut = "sheath"')},
            ["part 'slot': cut: no conductor is called 'sheath'"],
        ),
        (
            {"slot": part("slot", METAL, (0.47, 0.595), (5.4, 6.4), 'cut = "outer conductor"')},
            ["part 'slot': a cut is filled with a dielectric"],
        ),
        (
            {"slot": part("slot", "1", (0.47, 0.595), (0.4, "hub"), 'cut = "outer conductor"')},
            ["part 'slot': leaves nothing of 'outer conductor'", "does not go on to the hub"],
        ),
        (
            {"sheath": part("sheath", "2.1", (0.595, 0.595), (0.2, "hub"))},
            ["part 'sheath': r: the thickness must be positive"],
        ),
        (
            {"sheath": part("sheath", "2.1", (0.8, 0.595), (0.2, "hub"))},
            ["part 'sheath': r: the thickness must be positive, the inner radius first"],
        ),
        (
            {"plate": part("plate", METAL, (0, 0.595), (0.4, 0.4))},
            ["part 'plate': z: the length must be positive"],
        ),
        (
            {"end": part("end", "2.1", (-0.1, 0.8), (0, 0.2))},
            ["part 'end': r: expected a length of at least 0 mm"],
        ),
        (
            {"slot": ""},
            ["closed antenna, no way out", "'dielectric'"],
        ),
        (
            {
                "pocket": part(
                    "pocket", "1", (0, 0.3), (0.25, 0.35), 'cut = "plate"\nthrough = false'
                )
            },
            ["part 'pocket': is completely enclosed in metal, no field can get in"],
        ),
        (
            {"inner": part("inner conductor", METAL, (0, 0.47), (0.4, "hub")), "dielectric": ""},
            ["port: 'inner conductor' touches 'outer conductor' at the hub"],
        ),
        (
            {"inner": part("inner conductor", METAL, (0, 0.135), (0.4, 30))},
            ["port: part 'inner conductor' does not go on to the hub"],
        ),
        (
            {"port": ""},
            ["port: is missing"],
        ),
        (
            {"port": '[port]\ninner_conductor = "inner"\nouter_conductor = "sheath"\n'},
            ["did you mean 'inner conductor'", "port: outer_conductor: no conductor is called"],
        ),
        (
            {"port": '[port]\ninner = "inner conductor"\nouter_conductor = "outer conductor"\n'},
            [
                "port.inner: unknown key; did you mean 'inner_conductor'",
                "expected the name of a part",
            ],
        ),
        (
            {"dielectric": part("dielectric", PTFE, (0.2, 0.47), (0.4, "hub"))},
            ["port: one dielectric must fill the line", "there is a gap and 'dielectric'"],
        ),
        (
            {
                "dielectric": part(
                    "dielectric",
                    "{ relative_permittivity = 2.03, loss_tangent = 0.01 }",
                    (0.135, 0.47),
                    (0.4, "hub"),
                )
            },
            ["port: part 'dielectric' must be without loss"],
        ),
        (
            {"head": HEAD.replace("1.6 mm", "1.8 mm")},
            ["outer_diameter: is 1.8 mm, but part 'end' has an outer diameter of 1.6 mm"],
        ),
        (
            {"sheath": part("sheath", "2.1", (0.65, 0.8), (0.2, "hub"))},
            ["between parts", "'outer conductor'", "'sheath'", "a gap would be filled with tissue"],
        ),
        (
            {"dielectric": part("dielectric", PTFE, (0.135, 0.47), (0.5, "hub"))},
            ["a gap would be filled with tissue, at r 0.135 to 0.47 mm, z 0.4 mm to 0.5 mm"],
        ),
        (
            {"end": part("end", "2.1", (0, 0.8), (0.1, 0.2))},
            ["part 'end': the tip of the antenna must be at z = 0", "z = 0.1 mm"],
        ),
        (
            {"end": part("end", "0.9", (0, 0.8), (0, 0.2))},
            ["part 'end': material.relative_permittivity: expected a plain number of at least 1"],
        ),
        (
            {
                "end": part(
                    "end", "{ relative_permittivity = 2, loss_tangent = -0.1 }", (0, 0.8), (0, 0.2)
                )
            },
            ["part 'end': material.loss_tangent: expected a plain number of at least 0"],
        ),
        (
            {
                "end": part(
                    "end", '{ permitivity = 2, conductivity = "-1 S/m" }', (0, 0.8), (0, 0.2)
                )
            },
            [
                "material.permitivity: unknown key; did you mean 'relative_permittivity'",
                "material.conductivity: expected",
                "material.relative_permittivity: is missing",
            ],
        ),
        (
            {"end": part("end", '"metal"', (0, 0.8), (0, 0.2))},
            ["part 'end': material: expected \"conductor\" or a dielectric", "'metal'"],
        ),
        (
            {"end": part("end", "2.1", (0, 0.8), (0, 0.2), 'sorce = "me"')},
            ["part 'end': sorce: unknown key; did you mean 'source'"],
        ),
        (
            {"end": part("end", "2.1", (0, 0.8), (0, 0.2)).replace("cylinder", "cylindre")},
            ["part 'end': shape: expected one of", "did you mean 'cylinder'"],
        ),
        (
            {"end": part("end", "2.1", (0, 0.8), (0, 0.2)).replace('shape = "cylinder"', "")},
            ["part 'end': shape: is missing; write one of cylinder, cone, polygon"],
        ),
        (
            {"end": part("sheath", "2.1", (0, 0.8), (0, 0.2))},
            ["part 'sheath': name: another part has this name"],
        ),
        (
            {"end": part("end", "2.1", (0, 0.8), ("hub", 0.2))},
            ["part 'end': z: the length must be positive"],
        ),
        (
            {"end": part("end", "2.1", (0, 0.8), (0, 0.2), "through = false")},
            ["part 'end': through: only a part with cut has it"],
        ),
        (
            {"end": part("end", "2.1", (0,), (0, 0.2))},
            ["part 'end': r: expected two values like"],
        ),
    ],
)
def test_bad_files_are_refused_with_the_part_named(changes, expected):
    text = "\n".join(problems(**changes))
    for words in expected:
        assert words in text


def test_all_problems_are_listed_at_once():
    found = problems(
        sheath=part("sheath", "0.5", (0.8, 0.595), (0.2, "hub")),
        plate=part("plate", METAL, (0, 0.595), (0.4, 0.4)),
        head=HEAD.replace("72 %", "172 %").replace("2.45 GHz", "2.45 mm"),
    )
    assert len(found) == 5
    found = problems(
        sheath=part("sheath", "2.1", (0.5, 0.8), (0.2, "hub")),
        slot=part("slot", "1", (0.47, 0.55), (5.4, 6.4), 'cut = "outer conductor"'),
        port='[port]\ninner_conductor = "inner conductor"\nouter_conductor = "outer"\n',
    )
    # Overlaps with the plate and the outer conductor, a blind slot, an unknown port.
    assert len(found) == 4


POLYGON = """[[part]]
name = "end"
material = 2.1
shape = "polygon"
points = %s
"""


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ('[["0 mm", "0 mm"], ["1 mm", "1 mm"], ["1 mm", "0 mm"], ["0 mm", "1 mm"]]', "crosses"),
        ('[["0 mm", "0 mm"], ["0.8 mm", "0 mm"]]', "at least three corners"),
        ('[["0 mm", "0 mm"], ["0.8 mm", "0 mm"], ["0.8 mm", "0 mm"]]', "in a row are the same"),
        ('[["0 mm", "0 mm"], ["0.4 mm", "0 mm"], ["0.8 mm", "0 mm"]]', "has no area"),
        ('[["0 mm", "0 mm"], ["0.8 mm", "0 mm"], ["0.4 mm", "hub"], ["0 mm", "hub"]]', "parallel"),
        ('[["0 mm", "0 mm"], ["-0.8 mm", "0 mm"], ["0.4 mm", "1 mm"]]', "at least 0 mm"),
    ],
)  # fmt: skip
def test_bad_polygons(points, expected):
    text = "\n".join(problems(end=POLYGON % points))
    assert "part 'end': points" in text
    assert expected in text


def test_coordinates_within_a_nanometre_are_the_same():
    nearly = part("sheath", "2.1", (0.5950003, 0.8), (0.2000004, "hub"))
    assert read(sheath=nearly).section is not None
    assert "gap" in only_problem(sheath=part("sheath", "2.1", (0.59501, 0.8), (0.2, "hub")))


def test_a_file_without_parts_needs_the_closed_form():
    text = HEAD + 'radiator.start = "4 mm"\nradiator.end = "9 mm"\nradiator.exponent = 1.5\n'
    assert parse_entry("x", text, provenance="me").section is None
    with pytest.raises(DataError, match="list the conductors and dielectrics"):
        parse_entry("x", HEAD, provenance="me")
    with pytest.raises(DataError, match=r"radiator\.end: is missing, radiator\.start"):
        parse_entry("x", HEAD + 'radiator.start = "4 mm"\n', provenance="me")
    with pytest.raises(DataError, match=r"efficiency: unknown key; give cable\.transmission"):
        parse_entry("x", HEAD + 'efficiency = "70 %"\n', provenance="me")


def test_arrangement_measures_crossing_polygons():
    square = np.array([(1.0, 0.0), (3.0, 0.0), (3.0, 2.0), (1.0, 2.0)])
    diamond = np.array([(3.0, 0.0), (4.0, 1.0), (3.0, 2.0), (2.0, 1.0)])
    plan = arrange([square, diamond], 5.0, -1.0, 3.0)
    width = (plan.right - plan.left).mean(axis=1) * (plan.z[:, 1] - plan.z[:, 0])
    assert width.sum() == pytest.approx(20.0)
    assert width[plan.inside[:, 0]].sum() == pytest.approx(4.0)
    assert width[plan.inside[:, 1]].sum() == pytest.approx(2.0)
    assert width[plan.inside.all(axis=1)].sum() == pytest.approx(1.0)
    outside = ~plan.inside.any(axis=1)
    assert plan.regions(outside).max() == 0
    assert not crosses_itself(diamond)
    assert crosses_itself(diamond[[0, 2, 1, 3]])


def test_arrangement_sees_holes_and_does_not_connect_through_points():
    ring = [
        np.array([(1.0, 0.0), (4.0, 0.0), (4.0, 1.0), (1.0, 1.0)]),
        np.array([(1.0, 2.0), (4.0, 2.0), (4.0, 3.0), (1.0, 3.0)]),
        np.array([(1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 2.0)]),
        np.array([(3.0, 1.0), (4.0, 1.0), (4.0, 2.0), (3.0, 2.0)]),
    ]
    plan = arrange(ring, 5.0, -1.0, 4.0)
    regions = plan.regions(~plan.inside.any(axis=1))
    assert regions.max() == 1
    # Two squares that meet in a corner do not touch.
    corner = arrange(
        [np.array([(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)]),
         np.array([(2.0, 1.0), (3.0, 1.0), (3.0, 2.0), (2.0, 2.0)])], 4.0, -1.0, 3.0,
    )  # fmt: skip
    first, second = corner.inside.T
    assert corner.regions(first | second).max() == 1
    assert not corner.touching(first, second).any()
