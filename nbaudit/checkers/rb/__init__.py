"""Checks of RB, rebalancing."""
