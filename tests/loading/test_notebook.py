from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbaudit.errors import NotebookUnreadable
from nbaudit.loading.discovery import Source
from nbaudit.loading.notebook import HTML_LIMIT, TEXT_LIMIT, load, load_source, loads
from nbaudit.model.source import CellKind, Magic


def code(source: Any, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None, **more}


def document(*cells: Any, **more: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **more}


def data(*cells: Any, **more: Any) -> bytes:
    return json.dumps(document(*cells, **more)).encode()


def test_fields_of_a_cell() -> None:
    cell = code(["%time x\n", "y"], id="a1", execution_count=7, metadata={"tags": ["t", 3]})
    notebook = loads(data({"cell_type": "markdown", "source": "# T"}, cell), "n.ipynb")
    text, first = notebook.cells
    assert (text.kind, text.source, text.index, text.python) == (CellKind.MARKDOWN, "# T", 0, "")
    assert (first.kind, first.source, first.python) == (CellKind.CODE, "%time x\ny", "pass; x\ny")
    assert (first.id, first.execution_count, first.tags) == ("a1", 7, ("t",))
    assert first.magics == (Magic("%time", 1, "x"),)
    assert (notebook.name, notebook.language, notebook.nbformat, notebook.notes) == ("n.ipynb", "python", (4, 5), ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings(encoding: str) -> None:
    text = json.dumps(document(code("x = 'é'")), ensure_ascii=False)
    assert loads(text.encode(encoding), "n").cells[0].source == "x = 'é'"


@pytest.mark.parametrize(
    ("written", "read"),
    [("a\r\nb\rc", "a\nb\nc"), ("a\x00b", "a\ufffdb"), ("a\ud800b", "a\ufffdb"), ("\U0001f600", "\U0001f600")],
)
def test_characters_that_parsers_refuse(written: str, read: str) -> None:
    cell = loads(data(code(written)), "n").cells[0]
    assert (cell.source, cell.python) == (read, read)


@pytest.mark.parametrize("minor", [0, 2, 5, 99])
def test_any_minor_of_format_4(minor: int) -> None:
    notebook = loads(data(code("x"), nbformat_minor=minor), "n")
    assert (notebook.nbformat, notebook.cells[0].id) == ((4, minor), None)


def test_format_3_is_upgraded() -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "source": ["T"], "metadata": {}},
        {
            "cell_type": "code",
            "input": ["%time x"],
            "language": "python",
            "metadata": {},
            "prompt_number": 3,
            "collapsed": False,
            "outputs": [{"output_type": "pyout", "prompt_number": 3, "text": ["42"], "metadata": {}}],
        },
    ]
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": cells, "metadata": {}}],
    }
    notebook = loads(json.dumps(old).encode(), "n")
    heading, cell = notebook.cells
    assert (heading.kind, heading.source) == (CellKind.MARKDOWN, "# T")
    assert (cell.source, cell.python, cell.execution_count) == ("%time x", "pass; x", 3)
    assert (cell.outputs[0].kind, cell.outputs[0].text) == ("execute_result", "42")
    assert notebook.nbformat == (3, 0)
    assert [heading.id, cell.id] == [None, None]


def test_format_3_without_metadata() -> None:
    assert loads(b'{"worksheets": []}', "n").cells == ()


def test_outputs() -> None:
    outputs = [
        {"output_type": "stream", "name": "stderr", "text": ["a\n", "b"]},
        {"output_type": "display_data", "data": {"text/html": ["<b>", "x"], "text/plain": "x", "image/png": "AAAA"}},
        {"output_type": "error", "ename": "KeyError", "evalue": "'a'", "traceback": ["\x1b[0;31mKeyError\x1b[0m: 'a'"]},
        {"output_type": "error", "ename": "KeyError", "evalue": "'a'"},
    ]
    stream, display, error, bare = loads(data(code("x", outputs=outputs)), "n").cells[0].outputs
    assert (stream.kind, stream.name, stream.text) == ("stream", "stderr", "a\nb")
    assert (display.text, display.html) == ("x", "<b>x")
    assert display.mimes == ("image/png", "text/html", "text/plain")
    assert (error.kind, error.name, error.text) == ("error", "KeyError", "KeyError: 'a'")
    assert bare.text == "KeyError: 'a'"


