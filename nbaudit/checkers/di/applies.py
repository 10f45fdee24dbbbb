"""When data integration applies."""

from __future__ import annotations

from nbaudit.checkers.base import Applies, Workflow
from nbaudit.model.vocabulary import Problem
from nbaudit.workflow.sources import joins, side_by_side, tables_read


def applies(workflow: Workflow, problem: Problem) -> Applies:
    """Two or more raw tables are loaded that are not merely pre-made parts of one data set."""
    read = tables_read(workflow)
    whole = [source for source in read if not source.is_part]
    parts = [source for source in read if source.is_part]
    if len(whole) + bool(parts) >= 2:
        return Applies(True, f"{len(read)} sources are read")
    if problem is Problem.WRONG and (joins(workflow) or side_by_side(workflow)):
        return Applies(True, "tables are joined")
    return Applies(False, "the data comes from one source, or from parts of one")
