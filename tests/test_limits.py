"""The clock and the bound of memory for one audit hold, cost that notebook alone, and are gone afterwards."""

from __future__ import annotations

import json
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from benchmarks.generator import text
from click.testing import CliRunner

import nbaudit
from nbaudit import cli
from nbaudit.errors import NotebookTooCostly, UsageError
from nbaudit.limits import limited

WITH_TIMERS = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timers")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux bounds memory")


def spin() -> None:
    while True:
        try:
            time.sleep(0.001)
        except Exception:  # as the containment of crashes does
            continue


@WITH_TIMERS
def test_the_clock_stops_what_contains_all_crashes() -> None:
    with (
        pytest.raises(NotebookTooCostly, match=r"a\.ipynb: .* longer than the limit of 0\.2 s"),
        limited("a.ipynb", 0.2),
    ):
        spin()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@WITH_TIMERS
def test_the_clock_stops_a_regular_expression() -> None:
    import re

    with pytest.raises(NotebookTooCostly), limited("a.ipynb", 0.2):
        re.match(r"(a|aa)+$", "a" * 60 + "b")


@WITH_TIMERS
def test_the_function_has_a_clock_where_its_caller_asks(tmp_path: Path) -> None:
    path = tmp_path / "large.ipynb"
    path.write_bytes(text(3000, "mutating"))
    with pytest.raises(NotebookTooCostly, match=r"large\.ipynb: .* longer than the limit of 0\.2 s .* time_limit sets"):
        nbaudit.audit(path, time_limit=0.2)
    path.write_bytes(text(10))
    assert nbaudit.audit(path, time_limit=60).failures == ()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_time_limit_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(text(10))
    with ThreadPoolExecutor(1) as pool, pytest.raises(UsageError, match="time_limit needs the main thread"):
        pool.submit(nbaudit.audit, path, time_limit=5).result()
    with pytest.raises(UsageError, match="time_limit=-1: must be"):
        nbaudit.audit(path, time_limit=-1)


@LINUX
def test_memory_is_bounded_and_then_free_again() -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    with pytest.raises(NotebookTooCostly, match="more memory than the limit of 3000 MB"), limited("a.ipynb", 0, 3000):
        bytearray(4000 << 20)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


@WITH_TIMERS
def test_a_notebook_over_the_limit_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "large.ipynb").write_bytes(text(3000, "mutating"))
    (tmp_path / "small.ipynb").write_bytes(text(10))
    out = tmp_path / "out.json"
    run = CliRunner().invoke(cli.app, ["audit", str(tmp_path), "--time-limit", "0.3", "-f", f"json:{out}"])
    assert run.exit_code == 2
    assert "large.ipynb: its audit took longer than the limit of 0.3 s and was stopped; --time-limit" in run.output
    (left,) = json.loads(out.read_text(encoding="utf-8"))["audits"]
    assert left["notebook"]["name"].endswith("small.ipynb")


@LINUX
def test_a_stage_without_memory_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nbaudit import pipeline

    def hungry(*_: object) -> None:
        bytearray(9000 << 20)

    monkeypatch.setattr(pipeline, "draw", hungry)
    (tmp_path / "a.ipynb").write_bytes(text(10))
    run = CliRunner().invoke(cli.app, ["audit", str(tmp_path / "a.ipynb"), "--memory-limit", "3000", "-f", "json"])
    assert run.exit_code == 2
    assert "a.ipynb: its audit took more memory than the limit of 3000 MB; --memory-limit sets another" in run.output
