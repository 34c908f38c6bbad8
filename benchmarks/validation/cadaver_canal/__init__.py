"""Are canal and foramen as warm beside a heated vertebra as they were in cadavers?"""
