"""The dataflow graph read as a machine-learning workflow: the questions that several checks ask, one file per topic."""

from nbaudit.workflow.core import Evaluation, Leak, Prose, Training, Workflow, is_predictor

__all__ = ["Evaluation", "Leak", "Prose", "Training", "Workflow", "is_predictor"]
