"""Antennas: pose, library, SAR models and their deposition on a mesh."""
