"""What is new, fixed and persisting in a scanned repository, and the figures that every report of a scan needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from nbaudit.baseline import Known, compare
from nbaudit.model.vocabulary import ISSUES, Relevance
from nbaudit.scan.records import loads
from nbaudit.scan.run import RepositoryScan, is_failed

NEVER, ANY, HIGH, NEW, NEW_HIGH = "never", "any", "high", "new", "new-high"
GATES = (NEVER, ANY, HIGH, NEW, NEW_HIGH)


@dataclass(frozen=True, slots=True)
class Delta:
    """The findings of one repository against an earlier state, which `against` names for the reader.

    `silenced` are findings that are still there and that the author has switched off since. A finding whose notebook
    could not be audited this time, or whose check crashed, or that the scan did not cover, is in none of them.
    """

    against: str
    new: tuple[Known, ...]
    fixed: tuple[Known, ...]
    silenced: tuple[Known, ...]
    persisting: tuple[tuple[Known, Known], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One repository in the report of a scan. `issues` counts findings by issue; `failed` are (path, reason);
    `crashed` counts checks that crashed. `scan` is kept only where a report needs every notebook."""

    name: str
    revision: str
    complete: bool
    notebooks: int
    issues: Counter[str]
    failed: tuple[tuple[str, str], ...]
    crashed: int
    skipped: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]
    delta: Delta | None = None
    scan: RepositoryScan | None = None

    @property
    def findings(self) -> int:
        return self.issues.total()

    @property
    def high(self) -> int:
        return sum(number for issue, number in self.issues.items() if is_high(issue))

    def fails(self, gate: str) -> bool:
        """Whether there is a finding that the gate counts."""
        if gate == ANY:
            return self.findings > 0
        if gate == HIGH:
            return self.high > 0
        new = self.delta.new if self.delta else ()
        if gate == NEW:
            return bool(new)
        return gate == NEW_HIGH and any(is_high(item.issue) for item in new)


@dataclass(frozen=True, slots=True)
class Report:
    """All repositories of one scan, sorted by name; `errors` are targets that could not be scanned at all."""

    outcomes: tuple[Outcome, ...]
    errors: tuple[str, ...] = ()
    stopped: bool = False
    notes: tuple[str, ...] = field(default=())


def is_high(issue: str) -> bool:
    return issue in ISSUES and ISSUES[issue].relevance is Relevance.HIGH


def outcome(scan: RepositoryScan, delta: Delta | None, keep: bool) -> Outcome:
    issues: Counter[str] = Counter()
    failed: list[tuple[str, str]] = []
    crashed = 0
    for notebook in scan.notebooks:
        record = notebook.record if keep else loads(notebook.data)
        if is_failed(notebook.data):
            failed.append((notebook.path, record.reason))
        crashed += len(record.failures)
        issues.update(item.issue for item in record.findings if not item.suppressed)
    return Outcome(
        scan.name,
        scan.revision,
        scan.complete,
        len(scan.notebooks),
        issues,
        tuple(failed),
        crashed,
        tuple((item.path, item.reason) for item in scan.skipped),
        scan.problems,
        delta,
        scan if keep else None,
    )


def delta(scan: RepositoryScan, before: Iterable[Known], against: str) -> Delta:
    """Compare the scan with an earlier state of its repository."""
    comparable = list(judged(scan, before))
    changes = compare(comparable, scan.known(), (notebook.path for notebook in scan.notebooks))
    silent = [item for notebook in scan.notebooks for item in notebook.known(suppressed=True)]
    off = compare(changes.fixed, silent, (notebook.path for notebook in scan.notebooks))
    return Delta(against, changes.new, off.fixed, tuple(old for old, _ in off.persisting), changes.persisting)


def against_revision(scan: RepositoryScan, before: Iterable[Known], same: Collection[str], against: str) -> Delta:
    """As `delta`, where the notebooks of `same` are as they were: their findings persist."""
    unchanged = [item for notebook in scan.notebooks if notebook.path in same for item in notebook.known()]
    return delta(scan, [*before, *unchanged], against)


def judged(scan: RepositoryScan, before: Iterable[Known]) -> Iterator[Known]:
    """Those earlier findings about which this scan says something: covered, and neither notebook nor check failed."""
    there = {notebook.path for notebook in scan.notebooks}
    unknown = {notebook.path for notebook in scan.notebooks if is_failed(notebook.data)}
    crashed = {
        (notebook.path, check)
        for notebook in scan.notebooks
        if notebook.path not in unknown
        for check, _ in loads(notebook.data).failures
    }
    for item in before:
        covered = scan.repository.covers(item.path) if scan.complete else item.path in there
        if covered and item.path not in unknown and (item.path, item.check) not in crashed:
            yield item
