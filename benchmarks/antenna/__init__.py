"""Field solutions behind the antenna library."""
