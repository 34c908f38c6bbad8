"""Parametric anatomy described by level functions."""
