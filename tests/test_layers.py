"""Import arrows point down only (docs/architecture.md draws them)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import nbaudit

PACKAGE = Path(nbaudit.__file__).parent
LAYERS: dict[str, int] = {
    "errors": 0,
    "patterns": 0,
    "entrypoints": 0,
    "model": 0,
    "loading": 1,
    "knowledge": 1,
    "dataflow": 2,
    "evidence": 2,
    "phases": 3,
    "workflow": 3,
    "checkers": 4,
    "houserules": 4,
    "config": 4,
    "verdicts": 5,
    "repairs": 5,
    "pipeline": 5,
    "limits": 5,
    "fingerprints": 5,
    "baseline": 5,
    "report": 5,
    "interactive": 6,
    "plugin": 6,
    "scan": 6,
    "testing": 6,
    "docs_pages": 6,
    "jupyter": 7,
    "cli_annotate": 7,
    "cli_scan": 7,
    "cli": 7,
    "__main__": 8,
}


def layer_of(module: str) -> int | None:
    parts = module.split(".")
    if parts[0] != "nbaudit" or len(parts) < 2:
        return None
    return LAYERS[parts[1]]


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py" or path.parent != PACKAGE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    module = "nbaudit." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    own = layer_of(module)
    assert own is not None
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            other = layer_of(name)
            assert other is None or other <= own, f"{module} imports {name}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "checkers").rglob("*.py")), ids=lambda path: path.name)
def test_no_check_imports_another(path: Path) -> None:
    if path.name == "__init__.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("nbaudit.checkers"):
            assert node.module == "nbaudit.checkers.base", f"{path.name} imports {node.module}"


def test_model_needs_only_the_standard_library_and_msgspec() -> None:
    for path in (PACKAGE / "model").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert node.module.split(".")[0] in {
                    "__future__",
                    "collections",
                    "dataclasses",
                    "enum",
                    "functools",
                    "msgspec",
                    "types",
                    "typing",
                    "nbaudit",
                }, f"{path.name}: {node.module}"
