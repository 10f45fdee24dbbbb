"""No output makes a reader fail, and the time grows with the size of the output only."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.helpers import CORPUS, cell, facts
from nbaudit.evidence.blocks import blocks
from nbaudit.evidence.expressions import Reading
from nbaudit.evidence.piece import Form, Hole, Piece
from nbaudit.evidence.readers import READERS, Reader
from nbaudit.evidence.tables import read_frame, read_html, read_series
from nbaudit.model.facts import Fact
from nbaudit.model.source import Notebook, Output

EVERY = sorted({reader for readers in READERS.values() for reader in readers}, key=lambda reader: reader.__name__)
CHAINS = (
    (),
    ("sum", "isnull", "$df"),
    ("value_counts", "a", "$df"),
    ("[]", "/", "*", "mean", "isna", "$df"),
    ("shape", "$df"),
    ("len", "$df"),
    ("unique", "$df"),
    ("unique", "return_counts=True", "$y"),
    ("Counter", "$y"),
    ("corr", "$df"),
    ("describe", "$df"),
    ("best_params_", "$grid"),
    ("confusion_matrix", "$y"),
    ("accuracy_score", "$y"),
    ("dtypes", "$df"),
    ("nunique", "$df"),
    ("size", "groupby", "$df"),
    ("sum", "duplicated", "$df"),
)
SHREDS = st.lists(
    st.sampled_from(
        [
            "\n",
            "  ",
            " ",
            "a",
            "0",
            "12",
            "1.5",
            "nan",
            "NaN",
            "...",
            "[",
            "[[",
            "]]",
            "]",
            "(",
            "), ",
            "{",
            "}",
            "'",
            '"',
            ": ",
            "dtype: int64",
            "dtype: object",
            "Name: x, ",
            "Length: 5, ",
            "<class 'pandas.DataFrame'>",
            "Index: 3 entries",
            "non-null",
            "Non-Null Count",
            "count",
            "mean",
            "min",
            "max",
            "precision recall f1-score support",
            "accuracy",
            "weighted avg",
            "Epoch 1/2",
            "loss: 0.5",
            "\r",
            "\\",
            "[5 rows x 8 columns]",
            '<table class="dataframe">',
            "<tr>",
            "<td>",
            "</td>",
            '<th colspan="3">',
            "<th rowspan=9>",
            "</th>",
            "</table>",
            "&amp;",
            "XWarning: ",
            "----> 3",
            "Cell In[1]",
            "%",
            "=",
            "\t",
            "[200]\t",
            "é",
            "True",
            "Counter({",
            "np.int64(3)",
            "torch.Size([",
            "-",
            "_",
            "1e999",
            "９",
        ]
    ),
    max_size=60,
).map("".join)
TEXT = st.one_of(SHREDS, st.text(max_size=200))
PLAIN = settings(max_examples=120, deadline=None, derandomize=True)


@pytest.mark.parametrize("reader", EVERY, ids=lambda reader: reader.__name__)
@PLAIN
@given(text=TEXT, label=TEXT, html=TEXT, form=st.sampled_from(Form), chain=st.sampled_from(CHAINS))
def test_reader_never_fails(
    reader: Reader, text: str, label: str, html: str, form: Form, chain: tuple[str, ...]
) -> None:
    found = reader(Piece(3, 2, form, text, Hole("x.y", chain), label, html))
    assert all(isinstance(fact, Fact) and (fact.cell, fact.output) == (3, 2) for fact in found)
    assert all(len(fact.quote) <= 200 for fact in found)


@PLAIN
@given(text=TEXT)
def test_tables_and_blocks_never_fail(text: str) -> None:
    for block in blocks(text):
        assert block.text
    for table in (read_frame(text), read_html(text)):
        assert table is None or all(len(row) == len(table.columns) for row in table.cells)
    series = read_series(text)
    assert series is None or len(series.keys) == len(series.values)


@PLAIN
@given(
    source=st.one_of(
        TEXT, st.sampled_from(["df.isnull().sum()", "print(a, b)\nprint('x', c)", "print(f'{a} {b}')", "df"])
    ),
    texts=st.lists(
        st.tuples(st.sampled_from(["stream", "execute_result", "display_data", "error"]), TEXT, TEXT), max_size=3
    ),
    name=st.sampled_from(["stdout", "stderr", ""]),
)
def test_notebook_never_fails(source: str, texts: list[tuple[str, str, str]], name: str) -> None:
    outputs = [Output(kind, name, text, html) for kind, text, html in texts]
    found = facts(cell(0, source, *outputs))
    assert [fact.output for fact in found] == sorted(fact.output for fact in found)


@pytest.mark.parametrize(
    "source", ["x = x\nx", "a = b\nb = a\na.shape", "def f(x):\n    return f(x)\nf(1)", "def f():\n    f()\nf()"]
)
def test_names_that_go_round_end(source: str) -> None:
    shows = Reading(Notebook("n", (cell(0, source),))).shows(cell(0, source))
    assert len(shows.results[-1].chain) <= 24


HOSTILE = {
    "digits": "1" * 50_000,
    "spaces": "a" + " " * 50_000 + "b",
    "lines": "accuracy 1\n" * 12_000,
    "brackets": "[" * 50_000,
    "open brackets by line": "[1,\n" * 12_000,
    "dtype lines": "a  1\ndtype: int64\n" * 8_000,
    "equal lines": "  ab  cd\n" * 8_000,
    "wrapped": "  ab  cd  \\\n0  1   2   \n\n" * 4_000,
    "words": "accuracy of the a of the b " * 4_000,
    "quotes": "{'" * 30_000,
    "named": "score a: " * 8_000,
    "epochs": "Epoch 1/2\n" * 9_000,
    "reports": "precision recall f1-score support\n" * 6_000,
    "infos": "<class 'pandas.DataFrame'>\n" * 6_000,
    "markup": '<table class="dataframe">' + "<td" * 30_000,
    "cells": '<table class="dataframe"><tr>' + "<td rowspan=3>1</td>" * 9_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_stays_linear(name: str) -> None:
    text = HOSTILE[name]
    source = "print('accuracy', a)\nprint(b.isnull().sum())\nprint(c)\nc"
    outputs = [Output(kind, "stdout", text, text) for kind in ("stream", "execute_result")]
    outputs += [Output("stream", "stderr", text), Output("error", "E", text)]
    started = time.process_time()
    facts(cell(0, source, *outputs))
    assert time.process_time() - started < 2.0


def test_every_corpus_file_survives_being_cut() -> None:
    for path in sorted(CORPUS.iterdir()):
        text = path.read_text(encoding="utf-8")
        for end in range(0, len(text), max(1, len(text) // 25)):
            cut = Output("stream", "stdout", text[:end], "", truncated=True)
            shown = Output("execute_result", "", text[:end], text[:end])
            assert all(fact.cell == 0 for fact in facts(cell(0, "print(df)\ndf", cut, shown)))
