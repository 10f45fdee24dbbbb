"""When outliers matter to a notebook."""

from __future__ import annotations

from nbaudit.checkers.base import Applies, Workflow
from nbaudit.model.vocabulary import Problem
from nbaudit.workflow.candidates import short
from nbaudit.workflow.outliers import handlings, outlier_rules, outlier_sensitive


def applies(workflow: Workflow, problem: Problem) -> Applies:
    """Numbers from a raw table reach an outlier-sensitive model, or (for W) rows or values are cut as outliers."""
    if problem is Problem.WRONG and (outlier_rules(workflow) or handlings(workflow)):
        return Applies(True, "rows are dropped or values are cut")
    trainings = outlier_sensitive(workflow)
    if trainings:
        return Applies(True, f"outliers bend the result of `{short(trainings[0].model)}`")
    return Applies(False, "no numbers from a raw table reach an outlier-sensitive model")
