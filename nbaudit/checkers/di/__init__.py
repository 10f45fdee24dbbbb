"""Checks of DI, data integration."""
