"""Pictures of antennas: what they show, and that they agree with the numbers."""

import io
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.image import imread

from mwa_sim import plot
from mwa_sim.antenna.in_tissue import antenna_in_tissue
from mwa_sim.errors import InputError
from mwa_sim.plot.antenna_curves import heating, reflection


@pytest.fixture(scope="module")
def found():
    return [antenna_in_tissue("slot-1.79mm", tissue) for tissue in ("liver", "bone_cancellous")]


def words(figure):
    from matplotlib.text import Text

    return " | ".join(text.get_text() for text in figure.findobj(Text))


def drawn(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=50)
    buffer.seek(0)
    return imread(buffer)


def test_sar_shows_pattern_antenna_and_scale(found):
    figure = plot.sar(found[0])
    text = words(figure)
    for expected in (
        "slot-1.79mm in liver, 2.45 GHz, 37 °C", "specific absorption rate [W/kg per W",
        "conductor", "dielectric, εr 2.6", "air", "50% of the absorbed power", "10", "close-up",
        "research use only", "r [mm]",
    ):  # fmt: skip
        assert expected in text
    assert drawn(figure)[..., :3].std() > 0.1


def test_sar_has_equal_axes_and_the_values_of_the_field(found):
    figure = plot.sar(found[0])
    for axes in figure.axes[:2]:
        assert axes.get_aspect() == 1.0
        image = axes.images[0]
        values = np.asarray(image.get_array())
        np.testing.assert_array_equal(values, values[:, ::-1])
        x0, x1, z0, z1 = image.get_extent()
        row, column = values.shape[0] // 2, 4 * values.shape[1] // 5
        r = x0 + (column + 0.5) * (x1 - x0) / values.shape[1]
        z = z0 + (row + 0.5) * (z1 - z0) / values.shape[0]
        assert values[row, column] == pytest.approx(float(found[0].sar(1e-3 * r, 1e-3 * z)))


def test_antenna_is_drawn_in_its_true_shape(found):
    axes = plot.sar(found[0]).axes[1]
    corners = np.concatenate([patch.get_xy() for patch in axes.patches])
    assert corners[:, 0].max() == pytest.approx(0.895)
    assert corners[:, 0].min() == pytest.approx(-0.895)
    slots = [
        patch for patch in axes.patches
        if np.ptp(patch.get_xy()[:, 1]) == pytest.approx(1.0)
    ]  # fmt: skip
    assert len(slots) == 2
    assert slots[0].get_facecolor() == (1.0, 1.0, 1.0, 1.0)


def test_sar_by_name_takes_frequency_and_temperature():
    text = words(plot.sar("slot-1.79mm", "muscle", frequency=915e6, temperature=60.0))
    assert "slot-1.79mm in muscle, 0.915 GHz, 60 °C" in text
    with pytest.raises(InputError, match=r"did you mean 'slot-1\.79mm'"):
        plot.sar("slot-1.7mm")


def test_reflection_has_a_line_through_the_points_for_each_tissue(found):
    frequencies = np.linspace(2.2e9, 2.7e9, 5)
    values = [np.array([0.1, 0.1j, -0.1, -0.1j, 0.1]), 0.3 * np.ones(5)]
    figure = reflection(found, frequencies, values)
    axes = figure.axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    assert {"liver", "bone cancellous"} <= set(lines)
    np.testing.assert_allclose(lines["bone cancellous"].get_ydata(), 20.0 * np.log10(0.3))
    # The complex reflection turns: its magnitude stays near 0.1 between the points.
    assert np.ptp(lines["liver"].get_ydata()) < 3.0
    assert "2.45 GHz" in words(figure)
    assert "reflection S11 [dB]" in words(figure)
    low, high = axes.get_ylim()
    assert low < -20.0 < 0.0 <= high


def test_heating_compares_with_the_closed_form(found):
    figure = heating(found)
    axes = figure.axes[0]
    assert axes.get_yscale() == "log"
    assert "closed form" in words(figure)
    assert len(axes.lines) == 4
    away, sar = axes.lines[0].get_data()
    exact = found[0].profile(1e-3 * away) / found[0].tissue.density
    np.testing.assert_allclose(sar, exact)
    assert drawn(figure)[..., :3].std() > 0.05


def test_an_antenna_without_closed_form_has_one_line():
    figure = heating([antenna_in_tissue("monopole-2.2mm")])
    assert len(figure.axes[0].lines) == 1
    assert "closed form" not in words(figure)


def test_drawing_antennas_chooses_no_backend():
    code = (
        "import sys, mwa_sim as mwa; mwa.plot.sar; import mwa_sim.plot.antenna_curves\n"
        "print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules, "
        "callable(mwa.plot.sar))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True"]
