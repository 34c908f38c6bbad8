"""Problems L and N of the performance benchmark: a heated block of three tissues."""
