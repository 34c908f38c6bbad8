"""Dose limits of nerve and bone against published times of heating."""
