"""Between the tetrahedra and the antenna's meridian plane: tissue one way, heat the other."""
