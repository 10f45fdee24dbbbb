"""One tree for all readers of a cell, and its statements without a look at the expressions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import nbaudit
from nbaudit.loading.trees import python_tree, statements

FILES = sorted(Path(nbaudit.__file__).parent.glob("dataflow/*.py"))
BLOCKS = """
async def read():
    async with session as s:
        async for row in s:
            rows.append(row)
match shape:
    case (rows, columns):
        wide = columns > 9
    case _:
        pass
try:
    import lightgbm
except ImportError as error:
    lightgbm = None
else:
    found = True
finally:
    while waiting:
        waiting = False
    else:
        done = True
class Net(Base):
    layers = [lambda x: x]
"""


def test_a_cell_is_parsed_once() -> None:
    assert python_tree("x = 1") is python_tree("x = 1")
    assert python_tree("x = (") is None
    assert python_tree("\0") is None
    assert python_tree("(" * 50_000) is None


@pytest.mark.parametrize("code", [BLOCKS, *(path.read_text(encoding="utf-8") for path in FILES)])
def test_statements_are_those_of_a_whole_walk(code: str) -> None:
    tree = ast.parse(code)
    assert list(statements(tree)) == [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
