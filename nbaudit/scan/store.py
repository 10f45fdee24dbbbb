"""The history of scans in any database that SQLAlchemy reaches.

A repository's scan is written in one transaction, so a scan that is killed, a full disk or a lost connection leaves the
history as it was. Writers of one repository wait for each other. Times are UTC.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbaudit import __version__
from nbaudit.baseline import Known
from nbaudit.errors import NbauditError, UsageError
from nbaudit.fingerprints import Fingerprint
from nbaudit.scan.changes import Delta, delta
from nbaudit.scan.records import SHORT, loads
from nbaudit.scan.run import RepositoryScan, Scanned, is_failed
from nbaudit.scan.work import analysis_digest

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Select

LAST = "the last scan"
_CHUNK = 500
"""Rows a statement; SQLite takes 32,766 values in one."""

_LOCK = 0x6E626175
""" "nbau": the key of PostgreSQL's advisory lock around migrations."""


class StoreError(NbauditError):
    """The history can't be read or written; the sentence says why."""


@dataclass(frozen=True, slots=True)
class ScanRow:
    """One scan of the history. `at` is where it stands in time: the commit's time where a revision was named."""

    repository: str
    at: datetime
    started: datetime
    revision: str
    scope: str
    notebooks: int
    failed: int
    findings: int
    new: int
    fixed: int


@dataclass(frozen=True, slots=True)
class DebtRow:
    """The life of one finding. Findings of one notebook and `cause` are repaired together; it is "" where a scan of an
    earlier version of nbaudit was the last to see them. `fixed_at` is None while it is there; who introduced and repaid
    it is "" unless the scans were told to keep authors."""

    repository: str
    path: str
    issue: str
    check: str
    cell: int
    line: int
    confidence: float
    message: str
    excerpt: str
    first_at: datetime
    first_revision: str
    last_at: datetime
    fixed_at: datetime | None
    fixed_revision: str
    silenced: bool
    introduced_by: str
    repaid_by: str
    cause: str
    code: str
    cell_id: str


