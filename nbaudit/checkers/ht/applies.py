"""When hyperparameter tuning applies to a notebook."""

from __future__ import annotations

from nbaudit.checkers.base import Applies, Workflow
from nbaudit.model.vocabulary import Problem
from nbaudit.workflow.tuning import tunable_candidates


def applies(workflow: Workflow, problem: Problem) -> Applies:
    """A model with material hyperparameters is trained."""
    found = tunable_candidates(workflow)
    if found:
        return Applies(True, f"`{found[0].name}` has material hyperparameters")
    return Applies(False, "no model with material hyperparameters is trained")
