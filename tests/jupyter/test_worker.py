"""The process in which a server audits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nbaudit.jupyter.tasks import WARM_UP
from nbaudit.jupyter.worker import COMMAND, answer, read, write


@pytest.mark.parametrize("task", ["audit", "page"])
def test_the_warm_up_is_a_task_that_can_be_done(task: str) -> None:
    state, body = answer([json.dumps({"task": task, "name": "a.ipynb"}).encode(), WARM_UP])
    assert state == b"ok" and b"SVC" in body


def test_it_answers_what_was_asked_and_warms_up_in_between(tmp_path: Path) -> None:
    """What an audit needs is loaded once the catalogue was asked for, and none of it gets between the answers."""
    with (tmp_path / "log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-v", "-c", COMMAND, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
        assert child.stdin and child.stdout
        write(child.stdin, [b'{"task": "catalogue"}'])  # type: ignore[arg-type]
        state, body = read(child.stdout)  # type: ignore[arg-type]
        assert state == b"ok" and "issues" in json.loads(body)
        child.communicate()  # its input ends: it warms up, then it is done
    said = (tmp_path / "log").read_bytes()
    assert child.returncode == 0
    assert b"import 'nbaudit.pipeline'" in said
    assert b"nbaudit: " not in said
