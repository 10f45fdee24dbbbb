"""The history: lives of findings, writers at the same time, kills and full disks; on SQLite and on PostgreSQL."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from nbaudit.errors import UsageError
from nbaudit.scan import schema
from nbaudit.scan.changes import Delta
from nbaudit.scan.export import export
from nbaudit.scan.run import RepositoryScan
from nbaudit.scan.schema import METADATA
from nbaudit.scan.store import Store, StoreError
from nbaudit.scan.targets import Choice
from scan.helpers import INDEBTED, SOUND, commit, count, scanned, write_notebook

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'history.sqlite'}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"t{time.time_ns()}"
    engine = sa.create_engine(server)
    with engine.begin() as connection:
        connection.execute(sa.text(f"create schema {name}"))
    engine.dispose()
    yield f"{server}&options=-csearch_path%3D{name}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    write_notebook(root / "a.ipynb")
    write_notebook(root / "b.ipynb", SOUND)
    return root


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def one(*targets: object, choice: Choice = Choice()) -> RepositoryScan:  # noqa: B008 (frozen)
    (scan,) = scanned(*targets, choice=choice)
    return scan


def checks(delta: Delta | None, kind: str) -> set[str]:
    assert delta is not None
    return {item.check for item in getattr(delta, kind)}


def test_the_life_of_a_finding(store: Store, folder: Path) -> None:
    write_notebook(folder / "a.ipynb", SOUND)
    assert store.add(one(folder), day(0)) is None
    write_notebook(folder / "a.ipynb")
    assert "split-without-seed" in checks(store.add(one(folder), day(1)), "new")
    write_notebook(folder / "a.ipynb", ("# moved down", *INDEBTED))
    unchanged = store.add(one(folder), day(2))
    assert unchanged is not None and not unchanged.new and not unchanged.fixed
    seeded = [cell.replace("(X, y)", "(X, y, random_state=0)") for cell in INDEBTED]
    write_notebook(folder / "a.ipynb", seeded)
    assert checks(store.add(one(folder), day(3)), "fixed") == {"split-without-seed"}
    life = {row.check: row for row in store.debt()}["split-without-seed"]
    assert (life.first_at, life.last_at, life.fixed_at) == tuple(day(n).replace(tzinfo=None) for n in (1, 2, 3))
    assert (life.path, life.cell, life.silenced) == ("a.ipynb", 4, False)
    assert [(row.new, row.fixed) for row in store.scans()] == [(0, 0), (count(), 0), (0, 0), (0, 1)]


def test_a_comment_that_switches_off_is_no_repair(store: Store, folder: Path) -> None:
    store.add(one(folder), day(0))
    silenced = list(INDEBTED)
    silenced[3] = silenced[3].replace("(X, y)\n", "(X, y)  # nbaudit: ignore[split-without-seed] a demo\n", 1)
    write_notebook(folder / "a.ipynb", silenced)
    change = store.add(one(folder), day(1))
    assert checks(change, "silenced") == {"split-without-seed"}
    assert checks(change, "fixed") == set()
    assert [row.check for row in store.debt() if row.silenced] == ["split-without-seed"]


def test_what_a_scan_did_not_see_is_not_fixed(store: Store, folder: Path) -> None:
    commit(folder)
    store.add(one(folder), day(0))
    partly = store.add(one(folder / "b.ipynb"), day(1))
    assert checks(partly, "fixed") == set()
    (folder / "a.ipynb").write_text("{", encoding="utf-8")
    broken = store.add(one(folder), day(2))
    assert checks(broken, "fixed") == set()
    assert all(row.fixed_at is None for row in store.debt())
    (folder / "a.ipynb").unlink()
    assert "split-without-seed" in checks(store.add(one(folder), day(3)), "fixed")


def test_a_renamed_notebook_keeps_the_age_of_its_findings(store: Store, folder: Path) -> None:
    store.add(one(folder), day(0))
    (folder / "a.ipynb").rename(folder / "renamed.ipynb")
    change = store.add(one(folder), day(1))
    assert change is not None and not change.new and not change.fixed
    assert {(row.path, row.first_at) for row in store.debt()} == {("renamed.ipynb", day(0).replace(tzinfo=None))}


def test_an_older_revision_does_not_rewrite_the_course(store: Store, folder: Path) -> None:
    first = commit(folder, "first", "2026-01-01T12:00:00+00:00")
    write_notebook(folder / "a.ipynb", SOUND)
    commit(folder, "second", "2026-01-05T12:00:00+00:00")
    write_notebook(folder / "a.ipynb")
    third = commit(folder, "third", "2026-01-09T12:00:00+00:00")
    for revision in (first, third):
        store.add(one(folder, choice=Choice(rev=revision)), day(20))
    before = store.debt()
    store.add(one(folder, choice=Choice(rev="HEAD~1")), day(20))
    assert store.debt() == before
    assert [row.at.day for row in store.scans()] == [1, 5, 9]


def test_authors_are_kept_where_they_are_given(store: Store, folder: Path) -> None:
    store.add(one(folder), day(0))
    write_notebook(folder / "b.ipynb")
    store.add(one(folder), day(1), {"b.ipynb": "Ada"})
    write_notebook(folder / "b.ipynb", SOUND)
    store.add(one(folder), day(2), {"b.ipynb": "Grace"})
    people = {(row.path, row.introduced_by, row.repaid_by) for row in store.debt()}
    assert people == {("a.ipynb", "", ""), ("b.ipynb", "Ada", "Grace")}


def test_hostile_names_and_long_ones_are_kept(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "x'; drop table debt; --\udcff"
    write_notebook(root / ("n" * 200 + "'\"\n.ipynb"))
    store.add(one(root), day(0))
    assert store.debt()[0].repository.endswith("drop table debt; --\\udcff")


def test_equal_contents_are_stored_once(store: Store, folder: Path, url: str) -> None:
    for number in range(5):
        write_notebook(folder / f"copy{number}.ipynb")
    for number in range(3):
        store.add(one(folder), day(number))
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        count = {name: connection.scalar(sa.text(f"select count(*) from {name}")) for name in ("snapshot", "notebook")}
    engine.dispose()
    assert count == {"snapshot": 2, "notebook": 21}


def test_pruning_keeps_the_newest_and_the_totals(store: Store, folder: Path) -> None:
    store.add(one(folder), day(0))
    write_notebook(folder / "a.ipynb", SOUND)
    for number in (1, 50):
        store.add(one(folder), day(number))
    assert store.prune(10, day(60)) == (2, count())
    assert [(row.notebooks, row.new) for row in store.scans()] == [(2, count()), (2, 0), (2, 0)]
    assert {row["at"] for row in store.verdicts()} == {day(50).replace(tzinfo=None)}
    store.add(one(folder), day(61))


@pytest.mark.parametrize("format_", ["parquet", "csv"])
def test_an_export_has_all_tables(store: Store, folder: Path, tmp_path: Path, format_: str) -> None:
    store.add(one(folder), day(0))
    files = export(store, tmp_path / "out", format_)
    tables = {
        file.stem: pd.read_parquet(file) if format_ == "parquet" else pd.read_csv(file, keep_default_na=False)
        for file in files
    }
    assert set(tables["findings"]["issue"]) >= {"SC-W", "SP-W"}
    verdicts = tables["verdicts"].set_index("notebook")
    assert verdicts.loc["a.ipynb", "SC-W"] == "present"
    assert verdicts.loc["b.ipynb", "SC-W"] == "n/a"
    assert list(tables["scans"]["notebooks"]) == [2]


def test_the_migrations_lead_to_the_tables_as_they_are(store: Store, url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    assert ScriptDirectory(str(Path(schema.__file__).parent / "migrations")).get_current_head() == schema.HEAD
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()
    Store(url).close()  # opened again, there is nothing left to do


def test_a_history_of_a_later_version_is_refused(store: Store, url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="later version"):
        Store(url)


# Several writers, and sudden ends.


def _write(url: str, root: str, number: int) -> None:
    store = Store(url)
    scan = one(root)
    for turn in range(3):
        store.add(scan, day(number + turn))
    store.close()


def test_writers_at_the_same_time_lose_nothing(url: str, tmp_path: Path) -> None:
    """Two of one repository and one of another that shares its contents, all opening the empty history at once."""
    for name in ("x", "y"):
        for number in range(4):
            write_notebook(tmp_path / name / f"{number}.ipynb", (*INDEBTED, f"# {number}"))
    context = multiprocessing.get_context("spawn")
    jobs = [
        context.Process(target=_write, args=(url, str(tmp_path / name), number))
        for number, name in enumerate(("x", "x", "y"))
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(120)
    assert [job.exitcode for job in jobs] == [0] * 3
    store = Store(url)
    assert len(store.scans()) == 9
    assert len(store.debt()) == 2 * 4 * count()
    assert all(row.fixed_at is None for row in store.debt())
    store.close()


KILLED = """
import sys, os, sqlalchemy as sa
from datetime import datetime, timezone
from nbaudit.scan.store import Store
from nbaudit.scan.engine import Serial
from nbaudit.scan.run import Options, Scan
from nbaudit.scan.targets import Choice, repositories
url, root, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
found = []
Scan(Serial(), found.append, Options()).run(repositories([root], Choice()))
store = Store(url)
count = 0
def statement(*_):
    global count
    count += 1
    if count == at:
        os.kill(os.getpid(), 9)
