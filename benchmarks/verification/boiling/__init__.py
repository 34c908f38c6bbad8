"""Boiling fronts in enthalpy form against similarity solutions."""
