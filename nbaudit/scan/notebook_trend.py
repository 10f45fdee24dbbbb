"""What the history knows of single notebooks: which repository's path a file is, and the course of its debt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from nbaudit.baseline import Known, compare
from nbaudit.fingerprints import Fingerprint, fingerprint
from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES, Relevance
from nbaudit.report.trend import Trend, TrendPoint
from nbaudit.scan.git import Git, git_folder, plain_name, top_level
from nbaudit.scan.store import DebtRow, Store


def notebook_trend(store: Store, file: Path, result: AuditResult) -> Trend | None:
    """The trend of an audited file; None where no scan of the history met it.

    Raises:
        StoreError: the history can't be read.
    """
    known = set(store.names())
    for name, path in _identities(file):
        if name in known:
            trend = _trend(store, name, path, result)
            if trend is not None:
                return trend
    return None


def _identities(file: Path) -> Iterator[tuple[str, str]]:
    """(repository, path in it) under which a scan may have met the file: of its work tree by remote and by folder, else
    of each folder above it by the names that `nbaudit scan FOLDER` gives."""
    place = file.parent.resolve() / file.name
    root = top_level(file.parent)
    if root is not None:
        path = place.relative_to(root.resolve()).as_posix()
        folder = git_folder(root)
        origin = plain_name(Git(folder, root.name).origin()) if folder is not None else ""
        yield from ((name, path) for name in (origin, root.name, root.as_posix()) if name)
        return
    here = Path.cwd().resolve()
    for folder in place.parents:
        path = place.relative_to(folder).as_posix()
        names = [folder.as_posix()]
        if folder.is_relative_to(here) and folder != here:
            names.append(folder.relative_to(here).as_posix())
        elif folder == here:
            names.append(folder.name)
        yield from ((name, path) for name in names)


def _trend(store: Store, name: str, path: str, result: AuditResult) -> Trend | None:
    moments = store.moments(name, path)
    rows = [row for row in store.debt([name]) if row.path == path and row.issue in ISSUES]
    if not moments:
        return None
    points = tuple(
        TrendPoint(at, len(there), sum(_is_high(row) for row in there))
        for at in moments
        for there in [[row for row in rows if row.first_at <= at and (row.fixed_at is None or row.fixed_at > at)]]
    )
    return Trend(
        points=points,
        came=sum(row.first_at > moments[0] for row in rows),
        went=sum(row.fixed_at is not None for row in rows),
        silenced=sum(row.fixed_at is not None and row.silenced for row in rows),
        since=_since([row for row in rows if row.fixed_at is None], path, result),
    )


def _since(rows: Sequence[DebtRow], path: str, result: AuditResult) -> tuple[datetime | None, ...]:
    """When each finding of the result was met first, matched as scans match them."""
    before = [_known(row) for row in rows]
    now = [
        Known(path, item.issue, item.check, fingerprint(result.notebook, item), item.cell, item.line)
        for item in result.findings
    ]
    met = {id(after): rows[_index(before, old)].first_at for old, after in compare(before, now).persisting}
    return tuple(met.get(id(item)) for item in now)


def _index(items: Sequence[Known], wanted: Known) -> int:
    return next(number for number, item in enumerate(items) if item is wanted)


def _known(row: DebtRow) -> Known:
    return Known(row.path, row.issue, row.check, Fingerprint(row.code, row.cell_id), row.cell, row.line)


def _is_high(row: DebtRow) -> bool:
    return ISSUES[row.issue].relevance is Relevance.HIGH
