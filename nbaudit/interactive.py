"""An audit from within a notebook: a result that shows itself, and the magic `%nbaudit`."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec.structs import asdict

from nbaudit.config import Config, config_for, reject_unknown, word
from nbaudit.errors import NbauditError, UsageError
from nbaudit.model.result import AuditResult

if TYPE_CHECKING:
    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from nbaudit.report.summary import Context


class ShownResult(AuditResult, frozen=True):
    """An `AuditResult` that notebooks and shells show well. `raw` is the text of the notebook's file."""

    raw: str | None = None

    def to_frame(self) -> pd.DataFrame:
        """The findings and matches of house rules as a data frame, one row each, sorted by place.

        The columns are those of the CSV format: `notebook`, `issue`, `relevance`, `phase`, `activity`, `problem`,
        `check`, `cell` (from 0), `line` (from 1 in the cell), `confidence` (0 to 1), `basis`, `message`, `code`,
        `instead`, and `file_line` (from 1 in the .ipynb file).
        """
        import pandas as pd

        from nbaudit.report.csv_format import COLUMNS, records
        from nbaudit.report.summary import Audit

        frame: pd.DataFrame = pd.DataFrame(list(records(Audit(self, self.raw))), columns=list(COLUMNS))
        return frame

    def __repr__(self) -> str:
        from nbaudit.report.clean import one_line
        from nbaudit.report.summary import sentence

        return f"<nbaudit {one_line(self.notebook.name, 200)}: {sentence(self)}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython prints in a terminal: the text report."""
        from nbaudit.report import text

        printer.text(repr(self) if cycle else text.render(self, _context()).rstrip("\n"))

    def _repr_html_(self) -> str:
        """What notebooks show: no script, every word of the notebook escaped."""
        from nbaudit.report.display import render

        return render(self, _context())


def shown(result: AuditResult, raw: str | None = None) -> ShownResult:
    """`result` with the means to show itself."""
    return ShownResult(**asdict(result), raw=raw)


def audit_file(path: Path, config: Config | None = None, time_limit: float = 0) -> ShownResult:
    """Audit one notebook file, in at most so many seconds; 0 for no limit.

    Raises:
        NotebookUnreadable: the file can't be read as a notebook.
        NotebookTooCostly: the audit took longer.
        UsageError: a time limit that can't be kept here.
    """
    from nbaudit.limits import has_clock, limited
    from nbaudit.loading.notebook import load
    from nbaudit.pipeline import audit_notebook

    if time_limit < 0:
        raise UsageError(f"time_limit={time_limit:g}: must be a number of seconds, or 0 for no limit")
    if time_limit and not has_clock():
        raise UsageError(
            "time_limit needs the main thread of a system with timers; leave it out, or audit in a process"
        )
    with limited(str(path), time_limit, 0, by="time_limit"):
        result = audit_notebook(load(path, str(path)), config)
    return shown(result, path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff"))


def current_notebook(namespace: Mapping[str, object], environment: Mapping[str, str]) -> Path:
    """The file of the notebook that a kernel belongs to, as far as the front end tells.

    VS Code puts the path into the variable `__vsc_ipynb_file__`; Jupyter Server 2 (JupyterLab 4, Notebook 7) puts it
    into the environment variable `JPY_SESSION_NAME` when the kernel starts.

    Raises:
        UsageError: the front end doesn't tell, or the file is not there any more.
    """
    told = namespace.get("__vsc_ipynb_file__") or environment.get("JPY_SESSION_NAME") or ""
    path = Path(str(told))
    if path.suffix != ".ipynb":
        raise UsageError(
            "this front end doesn't tell which notebook this is; save it and name it, as %nbaudit churn.ipynb"
        )
    if not path.is_file():
        raise UsageError(
            f"{path.name}: is not where it was when the kernel started; restart the kernel, or name the notebook, "
            f"as %nbaudit churn.ipynb"
        )
    return path


class _Parser(argparse.ArgumentParser):
    """The magic's options; a wrong one is a `UsageError` instead of the end of the kernel."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; write it as {self.format_usage().removeprefix('usage: ').strip()}")


def _parser() -> _Parser:
    parser = _Parser(prog="%nbaudit", add_help=False, allow_abbrev=False)
    parser.add_argument("notebook", nargs="?", metavar="NOTEBOOK")
    parser.add_argument("--select", "-s", metavar="NAMES")
    parser.add_argument("--ignore", "-i", metavar="NAMES")
    parser.add_argument("--min-confidence", type=float, metavar="SHARE")
    return parser


def register(shell: InteractiveShell) -> None:
    """Give the shell the magic `%nbaudit`."""
    from IPython.core.error import UsageError as ShellError  # its message is shown without a traceback

    def nbaudit(line: str) -> ShownResult:
        """Audit a notebook file.

        %nbaudit [NOTEBOOK] [--select NAMES] [--ignore NAMES] [--min-confidence SHARE]

        Without a NOTEBOOK it is the one that this cell is in, as it was last saved, where the front end tells which.
        NAMES are issues (SC-W), activities (SC) or checks, by comma.
        """
        try:
            options = _parser().parse_args(_split(line))
            path = Path(options.notebook) if options.notebook else current_notebook(shell.user_ns, os.environ)
            return audit_file(_shortened(path), _config(path, options))
        except NbauditError as error:
            raise ShellError(str(error)) from None

    add: Any = shell.register_magic_function  # IPython's annotation forgets `self`
    add(nbaudit, "line", "nbaudit")


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line, posix=os.name != "nt")
    except ValueError as error:
        raise UsageError(f"%nbaudit {line}: can't be read ({error})") from None


def _config(path: Path, options: Any) -> Config:
    """The configuration that holds for the notebook, with the magic's options over it.

    Raises:
        UsageError: an option names no issue, activity or check, or the confidence is no share.
    """
    from nbaudit.checkers.base import catalogue

    share = options.min_confidence
    if share is not None and not 0 <= share <= 1:
        raise UsageError(f"--min-confidence must be a number from 0 to 1, not {share}")
    config = config_for(path).with_options(
        select=_words(options.select), ignore=_words(options.ignore), min_confidence=share
    )
    reject_unknown(config.words(), catalogue())
    return config


def _words(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(word(name) for name in text.split(",") if name.strip())


def _shortened(path: Path) -> Path:
    """Relative to the working folder where it is below it: results name no absolute paths without need."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except ValueError:
        return path


def _context() -> Context:
    from nbaudit.checkers.base import catalogue
    from nbaudit.report.summary import Context

    return Context(catalogue())
