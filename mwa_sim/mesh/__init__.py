"""Tetrahedral meshes: data, files, probes, quality and the mesher."""
