"""Cases from folders, names and meshes: what is read, and every mistake in one go."""

from pathlib import Path

import numpy as np
import pytest

from mwa_sim import case as case_module
from mwa_sim.case import Boundary, Case, OrganAtRisk, Region, list_cases, load_case
from mwa_sim.errors import DataError, InputError, MeshError
from mwa_sim.mesh.files import write_mesh
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.tissue import load_tissue
from tests.real_data import real_data

# A cube of 20 mm around the origin, cut into 12 tetrahedra around its centre: 1 is x < 0.
CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
FACES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


def cube(labels=(1, 2)):
    nodes = np.vstack([CORNERS, np.zeros(3)]) * 0.01
    tets = []
    for a, b, c, d in FACES:
        tets += [[a, b, c, 8], [a, c, d, 8]]
    tets = np.array(tets)
    edges = nodes[tets[:, 1:]] - nodes[tets[:, :1]]
    flip = np.linalg.det(edges) < 0
    tets[flip, :2] = tets[flip, 1::-1]
    centres = nodes[tets].mean(axis=1)
    return TetMesh(nodes, tets, np.where(centres[:, 0] < 0, labels[0], labels[1]))


CASE = """
schema = "mwa-sim/case/1"
name = "block"
mesh = "block.vtu"
length_unit = "mm"
[regions]
1 = { name = "muscle", tissue = "muscle" }
2 = { name = "phantom", tissue = "agar" }
[landmarks]
tumour_centre = ["0 mm", "0 mm", "0 mm"]
wall = ["-0.9 cm", "0 mm", "1 mm"]
[organs_at_risk]
cord = { region = "phantom", max_temperature = "42 degC", max_cem43 = "10 min" }
wall = { landmark = "wall", max_temperature = "45 degC" }
[boundary]
temperature = "20 degC"
[initial]
temperature = "21 degC"
[tissue.agar]
density = "1000 kg/m3"
specific_heat = "4000 J/kg/K"
thermal_conductivity = "0.5 W/m/K"
perfusion = "0 1/s"
water_fraction = 0.0
relative_permittivity = 43.0
electrical_conductivity = "1.69 S/m"
source = "phantom recipe, this case"
"""


@pytest.fixture
def folder(tmp_path):
    write_mesh(tmp_path / "block.vtu", cube())
    (tmp_path / "case.toml").write_text(CASE, encoding="utf-8")
    return tmp_path


def rewritten(folder, *changes):
    text = CASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "case.toml").write_text(text, encoding="utf-8")
    return folder


def problems(folder, *changes, error=InputError):
    with pytest.raises(error) as caught:
        load_case(rewritten(folder, *changes))
    prefix = f"{folder / 'case.toml'}: "
    assert all(line.startswith(prefix) for line in caught.value.problems)
    return [line.removeprefix(prefix) for line in caught.value.problems]


def test_folder_file_and_mesh_file_give_the_same_case(folder):
    case = load_case(folder)
    assert case.name == "block"
    assert case.mesh.n_tets == 12
    assert case.mesh.volumes.sum() == pytest.approx(8e-6)
    assert {k: (r.name, r.tissue.name) for k, r in case.regions.items()} == {
        1: ("muscle", "muscle"),
        2: ("phantom", "agar"),
    }
    assert np.array_equal(case.landmarks["wall"], [-0.009, 0.0, 0.001])
    assert case.organs_at_risk == [
        OrganAtRisk("cord", region="phantom", max_temperature=42.0, max_cem43=10.0),
        OrganAtRisk("wall", landmark="wall", max_temperature=45.0),
    ]
    assert case.boundary == Boundary("temperature", 20.0, 0.0)
    assert case.initial_temperature == 21.0
    for other in (folder / "case.toml", str(folder / "block.vtu")):
        assert load_case(other).content_hash == case.content_hash


def test_path_relative_to_a_given_folder(folder):
    assert load_case("case.toml", folder=folder).name == "block"
    assert load_case(folder.name, folder=folder.parent).name == "block"


def test_landmarks_are_read_only(folder):
    with pytest.raises(ValueError, match="read-only"):
        load_case(folder).landmarks["wall"][0] = 1.0


def test_tissue_sets(folder):
    case = load_case(folder, "smaller-zone")
    assert case.regions[1].tissue.perfusion == load_tissue("muscle", "smaller-zone").perfusion
    assert case.regions[2].tissue.thermal_conductivity == 0.5
    assert case.with_tissues("nominal").content_hash == load_case(folder).content_hash
    with pytest.raises(InputError, match="unknown parameter set 'small'"):
        load_case(folder, "small")


