"""When scaling applies to a notebook."""

from __future__ import annotations

from nbaudit.checkers.base import Applies, Workflow
from nbaudit.model.vocabulary import Problem, Role, Trait
from nbaudit.workflow.candidates import short


def applies(workflow: Workflow, problem: Problem) -> Applies:
    """A scale-sensitive estimator is trained, or (for W) rows are normalised."""
    if problem is Problem.WRONG and workflow.ops(Role.ROW_NORMALISE):
        return Applies(True, "rows are normalised")
    for training in workflow.trainings:
        if training.final.has(Trait.SCALE_SENSITIVE):
            return Applies(True, f"`{short(training.model)}` is sensitive to scale")
    for op in workflow.ops(Role.REDUCE):
        if op.model is not None and op.model.has(Trait.SCALE_SENSITIVE) and workflow.reaches_model(op):
            return Applies(True, f"`{short(op.model)}` is sensitive to scale")
    return Applies(False, "no scale-sensitive estimator is trained")
