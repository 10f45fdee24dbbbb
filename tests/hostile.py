"""Notebooks that no person would write: deep, long, wide, cyclic, broken. Made when asked for, by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

_READ = "import pandas as pd\nfrom sklearn.svm import SVC\ndf = pd.read_csv('a.csv')\n"


def file_of(*cells: str | dict[str, object]) -> bytes:
    """A notebook file of code cells (text) and of other cells as they are."""
    made = [_code(cell) if isinstance(cell, str) else cell for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _code(source: str, text: str = "", times: int = 1) -> dict[str, object]:
    output = {"output_type": "stream", "name": "stdout", "text": text}
    outputs = [output] * times if text else []
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": outputs, "execution_count": None}


def _calls(depth: int, times: int, last: str) -> str:
    bodies = ["; ".join([f"f{n + 1}(x)"] * times) for n in range(depth - 1)] + [last]
    return "".join(f"def f{n}(x):\n    {body}\n" for n, body in enumerate(bodies))


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "parentheses in parentheses": lambda: file_of("x = " + "(" * 20_000 + "1" + ")" * 20_000),
    "lists in lists": lambda: file_of("x = " + "[" * 20_000 + "]" * 20_000),
    "a chain of calls": lambda: file_of(_READ + "x = df" + ".fillna(0)" * 20_000),
    "a chain of subscripts": lambda: file_of("x = df" + "[0]" * 20_000),
    "a sum of names": lambda: file_of("x = " + "+".join(["a"] * 50_000)),
    "a chain of comparisons": lambda: file_of("x = " + " < ".join(["a"] * 30_000)),
    "not not not": lambda: file_of("x = " + "not " * 50_000 + "1"),
    "lambdas in lambdas": lambda: file_of("x = " + "lambda: " * 20_000 + "1"),
    "conditions in conditions": lambda: file_of("x = " + "1 if a else " * 20_000 + "2"),
    "elif without end": lambda: file_of("if a:\n  x = 1\n" + "elif b:\n  x = 2\n" * 5_000),
    "blocks in blocks": lambda: file_of("\n".join(" " * i + "if a:" for i in range(700)) + "\n" + " " * 700 + "x = 1"),
    "functions in functions": lambda: file_of(
        "\n".join(" " * i + "def f():" for i in range(700)) + "\n" + " " * 700 + "return 1"
    ),
    "10 MB in one line": lambda: file_of("x = '" + "a" * 10_000_000 + "'"),
    "a long line of statements": lambda: file_of("x = 1;" * 50_000),
    "a literal of a million elements": lambda: file_of("x = [" + "1," * 1_000_000 + "]"),
    "a literal of many elements": lambda: file_of("x = [" + "1," * 150_000 + "]\ny = {" + "1:1," * 20_000 + "}"),
    "5,000 cells": lambda: file_of(*[f"x{n} = 1" for n in range(5_000)]),
    "a list that doubles": lambda: file_of("x = [1]\n" + "x = x + x\n" * 60 + "x = [*x, *x]\n" * 60),
    "a list of itself": lambda: file_of("a = []\na.append(a)\nfor b in a:\n    print(b)\nd = {}\nd['d'] = d\nprint(d)"),
    "lists that share": lambda: file_of("x = [df]\n" + "x = [x, x]\n" * 60 + "for y in x:\n    print(y)\nf(x)"),
    "wide lists of wide lists": lambda: file_of(
        _READ + "x = [" + "df," * 60 + "]\n" + ("x = [" + "x," * 60 + "]\n") * 3
    ),
    "an object of itself": lambda: file_of("class A:\n    pass\nx = A()\nx.x = x\nprint(x.x.x.x)"),
    "recursion": lambda: file_of("def f(x):\n    return f(x) + g(x)\ndef g(x):\n    return f(x)\nf(1)"),
    "calls that multiply": lambda: file_of(_READ + _calls(9, 6, "return x.fillna(0)") + "f0(df)\n" * 3),
    "calls that multiply and do nothing": lambda: file_of(_calls(8, 20, "return 1") + "f0(1)\n" * 3),
    "loops that multiply": lambda: file_of(
        _READ + "m = [" + "SVC()," * 20 + "]\nx = [q " + " ".join(f"for v{n} in m" for n in range(9)) + "]"
    ),
    "classes of classes": lambda: file_of(
        "".join(f"class A{n + 1}(A{n}):\n    def f(self): return super().f()\n" for n in range(400)) + "A400().f()"
    ),
    "words out of place": lambda: file_of("global x\nnonlocal y\ndel x, y\nreturn 1\nyield 2\nawait x\nbreak"),
    "names in every script": lambda: file_of("é = 1\n变量 = 2\nπ = é\nא = 変\n\u202eabc = 5\nx\u200d = 1\n𝐱 = 2"),
    "lone surrogates": lambda: (
        b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud800\'\\nprint(\\"\\udfff\\")", "metadata": {}, '
        b'"outputs": []}], "nbformat": 4, "metadata": {"kernelspec": {"name": "\\ud800"}}}'
    ),
    "NUL bytes": lambda: file_of("x = 1\x00\ny = 2", "\x00"),
    "duplicate keys": lambda: (
        b'{"cells": [], "cells": [{"cell_type": "code", "source": "x=1", "source": "y=2"}], "nbformat": NaN, '
        b'"nbformat_minor": Infinity}'
    ),
    "NaN everywhere": lambda: (
        b'{"cells": [{"cell_type": "code", "source": "x=1", "execution_count": NaN, '
        b'"metadata": {"tags": [NaN, 1e999]}, "outputs": [NaN]}], "nbformat": 4, "metadata": NaN}'
    ),
    "JSON in JSON": lambda: b'{"cells":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number of 4,000 digits": lambda: (
        b'{"cells": [{"cell_type": "code", "source": "x=1", "execution_count": ' + b"9" * 4_000 + b'}], "nbformat": 4}'
    ),
    "a number of 9,000 digits": lambda: (
        b'{"cells": [{"cell_type": "code", "source": "x=1", "execution_count": ' + b"9" * 9_000 + b'}], "nbformat": 4}'
    ),
    "10 MB of output": lambda: file_of(_code("df.head()", "a 1 " * 2_500_000), _code("df.head()", "\n" * 2_000_000)),
    "brackets in outputs": lambda: file_of(_code("x", "(" * 100_000 + ")" * 100_000), _code("x", "[[[ " * 20_000)),
    "10,000 outputs": lambda: file_of(_code("for i in x:\n    print(i)", "accuracy: 0.5\n", 10_000)),
    "a table without an end": lambda: file_of(
        {
            "cell_type": "code",
            "metadata": {},
            "source": "df",
            "outputs": [
                {
                    "output_type": "execute_result",
                    "data": {"text/html": "<table class=dataframe>" + "<tr><td>" * 100_000, "text/plain": "x"},
                }
            ],
        }
    ),
    "suppressions without an end": lambda: file_of(
        "# nbaudit: ignore[" + "a," * 150_000, "x = 1  # nbaudit: ignore\n" * 5_000
    ),
    "magics": lambda: file_of("!" * 100_000, "%" * 100_000, "%%time\n" * 20_000, "x = !ls\n" * 20_000, "?" * 100_000),
    "quotes": lambda: file_of("'''" * 33_333, '"' * 100_001, "f'{" * 5_000, "f'''{x!r:{y}}'''" * 1_000),
    "backslashes": lambda: file_of("x = 1 \\\n" * 20_000),
    "decorators": lambda: file_of("@a\n" * 5_000 + "def f(): pass"),
    "prose that nearly matches": lambda: file_of(
        _READ + "SVC().fit(df, df.y)",
        *(
            {"cell_type": "markdown", "metadata": {}, "source": text}
            for text in (
                "missing " + " " * 200_000 + "x",
                "#" * 200_000,
                "a-" * 100_000,
                "not " * 100_000,
                "id_" * 90_000,
            )
        ),
    ),
    "strings that nearly match": lambda: file_of(
        _READ
        + "SVC().fit(df, df.y)\ndf['"
        + "_id" * 50_000
        + "'] = 2\nopen('"
        + "/home/" * 30_000
        + "')\nx = '"
        + "\\\\" * 50_000
        + "'"
    ),
}
"""By name, what makes the bytes of a file."""
