"""The heating pattern of an antenna in one tissue, with the antenna in its true shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.antenna.antenna import Antenna
from mwa_sim.antenna.in_tissue import AntennaInTissue, antenna_in_tissue
from mwa_sim.plot import style
from mwa_sim.tissue.properties import Tissue
from mwa_sim.tissue.temperature import REFERENCE_TEMPERATURE

Floats = NDArray[np.float64]

METAL = "#8d939c"
#: Dielectrics by permittivity, lowest first; told apart with colour blindness too.
DIELECTRICS = ("#9fd3ee", "#f2d38b", "#c9a6d6", "#9cd6b4", "#e8a08c", "#5f7fb8")
AIR = "#ffffff"

_SHARE_COLOUR = "#4dd2ff"
_SHARES = {0.5: (0, (4, 1.5)), 0.9: (0, (1.5, 1.5))}
_WIDTH = 7.8  # inches
_DECADES = 4
# Labels of the lines stand along a ray from the strongest heating, this far below the horizontal.
_RAY = np.deg2rad(32.0)
_PIXELS = 360
# Heights [mm] of the close-up, tip included.
_AHEAD, _LEAST, _MOST = 2.0, 12.0, 26.0


def sar(
    antenna: str | Path | Antenna | AntennaInTissue,
    tissue: str | Tissue = "liver",
    *,
    frequency: float | None = None,
    temperature: float = REFERENCE_TEMPERATURE,
) -> Any:
    """Specific absorption rate around an antenna in homogeneous tissue, per watt at its feed.

    Left the surroundings, right the antenna itself with its conductors and dielectrics; both are
    sections through the axis. The scale is logarithmic over four decades. Solid lines mark powers
    of ten, dashed lines what 50 % and 90 % of the power in the tissue lie within.

    Parameters
    ----------
    antenna : str, Path, Antenna or AntennaInTissue
        Name in the library, file (``.toml``), the antenna, or what was computed of it already; the
        other arguments then play no role.
    tissue : str or Tissue, optional
    frequency : float, optional [Hz]
        The antenna's own by default.
    temperature : float, optional [degC]
        Of the tissue.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("sar.png")``.

    Raises
    ------
    InputError
        For an unknown name, an antenna without section, or a number out of range.
    DataError
        When an antenna file cannot be read, or listing everything wrong with it.
    """
    from matplotlib.colors import LogNorm

    found = antenna
    if not isinstance(found, AntennaInTissue):
        found = antenna_in_tissue(found, tissue, frequency, temperature=temperature)
    wide, close = _windows(found)
    near = found.sar(found.penetration.surface + 0.5e-3, found.penetration.level)
    top = 10.0 ** np.round(np.log10(max(float(near), 1e-12)) + 0.2)
    norm = LogNorm(top / 10.0**_DECADES, top, clip=True)

    ratio = [float(np.ptp(w[0]) / np.ptp(w[1])) for w in (wide, close)]
    figure = style.new_figure(_WIDTH, (_WIDTH - 2.2) / sum(ratio) + 1.75)
    left, right = figure.subplots(1, 2, width_ratios=ratio)
    image = _draw(left, found, wide, norm)
    _draw(right, found, close, norm)
    _draw_lines(left, found, wide, norm)
    _draw_frame(left, close)
    left.set_ylabel("z, from the tip towards the hub [mm]", fontsize=9)
    left.set_xlabel("r [mm]", fontsize=9)
    right.set_xlabel("r [mm]", fontsize=9)
    right.text(
        0.04, 0.98, "close-up", transform=right.transAxes, va="top", fontsize=8, color="white",
        path_effects=style.halo(2.0),
    )  # fmt: skip
    bar = figure.colorbar(image, ax=[left, right], shrink=0.85, pad=0.02, extend="both")
    bar.set_label("specific absorption rate [W/kg per W at the feed]", fontsize=9)
    bar.ax.tick_params(labelsize=8)
    figure.suptitle(f"{found.antenna.name} in {caption(found)}", fontsize=11)
    style.add_legend(figure, [*_handles(found), *_line_handles()], columns=3)
    return figure


def caption(found: AntennaInTissue) -> str:
    """Tissue, frequency and temperature, ``liver, 2.45 GHz, 37 °C``."""
    name = found.tissue.name.replace("_", " ")
    return f"{name}, {found.frequency / 1e9:.6g} GHz, {found.temperature:g} °C"


def _windows(found: AntennaInTissue) -> tuple[Floats, Floats]:
    """Limits [mm] of the overview and of the close-up, ((x0, x1), (z0, z1)) each."""
    section, reach = found.section, found.penetration
    corner = 1e3 * section.highest_corner
    half = float(np.clip(1.15e3 * reach.radius_90, 15.0, 70.0))
    high = max(1e3 * reach.level + 1.5 * half, corner + 5.0)
    wide = np.array([[-half, half], [-0.7 * half, high]])
    height = float(np.clip(corner + 4.0, _LEAST, _MOST))
    across = max(0.28 * (height + _AHEAD), 1.6e3 * section.radius)
    return wide, np.array([[-across, across], [-_AHEAD, height]])


def _sampled(found: AntennaInTissue, window: Floats) -> tuple[Floats, Floats, Floats]:
    """Pixel centres x >= 0 and z [mm], and the SAR (n_z, n_x) there."""
    (_, half), (low, high) = window
    step = (high - low) / _PIXELS
    nx = max(1, round(half / step))
    x = (np.arange(nx) + 0.5) * half / nx
    z = low + (np.arange(_PIXELS) + 0.5) * step
    return x, z, found.sar(1e-3 * x[None, :], 1e-3 * z[:, None])


def _draw(axes: Any, found: AntennaInTissue, window: Floats, norm: Any) -> Any:
    """The pattern mirrored about the axis, and the antenna over it."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Polygon

    _, _, values = _sampled(found, window)
    image = axes.imshow(
        np.maximum(np.concatenate([values[:, ::-1], values], axis=1), 1e-3 * norm.vmin),
        origin="lower",
        extent=(*window[0], *window[1]),
        norm=norm,
        cmap=ListedColormap(colormaps["inferno"](np.linspace(0.06, 1.0, 256))),
        interpolation="bilinear",
        aspect="equal",
    )
    colours = _colours(found)
    outlines = found.section.outlines(1e-3 * float(window[1, 1]) + 1e-3)
    for part, outline in zip(found.section.parts, outlines, strict=True):
        for side in (-1e3, 1e3):
            axes.add_patch(
                Polygon(
                    outline * (side, 1e3), facecolor=colours[part.permittivity],
                    edgecolor="black", linewidth=0.3, zorder=4,
                )
            )  # fmt: skip
    axes.set_xlim(window[0])
    axes.set_ylim(window[1])
    axes.tick_params(labelsize=8)
    return image


