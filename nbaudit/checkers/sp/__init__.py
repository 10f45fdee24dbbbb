"""Checks of SP, splitting training, test and validation data."""
