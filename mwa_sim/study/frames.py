"""Studies as pandas and xarray objects."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from mwa_sim.errors import InputError

if TYPE_CHECKING:
    import pandas
    import xarray

    from mwa_sim.study.table import Study


def to_pandas(study: Study) -> pandas.DataFrame:
    """The table of a study as a DataFrame; units are in its ``attrs["units"]``.

    Raises
    ------
    InputError
        Without pandas.
    """
    frame = _library("pandas").DataFrame(
        {name: study.column(name) for name in study.columns if name != "scenario"},
        index=_library("pandas").Index([row.scenario for row in study.rows], name="scenario"),
    )
    frame.attrs["units"] = dict(study.units)
    return frame


def to_xarray(study: Study) -> xarray.Dataset:
    """A grid as a Dataset; a dimension is named after the first of the keys that go together.

    Measures are arrays over all dimensions, nan where a scenario has no number.

    Raises
    ------
    InputError
        Without xarray, or if the study is no grid.
    """
    if not study.axes:
        raise InputError("to_xarray: only a grid has dimensions; use to_pandas() for this study")
    library = _library("xarray")
    dimensions = [keys[0] for keys, _ in study.axes]
    shape = tuple(len(values) for _, values in study.axes)
    arrays = {name: np.full(shape, np.nan) for name in study.measures}
    for row in study.rows:
        place = np.unravel_index(row.scenario, shape)
        for name, value in row.measures.items():
            arrays[name][place] = value
    coordinates: dict[str, Any] = {}
    for keys, values in study.axes:
        for k, key in enumerate(keys):
            column = np.empty(len(values), dtype=object)
            column[:] = [value[k] for value in values]
            numeric = all(isinstance(v, (int, float)) for v in column)
            coordinate = column.astype(float) if numeric else column.astype(str)
            coordinates[key] = (keys[0], coordinate, {"units": study.units.get(key, "")})
    dataset: xarray.Dataset = library.Dataset(
        {
            name: (dimensions, values, {"units": study.units.get(name, "")})
            for name, values in arrays.items()
        },
        coords=coordinates,
    )
    return dataset


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise InputError(
            f"this needs {name}, which is not installed; install it with pip install "
            "'mwa-sim[tables]', or use to_csv()"
        ) from None
