"""When selecting features matters to a notebook."""

from __future__ import annotations

from nbaudit.checkers.base import Applies, Workflow
from nbaudit.model.facts import Basis, Sample
from nbaudit.model.vocabulary import Problem, Role
from nbaudit.workflow.candidates import short
from nbaudit.workflow.columns import (
    MANY_FEATURES,
    feature_count,
    like_pixels,
    looks_like_identifier,
    selections,
    tabular_trainings,
)


def applies(workflow: Workflow, problem: Problem) -> Applies:
    """Tabular data with more than ten features or identifier-like columns, or (for W) any table or selection."""
    trainings = tabular_trainings(workflow)
    if problem is Problem.WRONG and (trainings or selections(workflow) or workflow.ops(Role.VECTORISE)):
        return Applies(True, "a model learns from the columns of a table, or features are selected")
    for training in trainings:
        count = feature_count(workflow, training)
        if count is not None and count > MANY_FEATURES and not like_pixels(workflow, training, count):
            return Applies(True, f"`{short(training.model)}` gets {count} features or more")
    if trainings:
        for fact in workflow.facts_of(Sample):
            assert isinstance(fact, Sample)
            name = next((name for name in fact.columns if looks_like_identifier(name)), None)
            if name is not None:
                return Applies(True, f"the data has an identifier-like column, `{name}`", basis=Basis.OUTPUT)
        if any(feature_count(workflow, training) is None for training in trainings):
            return Applies(True, "how many features the model gets is not known", confidence=0.5)
        return Applies(False, "no model gets more than ten features, and no column looks like an identifier")
    return Applies(False, "no model learns from the columns of a table")
