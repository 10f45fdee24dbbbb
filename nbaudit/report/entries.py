"""Findings of the checks and matches of house rules in one shape, for formats that list both alike."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from msgspec import Struct

from nbaudit.model.finding import Finding, HouseFinding, Suppressed
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import ISSUES, Issue, Relevance
from nbaudit.report.clean import cut, sentence
from nbaudit.report.summary import Context, ranked

HOUSE = "house rule"
LONGEST = 4000
"""Characters of a text in a report; a longer one is cut, since names in notebooks can be of any length."""


class Level(str, Enum):
    """How much an entry matters: the relevance of its issue, or the severity of the house rule."""

    HIGH = "high"
    LOW = "low"
    INFO = "info"


_SEVERITIES = {"error": Level.HIGH, "warning": Level.LOW}


class Entry(Struct, frozen=True):
    """One thing to report.

    `issue` is None for a house rule, and then `check` is the rule's id. `message` and `advice` are sentences, `code` is
    code that this notebook's author could use; both may be empty. `ignored` is the author's reason where it is switched
    off, else None.
    """

    issue: Issue | None
    check: str
    title: str
    level: Level
    span: Span
    message: str
    advice: str = ""
    code: str = ""
    confidence: float = 1.0
    ignored: str | None = None
    finding: Finding | None = None

    @property
    def head(self) -> str:
        """ "SC-W Features are scaled wrongly", or the house rule's id."""
        return f"{self.issue.code} {self.title}" if self.issue else f"{HOUSE} {self.check}"


def entries(result: AuditResult, context: Context = Context()) -> tuple[Entry, ...]:  # noqa: B008 (frozen)
    """What counts, the gravest first: findings in the order of `ranked`, then house rules by severity and place."""
    house = [item for item in result.house_rules if item.ignored is None]
    levels = list(Level)
    house.sort(key=lambda item: (levels.index(_level(item)), item.span, item.rule))
    return (
        *(_of_finding(finding, context) for finding in ranked(result.findings)),
        *(_of_house(item) for item in house),
    )


def ignored_entries(result: AuditResult, context: Context = Context()) -> Iterator[Entry]:  # noqa: B008 (frozen)
    """What the author has switched off."""
    for item in result.suppressed:
        yield _of_finding(item.finding, context, item)
    yield from (_of_house(item) for item in result.house_rules if item.ignored is not None)


def _level(item: HouseFinding) -> Level:
    return _SEVERITIES.get(item.severity, Level.INFO)


def _of_finding(finding: Finding, context: Context, by: Suppressed | None = None) -> Entry:
    issue = ISSUES[finding.issue]
    check = context.catalogue.get(finding.check)
    return Entry(
        issue=issue,
        check=cut(finding.check, 200),
        title=issue.title,
        level=Level.HIGH if issue.relevance is Relevance.HIGH else Level.LOW,
        span=finding.span,
        message=sentence(cut(finding.message, LONGEST)),
        advice=sentence(check.instead, is_prose=True) if check else "",
        code=cut(finding.instead, LONGEST),
        confidence=finding.confidence,
        ignored=by.reason if by else None,
        finding=finding,
    )


def _of_house(item: HouseFinding) -> Entry:
    return Entry(
        issue=None,
        check=cut(item.rule, 200),
        title=HOUSE,
        level=_level(item),
        span=item.span,
        message=sentence(cut(item.message, LONGEST)),
        advice=sentence(cut(item.note, LONGEST), is_prose=True),
        ignored=item.ignored,
    )
