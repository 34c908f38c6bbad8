"""The parametric spine: published dimensions measured back, topology, compression, sizes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mwa_sim.anatomy.measures import LEVELS, MEASURABLE, measures
from mwa_sim.anatomy.segment import build_chain
from mwa_sim.anatomy.spine import SpineSpec, parametric_scene
from mwa_sim.errors import InputError
from mwa_sim.references import all_references
from mwa_sim.tissue.table import tissue_from_table
from tests.real_data import real_data

MM = 1e-3
_SCENES = {}


def scene_of(level):
    """Scenes are cheap to make but are needed by many tests."""
    if level not in _SCENES:
        _SCENES[level] = parametric_scene(SpineSpec(level=level))
    return _SCENES[level]


def extent(level, start, direction, reach=45 * MM):
    """Length of the stretch inside a level function on the line through an inner point."""
    steps = np.arange(0.0, reach, 0.02 * MM)
    direction = np.asarray(direction) / np.linalg.norm(direction)
    ends = []
    for sign in (1, -1):
        value = level(np.asarray(start) + sign * steps[:, None] * direction)
        assert value[0] < 0
        ends.append(steps[np.argmax(value > 0)])
    return sum(ends)


def span(level, start, direction, reach=40 * MM):
    """From the first to the last point inside on a line: hollows in between do not count."""
    steps = np.arange(-reach, reach, 0.02 * MM)
    inside = steps[level(np.asarray(start) + steps[:, None] * np.asarray(direction)) < 0]
    return inside.max() - inside.min()


def close(measured, wanted):
    """Within 3 % or half a millimetre."""
    assert measured == pytest.approx(wanted, rel=0.03, abs=0.5 * MM)


@pytest.mark.parametrize("level", LEVELS)
def test_body_has_its_dimensions(level):
    body, s = scene_of(level).body, measures(level)
    for sign, width, depth in (
        (1, s.endplate_width, s.endplate_depth),
        (-1, s.lower_width, s.lower_depth),
    ):
        heights = sign * s.height / 2 * np.linspace(0.7, 0.95, 11)
        close(max(span(body, [0, 0, z], [0, 1, 0]) for z in heights), width)
        close(max(span(body, [0, 0, z], [1, 0, 0]) for z in heights), depth)
    # Two millimetres inside the walls, past the rounding of the rims.
    for wall, inwards in ((-0.5, 1), (0.5, -1)):
        x = wall * s.depth + inwards * 2.0 * MM
        there = s.posterior_height + (s.anterior_height - s.posterior_height) * (x / s.depth + 0.5)
        close(span(body, [x, 0, 0], [0, 0, 1]), there)


@pytest.mark.parametrize("level", LEVELS)
def test_canal_has_its_dimensions(level):
    scene, s = scene_of(level), measures(level)

    def free(points):
        return np.maximum(scene.canal(points), -scene.bone(points))

    front = scene.landmarks["left_pedicle_axis_front"]
    back = scene.landmarks["left_pedicle_axis_back"]
    wall = s.posterior_wall - 4.0 * MM
    isthmus = front + (back - front) * (front[0] - wall) / (front[0] - back[0])
    close(extent(free, [isthmus[0], 0, isthmus[2]], [0, 1, 0]), s.canal_width)
    depths = [
        extent(free, [s.canal_centre, 0, z], [1, 0, 0])
        for z in np.linspace(-0.45, 0.2, 9) * s.posterior_height
    ]
    close(min(depths), s.canal_depth)


@pytest.mark.parametrize("level", LEVELS)
def test_pedicle_has_its_dimensions(level):
    scene, s = scene_of(level), measures(level)
    front = scene.landmarks["left_pedicle_axis_front"]
    back = scene.landmarks["left_pedicle_axis_back"]
    along = (front - back) / np.linalg.norm(front - back)
    sideways = np.cross(along, [0, 0, 1.0])
    upwards = np.cross(sideways, along)
    places = [back + t * (front - back) for t in np.linspace(0.2, 0.8, 13)]
    close(min(extent(scene.bone, p, sideways) for p in places), s.pedicle_width)
    close(min(extent(scene.bone, p, upwards) for p in places), s.pedicle_height)


@pytest.mark.parametrize("level", LEVELS)
def test_regions_keep_to_their_places(level):
    scene = scene_of(level)
    rng = np.random.default_rng(5)
    low, high = np.array([-45, -25, -30]) * MM, np.array([20, 25, 30]) * MM
    points = rng.uniform(low, high, (60000, 3))
    neural = scene.cord(points) < 0
    assert neural.any()
    for name in ("cancellous", "posterior_elements", "neighbour_vertebrae", "disc"):
        piece = scene.piece(name)
        # Bone and discs keep their distance from the cord; the fluid lies between.
        assert piece.level(points[neural]).min() > 1.0 * MM, name
    assert (scene.piece("csf").level(points[neural]) < 0).all()
    assert (scene.canal(points[scene.piece("csf").level(points) < 0]) < 0).all()
    # Joint spaces: nothing but discs and ribs touches the treated vertebra.
    gap = scene.piece("neighbour_vertebrae").level(points[scene.bone(points) < 0])
    assert gap.min() > 0.6 * MM
    # No gap between discs and bodies.
    along = np.stack([0 * points[:, 0] - 2 * MM, 0 * points[:, 1], points[:, 2]], axis=1)
    names = {("muscle" if k == len(scene.pieces) else scene.pieces[k].name)
             for k in np.unique(scene.classify(along))}  # fmt: skip
    assert names <= {"cancellous", "disc", "neighbour_vertebrae"}


@pytest.mark.parametrize("level", ["T1", "T6", "T12", "L3", "L5"])
def test_left_and_right_are_mirror_images_but_for_the_vessels(level):
    scene = scene_of(level)
    points = np.random.default_rng(2).uniform(scene.low, scene.high, (5000, 3))
    mirrored = points * [1, -1, 1]
    for piece in scene.pieces:
        if piece.name not in ("aorta", "vena_cava"):
            np.testing.assert_allclose(
                piece.level(points), piece.level(mirrored), atol=1e-12, err_msg=piece.name
            )


@pytest.mark.parametrize("level", ["T2", "T8", "L1", "L4"])
def test_values_are_about_distances(level):
    """Near a surface the level functions climb by about a metre per metre; less in fillets."""
    scene = scene_of(level)
    rng = np.random.default_rng(7)
    points = rng.uniform(scene.low, scene.high, (60000, 3))
    for piece in scene.pieces:
        value = piece.level(points)
        near = points[np.abs(value) < 1.0 * MM]
        step = 1e-6
        slope = np.stack(
            [
                (piece.level(near + step * axis) - piece.level(near - step * axis)) / (2 * step)
                for axis in np.eye(3)
            ]
        )
        size = np.linalg.norm(slope, axis=0)
        assert np.quantile(size, 0.05) > 0.4, piece.name
        assert np.median(size) > 0.8, piece.name
        assert np.quantile(size, 0.98) < 2.0, piece.name


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_where(level):
    scene = scene_of(level)
    names = {piece.name for piece in scene.pieces}
    place = LEVELS.index(level)
    assert ("ribs" in names) == (place <= 12)
    assert ("cord" in names) == (place <= 13)
    assert ("cauda_equina" in names) == (place >= 11)
    assert ("aorta" in names) == (place >= 2)
    assert ("vena_cava" in names) == (place >= 11)
    for name, table in scene.tissues.items():
        assert tissue_from_table(name, table).thermal_conductivity > 0.2
    used = {piece.tissue for piece in scene.pieces} | {skin.tissue for skin in scene.skins}
    assert set(scene.tissues) <= used
    assert set(scene.organs_at_risk) <= names


def test_vessels_lie_where_they_belong():
    def middle(level, name):
        scene = scene_of(level)
        x, y = np.meshgrid(np.linspace(-20, 52, 145) * MM, np.linspace(-48, 48, 193) * MM)
        points = np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], axis=1)
        inside = points[scene.piece(name).level(points) < 0]
        return inside.mean(axis=0)

    assert middle("T6", "aorta")[1] > 20 * MM
    assert middle("T12", "aorta")[1] > 2 * MM
    assert abs(middle("L3", "aorta")[1]) < 8 * MM
    assert middle("L3", "aorta")[0] > 25 * MM
    assert middle("L3", "vena_cava")[1] < -8 * MM
    # At T4 the arch goes forwards and to the right.
    arch = scene_of("T4").piece("aorta").level
    assert arch(np.array([[32.0, 12.0, -6.0]]) * MM)[0] < 0
    # Below the division there are two arteries and no midline one.
    scene = scene_of("L5")
    points = np.random.default_rng(1).uniform(scene.low, scene.high, (200000, 3))
    below = points[points[:, 2] < -15 * MM]
    y = below[scene.piece("aorta").level(below) < 0][:, 1]
    assert (y > 5 * MM).any()
    assert (y < -5 * MM).any()
    assert (np.abs(y) > 2 * MM).all()


def test_blood_is_replaced_as_fast_as_it_flows():
    scene = scene_of("L3")
    perfusion = tissue_from_table("aorta_blood", scene.tissues["aorta_blood"]).perfusion
    rng = np.random.default_rng(3)
    points = rng.uniform(scene.low, scene.high, (200000, 3))
    inside = (scene.piece("aorta").level(points) < 0).mean()
    volume = inside * np.prod(scene.high - scene.low)
    assert perfusion * volume == pytest.approx(0.9e-3 / 60, rel=0.03)


def test_shell_fraction_conserves_cortex():
    scene = parametric_scene(SpineSpec(level="T9", shell="0.5 mm", shell_layer="1.25 mm"))
    (skin,) = scene.skins
    assert skin.thickness == pytest.approx(1.25 * MM)
    assert scene.tissues[skin.tissue]["mixture"]["bone_cortical"] == pytest.approx(0.4)


@pytest.mark.parametrize("level", ["T7", "L2"])
@pytest.mark.parametrize("kind", ["wedge", "biconcave", "crush"])
def test_compression_takes_the_heights_that_its_kind_says(level, kind):
    loss = 0.3
    whole = scene_of(level).body
    broken = parametric_scene(SpineSpec(level=level, compression={"kind": kind, "loss": loss})).body
    s = measures(level)
    left = {
        "wedge": (1.0, 1 - loss / 2, 1 - loss),
        "biconcave": (1.0, 1 - loss, 1.0),
        "crush": (1 - loss,) * 3,
    }[kind]
    edge = s.depth / 2 - 1.2 * MM
    for x, fraction in zip((-edge, 0.0, edge), left, strict=True):
        before, after = (span(body, [x, 0, 0], [0, 0, 1]) for body in (whole, broken))
        # The walls are measured 1.2 mm inside them, where a wedge or a bowl already shows.
        assert after == pytest.approx(before * fraction, abs=1.0 * MM)


def test_scale_and_stature():
    small = parametric_scene(SpineSpec(level="T6", scale=0.8))
    short = parametric_scene(SpineSpec(level="T6", stature=0.8 * 1.68))
    start = [0, 0, 0.4 * 0.8 * measures("T6").height]
    width = extent(small.body, start, [0, 1, 0])
    close(width, 0.8 * measures("T6").endplate_width)
    assert extent(short.body, start, [0, 1, 0]) == pytest.approx(width)
    assert any("stature" in note for note in short.notes)


def test_a_measured_pedicle_of_4_5_mm():
    scene = parametric_scene(SpineSpec(level="T4", dimensions={"pedicle_width": "4.5 mm"}))
    front, back = (scene.landmarks[f"left_pedicle_axis_{end}"] for end in ("front", "back"))
    sideways = np.cross(front - back, [0, 0, 1.0])
    places = [back + t * (front - back) for t in np.linspace(0.2, 0.8, 13)]
    close(min(extent(scene.bone, p, sideways) for p in places), 4.5 * MM)


def test_all_mistakes_are_listed():
    with pytest.raises(InputError) as caught:
        SpineSpec(
            level="T4",
            scale=1.0,
            stature="1.7 m",
            dimensions={"pedicle_width": "45 mm", "canal": "3 mm", "endplate_width": "0.2 mm"},
            shell="0.9 mm",
            shell_layer="0.5 mm",
            block=("20 mm", "100 mm", "60 mm"),
        )
    text = "\n".join(caught.value.problems)
    for part in ("give one of the two", "dimensions.canal: unknown", "pedicle_width: 45 mm is not",
                 "endplate_width: 0.2 mm", "shell_layer", "block: too small"):  # fmt: skip
        assert part in text


@given(
    level=st.sampled_from(LEVELS),
    scale=st.floats(0.7, 1.35),
    ratios=st.dictionaries(st.sampled_from(MEASURABLE), st.floats(0.8, 1.2), max_size=4),
    compression=st.none()
    | st.fixed_dictionaries(
        {"kind": st.sampled_from(["wedge", "biconcave", "crush"]), "loss": st.floats(0, 0.75)}
    ),
    extras=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
@settings(max_examples=15, deadline=None, derandomize=True)
def test_any_patient_has_finite_level_functions(level, scale, ratios, compression, extras):
    mean = measures(level).scaled(scale)
    spec = SpineSpec(
        level=level,
        scale=scale,
        dimensions={name: getattr(mean, name) * ratio for name, ratio in ratios.items()},
        compression=compression,
        vessels=extras[0],
        ribs=extras[1],
        skin=extras[2],
    )
    scene = parametric_scene(spec)
    points = np.random.default_rng(0).uniform(scene.low, scene.high, (3000, 3))
    points[0] = 0.0
    for piece in scene.pieces:
        assert np.isfinite(piece.level(points)).all(), piece.name
    assert scene.body(np.zeros((1, 3)))[0] < 0
    assert (scene.high > scene.low).all()


def test_kyphosis_and_lordosis():
    """The angles between the vertebrae add up to those of a normal spine."""
    chain = build_chain("L1", measures, 0.0, -0.3, 0.5)
    lean = {s.size.level: np.degrees(s.lean) for s in chain}
    assert 25 < lean["T12"] - lean["T1"] < 50
    assert 40 < lean["L1"] - lean["S1"] < 70
    assert chain[0].size.level == "C6"


def test_the_table_names_its_sources():
    from mwa_sim.anatomy.measures import morphometry

    for name, entry in morphometry().items():
        assert len(entry["value"]) == len(LEVELS), name
        assert set(entry["source"].split(", ")) <= set(all_references()), name
        assert entry["standing"] in ("source", "calculated", "assumption", "unverified"), name
        if entry["standing"] == "assumption":
            assert entry["note"], name


def test_with_measured_lengths_it_comes_near_a_statistical_mean_of_l3():
    """Eleven lengths measured on the surface; everything else is the construction's."""
    meshio = pytest.importorskip("meshio")
    surface = meshio.read(real_data("surfaces/L3_mean_10k.stl")).points * MM
    lengths = {
        "posterior_height": 28.5, "anterior_height": 28.0, "endplate_depth": 35.5,
        "endplate_width": 47.0, "canal_width": 22.5, "canal_depth": 15.0, "pedicle_width": 10.2,
        "pedicle_height": 15.2, "transverse_span": 92.0, "spinous_length": 39.0, "disc_height": 9.0,
    }  # fmt: skip
    dimensions = {name: value * MM for name, value in lengths.items()}
    scene = parametric_scene(SpineSpec(level="L3", dimensions=dimensions))
    # The shift between the two frames that fits best.
    off = np.abs(scene.bone(surface + np.array([-3.55, 0.6, -2.0]) * MM))
    body = surface[:, 0] > -14 * MM
    assert off[body].mean() < 1.4 * MM
    assert off.mean() < 1.8 * MM
    assert np.quantile(off, 0.95) < 5.0 * MM
