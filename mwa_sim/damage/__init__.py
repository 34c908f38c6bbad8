"""Thermal damage: CEM43, Arrhenius and the three-state model.

Every model comes as numba scalars, to be called inside the fused loop of the heat solver, and as
array functions for recorded temperature histories.  Nothing here is imported on package import:
``parameters`` is free of numba and may be read by anything that only lists the models.
"""
