"""Exact solutions of the Pennes equation and of Stefan problems, in SI units and degC or K of rise.

Each module holds one problem.  All of them solve

    rho c dT/dt = div(k grad T) - W (T - T_a) + q,      W = omega rho_b c_b

with constant coefficients; temperatures are rises above the arterial (and initial) temperature T_a
unless a module says otherwise.
"""