def test_gigantic_outputs_are_cut() -> None:
    forms = {"text/plain": ["\x1b[1mé\x1b[0m"] * 400_000, "text/html": "h" * 900_000}
    outputs = [
        {"output_type": "display_data", "data": forms},
        {"output_type": "stream", "text": "t" * TEXT_LIMIT},
        {"output_type": "stream", "text": "t" * (TEXT_LIMIT + 1)},
    ]
    big, fits, over = loads(data(code("x", outputs=outputs)), "n").cells[0].outputs
    assert (set(big.text), big.html, big.truncated) == ({"é"}, "h" * HTML_LIMIT, True)
    assert (len(fits.text), fits.truncated) == (TEXT_LIMIT, False)
    assert (len(over.text), over.truncated) == (TEXT_LIMIT, True)


@pytest.mark.parametrize("wrong", [None, 1, 1.5, True, {}, [], [1, "x"], "x", {"text/plain": 3}])
@pytest.mark.parametrize("field", ["cell_type", "source", "metadata", "outputs", "execution_count", "id"])
def test_wrong_types_in_a_cell(field: str, wrong: Any) -> None:
    notebook = loads(data(code("a"), {**code("y"), field: wrong}, code("z")), "n")
    assert [cell.index for cell in notebook.cells] == [0, 1, 2]
    assert notebook.cells[2].source == "z"


def test_lost_source_is_said() -> None:
    notebook = loads(data(code({"a": 1}), 5), "n")
    assert [(note.cell, note.text.split(" was ")[0]) for note in notebook.notes] == [
        (0, "The source of this cell is neither text nor a list of lines and"),
        (1, "This cell is not an object and"),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cell_type", "source", "outputs", "metadata", "data", "text", "tags", "output_type"]),
            inner,
        )
    ),
    max_leaves=15,
)


@given(st.lists(JSON, max_size=3), JSON)
def test_no_cell_crashes_the_loader(cells: list[Any], metadata: Any) -> None:
    notebook = loads(data(*cells, metadata=metadata), "n")
    assert [cell.index for cell in notebook.cells] == list(range(len(cells)))


@given(st.binary())
def test_no_bytes_crash_the_loader(content: bytes) -> None:
    with pytest.raises(NotebookUnreadable):
        loads(content, "n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty; save the notebook again"),
        (b" \n ", "is empty; save the notebook again"),
        (b'{\n "cells": [,]}', "is not JSON (line 2: Expecting value); save it again from Jupyter"),
        (b'{\n "cells": [\n', "ends too early (line 3); the file is cut off, so save or download it again"),
        (b"[1]", "is JSON but no notebook (it has no list of cells); name an .ipynb file"),
        (b'{"a": 1}', "is JSON but no notebook (it has no list of cells); name an .ipynb file"),
        (b'{"cells": 3}', "is JSON but no notebook (it has no list of cells); name an .ipynb file"),
        (b"<!DOCTYPE html><html>", "is a web page, not a notebook; download the raw file"),
        (b'{"cells": [\n<<<<<<< HEAD\n', "has unresolved merge-conflict markers (line 2); resolve the conflict first"),
        (b'{"cells": "\xff"}', "is not UTF-8 text (byte 11); save it with the encoding UTF-8"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "is a Git LFS pointer, not the notebook itself; run `git lfs pull`",
        ),
        (
            b'{"nbformat": 5, "cells": []}',
            "has notebook format 5, newer than 4; save it as format 4 from Jupyter",
        ),
        (b"[" * 200_000, "is JSON nested too deeply for a notebook; save it again from Jupyter"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else None,
)
def test_unreadable_bytes(content: bytes, reason: str) -> None:
    with pytest.raises(NotebookUnreadable) as caught:
        loads(content, "dir/n.ipynb")
    assert str(caught.value) == f"dir/n.ipynb: {reason}"


