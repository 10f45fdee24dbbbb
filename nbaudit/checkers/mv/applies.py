"""When missing values apply to a notebook."""

from __future__ import annotations

from nbaudit.checkers.base import Applies, Workflow
from nbaudit.model.vocabulary import Problem
from nbaudit.workflow.raw_tables import on_tables


def applies(workflow: Workflow, problem: Problem) -> Applies:
    """Tables from a raw source, text read from a table included, are learned from."""
    if on_tables(workflow):
        return Applies(True, "a model learns from a table of a raw source")
    return Applies(False, "no model learns from a table of a raw source")
