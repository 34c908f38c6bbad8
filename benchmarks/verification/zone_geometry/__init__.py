"""Zones of known shape on unstructured meshes: `mwa-sim bench zone_geometry`."""