class Store:
    """One history. Opening it brings its tables up to date.

    Raises:
        UsageError: the extra `scan` is not installed, or the URL is none.
        StoreError: the database can't be reached, or is of a later version of nbaudit.
    """

    def __init__(self, url: str) -> None:
        try:
            import sqlalchemy as sa
        except ImportError:
            raise UsageError("the history needs SQLAlchemy; pip install 'nbaudit[scan]', or use --no-store") from None
        self._sa = sa
        try:
            self._url = sa.make_url(url if "://" in url else f"sqlite:///{url}")
            self.name = self._url.render_as_string(hide_password=True)
            self._engine = self._connected()
        except (sa.exc.ArgumentError, ImportError) as error:
            raise UsageError(f"--store: can't be used ({error}); write a file name or a database URL") from None
        with self._transaction() as connection:
            self._migrate(connection)

    def _connected(self) -> Engine:
        sa = self._sa
        if self._url.get_backend_name() != "sqlite":
            other: Engine = sa.create_engine(self._url)
            return other
        if self._url.database and self._url.database != ":memory:":
            Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
        engine: Engine = sa.create_engine(self._url, connect_args={"timeout": 60})

        # SQLite's driver opens transactions late and as readers; two writers would then fail instead of waiting.
        def manual(connection: Any, _: object) -> None:
            connection.isolation_level = None
            connection.execute("pragma foreign_keys = on")

        def immediate(connection: Connection) -> None:
            connection.exec_driver_sql("begin immediate")

        sa.event.listen(engine, "connect", manual)
        sa.event.listen(engine, "begin", immediate)
        return engine

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except self._sa.exc.SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise StoreError(f"the history {self.name} can't be used ({str(cause).strip().splitlines()[0]})") from error

    def _migrate(self, connection: Connection) -> None:
        """Bring the tables up to date; one after the other where several open the history at once."""
        from nbaudit.scan.schema import HEAD

        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({_LOCK})")
        if self._sa.inspect(connection).has_table("alembic_version"):
            version = self._sa.table("alembic_version", self._sa.column("version_num"))
            if connection.scalar(self._sa.select(version.c.version_num)) == HEAD:
                return
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(f"the history {self.name} is of a later version of nbaudit ({error}); update it") from None

    def close(self) -> None:
        self._engine.dispose()

    # Writing.

    def add(
        self,
        scan: RepositoryScan,
        started: datetime,
        authors: Mapping[str, str] | None = None,
    ) -> Delta | None:
        """Write one repository's scan; gives the comparison with what the history knew of it, None for the first one.

        A scan that stands before the newest one of its repository is kept, and compared with what was there then, but
        the course of the debt is not rewritten. `authors` says by path who changed it last.
        """
        from nbaudit.scan.schema import SCAN

        sa = self._sa
        at = scan.repository.committed if scan.repository.at_revision else None
        moment = _utc(at or started)
        with self._transaction() as connection:
            repository = self._repository(connection, scan.name)
            newest = connection.scalar(
                sa.select(sa.func.max(SCAN.c.at)).where(SCAN.c.repository_id == repository, SCAN.c.is_course)
            )
            is_course = newest is None or moment >= newest
            rows = self._there(connection, repository, None if is_course else moment)
            before = [_known(row) for row in rows]
            change = delta(scan, before, LAST)
            configuration = _one_word({item.settings for item in scan.notebooks if item.settings})
            failed = sum(is_failed(item.data) for item in scan.notebooks)
            key = connection.execute(
                sa.insert(SCAN).values(
                    repository_id=repository,
                    at=moment,
                    started=_utc(started),
                    revision=scan.revision,
                    scope=_scope(scan),
                    is_course=is_course,
                    configuration=configuration,
                    version=__version__,
                    notebooks=len(scan.notebooks),
                    failed=failed,
                    findings=len(change.new) + len(change.persisting),
                    new=len(change.new),
                    fixed=len(change.fixed) + len(change.silenced),
                )
            ).inserted_primary_key
            assert key is not None
            self._notebooks(connection, int(key[0]), scan.notebooks)
            if is_course:
                ids = _Places(rows, before)
                self._course(connection, repository, scan, change, ids, moment, authors or {})
        return change if newest is not None else None

    def _repository(self, connection: Connection, name: str) -> int:
        """The repository's id; its row is locked until the transaction ends."""
        from nbaudit.scan.schema import REPOSITORY

        sa = self._sa
        query = sa.select(REPOSITORY.c.id).where(REPOSITORY.c.name == name[:1000]).with_for_update()
        found = connection.scalar(query)
        if found is None:
            self._insert_missing(connection, REPOSITORY, [{"name": name[:1000]}], ["name"])
            found = connection.scalar(query)
        assert found is not None
        return int(found)

    def _insert_missing(
        self, connection: Connection, table: Any, rows: Sequence[Mapping[str, Any]], key: list[str]
    ) -> None:
        """Insert what is not there yet; another writer may be at the same."""
        from sqlalchemy.dialects import postgresql, sqlite

        dialect: Any = {"postgresql": postgresql, "sqlite": sqlite}.get(connection.dialect.name)
        if dialect is not None:
            connection.execute(dialect.insert(table).on_conflict_do_nothing(index_elements=key), rows)
            return
        for row in rows:
            matches = [table.c[name] == row[name] for name in key]
            if connection.scalar(self._sa.select(table.c.id).where(*matches)) is None:
                connection.execute(self._sa.insert(table).values(**row))

    def _there(self, connection: Connection, repository: int, moment: datetime | None) -> Sequence[Any]:
        """The findings that are there now, or were at a moment."""
        from nbaudit.scan.schema import DEBT

        query = self._sa.select(DEBT).where(DEBT.c.repository_id == repository)
        if moment is None:
            query = query.where(DEBT.c.fixed_at.is_(None))
        else:
            gone = self._sa.or_(DEBT.c.fixed_at.is_(None), DEBT.c.fixed_at > moment)
            query = query.where(DEBT.c.first_at <= moment, gone)
        return connection.execute(query.order_by(DEBT.c.id)).all()

    def _notebooks(self, connection: Connection, scan_id: int, notebooks: Sequence[Scanned]) -> None:
        from nbaudit.scan.schema import NOTEBOOK

        # In the order of the contents: two writers that share some meet them alike and don't lock each other out.
        for chunk in _chunks(sorted(notebooks, key=lambda item: (item.content, item.settings, item.path))):
            ids = self._snapshots(connection, [item for item in chunk if not is_failed(item.data)])
            rows = [
                {
                    "scan_id": scan_id,
                    "path": item.path,
                    "snapshot_id": None if is_failed(item.data) else ids[item.content, item.settings],
                    "reason": loads(item.data).reason if is_failed(item.data) else "",
                }
                for item in chunk
            ]
            connection.execute(self._sa.insert(NOTEBOOK), rows)

    def _snapshots(self, connection: Connection, notebooks: Sequence[Scanned]) -> dict[tuple[str, str], int]:
        """The ids of the snapshots by content and settings; those that are new are written."""
        from nbaudit.scan.schema import ANCHOR, SNAPSHOT

        sa, analysis = self._sa, analysis_digest()
        query = sa.select(SNAPSHOT.c.content, SNAPSHOT.c.settings, SNAPSHOT.c.id).where(
            SNAPSHOT.c.analysis == analysis, SNAPSHOT.c.content.in_([item.content for item in notebooks])
        )
        known = {(content, settings): key for content, settings, key in connection.execute(query)}
        fresh = {
            (item.content, item.settings): item for item in notebooks if (item.content, item.settings) not in known
        }
        if not fresh:
            return known
        records = {key: loads(item.data) for key, item in fresh.items()}
        rows = [
            {
                "content": content,
                "settings": settings,
                "analysis": analysis,
                "cells": record.cells,
                "understood": record.understood,
                "calls": record.calls,
                "verdicts": json.dumps({code: SHORT[state] for code, state in record.verdicts.items()}),
            }
            for (content, settings), record in records.items()
        ]
        self._insert_missing(connection, SNAPSHOT, rows, ["content", "settings", "analysis"])
        known = {(content, settings): key for content, settings, key in connection.execute(query)}
        # Another repository's scan may have written the snapshot, with its findings, in the meantime.
        done = set(connection.scalars(sa.select(ANCHOR.c.snapshot_id).where(ANCHOR.c.snapshot_id.in_(known.values()))))
        anchors = [
            {
                "snapshot_id": known[key],
                "issue": item.issue,
                "check_name": item.check[:80],
                "code": item.fingerprint.code,
                "cell_id": item.fingerprint.cell[:80],
                "cell": item.cell,
                "line": item.line,
                "confidence": item.confidence,
                "suppressed": item.suppressed,
                "message": item.message,
                "excerpt": item.excerpt,
            }
            for key, record in records.items()
            if known[key] not in done
            for item in record.findings
        ]
        if anchors:
            connection.execute(sa.insert(ANCHOR), anchors)
        return known

    def _course(
        self,
        connection: Connection,
        repository: int,
        scan: RepositoryScan,
        change: Delta,
        ids: _Places,
        moment: datetime,
        authors: Mapping[str, str],
    ) -> None:
        """Carry the debt on: new findings begin, fixed ones end, the others are seen again where they are now."""
        from nbaudit.scan.schema import DEBT

        sa = self._sa
        found = {
            _key(finding.known(item.path)): finding for item in scan.notebooks for finding in loads(item.data).findings
        }

        def cause(item: Known) -> str:
            return found[_key(item)].cause if _key(item) in found else ""

        fresh = [
            {
                "repository_id": repository,
                **_place(item),
                "issue": item.issue,
                "check_name": item.check[:80],
                "confidence": found[_key(item)].confidence if _key(item) in found else 0.0,
                "cause": cause(item),
                "first_at": moment,
                "first_revision": scan.revision,
                "last_at": moment,
                "fixed_at": None,
                "fixed_revision": "",
                "silenced": False,
                "introduced_by": authors.get(item.path, "")[:200],
                "repaid_by": "",
            }
            for item in change.new
        ]
        for chunk in _chunks(fresh):
            connection.execute(sa.insert(DEBT), list(chunk))
        ended = [(item, False) for item in change.fixed] + [(item, True) for item in change.silenced]
        if ended:
            update = sa.update(DEBT).where(DEBT.c.id == sa.bindparam("key"))
            rows = [
                {
                    "key": ids.take(item),
                    "fixed_at": moment,
                    "fixed_revision": scan.revision,
                    "silenced": silenced,
                    "repaid_by": authors.get(item.path, "")[:200],
                }
                for item, silenced in ended
            ]
            connection.execute(update, rows)
        # Those that stand where they stood need only the date; that is one statement.
        stay, move = [], []
        for old, new in change.persisting:
            key = ids.take(old)
            if _place(old) == _place(new) and ids.causes[key] == cause(new):
                stay.append(key)
            else:
                move.append({"key": key, "last_at": moment, "cause": cause(new), **_place(new)})
        for chunk in _chunks(stay):
            connection.execute(sa.update(DEBT).where(DEBT.c.id.in_(chunk)).values(last_at=moment))
        if move:
            connection.execute(sa.update(DEBT).where(DEBT.c.id == sa.bindparam("key")), move)

    # Reading.

    def last_revision(self, name: str) -> str:
        """The revision of the newest scan of a repository, "" where there is none."""
        from nbaudit.scan.schema import REPOSITORY, SCAN

        query = (
            self._sa.select(SCAN.c.revision)
            .join(REPOSITORY)
            .where(REPOSITORY.c.name == name[:1000], SCAN.c.is_course)
            .order_by(SCAN.c.at.desc(), SCAN.c.id.desc())
            .limit(1)
        )
        with self._transaction() as connection:
            return connection.scalar(query) or ""

    def scans(self, repositories: Sequence[str] = ()) -> list[ScanRow]:
        """All scans in the order of time, or those of some repositories."""
        from nbaudit.scan.schema import REPOSITORY, SCAN

        names = (
            "at", "started", "revision", "scope", "notebooks", "failed", "findings", "new", "fixed",
        )  # fmt: skip
        query = self._sa.select(REPOSITORY.c.name, *(SCAN.c[name] for name in names)).join(REPOSITORY)
        query = _only(query, REPOSITORY, repositories).order_by(SCAN.c.at, REPOSITORY.c.name, SCAN.c.id)
        with self._transaction() as connection:
            return [ScanRow(*row) for row in connection.execute(query)]

    def debt(self, repositories: Sequence[str] = ()) -> list[DebtRow]:
        """The life of every finding, or of those of some repositories."""
        from nbaudit.scan.schema import DEBT, REPOSITORY

        names = (
            "path", "issue", "check_name", "cell", "line", "confidence", "message", "excerpt", "first_at",
            "first_revision", "last_at", "fixed_at", "fixed_revision", "silenced", "introduced_by", "repaid_by",
            "cause", "code", "cell_id",
        )  # fmt: skip
        query = self._sa.select(REPOSITORY.c.name, *(DEBT.c[name] for name in names)).join(REPOSITORY)
        query = _only(query, REPOSITORY, repositories).order_by(REPOSITORY.c.name, DEBT.c.path, DEBT.c.id)
        with self._transaction() as connection:
            rows: list[Any] = [tuple(row) for row in connection.execute(query)]
        return [DebtRow(*row) for row in rows]

    def names(self) -> list[str]:
        """The repositories that the history knows."""
        from nbaudit.scan.schema import REPOSITORY

        with self._transaction() as connection:
            return list(connection.scalars(self._sa.select(REPOSITORY.c.name).order_by(REPOSITORY.c.name)))

    def moments(self, name: str, path: str) -> list[datetime]:
        """When scans of a repository met the notebook at `path`, in the order of time; each moment once.

        Where the details of old scans were dropped, their moments count from the first finding in the notebook on.
        """
        from nbaudit.scan.schema import DEBT, NOTEBOOK, REPOSITORY, SCAN

        sa = self._sa
        own = sa.select(REPOSITORY.c.id).where(REPOSITORY.c.name == name[:1000]).scalar_subquery()
        met = (
            sa.select(SCAN.c.at)
            .join(NOTEBOOK, NOTEBOOK.c.scan_id == SCAN.c.id)
            .where(SCAN.c.repository_id == own, SCAN.c.is_course, NOTEBOOK.c.path == path)
        )
        begun = sa.select(sa.func.min(DEBT.c.first_at)).where(DEBT.c.repository_id == own, DEBT.c.path == path)
        all_scans = sa.select(SCAN.c.at).where(SCAN.c.repository_id == own, SCAN.c.is_course, SCAN.c.scope == "full")
        with self._transaction() as connection:
            found = set(connection.scalars(met))
            start = connection.scalar(begun)
            if found and start is not None:
                found |= {at for at in connection.scalars(all_scans) if start <= at <= max(found)}
        return sorted(found)

    def verdicts(self, repositories: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Per scan and notebook the 30 verdicts, as rows for an export."""
        from nbaudit.scan.schema import NOTEBOOK, REPOSITORY, SCAN, SNAPSHOT

        full = {short: state for state, short in SHORT.items()}
        query = (
            self._sa.select(
                REPOSITORY.c.name, SCAN.c.at, SCAN.c.revision, NOTEBOOK.c.path, NOTEBOOK.c.reason, SNAPSHOT.c.verdicts
            )
            .select_from(NOTEBOOK)
            .join(SCAN)
            .join(REPOSITORY)
            .outerjoin(SNAPSHOT, NOTEBOOK.c.snapshot_id == SNAPSHOT.c.id)
        )
        query = _only(query, REPOSITORY, repositories).order_by(SCAN.c.at, REPOSITORY.c.name, NOTEBOOK.c.path)
        with self._transaction() as connection:
            rows: list[tuple[Any, ...]] = [tuple(row) for row in connection.execute(query)]
        return [
            {
                "repository": name,
                "at": at,
                "revision": revision,
                "notebook": path,
                "failed": reason,
                **{code: full[short] for code, short in json.loads(verdicts or "{}").items()},
            }
            for name, at, revision, path, reason, verdicts in rows
        ]

    # Retention.

    def prune(self, keep_days: float, now: datetime) -> tuple[int, int]:
        """Drop the details of scans older than `keep_days`: notebooks, snapshots, and the texts of findings that were
        fixed before then.

        Gives how many scans and how many findings lost theirs. The newest scan of each repository keeps everything.
        When a finding began and ended stays, so that trends do.
        """
        from nbaudit.scan.schema import ANCHOR, DEBT, NOTEBOOK, SCAN, SNAPSHOT

        sa = self._sa
        limit = _utc(now) - timedelta(days=keep_days)
        newest = sa.select(sa.func.max(SCAN.c.id)).group_by(SCAN.c.repository_id)
        old = sa.select(SCAN.c.id).where(SCAN.c.at < limit, SCAN.c.id.not_in(newest))
        with self._transaction() as connection:
            had = sa.select(sa.func.count(sa.distinct(NOTEBOOK.c.scan_id))).where(NOTEBOOK.c.scan_id.in_(old))
            scans = connection.scalar(had) or 0
            connection.execute(sa.delete(NOTEBOOK).where(NOTEBOOK.c.scan_id.in_(old)))
            used = sa.select(NOTEBOOK.c.snapshot_id).where(NOTEBOOK.c.snapshot_id.is_not(None))
            unused = sa.select(SNAPSHOT.c.id).where(SNAPSHOT.c.id.not_in(used))
            connection.execute(sa.delete(ANCHOR).where(ANCHOR.c.snapshot_id.in_(unused)))
            connection.execute(sa.delete(SNAPSHOT).where(SNAPSHOT.c.id.not_in(used)))
            fixed = sa.update(DEBT).where(DEBT.c.fixed_at < limit, DEBT.c.message != "")
            gone = connection.execute(fixed.values(message="", excerpt="")).rowcount
        if self._url.get_backend_name() == "sqlite":
            with self._engine.connect() as connection:
                # By the driver, outside of a transaction: SQLite gives the space back to the disk only so.
                driver: Any = connection.connection.driver_connection
                driver.execute("vacuum")
        return int(scans), int(gone)


class _Places:
    """Which row of the table an earlier finding is; equal findings are handed out one by one. `causes` is by row."""

    def __init__(self, rows: Sequence[Any], known: Sequence[Known]) -> None:
        self.causes: dict[int, str] = {row.id: row.cause for row in rows}
        self._ids: dict[Known, list[int]] = {}
        for row, item in zip(rows, known, strict=True):
            self._ids.setdefault(item, []).append(row.id)

    def take(self, item: Known) -> int:
        return self._ids[item].pop()


def _known(row: Any) -> Known:
    fingerprint = Fingerprint(row.code, row.cell_id)
    return Known(row.path, row.issue, row.check_name, fingerprint, row.cell, row.line, row.message, row.excerpt)


def _place(item: Known) -> dict[str, Any]:
    return {
        "path": item.path,
        "code": item.fingerprint.code,
        "cell_id": item.fingerprint.cell[:80],
        "cell": item.cell,
        "line": item.line,
        "message": item.message,
        "excerpt": item.excerpt,
    }


def _key(item: Known) -> tuple[Any, ...]:
    return item.path, item.issue, item.check, item.fingerprint, item.cell, item.line


def _scope(scan: RepositoryScan) -> str:
    if not scan.complete:
        return "stopped"
    return "full" if scan.repository.covers("any/notebook.ipynb") else "partial"


def _one_word(words: Iterable[str]) -> str:
    found = sorted(set(words))
    return found[0] if len(found) == 1 else "several" if found else ""


def _only(query: Select[Any], table: Any, names: Sequence[str]) -> Select[Any]:
    return query.where(table.c.name.in_(names)) if names else query


def _utc(moment: datetime) -> datetime:
    """Without a time zone, as databases that know none keep it."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
