"""How long it may take to repay a notebook's debt: minutes by kind of finding, set by hand.

The figures are an estimate by nbaudit's authors of the time in which someone who knows the notebook edits the code and
looks at the result. They were not measured, and the time in which cells run is not in them.
`python -m nbaudit.report.debt` prints docs/debt-estimate.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from nbaudit.model.finding import Finding
from nbaudit.model.vocabulary import ISSUES
from nbaudit.report.causes import Cause, causes

Minutes = tuple[int, int]
"""(the first place of a cause, each further one)."""

BY_ISSUE: Mapping[str, Minutes] = {
    "DI-M": (60, 20),
    "DI-I": (20, 10),
    "DI-W": (45, 20),
    "DC-I": (15, 5),
    "DC-W": (15, 5),
    "OU-M": (30, 10),
    "OU-I": (30, 10),
    "OU-W": (30, 10),
    "FS-M": (45, 15),
    "FS-I": (20, 10),
    "FS-W": (45, 15),
    "MV-M": (20, 10),
    "MV-I": (30, 10),
    "MV-W": (30, 10),
    "RB-M": (30, 10),
    "RB-W": (30, 10),
    "IC-M": (20, 10),
    "IC-I": (25, 10),
    "IC-W": (30, 10),
    "SC-M": (20, 10),
    "SC-I": (20, 10),
    "SC-W": (20, 10),
    "AL-M": (60, 20),
    "AL-I": (45, 15),
    "SP-M": (30, 10),
    "SP-W": (30, 10),
    "HT-M": (60, 15),
    "HT-I": (30, 10),
    "HT-W": (45, 15),
    "EM-I": (15, 5),
}
"""Minutes by issue."""

BY_CHECK: Mapping[str, Minutes] = {
    "split-without-seed": (5, 2),
    "imbalanced-split-without-stratification": (5, 2),
    "split-parts-swapped": (5, 5),
    "score-searched-in-wrong-direction": (5, 5),
    "saved-index-as-feature": (5, 5),
    "interactive-source": (10, 5),
    "personal-path": (10, 5),
    "gap-handling-thrown-away": (5, 5),
    "repair-thrown-away": (5, 5),
    "wrong-separator-or-header": (10, 5),
    "class-label-scaled": (10, 5),
    "scaled-twice": (10, 5),
    "accuracy-alone": (10, 5),
    "one-figure-for-regression": (10, 5),
    "join-never-checked": (15, 10),
    "random-split-of-time-ordered-rows": (45, 15),
    "groups-on-both-sides": (45, 15),
    "target-among-features": (20, 10),
    "source-left-out-of-join": (45, 15),
}
"""Minutes of checks whose repair takes clearly less or more than the others of their issue."""


_PAGE = """\
# The time to repay

nbaudit says how long it may take to repair what was found: in its reports, in JupyterLab, in scans, and as
`causes` in the JSON. **It is an estimate, set by hand**: the minutes in which someone who knows the notebook edits
the code and looks at the result. Nobody has measured them, and the time in which cells run is not in them. Use it
to compare notebooks and to plan, not to bill. A factor of two either way is to be expected.

## How it is computed

Findings of one cause are repaired together: a split that comes too late may give three findings, and one change mends
them. So the estimate goes by cause:

- the cause counts once, with the *first place* minutes of the finding in it that takes longest;
- each other finding in it adds its *further place* minutes.

Findings that share no cause but are of one issue are counted in the same way. The estimate of the notebook is the sum.
It is shown rounded to 5 minutes, from two hours on to 30, from eight on to whole hours.

## Minutes by issue

| issue | what | first place | further place |
|---|---|---|---|
{issues}

As a rule: what was never done (*M*) takes longest where it means new work (a comparison, a search, a join), and little
where it means a look. What was done wrongly (*W*) is mostly moved, not written.

## Minutes by check

These checks have minutes of their own, since their repair takes clearly less or more than the others of the issue.

| check | first place | further place |
|---|---|---|
{checks}
"""


class Entry(Struct, frozen=True):
    """The estimate of one cause, and how it comes about."""

    cause: Cause
    minutes: int
    first: str
    """Issue or check slug whose minutes count for the first place."""
    further: int
    """Number of further places."""


class Debt(Struct, frozen=True):
    """The estimate of a notebook, one entry per cause."""

    entries: tuple[Entry, ...]

    @property
    def minutes(self) -> int:
        return sum(entry.minutes for entry in self.entries)


def minutes_of(finding: Finding) -> Minutes:
    return BY_CHECK.get(finding.check) or BY_ISSUE[finding.issue]


def debt(findings: Sequence[Finding]) -> Debt:
    """The estimate: for each cause the most that one of its findings takes, and a little for each further place."""
    return Debt(tuple(_entry(cause) for cause in causes(findings)))


def _entry(cause: Cause) -> Entry:
    lead = max(cause.findings, key=lambda finding: minutes_of(finding)[0])
    total = minutes_of(lead)[0] + sum(minutes_of(other)[1] for other in cause.findings if other is not lead)
    return Entry(cause, total, lead.check if lead.check in BY_CHECK else lead.issue, len(cause.findings) - 1)


def duration(minutes: int) -> str:
    """ "25 min", "2 h 30 min", "12 h": rounded as an estimate can bear (5 minutes, from 2 h on 30, from 8 h on 60)."""
    step = 5 if minutes < 120 else 30 if minutes < 480 else 60
    rounded = max(round(minutes / step), 1) * step if minutes else 0
    hours, rest = divmod(rounded, 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )


def page() -> str:
    """docs/debt-estimate.md."""
    issues = [f"| {code} | {ISSUES[code].title} | {first} | {more} |" for code, (first, more) in BY_ISSUE.items()]
    checks = [f"| [{slug}](checks/{slug}.md) | {first} | {more} |" for slug, (first, more) in BY_CHECK.items()]
    return _PAGE.format(issues="\n".join(issues), checks="\n".join(checks))


__all__ = ["BY_CHECK", "BY_ISSUE", "Debt", "Entry", "debt", "duration", "minutes_of", "page"]

if __name__ == "__main__":
    print(page(), end="")
