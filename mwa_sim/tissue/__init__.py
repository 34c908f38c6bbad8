"""Tissues: their properties with sources, and how they change with temperature."""

from mwa_sim.tissue.bounds import PARAMETER_SETS, bounded
from mwa_sim.tissue.library import list_tissues, load_tissue
from mwa_sim.tissue.properties import Tissue, Value
from mwa_sim.tissue.table import tissue_from_table

__all__ = [
    "PARAMETER_SETS",
    "Tissue",
    "Value",
    "bounded",
    "list_tissues",
    "load_tissue",
    "tissue_from_table",
]
