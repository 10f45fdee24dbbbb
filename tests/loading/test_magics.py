"""Magics are blanked in place: every assertion here is about the exact layout that is left."""

from __future__ import annotations

import ast
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbaudit.loading.magics import _Blanker, blank, spaces
from nbaudit.model.source import Magic


def widths(text: str) -> list[int]:
    return [len(line) for line in text.split("\n")]


def name_at(python: str, name: str) -> tuple[int, int]:
    """Line (1-based) and column of the one use of `name`."""
    (node,) = [n for n in ast.walk(ast.parse(python)) if isinstance(n, ast.Name) and n.id == name]
    return node.lineno, node.col_offset


@pytest.mark.parametrize(
    ("source", "python", "magics"),
    [
        ("%matplotlib inline\nx", "                  \nx", [Magic("%matplotlib", 1, "inline")]),
        ("x\n!pip install a", "x\n              ", [Magic("!", 2, "pip install a")]),
        ("!!ls\nx", "    \nx", [Magic("!", 1, "ls")]),
        ("?name\nx", "     \nx", [Magic("?", 1, "name")]),
        ("x\nname?", "x\n     ", [Magic("?", 2, "name")]),
        ("x\nname??  # why", "x\n             ", [Magic("?", 2, "name")]),
        ("obj.method?", " " * 11, [Magic("?", 1, "obj.method")]),
        ("f(1,\n  2)?\ny", "    \n     \ny", [Magic("?", 1, "f(1,\n  2)")]),
        ("files = !ls *.csv", "files = None     ", [Magic("!", 1, "ls *.csv")]),
        ("f = !a", "f = 0 ", [Magic("!", 1, "a")]),
        ("x = %timeit -o f(y)", "x = None           ", [Magic("%timeit", 1, "-o f(y)")]),
        ("x = %time f(y)", "x =       f(y)", [Magic("%time", 1, "f(y)")]),
        ("%time f(y);", "pass; f(y);", [Magic("%time", 1, "f(y);")]),
        ("%timeit -n 10 -r3 f(y)", "pass;             f(y)", [Magic("%timeit", 1, "-n 10 -r3 f(y)")]),
        ("%prun -s cum f(y)", "pass;        f(y)", [Magic("%prun", 1, "-s cum f(y)")]),
        ("%time for i in y: f(i)", "for       i in y: f(i)", [Magic("%time", 1, "for i in y: f(i)")]),
        ("%time !ls", "         ", [Magic("%time", 1, "!ls"), Magic("!", 1, "ls")]),
        ("%time", "     ", [Magic("%time", 1, "")]),
        ("%%time\nx = 1", "      \nx = 1", [Magic("%%time", 1, "")]),
        ("%%capture out\nx = 1", "             \nx = 1", [Magic("%%capture", 1, "out")]),
        ("\n%%timeit s = 1\nx", "\npass;    s = 1\nx", [Magic("%%timeit", 2, "s = 1")]),
        ("%%time\n%%capture\nx", "      \n         \nx", [Magic("%%time", 1, ""), Magic("%%capture", 2, "")]),
        ("!pip install \\\n  a b\nx", "              \n     \nx", [Magic("!", 1, "pip install a b")]),
        ("if c:\n    !pip install a\nx", "if c:\n    pass          \nx", [Magic("!", 2, "pip install a")]),
        ("if c:\n    !l\nx", "if c:\n    0 \nx", [Magic("!", 2, "l")]),
        ("if c:\n    y\n    !ls\nx", "if c:\n    y\n       \nx", [Magic("!", 3, "ls")]),
        ("pip install a", " " * 13, [Magic("%pip", 1, "install a")]),
        ("cd ..", " " * 5, [Magic("%cd", 1, "..")]),
        ("%python\nx", "       \nx", [Magic("%python", 1, "")]),
    ],
)
def test_layout_and_record(source: str, python: str, magics: list[Magic]) -> None:
    found = blank(source)
    assert found.python == python
    assert list(found.magics) == magics
    assert found.language == "python"
    ast.parse(found.python)


@pytest.mark.parametrize(
    "source",
    [
        'x = """\n%time a\n!ls\nname?\n"""',
        "x = '''\n!ls\n''' \n",
        "x = (10\n%time)\n",
        "x = [a\n  % b,\n  !b]",
        "y = a \\\n  % b",
        'print("a = %d" % x)',
        '"a = %d" % x',
        "# x = !ls\ny",
        "# why?\ny",
        "x = 'why?'",
        'x = "a=" \\\n"b = !ls"',
        "d = {'a': 1}  # 100%",
        "pip = 1\npip",
        "ls in x",
        "run if a else b",
        "f(a=1) != b",
        "x == y",
        "'it\\'s' # %\n",
        "ls.append(1)",
    ],
)
def test_python_is_left_alone(source: str) -> None:
    found = blank(source)
    assert found.python == source
    assert found.magics == ()


