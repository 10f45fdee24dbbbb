"""Notebooks and repositories for the tests of scans, and a way to break workers over chosen notebooks."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

from nbaudit.config import Config
from nbaudit.model.vocabulary import ISSUES, Relevance
from nbaudit.scan.cache import Cache
from nbaudit.scan.engine import Engine, Serial
from nbaudit.scan.run import Options, RepositoryScan, Scan
from nbaudit.scan.targets import Choice, repositories
from nbaudit.scan.work import Settings, audit_bytes

INDEBTED = (
    "import pandas as pd\nfrom sklearn.preprocessing import StandardScaler\nfrom sklearn.svm import SVC\n"
    "from sklearn.model_selection import train_test_split",
    "df = pd.read_csv('visits.csv')\ndf.info()\ndf.describe()",
    "X = StandardScaler().fit_transform(df.drop(columns=['left']))\ny = df['left']",
    "X_train, X_test, y_train, y_test = train_test_split(X, y)\nmodel = SVC()\nmodel.fit(X_train, y_train)",
    "print(model.score(X_test, y_test))",
)
"""Cells of a notebook with findings of several issues, SC-W and SP-W (no seed) among them."""

SOUND = ("print('nothing to audit')",)

BREAKER = """
import os, signal, time
import nbaudit.scan.work as work
honest = work.audit_bytes
def audit_bytes(data, settings):
    if b"HANG" in data:
        time.sleep(600)
    if b"SEGFAULT" in data:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"EAT MEMORY" in data:
        eaten = [bytearray(64 << 20) for _ in range(400)]
    return honest(data, settings)
work.audit_bytes = audit_bytes
"""


def notebook_text(cells: Iterable[str], ids: bool = True) -> str:
    """The text of an .ipynb file; with cell ids it is of nbformat 4.5."""
    listed = [
        {
            "cell_type": "code",
            "execution_count": None,
            **({"id": f"cell-{number}"} if ids else {}),
            "metadata": {},
            "outputs": [],
            "source": cell,
        }
        for number, cell in enumerate(cells)
    ]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 if ids else 4}, indent=1)


@cache
def count(high: bool = False) -> int:
    """How many findings INDEBTED has, or how many of high relevance: counted, for checks change."""
    findings = audit_bytes(notebook_text(INDEBTED).encode(), Settings()).findings
    return sum(not high or ISSUES[item.issue].relevance is Relevance.HIGH for item in findings)


def write_notebook(file: Path, cells: Iterable[str] = INDEBTED, ids: bool = True) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(notebook_text(cells, ids), encoding="utf-8")
    return file


def scanned(
    *targets: object,
    engine: Engine | None = None,
    choice: Choice = Choice(),  # noqa: B008 (frozen)
    cache: Cache | None = None,
    options: Options | None = None,
) -> list[RepositoryScan]:
    """The scans of the targets, by name; an error of a target fails the test."""
    found: list[RepositoryScan] = []
    scan = Scan(engine or Serial(), found.append, options or Options(Config()), cache)
    scan.run(repositories([str(target) for target in targets], choice))
    assert scan.errors == []
    return sorted(found, key=lambda one: one.name)


def states(scan: RepositoryScan) -> Mapping[str, str]:
    """Path -> "audited", or the reason why not."""
    return {item.path: item.record.reason or item.record.state for item in scan.notebooks}


def issues(scan: RepositoryScan, path: str) -> set[str]:
    (notebook,) = [item for item in scan.notebooks if item.path == path]
    return {item.issue for item in notebook.record.findings}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder with an identity of the tests' own."""
    identity = {
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    command = [
        "git",
        "-c",
        "init.defaultBranch=main",
        "-c",
        "protocol.file.allow=always",
        "-C",
        str(folder),
        *arguments,
    ]
    done = subprocess.run(command, env={**os.environ, **identity}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, message: str = "work", when: str = "2026-01-01T12:00:00+00:00") -> str:
    """Commit all that is in the folder; gives the commit's id."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    with pytest.MonkeyPatch.context() as patch:
        for key, value in dates.items():
            patch.setenv(key, value)
        git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")
