"""Checks of SC, scaling."""
