"""Studies: questions that are answered with the package, without a measurement to compare with."""
