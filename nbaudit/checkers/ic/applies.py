"""When inconsistent data applies to a notebook."""

from __future__ import annotations

from nbaudit.checkers.base import Applies, Workflow
from nbaudit.model.vocabulary import Problem
from nbaudit.workflow.raw_tables import on_pixels, on_tables


def applies(workflow: Workflow, problem: Problem) -> Applies:
    """Tables or text from a raw source are learned from."""
    if on_tables(workflow) and on_pixels(workflow):
        return Applies(False, "the tables hold pictures, one pixel a column")
    if on_tables(workflow):
        return Applies(True, "a model learns from a table of a raw source")
    return Applies(False, "no model learns from a table of a raw source")
