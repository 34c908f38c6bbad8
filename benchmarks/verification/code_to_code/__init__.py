"""The heat solver against programs that others wrote, on a vertebra."""
