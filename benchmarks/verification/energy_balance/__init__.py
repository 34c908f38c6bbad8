"""Where the heat of whole runs goes, and what the mesh does to them."""
