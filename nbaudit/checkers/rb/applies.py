"""When rebalancing applies to a notebook."""

from __future__ import annotations

from nbaudit.checkers.base import Applies, Basis, Workflow
from nbaudit.model.vocabulary import Problem, Trait
from nbaudit.workflow.balance import imbalance, resamplings


def applies(workflow: Workflow, problem: Problem) -> Applies:
    """Classes of evidently different size are learned, or (for W) anything is resampled."""
    if problem is Problem.WRONG and resamplings(workflow):
        return Applies(True, "rows are resampled")
    if problem is Problem.WRONG and any(training.final.has(Trait.UNDERSAMPLES) for training in workflow.trainings):
        return Applies(True, "an ensemble resamples by itself")
    if not workflow.classifies:
        return Applies(False, "no classifier is trained")
    found = imbalance(workflow)
    if found is not None:
        return Applies(True, f"the classes are uneven: {found.words}", found.sure, Basis.OUTPUT)
    return Applies(False, "no imbalance of the classes is evident", 0.8)
