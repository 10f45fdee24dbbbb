"""When data consumption applies."""

from __future__ import annotations

from nbaudit.checkers.base import Applies, Workflow
from nbaudit.model.vocabulary import Problem, Role, Trait


def applies(workflow: Workflow, problem: Problem) -> Applies:
    """A raw source is read."""
    if workflow.loads or workflow.having(Trait.PERSONAL) or workflow.having(Trait.INTERACTIVE):
        return Applies(True, "a raw source is read")
    if workflow.ops(Role.BUNDLED):
        return Applies(False, "only data sets that ship with a library are read")
    return Applies(True, "the data comes from a source that the analysis does not know", 0.5)
