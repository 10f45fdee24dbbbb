"""What library calls mean, as data: one `<top-level module>.rows` file per library. `tables.py` reads them."""
