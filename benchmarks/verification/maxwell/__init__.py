"""The antenna's field against exact ones, finer meshes and other programs."""
