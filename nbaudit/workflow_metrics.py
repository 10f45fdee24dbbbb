"""Questions about metrics: by what the candidates are judged. Pure functions over a `Workflow`."""

from __future__ import annotations

from nbaudit.model.vocabulary import Family, Trait
from nbaudit.workflow import Workflow
from nbaudit.workflow_candidates import (
    CLASS_TASKS,
    NUMBER_TASKS,
    Candidate,
    Measurement,
    contenders,
    unknown_measures,
)


def outer(candidate: Candidate) -> list[Measurement]:
    """The measurements of a candidate that a reader judges it by: not those that only guide a search."""
    return [m for m in candidate.measurements if not m.inner]


def judged(candidate: Candidate) -> bool:
    """True where a candidate is measured and the kinds of all its measures are known."""
    return bool(outer(candidate)) and not unknown_measures(candidate)


def classifiers(workflow: Workflow) -> list[Candidate]:
    """The candidates for a classification that are measured at all."""
    return [c for c in contenders(workflow) if _classifies(c) and outer(c) and c.family is not Family.AUTOML]


def _classifies(candidate: Candidate) -> bool:
    """By its task, or by being measured by accuracy where the task is not known."""
    return candidate.task in CLASS_TASKS or (candidate.task is None and Trait.ACCURACY in candidate.kinds)


def regressors(workflow: Workflow) -> list[Candidate]:
    """The candidates for a regression or forecast that are measured at all."""
    return [c for c in contenders(workflow) if c.task in NUMBER_TASKS and outer(c) and c.family is not Family.AUTOML]
