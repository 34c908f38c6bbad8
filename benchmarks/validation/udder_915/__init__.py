"""Zones in ex vivo bovine udder at 915 MHz."""