sa.event.listen(store._engine, "after_cursor_execute", statement)
store.add(found[0], datetime.now(timezone.utc))
print(count)
"""


def test_a_kill_at_any_statement_leaves_the_history_whole(url: str, folder: Path) -> None:
    store = Store(url)
    store.add(one(folder), day(0))
    before = (store.scans(), store.debt())
    write_notebook(folder / "a.ipynb", SOUND)
    write_notebook(folder / "c.ipynb")
    ended = 0
    for at in (3, 8, 1000):
        command = [sys.executable, "-c", KILLED, url, str(folder), str(at)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if at == 1000:
            assert done.returncode == 0, done.stderr
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        ended += 1
        assert (store.scans(), store.debt()) == before
    assert ended == 2
    assert len(store.scans()) == 2  # the last run got through
    store.close()


def test_a_full_disk_is_one_sentence_and_leaves_the_history_whole(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    store = Store(str(file))
    store.add(one(folder), day(0))
    before = (store.scans(), store.debt())
    for number in range(200):
        write_notebook(folder / f"{number}.ipynb", (*INDEBTED, f"number = {number}"))
    full = one(folder)

    def small(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("pragma max_page_count = 40")

    sa.event.listen(store._engine, "connect", small)
    store._engine.dispose()
    with pytest.raises(StoreError, match="full"):
        store.add(full, day(1))
    assert (store.scans(), store.debt()) == before
    assert sqlite3.connect(file).execute("pragma integrity_check").fetchone() == ("ok",)


def test_a_history_that_can_not_be_reached_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("no database at all, but text of some length " * 50, encoding="utf-8")
    with pytest.raises(StoreError, match="can't be used"):
        Store(str(tmp_path / "text.sqlite"))
    with pytest.raises(UsageError, match="can't be used"):
        Store("nosuchdatabase://host/x")
    with pytest.raises(StoreError) as caught:
        Store("postgresql+psycopg://ada:secret@127.0.0.1:1/x?connect_timeout=2")
    assert "secret" not in str(caught.value)


def test_nothing_is_left_open(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("counts descriptors as Linux shows them")
    opened = Path("/proc/self/fd")
    before = len(list(opened.iterdir()))
    for _ in range(3):
        Store(str(tmp_path / "history.sqlite")).close()
    assert len(list(opened.iterdir())) <= before
