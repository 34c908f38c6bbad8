"""Exact solutions of the Pennes equation, of Stefan problems and of Maxwell's equations.

Each module holds one problem, in SI units.  Those of Maxwell's equations are called ``maxwell*``;
`maxwell` says what they have in common.  The others, in degC or K of rise, solve

    rho c dT/dt = div(k grad T) - W (T - T_a) + q,      W = omega rho_b c_b

with constant coefficients; temperatures are rises above the arterial (and initial) temperature T_a
unless a module says otherwise.
"""