@pytest.mark.parametrize(
    ("text", "boundary"),
    [
        ("", Boundary("temperature", 37.0, 0.0)),
        ('[boundary]\nkind = "insulated"', Boundary("insulated", 37.0, 0.0)),
        (
            '[boundary]\nheat_transfer_coefficient = "10 W/m2/K"\ntemperature = "20 degC"',
            Boundary("convection", 20.0, 10.0),
        ),
        ('[boundary]\ntype = "insulated"', Boundary("insulated", 37.0, 0.0)),
        ("[boundary]\ninsulated = true", Boundary("insulated", 37.0, 0.0)),
        ("[boundary]\ninsulated = false", Boundary("temperature", 37.0, 0.0)),
        ('[boundary]\ntemperature = "insulated"', Boundary("insulated", 37.0, 0.0)),
        (
            '[boundary]\nconvection = "10 W/m2/K"\ntemperature = "20 degC"',
            Boundary("convection", 20.0, 10.0),
        ),
        (
            "[boundary.convection]\n"
            'heat_transfer_coefficient = "10 W/m2/K"\ntemperature = "20 degC"',
            Boundary("convection", 20.0, 10.0),
        ),
    ],
)
def test_boundaries(folder, text, boundary):
    rewritten(folder, ('[boundary]\ntemperature = "20 degC"', text))
    assert load_case(folder).boundary == boundary


def test_boundary_in_one_word(folder):
    rewritten(
        folder,
        ('[boundary]\ntemperature = "20 degC"', ""),
        ('name = "block"', 'name = "block"\nboundary = "insulated"'),
    )
    assert load_case(folder).boundary.kind == "insulated"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'kind = "convection"',
            'boundary: convection needs heat_transfer_coefficient = "10 W/m2/K"',
        ),
        (
            'kind = "insulated"\ntemperature = "3 degC"',
            "boundary: an insulated surface has no temperature; remove one of the two keys",
        ),
        (
            'temperature = "20 degC"\ninsulated = true',
            "boundary: an insulated surface has no temperature; remove one of the two keys",
        ),
        (
            "convection = 3",
            'boundary: expected a heat transfer coefficient like "1000 W/m2/K", '
            'got the bare number 3; write "3 W/m2/K"',
        ),
        (
            'kind = "adiabatic"',
            'boundary.kind: expected "temperature" or "insulated" or "convection", '
            "got 'adiabatic'",
        ),
        (
            'temperature = "20 W"',
            "boundary.temperature: expected a temperature (degC, K), but 'W' is a power",
        ),
    ],
)
def test_bad_boundaries(folder, text, message):
    assert problems(folder, ('temperature = "20 degC"', text)) == [message]


def test_all_mistakes_of_the_file_at_once(folder):
    assert problems(
        folder,
        ('tissue = "muscle"', 'tissue = "muscel"'),
        ('name = "block"', 'name = "block"\nlength_units = "mm"'),
        ('"-0.9 cm"', "-9"),
        ('landmark = "wall", max', 'region = "x", landmark = "wall", max'),
        ('perfusion = "0 1/s"', 'perfusion = "5 mL/min/kg"\ndensty = "1 kg/m3"'),
        ('temperature = "21 degC"', 'temperature = "21 K/W"'),
    ) == [
        'landmarks.wall[0]: expected a length like "1.6 mm", got the bare number -9; write "-9 mm"',
        'organs_at_risk.wall: expected either region = "..." or landmark = "..."',
        "initial.temperature: expected a temperature (degC, K), but 'K/W' measures something else",
        "length_units: unknown key; did you mean 'length_unit'?",
        "tissue.agar.perfusion: expected a rate (1/s, 1/min), but 'mL/min/kg' is a flow per mass "
        "of tissue; multiply it by the density: 1/s = (mL/min/kg) x (kg/m3) / 6e7",
        "tissue.agar.densty: unknown key; did you mean 'density'?",
        "regions.1.tissue: unknown tissue 'muscel'; did you mean 'muscle'?",
    ]


def test_all_mismatches_with_the_mesh_at_once(folder):
    found = problems(
        folder,
        ("2 = {", "3 = {"),
        ('"-0.9 cm"', '"-1.1 cm"'),
        ('region = "phantom"', 'region = "phantm"'),
    )
    assert found == [
        'regions: label 2 of the mesh has no tissue; write 2 = { name = "...", tissue = "..." }',
        "regions.3: the mesh has no cells with label 3 ('phantom'); its labels are 1, 2",
        "landmarks.wall: (-11, 0, 1) mm lies outside the mesh, "
        "which spans -10..10 x -10..10 x -10..10 mm",
        "organs_at_risk.cord.region: unknown region 'phantm'; did you mean 'phantom'?",
    ]


def test_unknown_landmark_and_missing_mesh_at_once(folder):
    found = problems(
        folder,
        ("block.vtu", "blok.vtu"),
        ('landmark = "wall"', 'landmark = "wal"'),
        error=DataError,
    )
    assert "blok.vtu' does not exist" in found[0]
    assert found[1] == "organs_at_risk.wall.landmark: unknown landmark 'wal'; did you mean 'wall'?"


def test_label_region_and_source_of_the_mesh_are_needed(folder):
    assert problems(folder, ('mesh = "block.vtu"', "")) == [
        'expected either mesh = "FILE" or a [recipe] table'
    ]
    assert problems(folder, ("1 = {", "left = {"), ('2 = { name = "phantom", ', "2 = { ")) == [
        "regions.left: expected a whole number, the label in the mesh",
        'regions.2.name: missing; write name = "muscle"',
    ]
    assert problems(folder, ('name = "phantom"', 'name = "muscle"')) == [
        "regions: 'muscle' is the name of more than one region"
    ]


