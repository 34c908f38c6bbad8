"""Zones in ex vivo porcine liver against power and time (He et al. 2010)."""
