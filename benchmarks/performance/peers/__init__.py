"""Problems L and N solved by other finite-element programs."""
