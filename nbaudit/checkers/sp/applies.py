"""When splitting applies to a notebook."""

from __future__ import annotations

from nbaudit.checkers.base import Applies, Workflow
from nbaudit.model.vocabulary import Problem


def applies(workflow: Workflow, problem: Problem) -> Applies:
    """A supervised model is trained."""
    if workflow.supervised:
        return Applies(True, "a supervised model is trained")
    return Applies(False, "no supervised model is trained")
