"""Pictures of a benchmark report, as SVG text that a page can hold."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

COLOURS = ("#1f5fa8", "#c8501e", "#3a7d44", "#7b4b94", "#8a6d1d", "#555555")
"""Of lines in their order; told apart also by those who do not see red and green."""


def new_picture(width: float = 6.4, height: float = 3.8) -> Picture:
    """An empty matplotlib figure with the suite's look; needs no display.

    Parameters
    ----------
    width, height : float [inch]

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def as_svg(picture: Picture) -> str:
    """The figure as SVG without a header, the same text for the same figure.

    Parameters
    ----------
    picture : matplotlib.figure.Figure

    Returns
    -------
    str
    """
    import matplotlib as mpl

    stream = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "mwa_sim", "svg.fonttype": "none"}):
        picture.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return re.sub(r"^.*?(?=<svg)", "", stream.getvalue(), flags=re.DOTALL)
