"""`nbaudit lab NOTEBOOK`: JupyterLab with the notebook open and its audit shown."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from nbaudit.errors import NotebookUnreadable, UsageError

START = (
    # Not -m: it would look for modules in the current folder first, and that holds what is to be audited.
    "import sys; sys.path[:] = [entry for entry in sys.path if entry]; "
    "from jupyterlab.labapp import main; sys.exit(main())"
)


def command(notebook: str, options: Sequence[str], here: Path) -> list[str]:
    """The command that starts JupyterLab, with `options` passed on to it.

    The server's root is `here` where the notebook lies in it, else the notebook's folder.

    Raises:
        NotebookUnreadable: there is no such file, or it is none that JupyterLab opens as a notebook.
        UsageError: JupyterLab is not installed.
    """
    path = Path(notebook)
    if not path.is_file():
        raise NotebookUnreadable(notebook, "there is no such file; check the path")
    if path.suffix.lower() != ".ipynb":
        raise NotebookUnreadable(notebook, "is no .ipynb file, so JupyterLab doesn't open it as a notebook")
    if find_spec("jupyterlab") is None:
        raise UsageError("JupyterLab is not installed here; `pip install 'nbaudit[lab]'` adds it")
    target, root = path.resolve(), here.resolve()
    if not target.is_relative_to(root):
        root = target.parent
    opened = target.relative_to(root).as_posix()
    return [
        sys.executable,
        "-c",
        START,
        f"--ServerApp.root_dir={root}",
        f"--NbAudit.open_at_start={opened}",
        *options,
    ]


def launch(notebook: str, options: Sequence[str]) -> int:
    """Run JupyterLab until it is stopped; its exit code.

    Raises:
        NbauditError: as `command`.
    """
    try:
        return subprocess.run(command(notebook, options, Path.cwd()), check=False).returncode
    except KeyboardInterrupt:
        # JupyterLab got it too and has asked its user.
        return 0
