"""Checks of HT, hyperparameter tuning."""
