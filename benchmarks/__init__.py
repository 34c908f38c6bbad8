"""Verification, validation and performance measurements of mwa_sim."""
