"""nbaudit has no means to run what it reads: no dynamic code, no unpickling, no shell, no templates from text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import nbaudit

PACKAGE = Path(nbaudit.__file__).parent
RUNS = PACKAGE / "evidence" / "running"
"""What `--run` starts; it is meant to execute."""
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "from_string"}
FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if RUNS not in path.parents]


def dangers(tree: ast.AST) -> list[str]:
    """What a module does that could run text."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            plain = isinstance(node.func, ast.Name) or name == "from_string"
            if plain and name in FORBIDDEN_CALLS:
                found.append(name)
            found += [
                "shell" for k in node.keywords if k.arg == "shell" and getattr(k.value, "value", True) is not False
            ]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.partition(".")[0] in FORBIDDEN_IMPORTS]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in FORBIDDEN_IMPORTS:
            found.append(node.module or "")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_runs_no_text(path: Path) -> None:
    assert dangers(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    ["eval(x)", "exec(x)", "import pickle", "from marshal import loads", "run(x, shell=True)", "e.from_string(x)"],
)
def test_dangers_are_seen(source: str) -> None:
    assert dangers(ast.parse(source))


def test_notebook_text_that_looks_like_a_template_stays_text() -> None:
    from nbaudit.pipeline import audit_notebook
    from nbaudit.report import FORMATS
    from nbaudit.report.summary import Audit, Context
    from nbaudit.testing import notebook_from_text

    text = "# %% [markdown]\n# {{ 7 * 191 }} {% raw %}\n# %%\nx = '{{ 7 * 191 }}${7 * 191}'\n"
    result = audit_notebook(notebook_from_text(text, name="{{ 7 * 191 }}.ipynb"))
    for format_ in FORMATS.values():
        assert "1337" not in format_.render([Audit(result, text)], Context())