def test_a_label_is_written_in_plain_digits(folder):
    assert problems(folder, ("\n2 = {", '\n"\u00b2" = {'), ("\n1 = {", '\n"1.0" = {')) == [
        "regions.1.0: expected a whole number, the label in the mesh",
        "regions.\u00b2: expected a whole number, the label in the mesh",
    ]


def test_a_label_in_odd_digits_does_not_hide_other_mistakes(folder):
    found = problems(
        folder, ('2 = { name = "phantom", tissue = "agar" }', '"\u00b2" = { name = 3 }')
    )
    assert any("regions.\u00b2.tissue: missing" in line for line in found)


def test_a_landmark_is_a_list_of_lengths(folder):
    assert problems(folder, ('["0 mm", "0 mm", "0 mm"]', '{ x = "0 mm" }')) == [
        "landmarks.tumour_centre: expected a list, got {'x': '0 mm'}"
    ]


def test_schema_versions(folder):
    assert problems(folder, ('schema = "mwa-sim/case/1"', "")) == [
        'schema: missing; write schema = "mwa-sim/case/1"'
    ]
    assert "version 2 is later" in problems(folder, ("case/1", "case/2"), error=DataError)[0]
    assert "got 'mwa-sim/plan/1'" in problems(folder, ("case/1", "plan/1"))[0]


def test_mesh_without_a_case(folder):
    (folder / "case.toml").unlink()
    with pytest.raises(InputError, match=r"is a mesh without tissues; .*labels: 1, 2"):
        load_case(folder / "block.vtu")


def test_inverted_elements_are_a_mesh_error(folder):
    text = (folder / "block.vtu").read_bytes()
    mesh = cube()
    import meshio

    swapped = mesh.tets.copy()
    swapped[3, :2] = swapped[3, 1::-1]
    meshio.Mesh(mesh.nodes * 1e3, [("tetra", swapped)], cell_data={"region": [mesh.regions]}).write(
        folder / "block.vtu"
    )
    assert text != (folder / "block.vtu").read_bytes()
    assert "inverted" in problems(folder, error=MeshError)[0]


def test_names_that_lead_nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="'nowhere' is neither a bundled case nor"):
        load_case("nowhere")
    with pytest.raises(DataError, match="does not exist"):
        load_case("some/case.toml")
    with pytest.raises(DataError, match=r"has no case\.toml"):
        load_case(tmp_path)


def test_bundled_cases_by_name(folder, monkeypatch):
    monkeypatch.setattr(case_module, "_bundled", lambda: {"block": folder / "case.toml"})
    assert list_cases() == ["block"]
    assert load_case("block").name == "block"
    with pytest.raises(InputError, match="did you mean 'block'"):
        load_case("blok")


def test_bundled_names_are_the_folders_in_meshes():
    meshes = Path(case_module.__file__).parents[1] / "meshes"
    assert list_cases() == sorted(file.parent.name for file in meshes.glob("*/case.toml"))


def test_real_anatomy_when_present():
    case = load_case(real_data("cases/l3-mean-shape"))
    assert case.mesh.n_tets == 240567
    assert case.regions[case.label("tumour")].tissue.name == "metastasis_lytic"


def test_case_in_memory():
    agar = load_tissue("muscle").changed(perfusion=0)
    case = Case.from_mesh(
        cube(), {1: "muscle", 2: agar}, names={2: "agar"}, landmarks={"here": [0.0, 0.0, 0.0]}
    )
    assert case.label("agar") == 2
    assert case.label("muscle") == 1
    assert "itis" in case.sources
    with pytest.raises(InputError, match="did you mean 'agar'"):
        case.label("agr")
    with pytest.raises(InputError) as caught:
        Case.from_mesh(cube(), {1: "muscel", 2: "fatt"})
    assert len(caught.value.problems) == 2


def test_cases_are_checked_however_they_are_made():
    muscle = Region("muscle", load_tissue("muscle"))
    with pytest.raises(InputError, match="label 2 of the mesh has no tissue"):
        Case("x", cube(), {1: muscle})
    with pytest.raises(InputError, match=r"organs_at_risk\.a\.landmark: unknown landmark 'b'"):
        Case("x", cube((1, 1)), {1: muscle}, organs_at_risk=[OrganAtRisk("a", landmark="b")])
    case = Case("x", cube((1, 1)), {1: muscle})
    with pytest.raises(InputError, match="lies outside the mesh"):
        case.changed(landmarks={"far": np.ones(3)})
    with pytest.raises(InputError, match="did you mean 'boundary'"):
        case.changed(boundry=1)


def test_changed_copies(folder):
    case = load_case(folder)
    warm = case.changed(initial_temperature=30.0, boundary=Boundary("insulated"))
    assert (case.initial_temperature, warm.initial_temperature) == (21.0, 30.0)
    assert warm.mesh is case.mesh
    fat = case.with_tissue("muscle", "fat")
    assert (fat.regions[1].name, fat.regions[1].tissue.name) == ("muscle", "fat")
    assert len({case.content_hash, warm.content_hash, fat.content_hash}) == 3
