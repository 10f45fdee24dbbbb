"""Twelve folders, one per activity; in each, one file per check. `base.py` is all that a check imports."""
