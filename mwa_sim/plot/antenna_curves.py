"""Curves of antennas in tissue: reflection over frequency, heating over distance; all as files."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.antenna.in_tissue import AntennaInTissue
from mwa_sim.antenna.sweep import in_decibels
from mwa_sim.errors import InputError
from mwa_sim.plot import style
from mwa_sim.plot.antenna_field import caption, sar

Floats = NDArray[np.float64]

#: Okabe and Ito: told apart with any kind of colour blindness.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")

_NEAREST, _FARTHEST = 0.1e-3, 40e-3


def reflection(
    found: Sequence[AntennaInTissue], frequencies: ArrayLike, reflections: Sequence[ArrayLike]
) -> Any:
    """S11 of an antenna over frequency, a line for each tissue.

    Parameters
    ----------
    found : sequence of AntennaInTissue
        One antenna in several tissues.
    frequencies : (n,) array_like [Hz]
        Rising.
    reflections : sequence of (n,) complex array_like [-]
        For each tissue, from
        :meth:`~mwa_sim.antenna.in_tissue.AntennaInTissue.reflection_over_frequency`. Between the
        points the complex reflection is interpolated by cubic splines.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = style.new_figure(6.6, 4.4)
    axes = figure.add_subplot()
    f = np.asarray(frequencies, dtype=np.float64)
    fine = np.linspace(f[0], f[-1], 400)
    for k, (one, values) in enumerate(zip(found, reflections, strict=True)):
        colour, name = _colour(k), one.tissue.name.replace("_", " ")
        at = np.asarray(values, dtype=np.complex128)
        axes.plot(fine / 1e9, in_decibels(_spline(f, at, fine)), color=colour, label=name)
        axes.plot(f / 1e9, in_decibels(at), "o", markersize=3.5, color=colour)
    first = found[0]
    axes.axvline(first.frequency / 1e9, color="0.5", linewidth=1.0, linestyle="dotted", zorder=1)
    axes.axhline(-10.0, color="0.5", linewidth=1.0, linestyle="dashed", zorder=1)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -15.0), max(high, 0.0))
    axes.annotate(
        f"{first.frequency / 1e9:.6g} GHz", (first.frequency / 1e9, 0.0), color="0.35", fontsize=8,
        xycoords=("data", "axes fraction"), xytext=(4, 4), textcoords="offset points",
    )  # fmt: skip
    axes.set_xlim(f[0] / 1e9, f[-1] / 1e9)
    axes.set_xlabel("frequency [GHz]")
    axes.set_ylabel("reflection S11 [dB]")
    axes.set_title(f"{first.antenna.name}, {_where(found)}: reflection", fontsize=11)
    axes.legend(fontsize=8, frameon=False)
    _tidy(axes)
    return figure


def heating(found: Sequence[AntennaInTissue]) -> Any:
    """SAR over the distance from an antenna, at the level of its strongest heating.

    Means over 4 mm of the shaft, per watt at the feed; dashed the antenna's closed form with the
    same power in the tissue, where it has one.

    Parameters
    ----------
    found : sequence of AntennaInTissue
        One antenna in several tissues.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.lines import Line2D

    figure = style.new_figure(6.6, 4.8)
    axes = figure.add_subplot()
    distance = np.geomspace(_NEAREST, _FARTHEST, 300)
    handles, formula = [], False
    for k, one in enumerate(found):
        colour, name = _colour(k), one.tissue.name.replace("_", " ")
        level = 1e3 * one.penetration.level
        values = one.profile(distance) / one.tissue.density
        label = f"{name}, {level:.1f} mm from the tip"
        handles += axes.plot(1e3 * distance, values, color=colour, label=label)
        line = one.closed_form_profile(distance)
        if line is not None:
            formula = True
            axes.plot(1e3 * distance, line / one.tissue.density, color=colour, linestyle="dashed")
    if formula:
        handles.append(Line2D([], [], color="0.3", linestyle="dashed", label="closed form"))
    axes.set_yscale("log")
    axes.set_xlim(0.0, 1e3 * _FARTHEST)
    axes.set_xlabel("distance from the surface of the antenna [mm]")
    axes.set_ylabel("specific absorption rate [W/kg per W at the feed]")
    axes.set_title(f"{found[0].antenna.name}, {_where(found)}: heating", fontsize=11)
    axes.legend(handles=handles, fontsize=8, frameon=False)
    _tidy(axes)
    return figure


def save_antenna(
    found: Sequence[AntennaInTissue],
    directory: str | os.PathLike[str],
    frequencies: ArrayLike,
    reflections: Sequence[ArrayLike],
) -> list[Path]:
    """Draw an antenna in one or several tissues and save the pictures; old ones are replaced.

    Parameters
    ----------
    found : sequence of AntennaInTissue
    directory : path
        Made if it does not exist.
    frequencies : (n,) array_like [Hz]
    reflections : sequence of (n,) complex array_like [-]
        See :func:`reflection`.

    Returns
    -------
    list of Path
        ``sar-TISSUE.png`` for each tissue, ``s11.png``, ``heating.png``.

    Raises
    ------
    InputError
        If the folder cannot be made or written.
    """
    folder = Path(directory)
    pictures: list[tuple[str, Callable[[], Any]]] = [
        ("s11.png", lambda: reflection(found, frequencies, reflections)),
        ("heating.png", lambda: heating(found)),
    ]
    for one in found:
        pictures.append((f"sar-{one.tissue.name}.png", lambda one=one: sar(one)))  # type: ignore[misc]
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, picture in sorted(pictures, key=lambda item: item[0]):
            path = folder / name
            picture().savefig(path)
            paths.append(path)
    except OSError as error:
        raise InputError(f"cannot write pictures to {folder}: {error}") from error
    return paths


def _spline(f: Floats, values: NDArray[np.complex128], at: Floats) -> NDArray[np.complex128]:
    if len(f) < 4:
        return np.asarray(np.interp(at, f, values.real) + 1j * np.interp(at, f, values.imag))
    from scipy.interpolate import CubicSpline

    return np.asarray(CubicSpline(f, values)(at))


def _where(found: Sequence[AntennaInTissue]) -> str:
    """What holds for all of the curves."""
    if len(found) == 1:
        return caption(found[0])
    return f"{found[0].frequency / 1e9:.6g} GHz, {found[0].temperature:g} °C"


def _colour(k: int) -> str:
    return COLOURS[k % len(COLOURS)]


def _tidy(axes: Any) -> None:
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
