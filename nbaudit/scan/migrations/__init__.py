"""The steps from each state of the history's tables to the next, run by alembic."""
