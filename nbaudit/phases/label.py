"""Combines the phase classifiers."""
from __future__ import annotations
from nbaudit.model.flow import FlowGraph
from nbaudit.model.phase import PhaseLabel
from nbaudit.model.source import Notebook


def label_cells(notebook: Notebook, graph: FlowGraph) -> tuple[PhaseLabel, ...]:
    return ()
