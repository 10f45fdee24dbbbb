"""Questions about metrics: by what the candidates are judged. Pure functions over a `Workflow`."""

from __future__ import annotations

from nbaudit.model.vocabulary import Family, Trait
from nbaudit.workflow import Workflow
from nbaudit.workflow.candidates import (
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
    return [c for c in contenders(workflow) if _classifies(c) and outer(c)]


def _classifies(candidate: Candidate) -> bool:
    """By its task, or by being measured by accuracy where the task is not known."""
    return candidate.task in CLASS_TASKS or (candidate.task is None and Trait.ACCURACY in candidate.kinds)


def regressors(workflow: Workflow) -> list[Candidate]:
    """The candidates for a regression or forecast that are measured at all."""
    return [c for c in contenders(workflow) if c.task in NUMBER_TASKS and outer(c) and c.family is not Family.AUTOML]


def telling(candidate: Candidate, kind: Trait) -> Measurement:
    """The measurement of a kind that a reader would look at: on held-out rows and apart from the training, if any."""
    found = [m for m in outer(candidate) if kind in m.kinds]
    return max(found, key=lambda m: (m.held_out is True, m.held_out is None, not m.evaluation.watched))
