"""What the data says: saved outputs read into facts."""
