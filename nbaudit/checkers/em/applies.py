"""When choosing an evaluation metric applies to a notebook."""

from __future__ import annotations

from nbaudit.checkers.base import Applies, Workflow
from nbaudit.model.vocabulary import Problem


def applies(workflow: Workflow, problem: Problem) -> Applies:
    """A model is trained."""
    if workflow.trainings:
        return Applies(True, "a model is trained")
    return Applies(False, "no model is trained")
