"""Solutions that the solver is checked against."""
