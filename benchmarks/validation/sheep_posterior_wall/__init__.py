"""Does the model reproduce the posterior wall temperatures measured in sheep vertebrae?"""
