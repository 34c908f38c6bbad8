"""Figures drawn from results.

``slice(result, "sagittal")``, ``traces(result)`` and ``zone3d(result)`` return matplotlib
figures, ``save_all(result, folder)`` writes them all; ``sar("slot-1.6mm", "liver")`` draws the
heating pattern of an antenna. Importing this package loads no plotting library, and drawing changes
no global state: figures are made without pyplot.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mwa_sim.plot.antenna_field import sar
    from mwa_sim.plot.curves import traces
    from mwa_sim.plot.files import save_all
    from mwa_sim.plot.slices import slice
    from mwa_sim.plot.view3d import zone3d

__all__ = ["sar", "save_all", "slice", "traces", "zone3d"]

_HOME = {
    "slice": "slices",
    "traces": "curves",
    "zone3d": "view3d",
    "save_all": "files",
    "sar": "antenna_field",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