@pytest.mark.parametrize(
    ("first", "language"),
    [
        ("%%bash", "bash"),
        ("%%sh", "bash"),
        ("%%!", "bash"),
        ("%%R -i df", "r"),
        ("%%html", "html"),
        ("%%HTML", "html"),
        ("%%javascript", "javascript"),
        ("%%sql sqlite://", "sql"),
        ("%%bigquery df", "sql"),
        ("%%writefile x.py", "file"),
        ("%%latex", "latex"),
        ("%%markdown", "markdown"),
        ("%%script bash -e", "bash"),
        ("%%script", "script"),
        ("%%python3", "script"),
        ("%%unheard_of", "unheard_of"),
        ("# said first\n%%bash", "bash"),
        ("%%time\n%%bash", "bash"),
        ("%md", "markdown"),
        ("%sql", "sql"),
    ],
)
def test_cell_of_another_language(first: str, language: str) -> None:
    source = f"{first}\nx = 1\n"
    found = blank(source)
    assert (found.language, found.python) == (language, spaces(source))
    assert found.magics[-1].line == first.count("\n") + 1


def test_sql_line_magic_leaves_the_rest_python() -> None:
    found = blank("%sql select 1\nx = 1")
    assert (found.language, found.python.split("\n")[1]) == ("python", "x = 1")


def test_cell_magic_after_code_only_costs_its_line() -> None:
    found = blank("x = 1\n%%bash\ny = 2")
    assert (found.language, found.python) == ("python", "x = 1\n      \ny = 2")


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("%time z = wanted(1)", (1, 10)),
        ("if c:\n    %time z = wanted(1)\n    y = 1", (2, 14)),
        ("if c:\n    %timeit -n 3 wanted(1)", (2, 17)),
        ("%time z = f(\n  wanted)\ny", (2, 2)),
        ("%time with open(wanted) as f: g()", (1, 16)),
        ("    x = 1\n    wanted", (2, 4)),
        (" x = 1\nwanted", (2, 0)),
        ("  for i in x:\n    f(i)\n  wanted", (3, 2)),
        (">>> for i in x:\n...     f(wanted)\n...\n>>> y", (2, 10)),
        ("In [12]: x = wanted\nOut[12]: not python\n", (1, 13)),
        ("  %time wanted\n  y", (1, 8)),
        ("!ls\n%cd x\n\n\nwanted", (5, 0)),
    ],
)
def test_columns_hold_and_the_rest_parses(source: str, place: tuple[int, int]) -> None:
    assert name_at(blank(source).python, "wanted") == place


def test_statement_magic_continues_over_brackets() -> None:
    assert blank("%time f(\n%x)\ny").python == "pass; f(\n%x)\ny"


FRAGMENTS = st.sampled_from(
    [
        "%",
        "%%",
        "!",
        "?",
        "time ",
        "timeit -n ",
        "bash",
        "x",
        " = ",
        "(",
        ")",
        "'",
        '"',
        '"""',
        "\\",
        "\n",
        "\n    ",
        ":",
        ">>> ",
        "In [1]: ",
        "#",
        "if c:",
        " ",
        "\t",
        "\f",
        "\x00",
        "\ud800",
        "é",
        ";",
        "/",
        "pip install ",
    ]
)


@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=30).map("".join)))
def test_lines_and_their_lengths_are_kept(source: str) -> None:
    found = blank(source)
    assert widths(found.python) == widths(source)
    assert all(1 <= magic.line <= len(widths(source)) for magic in found.magics)


@pytest.mark.parametrize("piece", ["%", "!a\\\n", "'\\", "(", "x = ", '"""', "%timeit -n ", "?\n", "=%", " ", "-n 1 "])
def test_hostile_input_takes_linear_time(piece: str) -> None:
    def spent(count: int) -> float:
        begun = time.process_time()
        blank("%timeit " + piece * count)
        blank(piece * count)
        return time.process_time() - begun

    # Quadratic work at this size takes minutes.
    assert spent(100_000) < 5


@given(st.text(alphabet=" \t\f\n\xa0%!?/,;>Inpipx=(\"'#.:\\1", max_size=14))
def test_what_is_taken_for_plain_python_is_plain_python(source: str) -> None:
    """The short cut for cells without a sign of IPython's changes nothing."""
    assert blank(source) == _Blanker(source).run()
