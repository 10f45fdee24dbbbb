"""Times what a user might run instead, on the same notebooks: `python -m tests.benchmarks.peers BIN NOTEBOOK ...`.

BIN is the `bin` folder of an environment that holds the peers (`pip install ruff nbqa pylint pynblint semgrep`); what
is not there is left out. Prints per tool the median seconds of a notebook (wall and processor), and how many remarks
it made in all and on which of its rules. Nothing here runs a notebook.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

INSTALLED = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
RULES = Path(__file__).with_name("peers.yml")
_CODE = re.compile(
    r"\b([A-Z]{1,4}\d{3,4})\b|check_id\W+(?:[\w-]+\.)*([a-z-]+)\W|^nbaudit-([A-Z]{2}-[MIW])", re.MULTILINE
)


def commands(folder: Path, notebook: Path, script: Path) -> dict[str, list[str]]:
    """The command of each peer for one notebook; `script` is its code as a file, for peers that read no notebooks."""
    of = {name: str(folder / name) for name in ("ruff", "nbqa", "pynblint", "semgrep")}
    return {
        "nbaudit": [sys.executable, "-m", "nbaudit", "audit", str(notebook), "-f", "csv", "--exit-zero"],
        "ruff": [of["ruff"], "check", "--no-cache", "--select", "ALL", "--output-format", "concise", str(notebook)],
        "nbqa pylint": [of["nbqa"], "pylint", str(notebook)],
        "pynblint": [of["pynblint"], str(notebook)],
        "semgrep": [
            of["semgrep"],
            "--json",
            "--metrics=off",
            "--disable-version-check",
            "--config",
            str(RULES),
            str(script),
        ],
    }


def script_of(notebook: Path, folder: Path) -> Path:
    """The code cells of a notebook as one Python file."""
    from nbaudit.loading.notebook import load

    path = folder / f"{notebook.stem}.py"
    path.write_text("\n".join(cell.python for cell in load(notebook).cells if cell.is_python), encoding="utf-8")
    return path


def main(folder: Path, notebooks: list[Path]) -> None:
    walls: dict[str, list[float]] = {}
    processors: dict[str, list[float]] = {}
    remarks: dict[str, Counter[str]] = {}
    failed: set[str] = set()
    with tempfile.TemporaryDirectory() as work:
        for notebook in notebooks:
            script = script_of(notebook, Path(work))
            for name, command in commands(folder, notebook, script).items():
                if shutil.which(command[0]) is None:
                    continue
                before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
                ran = subprocess.run(command, capture_output=True, text=True, timeout=300, env=INSTALLED, check=False)
                walls.setdefault(name, []).append(time.perf_counter() - started)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                processors.setdefault(name, []).append(used)
                text = ran.stdout + ran.stderr
                if "Traceback (most" in text:
                    failed.add(name)
                if name == "nbaudit":
                    text = "\n".join(f"nbaudit-{line.split(',')[1]}" for line in text.splitlines()[1:] if "," in line)
                found = ("".join(match) for match in _CODE.findall(text))
                remarks.setdefault(name, Counter()).update(found)
    print(f"{len(notebooks)} notebooks")
    for name, found in walls.items():
        if name in failed:
            print(f"{name:12} fails with a traceback")
            continue
        most = ", ".join(f"{code} {count}" for code, count in remarks[name].most_common(8))
        print(
            f"{name:12} wall {statistics.median(found):6.2f} s  processor {statistics.median(processors[name]):6.2f} s"
            f"  remarks {sum(remarks[name].values()):4}  {most}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
