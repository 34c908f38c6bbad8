"""How anatomy, heat and devices look, the same in every picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mwa_sim.criterion import Criterion
from mwa_sim.recording import Recording

#: Stands at the foot of every picture.
FOOTER = "mwa_sim - research use only, not for clinical decisions"

TUMOUR = "#4dff6a"
CORD = "#ffe14d"
CANAL = "#4dd2ff"
BONE = "#f2ead8"
ZONE = "#ffffff"
ANTENNA = "#c9ced6"
THERMOCOUPLES = ("#00a2ff", "#ff5ea8", "#17c3a2", "#b28cff", "#ffb000", "#9aa0a6")
#: The zone that pictures show, and the temperature that safety is judged by.
ZONE_CRITERION = "cem43>=240"
SAFETY_DEGC = 42.0

_FOOT = 0.03  # height of the footer, as a share of the figure


@dataclass(frozen=True)
class Role:
    """What a region is to the eye: a kind, and its grey in a section (0 black, 1 white)."""

    kind: str
    grey: float


# First match wins; searched in "name tissue". Greys follow a CT bone window, loosely.
_ROLES = (
    (("tumour", "metasta"), Role("tumour", 0.40)),
    (("cord", "cauda", "nerve", "root"), Role("cord", 0.42)),
    (("csf", "dura", "thecal", "canal"), Role("canal", 0.12)),
    (("disc",), Role("other", 0.45)),
    (("cortical", "endplate"), Role("bone", 0.78)),
    (("bone", "cancellous", "vertebra", "marrow"), Role("bone", 0.55)),
    (("fat",), Role("other", 0.17)),
)
_OTHER = Role("other", 0.27)


def role(name: str, tissue: str = "") -> Role:
    """Role of a region by its name, or else by its tissue."""
    for text in (name.lower(), tissue.lower()):
        for words, found in _ROLES:
            if any(word in text for word in words):
                return found
    return _OTHER


def labels_of(run: Recording, *kinds: str) -> list[int]:
    """Labels in the mesh whose role is one of the kinds."""
    return [
        label
        for label, (name, tissue) in run.regions.items()
        if label in run.mesh.labels and role(name, tissue).kind in kinds
    ]


def cord_words(run: Recording) -> str:
    """What pictures call the nervous tissue of a case."""
    names = [run.regions[label][0].lower() for label in labels_of(run, "cord")]
    return "cord" if all("cord" in name for name in names) else "cord and nerve roots"


def is_spine(run: Recording) -> bool:
    """True if there is bone: directions are then anatomical, otherwise plain x, y, z."""
    return bool(labels_of(run, "bone"))


def greys(run: Recording, labels: NDArray[np.int32]) -> NDArray[np.float64]:
    """Grey of each of some region labels that the mesh has, (k,)."""
    table = {label: role(*names).grey for label, names in run.regions.items()}
    values = np.array([table.get(label, _OTHER.grey) for label in run.mesh.labels])
    return np.asarray(values[np.searchsorted(run.mesh.labels, labels)])


def heat_colours(low: float, high: float, start: float) -> tuple[Any, Any, Any]:
    """Colour map, norm and opacity for heat over grey anatomy.

    The map is *inferno* (perceptually uniform, readable with colour blindness). Below `start`
    the anatomy shows through: opacity rises from nothing at `low` to 0.9 at `start`.

    Returns
    -------
    colours, norm : matplotlib Colormap and Normalize
    opacity : callable
        Values to opacity 0..0.9.
    """
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap, Normalize

    colours = ListedColormap(colormaps["inferno"](np.linspace(0.12, 1.0, 256)))

    def opacity(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(0.9 * np.clip((values - low) / max(start - low, 1e-9), 0.0, 1.0))

    return colours, Normalize(low, high, clip=True), opacity


def new_figure(width: float, height: float) -> Any:
    """A figure without pyplot: no backend is chosen and nothing is kept alive globally."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    # the layout stays clear of the footer
    layout = ConstrainedLayoutEngine(rect=(0.0, _FOOT, 1.0, 1.0 - _FOOT))
    figure = Figure(figsize=(width, height), dpi=150, layout=layout)
    figure.text(0.995, 0.005, FOOTER, ha="right", va="bottom", fontsize=7, color="0.4")
    return figure


def add_legend(figure: Any, handles: list[Any], columns: int = 3, *, dark: bool = False) -> None:
    """Legend below the picture; dark beside a section, whose lines are light."""
    figure.legend(
        handles=handles,
        loc="outside lower center",
        borderaxespad=_FOOT * figure.get_figheight() * 72.0 / 8.0,
        ncols=columns,
        fontsize=8,
        facecolor="#454545" if dark else "white",
        edgecolor="none",
        framealpha=1.0,
        labelcolor="white" if dark else "black",
    )


def halo(width: float, colour: str = "black") -> list[Any]:
    """Rim that keeps lines and letters readable on any background."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground=colour)]


def zone_label(criterion: str) -> str:
    """A zone criterion as clinicians write it, ``CEM43 ≥ 240 min``."""
    parsed = Criterion.parse(criterion)
    words = {
        "cem43": "CEM43 ≥ {} min",
        "damage": "damage integral ≥ {}",
        "temperature": "reached {} °C",
        "dead_fraction": "dead cells ≥ {}",
    }
    return words[parsed.quantity].format(f"{parsed.level:.6g}")


def thermocouple_colours(run: Recording) -> Mapping[str, str]:
    """Colour of each thermocouple, the same in sections, curves and the 3-D view."""
    return {
        name: THERMOCOUPLES[i % len(THERMOCOUPLES)] for i, name in enumerate(sorted(run.traces))
    }
