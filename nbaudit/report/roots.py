"""The root causes of a result: what `causes` and `debt` say of its findings, as the public JSON has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from nbaudit.model.finding import Finding, RootCause
from nbaudit.report.causes import Cause, issue_title
from nbaudit.report.clean import one_line, sentence
from nbaudit.report.debt import debt


class Titled(Protocol):
    """What is asked of a check: its title, and what to do instead."""

    @property
    def title(self) -> str: ...
    @property
    def instead(self) -> str: ...


def root_causes(findings: Sequence[Finding], catalogue: Mapping[str, Titled]) -> tuple[RootCause, ...]:
    """The findings by what one repair mends, the gravest first; each is in exactly one."""
    places = {id(finding): number for number, finding in enumerate(findings)}
    return tuple(
        RootCause(
            *named(entry.cause, catalogue),
            entry.cause.shared,
            entry.minutes,
            tuple(places[id(finding)] for finding in entry.cause.findings),
        )
        for entry in debt(findings).entries
    )


def named(cause: Cause, catalogue: Mapping[str, Titled]) -> tuple[str, str]:
    """The title of a cause, and the sentence of what mends all of it, "" where no single thing does."""
    check = catalogue.get(cause.findings[0].check)
    if cause.family is not None and cause.shared:
        title, repair = cause.family.title, cause.family.repair
    elif cause.shared and check is not None:
        title, repair = check.title.rstrip("."), sentence(check.instead, is_prose=True)
    else:
        title, repair = issue_title(cause), ""
    return one_line(title, 300), one_line(repair, 400)
