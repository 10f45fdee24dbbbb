"""What comes from modules that no table knows."""

from __future__ import annotations

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.flow import FlowGraph, Kind, RowsEffect
from nbaudit.model.vocabulary import Role
from nbaudit.testing import notebook_from_text


def graph(text: str) -> FlowGraph:
    return build_graph(notebook_from_text(text))


def test_a_call_without_data_may_be_a_source_and_its_table_has_rows() -> None:
    made = graph(
        "# %%\nimport helpers\nsales = helpers.load_sales(2019)\nsales = sales.dropna()\n"
        "# %%\nfrom sklearn.model_selection import train_test_split\na, b = train_test_split(sales)\n"
    )
    source = next(op for op in made.operations if op.call == "helpers.load_sales")
    assert source.role is Role.UNKNOWN and source.rows is RowsEffect.SOURCE
    split = next(op for op in made.operations if op.role is Role.SPLIT)
    assert split.data[0].kind is Kind.TABLE
    assert split.data[0].upstream & source.bit
    first, second = split.outputs[:2]
    assert first.rows is not None and second.rows is not None
    assert not first.rows.overlaps(second.rows)


def test_a_transformer_from_outside_is_no_table() -> None:
    made = graph(
        "# %%\nimport pandas as pd\nimport helpers\nprep = helpers.make_prep()\n"
        "x = prep.transform(pd.read_csv('a.csv'))\n"
    )
    call = next(op for op in made.operations if op.text.startswith("prep.transform"))
    assert call.role is Role.UNKNOWN
    assert [value.kind for value in call.data] == [Kind.TABLE]


def test_models_rows_and_a_splitter_given_away_are_cross_validated() -> None:
    made = graph(
        "# %%\nimport pandas as pd\nfrom helpers import score_all\nfrom sklearn.linear_model import Ridge, Lasso\n"
        "from sklearn.model_selection import KFold\nd = pd.read_csv('a.csv')\n"
        "score_all({'r': Ridge(), 'l': Lasso()}, d[['a', 'b']], d['c'], KFold(5))\n"
    )
    found = [op for op in made.operations if op.role is Role.CROSS_VALIDATE]
    assert [op.model.type.rpartition(".")[2] for op in found if op.model is not None] == ["Ridge", "Lasso"]
    assert all(op.trust < 1 for op in found)


def test_an_expression_statement_drops_its_own_result_only() -> None:
    made = graph(
        "# %%\nimport pandas as pd\nd = pd.read_csv('a.csv')\n"
        "def tidy(t):\n    t.astype('int64')\n    return t.dropna()\n"
        "d.apply(lambda c: c.str.lower())\nd = tidy(d)\nd.head()\n"
    )
    used = {op.text: op.result_used for op in made.operations}
    assert used["t.astype('int64')"] is False
    assert used["d.apply(lambda c: c.str.lower())"] is False
    assert used["t.dropna()"] is True
