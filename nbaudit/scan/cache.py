"""Records by content, settings and version of the analysis: what did not change is not audited again."""

from __future__ import annotations

import sqlite3
import time
import zlib
from pathlib import Path
from types import TracebackType

from nbaudit.scan.work import Settings, analysis_digest

KEEP_DAYS = 60
"""Records that no scan has asked for in so many days are dropped."""

_BATCH, _SECONDS = 200, 5.0
"""Records, or seconds, after which what waits is written: so much a killed scan does anew at most."""

_SCHEMA = """
create table if not exists record (
    content text not null, settings text not null, analysis text not null, day integer not null, data blob not null,
    primary key (content, settings, analysis)
) without rowid
"""


class Cache:
    """An SQLite file that several scans may use at once. Losing it costs time only, so a file that is broken, full or
    locked switches the cache off and says so in `trouble`."""

    def __init__(self, file: Path) -> None:
        self.trouble = ""
        self._analysis = analysis_digest()
        self._waiting: list[tuple[str, str, str, int, bytes]] = []
        self._used: list[tuple[int, str, str, str]] = []
        self._flushed = time.monotonic()
        self._day = int(time.time() // 86400)
        self._database: sqlite3.Connection | None = None
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(file, timeout=30, isolation_level=None)
            self._database.execute("pragma journal_mode = wal")
            # A power cut may cost the last records, never the file.
            self._database.execute("pragma synchronous = normal")
            self._database.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            self._off(error)

    def get(self, content: str, settings: Settings) -> bytes | None:
        """The record, None where there is none."""
        if self._database is None:
            return None
        key = (content, settings.digest(), self._analysis)
        query = "select data, day from record where content = ? and settings = ? and analysis = ?"
        try:
            row = self._database.execute(query, key).fetchone()
            if row is None:
                return None
            if row[1] != self._day:
                self._used.append((self._day, *key))
            return zlib.decompress(row[0])
        except (sqlite3.Error, zlib.error) as error:
            self._off(error)
            return None

    def put(self, content: str, settings: Settings, record: bytes) -> None:
        """Keep a record; written with others in one go, at the latest by `close`."""
        if self._database is None:
            return
        self._waiting.append((content, settings.digest(), self._analysis, self._day, zlib.compress(record, 6)))
        if len(self._waiting) >= _BATCH or time.monotonic() - self._flushed > _SECONDS:
            self.flush()

    def flush(self) -> None:
        self._flushed = time.monotonic()
        if self._database is None or not (self._waiting or self._used):
            return
        try:
            self._database.execute("begin immediate")
            self._database.executemany("insert or replace into record values (?, ?, ?, ?, ?)", self._waiting)
            self._database.executemany(
                "update record set day = ? where content = ? and settings = ? and analysis = ?", self._used
            )
            self._database.execute("commit")
        except sqlite3.Error as error:
            self._off(error)
        self._waiting.clear()
        self._used.clear()

    def close(self) -> None:
        """Write what waits, drop what is old, and close the file."""
        self.flush()
        if self._database is not None:
            try:
                self._database.execute("delete from record where day < ?", (self._day - KEEP_DAYS,))
                self._database.close()
            except sqlite3.Error as error:
                self._off(error)
            self._database = None

    def __enter__(self) -> Cache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _off(self, error: Exception) -> None:
        self.trouble = self.trouble or f"the cache can't be used ({error}); the scan goes on without it"
        if self._database is not None:
            self._database.close()
            self._database = None


def default_file() -> Path:
    """Where the cache of this user is."""
    from platformdirs import user_cache_path

    return user_cache_path("nbaudit", appauthor=False) / "scan.sqlite"
