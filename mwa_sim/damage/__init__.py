"""Thermal damage: CEM43, Arrhenius and the three-state model."""
