"""Which workflow phase each cell belongs to."""
