"""Real vertebrae, from surfaces and label maps: what their meshes are worth."""
