"""Checks of IC, removing inconsistent data."""
