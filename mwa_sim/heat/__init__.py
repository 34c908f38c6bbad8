"""The Pennes bioheat equation on tetrahedra: assembly, kernels and the stepper."""
