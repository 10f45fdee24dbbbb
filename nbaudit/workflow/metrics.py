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
    return [c for c in contenders(workflow) if _estimates(c) and outer(c) and c.family is not Family.AUTOML]


def _estimates(candidate: Candidate) -> bool:
    """By its task, or by being measured by errors alone where the task is not known."""
    if candidate.task is not None:
        return candidate.task in NUMBER_TASKS
    return Trait.ERROR in candidate.kinds and candidate.kinds <= {Trait.ERROR, Trait.LOSS, Trait.R2}


def kinds_held(measurements: list[Measurement]) -> frozenset[Trait]:
    """The kinds of measure; those of training rows say nothing where others are held out."""
    held = [m for m in measurements if m.held_out is not False]
    return frozenset(kind for m in held or measurements for kind in m.kinds)


def by_source(workflow: Workflow, candidate: Candidate) -> list[list[Measurement]]:
    """A candidate's outer measurements by the data that the measured model learned from: an algorithm that is tried on
    two data sets is judged on each. All together where the data of one is not known."""
    groups: list[tuple[frozenset[int], list[Measurement]]] = []
    for measurement in outer(candidate):
        sources = _learned_from(workflow, measurement)
        if not sources:
            return [outer(candidate)]
        same = [group for group in groups if group[0] & sources]
        merged = sources.union(*(group[0] for group in same)), [m for group in same for m in group[1]] + [measurement]
        groups = [group for group in groups if group not in same] + [merged]
    return [found for _, found in groups]


def _learned_from(workflow: Workflow, measurement: Measurement) -> frozenset[int]:
    evaluation = measurement.evaluation
    if evaluation.model is None:
        return frozenset()
    if evaluation.folds and evaluation.rows is not None:
        return evaluation.rows.sources()
    final = evaluation.model.final()
    before = [t for t in workflow.trainings if t.final is final and t.op.id <= measurement.op.id]
    rows = before[-1].rows if before else None
    return rows.sources() if rows is not None else frozenset()


def telling(measurements: list[Measurement], kind: Trait) -> Measurement:
    """The measurement of a kind that a reader would look at: on held-out rows and apart from the training, if any."""
    found = [m for m in measurements if kind in m.kinds]
    return max(found, key=lambda m: (m.held_out is True, m.held_out is None, not m.evaluation.watched))
