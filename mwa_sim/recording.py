"""What one run recorded, as plain data: fields, frames, thermocouple traces, events, energy."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.control.event import Event
from mwa_sim.criterion import Criterion
from mwa_sim.errors import InputError
from mwa_sim.mesh.probe import Locator, locator_of
from mwa_sim.mesh.tetmesh import TetMesh
from mwa_sim.stored_frames import StoredFrames
from mwa_sim.trace import Trace
from mwa_sim.unfinished import KILLED
from mwa_sim.zone import Zone

__all__ = ["CTV_MARGIN", "Recording", "Trace"]

#: Region of the bone around the tumour that is to be ablated with it.
CTV_MARGIN = "ctv_margin"

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Recording:
    """Everything a finished or interrupted run leaves behind; it never needs the solver again.

    Attributes
    ----------
    plan : dict
        The plan as JSON-able data.
    case_name : str
    mesh : TetMesh
    regions : dict of int to (str, str)
        Label -> (region name, tissue name).
    landmarks : dict of str to (3,) float array [m]
    organs : list of dict
        Organs at risk: ``name``, ``region`` or ``landmark``, ``max_temperature`` [degC] and
        ``max_cem43`` [min], each limit possibly None.
    antennas : list of dict
        ``label`` (which of them), ``name`` (in the library), ``tip`` (3,) [m], ``axis`` (3,) unit
        vector from the tip towards the hub, ``outer_diameter`` [m] and whatever else describes it.
    antenna : dict
        The first of them; either may be given.
    frames_t : (nf,) float array [s]
    frames : (nf, n_nodes) float32 array [degC]
        Temperature at the saved instants; those of a large file are read as they are used.
    fields : dict of str to (n_nodes,) float array
        Final ``max_temperature`` [degC], ``cem43`` [min], ``damage`` [-], ``dead_fraction`` [-].
    traces : dict of str to Trace
    power_t, power_W : (k,) float arrays [s], [W]
        Power at the generator as a step function: ``power_W[i]`` from ``power_t[i]`` on; of all
        antennas.
    antenna_power_W : (n_antennas, k) float array [W]
        The same for each antenna; not needed for a single one.
    events : list of Event
    energy : dict of str to float
        ``generator_J``, ``tissue_J``, ``stored_J``, ``perfusion_J``, ``boundary_J``, ``shaft_J``,
        ``metabolic_J``, ``balance_error``.
    timing : dict of str to float
    versions : dict of str to str
    citations : list of str
        Keys of the references of what the run used.
    status : str
        ``"done"`` or ``"interrupted"``.
    """

    plan: Mapping[str, Any]
    case_name: str
    mesh: TetMesh
    regions: Mapping[int, tuple[str, str]]
    frames_t: Floats
    frames: NDArray[np.float32] | StoredFrames
    fields: Mapping[str, Floats]
    landmarks: Mapping[str, Floats] = field(default_factory=dict)
    organs: Sequence[Mapping[str, Any]] = ()
    antenna: Mapping[str, Any] = field(default_factory=dict)
    antennas: Sequence[Mapping[str, Any]] = ()
    traces: Mapping[str, Trace] = field(default_factory=dict)
    power_t: Floats = field(default_factory=lambda: np.zeros(0))
    power_W: Floats = field(default_factory=lambda: np.zeros(0))  # noqa: N815 (a unit)
    antenna_power_W: Floats = field(default_factory=lambda: np.zeros((0, 0)))  # noqa: N815
    events: Sequence[Event] = ()
    energy: Mapping[str, float] = field(default_factory=dict)
    timing: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    citations: Sequence[str] = ()
    status: str = "done"

    def __post_init__(self) -> None:
        if not self.antennas:
            object.__setattr__(self, "antennas", [self.antenna] if self.antenna else [])
        object.__setattr__(self, "antenna", self.antennas[0] if self.antennas else {})
        if len(self.antennas) == 1 and np.size(self.antenna_power_W) == 0:
            object.__setattr__(self, "antenna_power_W", np.asarray(self.power_W)[None])
        nodes = self.mesh.n_nodes
        problems = []
        if np.shape(self.frames) != (len(self.frames_t), nodes) or len(self.frames_t) == 0:
            problems.append(
                f"frames must be ({len(self.frames_t)}, {nodes}) with at least one frame, "
                f"got {np.shape(self.frames)}"
            )
        for name, values in self.fields.items():
            if np.shape(values) != (nodes,):
                problems.append(f"field {name!r} must have {nodes} values, got {np.shape(values)}")
        shape = (len(self.antennas), len(self.power_t))
        if self.antennas and np.shape(self.antenna_power_W) != shape:
            problems.append(
                f"antenna_power_W must be {shape}, one row an antenna, "
                f"got {np.shape(self.antenna_power_W)}"
            )
        if self.status not in ("done", "interrupted"):
            problems.append(f"status must be 'done' or 'interrupted', got {self.status!r}")
        if problems:
            raise InputError(problems)

    @cached_property
    def region_labels(self) -> dict[str, tuple[int, ...]]:
        """Region names and their labels, for the regions that have elements."""
        names: dict[str, tuple[int, ...]] = {}
        for label, (name, _) in sorted(self.regions.items()):
            if label in self.mesh.labels:
                names[name] = (*names.get(name, ()), label)
        return names

    @property
    def killed(self) -> bool:
        """Whether only frames and fields are known, because the run could not save the rest."""
        return any(event.source == KILLED for event in self.events)

    @property
    def antenna_labels(self) -> list[str]:
        """By what each antenna is told from the others."""
        return [str(a.get("label") or f"antenna {k}") for k, a in enumerate(self.antennas, 1)]

    @cached_property
    def target_labels(self) -> dict[str, tuple[int, ...]]:
        """Labels of what is to be ablated: the regions named ``tumour...`` and, where there is
        a ``ctv_margin``, ``ctv``, the clinical target volume: tumours and margin together."""
        found = {
            name: labels
            for name, labels in self.region_labels.items()
            if name.lower().startswith("tumour")
        }
        margin = self.region_labels.get(CTV_MARGIN)
        if margin is not None and "ctv" not in self.region_labels:
            found["ctv"] = (*(label for labels in found.values() for label in labels), *margin)
        return found

    @property
    def targets(self) -> list[str]:
        """Names of what is to be ablated, see :attr:`target_labels`."""
        return list(self.target_labels)

    @cached_property
    def locator(self) -> Locator:
        """Finds points in the mesh; built once."""
        return locator_of(self.mesh)

    @cached_property
    def _zones(self) -> dict[str, Zone]:
        return {}

    def zone(self, criterion: str | Criterion) -> Zone:
        """The ablation zone of a criterion; computed once for each.

        Parameters
        ----------
        criterion : str
            ``"cem43>=240"``, ``"damage>=1"``, ``"temperature>=60"`` (highest temperature reached
            at any time) or ``"dead_fraction>=0.8"``, with any level.

        Raises
        ------
        InputError
            If the criterion is not understood.
        """
        wanted = Criterion.parse(criterion)
        if wanted.text not in self._zones:
            self._zones[wanted.text] = Zone.from_criterion(
                self.mesh, self.fields, wanted, {**self.region_labels, **self.target_labels}
            )
        return self._zones[wanted.text]

    def position(self, at: str | ArrayLike) -> Floats:
        """Coordinates of a landmark (``"tumour_centre"``, ``"landmark:tumour_centre"``).

        Coordinates [m] are returned as they are.

        Raises
        ------
        InputError
            For an unknown landmark or an array that is not (3,) or (k, 3).
        """
        if isinstance(at, str):
            name = at.removeprefix("landmark:").strip()
            if name not in self.landmarks:
                close = difflib.get_close_matches(name, list(self.landmarks), n=1)
                known = ", ".join(self.landmarks) or "none"
                hint = f"did you mean {close[0]!r}?" if close else f"landmarks: {known}"
                raise InputError(f"there is no landmark {name!r}; {hint}")
            return np.asarray(self.landmarks[name], dtype=np.float64)
        points = np.asarray(at, dtype=np.float64)
        if points.shape[-1:] != (3,) or points.ndim > 2:
            raise InputError(f"a position is (3,) or (k, 3) in metres, got shape {points.shape}")
        return points

    def temperature(self, at: str | ArrayLike, t: ArrayLike) -> Any:
        """Temperature at points and times, linear in space and between frames in time.

        Parameters
        ----------
        at : landmark name, (3,) or (k, 3) array [m]
        t : float or (nt,) array [s]
            Within the simulated time.

        Returns
        -------
        float or array of shape ``t.shape + (k,)`` [degC]

        Raises
        ------
        InputError
            For a time outside the run or an unknown landmark.
        MeshError
            For points outside the mesh.
        """
        points = self.position(at)
        frames = self.frame(t)
        values = (self.locator.matrix(np.atleast_2d(points)) @ np.atleast_2d(frames).T).T
        shaped = values.reshape(np.shape(t) + points.shape[:-1])
        return float(shaped) if shaped.ndim == 0 else shaped

    def frame(self, t: ArrayLike) -> Floats:
        """Nodal temperatures at times, linear between the saved frames.

        Parameters
        ----------
        t : float or (nt,) array [s]

        Returns
        -------
        (n_nodes,) or (nt, n_nodes) float array [degC]

        Raises
        ------
        InputError
            For a time outside the run.
        """
        times = np.atleast_1d(np.asarray(t, dtype=np.float64))
        first, last = float(self.frames_t[0]), float(self.frames_t[-1])
        slack = 1e-9 * max(1.0, abs(last))
        if not ((times >= first - slack) & (times <= last + slack)).all():
            raise InputError(
                f"t = {np.asarray(t)} s is outside the simulated time, {first:g} to {last:g} s"
            )
        after = np.clip(np.searchsorted(self.frames_t, times), 1, max(1, len(self.frames_t) - 1))
        after = np.minimum(after, len(self.frames_t) - 1)
        before = np.maximum(after - 1, 0)
        gap = self.frames_t[after] - self.frames_t[before]
        weight = np.divide(
            times - self.frames_t[before], gap, out=np.zeros(len(times)), where=gap > 0.0
        )
        weight = np.clip(weight, 0.0, 1.0)[:, None]
        values = (1.0 - weight) * self.frames[before] + weight * self.frames[after]
        return np.asarray(values.reshape((*np.shape(t), self.mesh.n_nodes)))
