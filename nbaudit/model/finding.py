"""Verdicts, findings and their evidence."""

from __future__ import annotations

from msgspec import Struct

from nbaudit.model.facts import Basis
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import State


class Step(Struct, frozen=True):
    """One step of an evidence trail: a place, a clause that says what happens there, and what stands behind it.

    `source` is a table row ("sklearn.rows:41"), a saved output ("output of cell 4"), or "" for plain code.
    """

    span: Span
    text: str
    source: str = ""


class Finding(Struct, frozen=True):
    """One fault at one place.

    `check` is the slug of the check, `span` the anchor. `confidence` (0 to 1) says how sure the analysis is, never how
    much it matters. `instead` is code that this notebook's author could use. `root` is shared by findings of one cause.

    Raises:
        ValueError: the evidence is empty.
    """

    issue: str
    check: str
    span: Span
    message: str
    evidence: tuple[Step, ...]
    confidence: float = 0.9
    instead: str = ""
    columns: tuple[str, ...] = ()
    root: str = ""
    basis: Basis = Basis.CODE

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"finding of {self.check} without evidence")

    @property
    def cell(self) -> int:
        return self.span.cell

    @property
    def line(self) -> int:
        return self.span.line


class Verdict(Struct, frozen=True):
    """The state of one issue, with the reason in one sentence."""

    issue: str
    state: State
    confidence: float
    reason: str
    basis: Basis = Basis.CODE


class Suppressed(Struct, frozen=True):
    """A finding that the author has switched off, with the reason given and the place of the comment or tag."""

    finding: Finding
    reason: str
    span: Span


class HouseFinding(Struct, frozen=True):
    """A place where a house rule of the project matches. It is none of the 30 issues and changes no verdict.

    `rule` is the rule's id, `severity` "error", "warning", "info" or "hint", `note` what the rule advises. `ignored` is
    the author's reason ("" where none is given) if a comment switches it off, else None.
    """

    rule: str
    severity: str
    span: Span
    message: str
    note: str = ""
    ignored: str | None = None


class RootCause(Struct, frozen=True):
    """Findings that are repaired together, whatever issues they count under.

    `findings` are their positions in the result's list, the gravest first. `shared` says that they have one cause; else
    they merely are of one issue, and `repair` (one sentence that mends all of them) is "". `minutes` is the estimate of
    the time to repay them, set by hand.
    """

    title: str
    repair: str
    shared: bool
    minutes: int
    findings: tuple[int, ...]


class Failure(Struct, frozen=True):
    """A check that crashed: its slug and the error, shown in every format (exit code 3)."""

    check: str
    error: str
