"""Checks of AL, testing candidate algorithms."""
