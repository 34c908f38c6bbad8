import numpy as np
import pytest

from mwa_sim.antenna.sar import SarModel
from mwa_sim.antenna.sar_map import SarMap, read_sar_map
from mwa_sim.errors import DataError, InputError


def write(path, rows, header="r_mm,z_mm,q_W_per_m3"):
    lines = [header, *(",".join(str(x) for x in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def grid_rows(r, z, function):
    return [(a, b, function(a, b)) for a in r for b in z]


def test_bilinear_function_is_reproduced_exactly_from_shuffled_rows(tmp_path):
    rng = np.random.default_rng(0)
    r, z = np.array([0.0, 0.5, 2.0, 10.0]), np.array([-5.0, -1.0, 3.0, 4.0, 30.0])
    rows = grid_rows(r, z, lambda a, b: 3e4 + 1e3 * a + 200.0 * b + 40.0 * a * b)
    # 40 r z is negative for z < 0 but never beats the constant on this grid.
    table = read_sar_map(write(tmp_path / "m.csv", [rows[k] for k in rng.permutation(len(rows))]))
    a, b = rng.uniform(0, 10, 200), rng.uniform(-5, 30, 200)
    expected = 3e4 + 1e3 * a + 200.0 * b + 40.0 * a * b
    np.testing.assert_allclose(table.density(a * 1e-3, b * 1e-3), expected, rtol=1e-10)
    outside = table.density(np.array([10.1e-3, 1e-3, 1e-3]), np.array([0.0, -5.1e-3, 30.1e-3]))
    np.testing.assert_array_equal(outside, 0.0)
    assert table.density(np.array([10e-3]), np.array([30e-3]))[0] > 0.0


def test_total_is_the_exact_integral_of_the_bilinear_table():
    # q = 1 + r z on an uneven grid: int 2 pi r (1 + r z) dr dz over [0, R] x [0, H].
    r, z = np.array([0.0, 0.1, 0.7, 2.0]), np.array([0.0, 0.4, 3.0])
    table = SarMap(r, z, 1.0 + r[:, None] * z[None, :])
    exact = np.pi * 4.0 * 3.0 + 2.0 * np.pi * (8.0 / 3.0) * (9.0 / 2.0)
    assert table.total == pytest.approx(exact, rel=1e-12)


def test_total_of_a_fine_gaussian_approaches_its_closed_form():
    sr, sz = 6e-3, 9e-3
    exact = (2.0 * np.pi) ** 1.5 * sr**2 * sz
    errors = []
    for n in (40, 80):
        r, z = np.linspace(0, 36e-3, n), np.linspace(-54e-3, 54e-3, 3 * n)
        q = np.exp(-(r[:, None] ** 2) / (2 * sr**2) - z[None, :] ** 2 / (2 * sz**2))
        errors.append(abs(SarMap(r, z, q).total / exact - 1.0))
    assert errors[1] < 1e-3
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.2)


def test_map_is_a_model_that_is_used_as_given():
    table = SarMap(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.ones((2, 2)))
    assert isinstance(table, SarModel)
    assert not table.weighted_by_conductivity


def test_all_mistakes_are_listed_with_their_lines(tmp_path):
    path = write(
        tmp_path / "bad.csv",
        [(0, 0, 1), (0, 1, "nan"), (1, 0, -2), (-1, 1, 1), ("x", 2, 1), (1, 1)],
    )
    with pytest.raises(InputError) as error:
        read_sar_map(path)
    text = "\n".join(error.value.problems)
    assert len(error.value.problems) == 5
    for part in (
        "line 3: q_W_per_m3 is nan",
        "line 4: q_W_per_m3 is an absorbed power density and cannot be negative",
        "line 5: r_mm is a distance",
        "line 6: r_mm is not a number: 'x'",
        "line 7: expected 3 values, got 2",
    ):
        assert part in text


def test_header_mistakes(tmp_path):
    with pytest.raises(InputError, match="'q_W_per_m3' is missing; is 'q_W_m3' meant"):
        read_sar_map(write(tmp_path / "a.csv", [(0, 0, 1)], "r_mm,z_mm,q_W_m3"))
    with pytest.raises(InputError, match="unknown column"):
        read_sar_map(write(tmp_path / "b.csv", [(0, 0, 1, 2)], "r_mm,z_mm,q_W_per_m3,phi"))
    with pytest.raises(InputError, match="more than once"):
        read_sar_map(write(tmp_path / "c.csv", [(0, 0, 1, 2)], "r_mm,z_mm,q_W_per_m3,r_mm"))


def test_grid_mistakes_are_listed_together(tmp_path):
    rows = grid_rows([0, 1, 2], [0, 1], lambda a, b: 1.0)
    with pytest.raises(InputError) as error:
        read_sar_map(write(tmp_path / "a.csv", [*rows[:-1], rows[0]]))
    text = "\n".join(error.value.problems)
    assert "lines 2 and 7 give the same point r = 0 mm, z = 0 mm" in text
    assert "1 of 6 are missing, e.g. (r, z) mm = (2, 1)" in text


def test_long_lists_of_mistakes_are_shortened(tmp_path):
    rows = [(k, 0, "nan") for k in range(100)]
    with pytest.raises(InputError) as error:
        read_sar_map(write(tmp_path / "a.csv", rows))
    assert len(error.value.problems) == 21
    assert "80 more" in error.value.problems[-1]


def test_unusable_files(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_sar_map(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is empty"):
        read_sar_map(tmp_path / "empty.csv")
    with pytest.raises(InputError, match="no points"):
        read_sar_map(write(tmp_path / "head.csv", []))
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(DataError, match="cannot be read"):
        read_sar_map(tmp_path / "binary.csv")
    with pytest.raises(InputError, match="at least two values"):
        read_sar_map(write(tmp_path / "line.csv", [(0, 0, 1), (0, 1, 1)]))


def test_comments_blank_lines_and_byte_order_marks_are_accepted(tmp_path):
    path = tmp_path / "m.csv"
    text = "\ufeff# made by hand\n\nr_mm, z_mm, q_W_per_m3\n0,0,1\n0,1,1\n\n1,0,1\n1,1,1\n"
    path.write_text(text, encoding="utf-8")
    assert read_sar_map(path).q.shape == (2, 2)


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="shape"):
        SarMap(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.ones((2, 3)))
    with pytest.raises(InputError, match="increase"):
        SarMap(np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.ones((2, 2)))
    with pytest.raises(InputError, match="not negative"):
        SarMap(np.array([0.0, 1.0]), np.array([0.0, 1.0]), -np.ones((2, 2)))
