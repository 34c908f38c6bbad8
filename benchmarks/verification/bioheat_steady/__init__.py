"""Steady rises around sources in perfused tissue against closed forms."""
