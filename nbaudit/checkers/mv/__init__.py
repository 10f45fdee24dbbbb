"""Checks of MV, identifying missing values."""
