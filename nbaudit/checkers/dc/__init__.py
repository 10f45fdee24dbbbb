"""Checks of DC, data consumption."""
