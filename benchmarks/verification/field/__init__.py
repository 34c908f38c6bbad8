"""The solver of an antenna's field against exact solutions: `python -m benchmarks.verification.field`."""
