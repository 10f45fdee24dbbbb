"""Notebook and library tables in, dataflow graph out: an abstract interpretation of the cells, top to bottom."""
