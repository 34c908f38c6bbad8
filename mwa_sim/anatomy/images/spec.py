"""What :func:`mwa_sim.anatomy.images.label_scene.label_scene` needs to know."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from mwa_sim.spec import PositiveLength, Spec

_MM = 1e-3


class LabelSpec(Spec):
    """Anatomy from a segmented scan.

    Attributes
    ----------
    labels : path
        Label map, NIfTI or NRRD.
    convention : str
        ``"totalsegmentator"``, ``"totalsegmentator_v1"``, ``"verse"``, ``"spineps"`` or
        ``"custom"`` with `table`.
    level : str
        Treated level, such as ``"L3"``.
    label : int, optional
        Label of the treated vertebra, where the file numbers vertebrae otherwise than the
        convention; its neighbours follow.
    table : dict of int to str, optional
        Meaning of labels for ``"custom"``: a level, or a role such as ``"disc"``.
    subregions : path, optional
        Parts of vertebrae as SPINEPS writes them (file ``seg-subreg``).
    body_mask : path, optional
        Bodies and discs as TotalSegmentator writes them (task ``vertebrae_body``).
    tumour_mask : path, optional
        Tumour, where not 0; it may have voxels of its own.
    tumour_label : int, optional
        Only this label of the mask.
    tumour_tissue : str
        Tissue of the tumour where no CT says more.
    ct : path, optional
        The scan in Hounsfield units: densities of bone and tumour are read from it.
    block : three lengths [m]
        Extent of the model in x, y, z, around the body; it ends where the scan ends.
    cell : length [m]
        The block is a whole number of these: the largest elements of the mesh. Otherwise the
        mesher would move its corner out, and the volumes would be those of another block.
    smoothing : length, optional [m]
        Width of the filter that takes the steps of the voxels away.
    cortex : length [m]
        Thickness of the cortex of the body (clinical scans show it too thick).
    shell : length [m]
        Thickness of the layer of elements that stands for it.
    """

    labels: Path
    convention: str = "totalsegmentator"
    level: str
    label: int | None = Field(default=None, ge=1)
    table: dict[int, str] | None = None
    subregions: Path | None = None
    body_mask: Path | None = None
    tumour_mask: Path | None = None
    tumour_label: int | None = Field(default=None, ge=1)
    tumour_tissue: str = "metastasis_lytic"
    ct: Path | None = None
    block: tuple[PositiveLength, PositiveLength, PositiveLength] = (
        112.0 * _MM,
        112.0 * _MM,
        72.0 * _MM,
    )
    cell: PositiveLength = 9.6 * _MM
    smoothing: PositiveLength | None = None
    cortex: PositiveLength = 0.4 * _MM
    shell: PositiveLength = 1.2 * _MM
