"""All that a plug-in imports, besides `nbaudit.testing` for its tests. What stands here stays as it is.

A package adds checks, library tables and report formats by entry points:

    [project.entry-points."nbaudit.checks"]
    acme = "acme_nbaudit.checks"

    [project.entry-points."nbaudit.tables"]
    acme = "acme_nbaudit"

    [project.entry-points."nbaudit.formats"]
    acme = "acme_nbaudit.chat:FORMAT"
"""

from __future__ import annotations

from nbaudit.checkers.base import Check, Example, Workflow, at, check, plugin_checks, step, trail
from nbaudit.knowledge.tables import plugin_tables
from nbaudit.model.facts import Basis
from nbaudit.model.finding import Finding, HouseFinding, Step, Verdict
from nbaudit.model.flow import Operation
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import ISSUES, Activity, Phase, Problem, Relevance, Role, State, Trait
from nbaudit.report import Format, plugin_formats
from nbaudit.report.clean import one_line, visible
from nbaudit.report.entries import Entry, Level, entries
from nbaudit.report.places import FilePlaces
from nbaudit.report.summary import Audit, Context


def installed() -> tuple[list[str], list[str]]:
    """One line per plug-in that is installed, and one per plug-in that is left out."""
    checks, no_checks = plugin_checks()
    tables, no_tables = plugin_tables()
    formats, no_formats = plugin_formats()
    lines = [f"checks: {owner}: {item.slug}" for owner, item in checks]
    lines += [f"tables: {item.owner}: {', '.join(name for name, _ in item.files)}" for item in tables]
    lines += [f"formats: {item.plugin}: {item.name}" for item in formats]
    broken = [f"left out: {item.label}: {item.reason}" for item in (*no_checks, *no_tables, *no_formats)]
    return lines, broken


__all__ = [
    "ISSUES",
    "Activity",
    "Audit",
    "AuditResult",
    "Basis",
    "Check",
    "Context",
    "Entry",
    "Example",
    "FilePlaces",
    "Finding",
    "Format",
    "HouseFinding",
    "Level",
    "Operation",
    "Phase",
    "Problem",
    "Relevance",
    "Role",
    "Span",
    "State",
    "Step",
    "Trait",
    "Verdict",
    "Workflow",
    "at",
    "check",
    "entries",
    "installed",
    "one_line",
    "step",
    "trail",
    "visible",
]
