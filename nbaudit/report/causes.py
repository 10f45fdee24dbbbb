"""Findings by their cause: what one repair mends stands together, whatever issues it counts under.

Three rules, in this order. Findings of one `root` have one cause. Findings of a family below have one cause where
their evidence meets (a shared step), or, for what was never done, simply because one look would have done it. All
others stand by issue.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from nbaudit.model.finding import Finding
from nbaudit.model.picture import NodeKind, Picture
from nbaudit.model.vocabulary import ISSUES
from nbaudit.report.summary import ranked


class Family(Struct, frozen=True):
    """Checks that one fault of the workflow sets off. `meet` says that their evidence must share a step."""

    key: str
    title: str
    repair: str
    checks: frozenset[str]
    meet: bool = True


def _family(key: str, title: str, repair: str, checks: str, meet: bool = True) -> Family:
    return Family(key, title, repair, frozenset(checks.split()), meet)


FAMILIES = (
    _family(
        "late-split",
        "Preparation learned from rows that are later measured",
        "Split first. Then fit every step of the preparation on the training rows alone, best inside one Pipeline.",
        "scaler-fitted-on-test-rows fill-learned-from-test-rows encoding-learned-from-test-rows "
        "vocabulary-learned-from-test-rows selection-learned-from-test-rows outlier-rule-learned-from-test-rows "
        "resampled-before-split target-limited-before-split",
    ),
    _family(
        "choice-on-test",
        "The rows of the final score also made the choices",
        "Choose by cross-validation on the training rows (or on a validation part), and measure once on the test rows.",
        "setting-chosen-on-test-rows setting-picked-on-reported-rows model-picked-on-reported-rows "
        "search-over-test-rows threshold-set-on-test-rows stopped-on-reported-rows split-seed-picked-by-score",
    ),
    _family(
        "own-preparation",
        "The test rows get a preparation of their own",
        "Fit each step once, on the training rows, and apply that same object to the test rows.",
        "scaler-fitted-anew-on-test-rows encoder-fitted-anew-on-test-rows fill-learned-anew-on-test-rows "
        "scaled-in-training-only test-rows-left-with-gaps",
    ),
    _family(
        "never-looked",
        "The data was never examined before it was trained on",
        "One cell of looking after the data is read answers all of them: gaps, duplicates and values, extremes.",
        "gaps-never-looked-for outliers-never-looked-for inconsistencies-never-looked-for data-never-looked-at",
        meet=False,
    ),
)


class Cause(Struct, frozen=True):
    """Findings that stand together, best first. `family` is set where a family joins them, `shared` where they have one
    cause (else they merely are of one issue)."""

    findings: tuple[Finding, ...]
    shared: bool
    family: Family | None = None

    @property
    def issues(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.issue for finding in self.findings))


class Reach(Struct, frozen=True):
    """What a cause spoils: names of the models and metrics that its data flows into."""

    models: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()


def causes(findings: Sequence[Finding]) -> tuple[Cause, ...]:
    """All findings by cause; the cause with the gravest and surest finding first."""
    order = ranked(findings)
    parent = list(range(len(order)))

    def top(number: int) -> int:
        while parent[number] != number:
            number = parent[number]
        return number

    first: dict[object, int] = {}
    for number, finding in enumerate(order):
        for key in _keys(finding):
            other = first.setdefault(key, number)
            a, b = sorted((top(other), top(number)))
            parent[b] = a
    joined: dict[int, list[Finding]] = {}
    for number, finding in enumerate(order):
        joined.setdefault(top(number), []).append(finding)
    gathered: dict[object, list[Finding]] = {}
    for number, members in joined.items():
        key = number if len(members) > 1 else members[0].issue
        gathered.setdefault(key, []).extend(members)
    return tuple(
        Cause(tuple(members), not isinstance(key, str), _common_family(members) if not isinstance(key, str) else None)
        for key, members in gathered.items()
    )


def _keys(finding: Finding) -> list[object]:
    """What a finding shares with others of its cause."""
    keys: list[object] = [("root", finding.root)] if finding.root else []
    family = family_of(finding.check)
    if family is not None and family.meet:
        keys += [(family.key, step.span.cell, step.span.line) for step in finding.evidence]
    elif family is not None:
        keys.append(family.key)
    return keys


def family_of(check: str) -> Family | None:
    """The family of a check, None where it has none."""
    return next((family for family in FAMILIES if check in family.checks), None)


def _common_family(findings: Sequence[Finding]) -> Family | None:
    families = {family_of(finding.check) for finding in findings}
    return families.pop() if len(families) == 1 else None


def reach(picture: Picture, findings: Sequence[Finding]) -> Reach:
    """The models and metrics that lie behind the first step of each finding's evidence."""
    behind = {node.id for finding in findings if (node := picture.at(finding.evidence[0].span)) is not None}
    for edge in picture.edges:
        if edge.source in behind:
            behind.add(edge.target)
    nodes = [node for node in picture.nodes if node.id in behind]
    return Reach(
        tuple(
            dict.fromkeys(
                name for node in nodes if node.kind is NodeKind.MODEL for name in model_names(node.label, node.details)
            )
        ),
        tuple(
            dict.fromkeys(
                name for node in nodes if node.kind is NodeKind.METRIC for name in node.details or (node.label,)
            )
        ),
    )


def model_names(label: str, details: Sequence[str]) -> tuple[str, ...]:
    """The models of a node: those that it lists where it stands for several, else its own."""
    return tuple(details) if label.endswith(" models") else (label,)


def issue_title(cause: Cause) -> str:
    """The title of a cause by its gravest issue."""
    return ISSUES[cause.findings[0].issue].title


__all__ = ["FAMILIES", "Cause", "Family", "Reach", "causes", "family_of", "issue_title", "reach"]
