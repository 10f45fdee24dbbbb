"""Checks of OU, identifying outliers."""
