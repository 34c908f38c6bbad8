"""Random patients: does every one of them mesh, and does every mesh simulate?"""
