"""The field solver against exact fields: `python -m benchmarks.verification.field`."""
