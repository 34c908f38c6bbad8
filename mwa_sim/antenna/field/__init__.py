"""The field of an axisymmetric antenna in lossy tissue: geometry, mesh, Maxwell solution."""
