"""Picture of the cadaver benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mwa_sim.bench.figures import COLOURS, as_svg, new_picture
from mwa_sim.bench.rows import Row


def canal_picture(devices: Sequence[str], rows: Sequence[Row], inside: Mapping[str, float]) -> str:
    """Measured and computed temperatures in epidural space and foramen, by device.

    Parameters
    ----------
    devices : sequence of str
    rows : sequence of Row
        Those in degC are drawn.
    inside : mapping of str to float [degC]
        Measured temperatures; those named ``"DEVICE body"`` are the inputs.

    Returns
    -------
    str
        SVG.
    """
    picture = new_picture(7.4, 3.8)
    axes = picture.subplots(1, 2, sharey=True)
    for ax, place in zip(axes, ("epidural space", "neural foramen"), strict=True):
        at = np.arange(len(devices))
        chosen = [
            next(row for row in rows if row.quantity == f"{place}, {name}") for name in devices
        ]
        for x, row in zip(at, chosen, strict=True):
            if row.band is not None:
                label = "range of inputs" if x == 0 else None
                ax.plot([x + 0.12] * 2, [row.band.low, row.band.high], color="0.75", lw=9,
                        solid_capstyle="butt", label=label)  # fmt: skip
        ax.errorbar(
            at - 0.12, [row.reference for row in chosen], [row.tolerance for row in chosen],
            fmt="s", color=COLOURS[1], capsize=4, label="measured (SD)",
        )  # fmt: skip
        ax.plot(at + 0.12, [row.value for row in chosen], "o", color=COLOURS[0], label="computed")
        ax.plot(at, [inside[f"{name} body"] for name in devices], "_", color="0.2", ms=14,
                label="in the body (input)")  # fmt: skip
        ax.axhline(37.0, color="0.4", lw=0.8, ls=":")
        ax.set(title=place, xlim=(-0.5, len(devices) - 0.5))
        ax.set_xticks(at, devices)
    axes[0].set_ylabel("temperature [°C]")
    picture.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return as_svg(picture)
