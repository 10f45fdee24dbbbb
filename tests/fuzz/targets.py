"""What the fuzzer calls: each target takes any bytes, and raises only where nbaudit breaks a promise."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from nbaudit.config import load_config
from nbaudit.dataflow.syntax import parse_cell
from nbaudit.errors import NbauditError, NotebookUnreadable, TableError
from nbaudit.evidence.outputs import read_outputs
from nbaudit.knowledge.tables import Tables
from nbaudit.loading.magics import blank
from nbaudit.loading.notebook import loads
from nbaudit.loading.suppressions import find_suppressions
from nbaudit.model.source import Cell, CellKind, Notebook, Output
from nbaudit.pipeline import audit_notebook
from nbaudit.report import json_format


def loader(data: bytes) -> None:
    """A file of any bytes is a notebook or is refused in one sentence."""
    try:
        notebook = loads(data, "n.ipynb")
    except NotebookUnreadable as error:
        assert "\n" not in str(error)
        return
    assert [cell.index for cell in notebook.cells] == list(range(len(notebook.cells)))
    for cell in notebook.cells:
        cell.source.encode()


def magics(data: bytes) -> None:
    """Magics are blanked in place: lines and their lengths stay as they are."""
    source = _text(data)
    python = blank(source).python
    assert [len(line) for line in python.split("\n")] == [len(line) for line in source.split("\n")]


def syntax(data: bytes) -> None:
    """Any text has statements or broken lines, all of them inside it."""
    source = _text(data)
    for line in parse_cell(source).broken:
        assert 1 <= line <= source.count("\n") + 1


def outputs(data: bytes) -> None:
    """Any output has facts whose quotes are short."""
    code, _, rest = _text(data).partition("\x01")
    text, _, html = rest.partition("\x01")
    saved = (
        Output("stream", "stdout", text),
        Output("stream", "stderr", text),
        Output("execute_result", "", text, html, ("text/html", "text/plain")),
        Output("error", "ValueError", text),
    )
    cell = Cell(0, CellKind.CODE, code, blank(code).python, outputs=saved)
    for fact in read_outputs(Notebook("n.ipynb", (cell,))):
        assert fact.cell == 0
        assert len(fact.quote) <= 200


def suppressions(data: bytes) -> None:
    """Suppression comments of any form stand inside their cell."""
    source = _text(data)
    cell = Cell(0, CellKind.CODE, source, blank(source).python, tags=(source[:40],))
    for found in find_suppressions(Notebook("n.ipynb", (cell,))):
        assert 1 <= found.span.line <= source.count("\n") + 1


def configuration(data: bytes) -> None:
    """A configuration file of any bytes is read, or refused in one sentence."""
    path = _folder() / "pyproject.toml"
    path.write_bytes(data if data[:1] == b"[" else b"[tool.nbaudit]\n" + data)
    try:
        load_config(path)
    except NbauditError as error:
        assert str(error)


def rules(data: bytes) -> None:
    """A library table of any text is read, or refused with its file and line."""
    path = _folder() / "mylib.rows"
    path.write_text(_text(data), encoding="utf-8", newline="\n")
    try:
        for row in Tables(_folder()).all_rows():
            assert row.ref.startswith("mylib.rows:")
    except TableError as error:
        assert str(error).startswith("mylib.rows:")


def audit(data: bytes) -> None:
    """A notebook of any cells (parted by U+0001) is audited without a crash, into JSON."""
    cells = []
    for index, source in enumerate(_text(data).split("\x01")):
        blanked = blank(source)
        cells.append(Cell(index, CellKind.CODE, source, blanked.python, language=blanked.language))
    result = audit_notebook(Notebook("n.ipynb", tuple(cells)))
    assert result.failures == (), result.failures
    json.loads(json_format.render(result))


@cache
def _folder() -> Path:
    """A folder of this process; each execution writes its one file anew."""
    return Path(tempfile.mkdtemp(prefix="nbaudit-fuzz-"))


def _text(data: bytes) -> str:
    """As the loader hands it on: no NUL, no carriage return."""
    return data.decode("utf-8", "replace").replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (loader, magics, syntax, outputs, suppressions, configuration, rules, audit)
}
SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "loader": (
        b'{"cells": [{"cell_type": "code", "source": ["x = 1"], "outputs": [{"output_type": "stream", "text": "1"}], '
        b'"metadata": {"tags": ["a"]}}], "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4}',
        b'{"worksheets": [{"cells": []}], "nbformat": 3, "nbformat_minor": 0, "metadata": {}}',
    ),
    "magics": (b"%%time\nx = !ls\n%matplotlib inline\n!pip install a\ndf.head?\n%%bash\nls", b"get_ipython().run()"),
    "syntax": (
        b"def f(x):\n    return [a for a in x if a]\nx = f'{y!r:>10}'\nprint 'a'\n",
        b"match x:\n  case 1: pass",
    ),
    "outputs": (
        b"df.isnull().sum()\x01age    12\ncity    3\ndtype: int64\x01<table class='dataframe'><tr><th>a</th></tr>",
        b"print(accuracy_score(a, b))\x010.5\n",
        b"df.info()\x01<class 'pandas.core.frame.DataFrame'>\nRangeIndex: 3 entries, 0 to 2\n 0   a  3 non-null  int\n",
    ),
    "suppressions": (b"x = 1  # nbaudit: ignore[SC-W, a-check] reason\ny = '''\n# nbaudit: ignore\n'''",),
    "configuration": (b'select = ["SC"]\nmin-confidence = 0.5\nfail-on = "high"\n', b"exit-zero = true"),
    "rules": (b"type mylib.Model is=~classifier traits=linear\ncall mylib.f role=load data=X:0 learns=X gives=table",),
    "audit": (
        b"import pandas as pd\ndf = pd.read_csv('a')\x01from sklearn.svm import SVC\nSVC().fit(df[['a']], df['y'])",
        b"for m in [a, b]:\n    m.fit(X, y)\x01print(m.score(X, y))",
    ),
}
"""What a good input looks like, for the fuzzer to begin with."""
