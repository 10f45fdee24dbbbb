"""Checks of EM, choosing the evaluation metric."""