def test_malformed_old_format() -> None:
    with pytest.raises(NotebookUnreadable, match=r"is of notebook format 3 and can't be upgraded .* in Jupyter$"):
        loads(b'{"nbformat": 3, "worksheets": [7]}', "n")


def test_unreadable_paths(tmp_path: Path) -> None:
    with pytest.raises(NotebookUnreadable, match=r"there is no such file; check the path$"):
        load(tmp_path / "none.ipynb")
    with pytest.raises(NotebookUnreadable, match=r"^here: is a folder, not a notebook; name a file in it$"):
        load(tmp_path, "here")
    with pytest.raises(NotebookUnreadable, match="can't be opened"):
        load(Path("a\x00b"))


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(NotebookUnreadable, match=r"^n: may not be read; give yourself read permission$"):
        load(tmp_path / "n.ipynb", "n")


def test_name_is_the_path_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    Path("sub/n.ipynb").write_bytes(data(code("x")))
    assert load(Path("sub", "n.ipynb")).name == "sub/n.ipynb"


@pytest.mark.parametrize(
    ("metadata", "language", "kernel"),
    [
        ({}, "python", ""),
        ({"kernelspec": {"name": "python3", "language": "python"}}, "python", "python3"),
        ({"language_info": {"name": "R"}}, "r", ""),
        ({"kernelspec": {"name": "ir"}}, "r", "ir"),
        ({"kernelspec": {"name": "julia-1.9"}}, "julia", "julia-1.9"),
        ({"kernelspec": {"name": "k", "language": ""}, "language_info": {"name": "pyspark"}}, "python", "k"),
        ({"kernelspec": 3, "language_info": []}, "python", ""),
    ],
)
def test_language_and_kernel(metadata: Any, language: str, kernel: str) -> None:
    notebook = loads(data(code("x = 1"), {"cell_type": "markdown", "source": "t"}, metadata=metadata), "n")
    assert (notebook.language, notebook.kernel) == (language, kernel)
    assert notebook.cells[0].language == language
    assert notebook.cells[0].python == ("x = 1" if language == "python" else "     ")
    assert bool(notebook.notes) == (language != "python")
    assert all("Python only" in note.text for note in notebook.notes)


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "python2"}},
        {"kernelspec": {"name": "conda", "display_name": "Python 2.7"}},
        {"language_info": {"name": "python", "version": "2.7.12"}},
    ],
)
def test_python_2_is_noted(metadata: Any) -> None:
    notebook = loads(data(code("print 1"), metadata=metadata), "n")
    assert [note.text[:22] for note in notebook.notes] == ["The kernel is Python 2"]
    assert notebook.language == "python"


def test_cell_language_of_vscode() -> None:
    cell = code("select 1", metadata={"vscode": {"languageId": "sql"}})
    first, second = loads(data(cell, code("x")), "n").cells
    assert (first.language, first.python, second.language) == ("sql", " " * 8, "python")


def test_format_4_needs_no_nbformat() -> None:
    script = (
        "import sys; from nbaudit.loading.notebook import loads\n"
        'loads(b\'{"nbformat": 4, "cells": []}\', "n")\n'
        "assert 'nbformat' not in sys.modules and 'pathspec' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)


def test_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "n.ipynb").write_bytes(data(code("x")))
    read = load_source(Source("as/typed.ipynb", tmp_path / "n.ipynb"))
    assert (read.name, read.cells[0].source) == ("as/typed.ipynb", "x")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data(code("y")))))
    read = load_source(Source("<stdin>", None))
    assert (read.name, read.cells[0].source) == ("<stdin>", "y")
