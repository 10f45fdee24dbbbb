"""The wheel, built from the source and installed somewhere else, is complete: it audits, and finds its own files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from nbaudit import __version__

ROOT = Path(__file__).parent.parent
FIXTURE = "binary_churn_indebted.ipynb"

pytestmark = pytest.mark.xdist_group("wheel")
"""One worker builds the wheel for all tests of this file (`--dist loadgroup`)."""


@dataclass(frozen=True)
class Installed:
    """A fresh environment that holds the wheel; the libraries that it needs come from the environment of the tests."""

    wheel: Path
    scripts: Path
    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment in a folder without any of the sources."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        clean["PYTHONUTF8"] = "1"
        return subprocess.run(
            [str(self.scripts / command[0]), *command[1:]],
            cwd=self.folder,
            env=clean,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )


def _checked(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    _checked("build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT))
    (wheel,) = (folder / "dist").glob("*.whl")
    home = folder / "environment"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    _checked("pip", "--python", str(home), "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / FIXTURE).write_bytes((ROOT / "fixtures" / "notebooks" / FIXTURE).read_bytes())
    fresh = Installed(wheel, scripts, elsewhere)
    own = fresh.run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    # A .pth line comes behind the environment's own folder, so the wheel wins over an nbaudit installed for the tests.
    shared = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    (Path(own) / "libraries.pth").write_text("\n".join(shared) + "\n", encoding="utf-8")
    return fresh


def test_runs_from_the_wheel(installed: Installed) -> None:
    place = installed.run("python", "-c", "import nbaudit; print(nbaudit.__file__)")
    assert Path(place.stdout.strip()).is_relative_to(installed.scripts.parent), place.stderr


def test_version(installed: Installed) -> None:
    assert installed.run("nbaudit", "--version").stdout == f"nbaudit {__version__}\n"
    assert f"-{__version__}-" in installed.wheel.name


def test_html_report_of_a_fixture(installed: Installed) -> None:
    done = installed.run(
        "python", "-m", "nbaudit", "audit", FIXTURE, "-f", "html:report.html", "-f", "json:report.json"
    )
    assert done.returncode == 1, done.stderr
    page = (installed.folder / "report.html").read_text(encoding="utf-8")
    assert f"<title>{FIXTURE}" in page
    findings = json.loads((installed.folder / "report.json").read_text(encoding="utf-8"))["findings"]
    assert {"SC-W", "RB-W"} <= {finding["issue"] for finding in findings}
    for finding in findings:
        assert finding["check"] in page
    assert page.count('<article class="panel finding') == len(findings)


def test_all_data_files_are_in_the_wheel(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        names = set(archive.namelist())
    templates = {f"nbaudit/_templates/{path.name}" for path in (ROOT / "templates").iterdir() if path.is_file()}
    tables = {f"nbaudit/knowledge/{path.name}" for path in (ROOT / "nbaudit" / "knowledge").glob("*.rows")}
    assert "nbaudit/_templates/report.html" in templates
    assert "nbaudit/knowledge/sklearn.rows" in tables
    assert templates | tables | {"nbaudit/py.typed"} <= names


def test_nothing_else_is_in_the_wheel(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        names = archive.namelist()
    data = f"nbaudit-{__version__}.data/data"
    ours = ("nbaudit/", f"nbaudit-{__version__}.dist-info/", f"{data}/share/jupyter/labextensions/nbaudit/")
    enabled = f"{data}/etc/jupyter/jupyter_server_config.d/nbaudit.json"
    strange = [name for name in names if not name.startswith(ours) and name != enabled]
    assert strange == []
    assert [name for name in names if name.endswith((".ipynb", ".pyc"))] == []