def _draw_lines(axes: Any, found: AntennaInTissue, window: Floats, norm: Any) -> None:
    """Labelled powers of ten, and the contours that hold 50 and 90 % of the power."""
    x, z, values = _sampled(found, window)
    x, values = np.concatenate([-x[::-1], x]), np.concatenate([values[:, ::-1], values], axis=1)
    decades = [float(np.log10(norm.vmax)) - k for k in range(_DECADES, 0, -1)]
    shown = np.log10(np.maximum(values, 1e-3 * norm.vmin))
    lines = axes.contour(
        x, z, shown, levels=decades, colors="white", linewidths=0.8, linestyles="solid"
    )
    lines.set_path_effects(style.halo(1.8))
    along = np.linspace(0.0, 1.5 * float(np.ptp(window)), 600)
    r, down = along * np.cos(_RAY), 1e3 * found.penetration.level - along * np.sin(_RAY)
    on_ray = found.sar(1e-3 * r, 1e-3 * down)
    last = np.inf
    for decade in decades:
        above = np.flatnonzero(on_ray >= 10.0**decade)
        k = int(above[-1]) if above.size else 0
        inside = 0.06 * window[0, 1] < r[k] < 0.94 * window[0, 1]
        inside &= down[k] > window[1, 0] + 0.03 * float(np.ptp(window[1]))
        # Not over the label of the line outside it.
        if inside and last - r[k] > 0.15 * window[0, 1]:
            last = r[k]
            axes.text(
                r[k], down[k], f"{10.0**decade:,.6g}", color="white", fontsize=8, ha="center",
                va="center", path_effects=style.halo(2.2), zorder=6,
            )  # fmt: skip
    for share, dashes in _SHARES.items():
        level = found.threshold(share) / found.tissue.density
        axes.contour(
            x, z, values, levels=[level], colors=_SHARE_COLOUR, linestyles=[dashes], linewidths=1.4
        )


def _draw_frame(axes: Any, window: Floats) -> None:
    from matplotlib.patches import Rectangle

    (x0, x1), (z0, z1) = window
    axes.add_patch(
        Rectangle(
            (x0, z0), x1 - x0, z1 - z0, fill=False, edgecolor="white", linewidth=0.8, zorder=5
        )
    )


def _colours(found: AntennaInTissue) -> dict[complex | None, str]:
    """Colour of each material; None is metal."""
    known = {part.permittivity for part in found.section.parts}
    colours: dict[complex | None, str] = {None: METAL}
    colours |= {epsilon: AIR for epsilon in known if epsilon == 1.0}
    materials = sorted((e for e in known - set(colours) if e), key=lambda e: (e.real, -e.imag))
    for k, epsilon in enumerate(materials):
        colours[epsilon] = DIELECTRICS[k % len(DIELECTRICS)]
    return colours


def _handles(found: AntennaInTissue) -> list[Any]:
    from matplotlib.patches import Patch

    look: dict[str, Any] = {"edgecolor": "black", "linewidth": 0.5}
    handles = []
    for epsilon, colour in _colours(found).items():
        label = "conductor" if epsilon is None else f"dielectric, εr {epsilon.real:.3g}"
        if epsilon == 1.0:
            label = "air"
        handles.append(Patch(facecolor=colour, label=label, **look))
    return handles


def _line_handles() -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D(
            [], [], color="#1296c4", linestyle=dashes, linewidth=1.4,
            label=f"{share:.0%} of the absorbed power",
        )
        for share, dashes in _SHARES.items()
    ]  # fmt: skip
