"""The same input gives the same bytes: over hash seeds, processes, and the Pythons that are installed here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "fixtures" / "notebooks").glob("*.ipynb"))
FORMATS = ("json", "sarif", "csv", "markdown", "text")


def printed(format_: str, seed: str) -> bytes:
    names = [path.relative_to(ROOT).as_posix() for path in NOTEBOOKS]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-m", "nbaudit", "audit", *names, "-f", format_, "--exit-zero"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout


@pytest.mark.parametrize("format_", FORMATS)
def test_hash_seeds_change_nothing(format_: str) -> None:
    first = printed(format_, "0")
    assert len(first) > 1000
    assert printed(format_, "4711") == first
