"""What the sizes of the elements do to heat, surfaces and cost."""
