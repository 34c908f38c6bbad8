"""Section planes the way clinicians look at them, and the exact cut of the mesh by them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mwa_sim.case_model import Case
from mwa_sim.contour import isosurface
from mwa_sim.errors import InputError
from mwa_sim.mesh.tetmesh import unique_rows
from mwa_sim.recording import Recording

Floats = NDArray[np.float64]

PLANES = ("sagittal", "axial", "coronal", "antenna")
_COINCIDE = 1e-9  # points closer than this [m] are the same point
_X, _Y, _Z = np.eye(3)
_SIDES = (("posterior", "anterior"), ("right", "left"), ("caudal", "cranial"))


@dataclass(frozen=True)
class Plane:
    """A section plane with its directions on the screen.

    Attributes
    ----------
    name : str
        One of ``PLANES``.
    through : str
        Where it lies, in words.
    origin, right, up : (3,) float arrays
        A point of the plane [m] and the unit vectors that point right and up on the screen.
    """

    name: str
    through: str
    origin: Floats
    right: Floats
    up: Floats

    @property
    def normal(self) -> Floats:
        """Unit normal, towards the viewer."""
        return np.asarray(np.cross(self.right, self.up))

    @property
    def title(self) -> str:
        """The plane in words."""
        kind = "oblique plane along" if self.name == "antenna" else f"{self.name} plane through"
        return f"{kind} {self.through}"

    def flat(self, points: Floats) -> Floats:
        """Screen coordinates [mm] of points, (k, 2)."""
        return np.asarray(points @ np.stack([self.right, self.up], axis=1) * 1e3)

    def distance_mm(self, points: Floats) -> Floats:
        """Signed distance from the plane [mm]."""
        return np.asarray((points - self.origin) @ self.normal * 1e3)

    def space(self, flat: Floats) -> Floats:
        """Points [m] of screen coordinates [mm], (k, 3)."""
        base = self.origin - self.right * (self.origin @ self.right)
        base = base - self.up * (self.origin @ self.up)
        return np.asarray(base + flat * 1e-3 @ np.stack([self.right, self.up]))

    def coordinate(self, direction: Floats) -> tuple[str, float] | None:
        """Name and sign of the patient axis along a screen direction, None if oblique."""
        axis = int(np.argmax(np.abs(direction)))
        if abs(direction[axis]) < 1.0 - 1e-9:
            return None
        return "xyz"[axis], float(np.sign(direction[axis]))


def side(direction: Floats) -> str:
    """The anatomical direction a vector points to most: x anterior, y left, z cranial."""
    axis = int(np.argmax(np.abs(direction)))
    return _SIDES[axis][int(direction[axis] > 0.0)]


def choose_plane(run: Recording, name: str, through: str | ArrayLike | None = None) -> Plane:
    """Plane of a section.

    Sagittal: anterior to the left, cranial up. Axial: seen from the feet, anterior up, the
    patient's left on the right. Coronal: seen from the front, the patient's left on the right.
    Antenna: contains the antenna and is as axial as that allows; of several antennas the first,
    and the plane is turned around it so that it comes as near to the others as it can.

    Parameters
    ----------
    run : Recording
    name : {"sagittal", "axial", "coronal", "antenna"}
    through : landmark name or (3,) point [m], optional
        Default: the centre of the tumour, or else the hottest point. The antenna plane always
        contains the antenna; for it, the name of an antenna chooses which.

    Raises
    ------
    InputError
        For an unknown plane or landmark, or a result without an antenna.
    """
    if name not in PLANES:
        close = difflib.get_close_matches(str(name), PLANES, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "planes: " + ", ".join(PLANES)
        raise InputError(f"there is no plane {name!r}; {hint}")
    if name == "antenna":
        return _antenna_plane(run, through)
    origin, words = _through(run, through)
    right, up = {"sagittal": (-_X, _Z), "axial": (_Y, _X), "coronal": (_Y, _Z)}[name]
    return Plane(name, words, origin, right, up)


class Section:
    """Exact cut of the tetrahedra of a result or a case by a plane, as triangles on the screen.

    Attributes
    ----------
    points : (p, 2) float array [mm]
        Screen coordinates. Points that coincide are one, so a plane that passes along nodes and
        faces of the mesh gives the same clean triangulation as any other.
    triangles : (f, 3) int array
    regions : (f,) int array
        Region label of each triangle.
    """

    def __init__(self, run: Recording | Case, plane: Plane) -> None:
        mesh = run.mesh
        height = (mesh.nodes - plane.origin) @ plane.normal
        height[np.abs(height) < _COINCIDE] = 0.0
        self._cut = isosurface(mesh.nodes, mesh.tets, height, 0.0)
        flat = plane.flat(self._cut.points)
        grid = np.round(flat / (_COINCIDE * 1e3)).astype(np.int64)
        merged, self._first, _ = unique_rows(grid - grid.min(axis=0, initial=0))
        triangles = merged[self._cut.triangles]
        a, b, c = triangles.T
        proper = (a != b) & (b != c) & (c != a)
        self.points: Floats = flat[self._first]
        self.triangles: NDArray[np.int64] = triangles[proper]
        self.regions: NDArray[np.int32] = mesh.regions[self._cut.cells[proper]]

    def interpolate(self, nodal: Floats) -> Floats:
        """P1 field at the points."""
        return self._cut.interpolate(nodal)[self._first]

    def outline(self, labels: list[int]) -> Floats:
        """Outline of the union of some regions, (k, 2, 2) end points of segments [mm]."""
        triangles = self.triangles[np.isin(self.regions, labels)]
        edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        unique, count = np.unique(edges, axis=0, return_counts=True)
        return np.asarray(self.points[unique[count == 1]].reshape(-1, 2, 2))


def _antenna_plane(run: Recording, through: str | ArrayLike | None) -> Plane:
    if not run.antenna:
        raise InputError("this result has no antenna to lay a plane along; try 'sagittal'")
    labels = run.antenna_labels
    chosen = labels.index(through) if isinstance(through, str) and through in labels else 0
    axis = np.asarray(run.antennas[chosen]["axis"], dtype=np.float64)
    tip = np.asarray(run.antennas[chosen]["tip"], dtype=np.float64)
    # as axial as possible: the normal is the part of z across the antenna; along z, sagittal
    across = next(v - axis * (axis @ v) for v in (_Z, -_Y) if abs(axis @ v) < 0.98)
    normal = across / np.linalg.norm(across)
    words = "the antenna"
    if len(labels) > 1:
        normal = _towards_others(run, chosen, normal)
        words = f"antenna {labels[chosen].removeprefix('antenna ')}"
    toward = next(v for v in (_X, _Z) if abs(normal @ v) < 0.9)
    up = toward - normal * (normal @ toward)
    up = up / np.linalg.norm(up)
    right = np.cross(up, normal)
    # the patient's left on the right of the screen, or else anterior on the left
    if (right @ _Y if abs(right @ _Y) > 1e-6 else -(right @ _X)) < 0.0:
        right = -right
    return Plane("antenna", words, tip, right, up)


def _towards_others(run: Recording, chosen: int, normal: Floats) -> Floats:
    """Normal of the plane along one antenna from which the others stray least.

    Measured by the squares of the distances of their tips and of points 30 mm behind these.
    """
    axis, tip = (np.asarray(run.antennas[chosen][key], dtype=np.float64) for key in ("axis", "tip"))
    frame = np.stack([normal, np.cross(axis, normal)])
    others = [antenna for k, antenna in enumerate(run.antennas) if k != chosen]
    points = [np.asarray(a["tip"]) + z * np.asarray(a["axis"]) for a in others for z in (0.0, 0.03)]
    away = (np.array(points) - tip) @ frame.T
    squares, directions = np.linalg.eigh(away.T @ away)
    if squares[1] - squares[0] < 1e-9:  # all on the line of the chosen one
        return normal
    found = directions[:, 0] @ frame
    return np.asarray(found * (np.sign(found @ normal) or 1.0))


def _through(run: Recording, through: str | ArrayLike | None) -> tuple[Floats, str]:
    if isinstance(through, str):
        words = through.removeprefix("landmark:").replace("_", " ")
        return run.position(through), f"the {words}"
    if through is not None:
        point = run.position(through)
        if point.shape != (3,):
            raise InputError(f"a plane goes through one point, got shape {point.shape}")
        return point, "({:.1f}, {:.1f}, {:.1f}) mm".format(*point * 1e3)
    if run.targets:
        chosen = np.isin(run.mesh.regions, run.target_labels[run.targets[0]])
        weights = run.mesh.volumes[chosen]
        centres = run.mesh.nodes[run.mesh.tets[chosen]].mean(axis=1)
        return np.asarray(weights @ centres / weights.sum()), f"the {run.targets[0]} centre"
    hottest = int(np.argmax(run.fields["max_temperature"]))
    return np.asarray(run.mesh.nodes[hottest]), "the hottest point"
