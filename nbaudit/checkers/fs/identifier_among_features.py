"""FS-W: identifiers or row numbers are used as features."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, check, step
from nbaudit.model.source import Span
from nbaudit.workflow.columns import chosen_at
from nbaudit.workflow.identifiers import identifiers_among_features

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split
rents = pd.read_csv("rents.csv")
rents.head()
# %%
"""
_FIT = """
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=3)
model = RandomForestRegressor(random_state=3)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
_HEAD_SHOWS = """   flat_id  area  rent
0     1001    40   500
1     1002    65   700
2     1003    52   610
3     1004    80   990
4     1005    31   450"""
_INDEXED = "         area  rent\nflat_id            \n1001       40   500\n1002       65   700\n1003       52   610"
_CODED = "         tenant  area  rent\n" + "\n".join(
    f"{i}  {{0:>11}}{i}    {50 + 3 * i}   {500 + i * i}" for i in range(5)
)
FLAGS = (
    Example(
        "the identifier stays in the table",
        _HEAD + "X = rents.drop(columns='rent')  # expect\ny = rents['rent']\n" + _FIT,
        {0: _HEAD_SHOWS},
    ),
    Example(
        "the identifier is in the list",
        _HEAD + "X = rents[['flat_id', 'area']]  # expect\ny = rents['rent']\n" + _FIT,
        {0: _HEAD_SHOWS},
    ),
    Example(
        "the file is read again after it was shown",
        _HEAD
        + "again = pd.read_csv('rents.csv')\nX = again.drop(columns='rent')  # expect\ny = again['rent']\n"
        + _FIT,
        {0: _HEAD_SHOWS},
    ),
    Example(
        "codes of accounts under a name of their own",
        _HEAD + "X = rents.drop(columns='rent')  # expect\ny = rents['rent']\n" + _FIT,
        {0: _CODED.format("C10457720")},
    ),
)
PASSES = (
    Example(
        "short codes of kinds",
        _HEAD + "X = rents.drop(columns='rent')\ny = rents['rent']\n" + _FIT,
        {0: _CODED.format("C10")},
    ),
    Example(
        "the identifier is dropped",
        _HEAD + "X = rents.drop(columns=['rent', 'flat_id'])\ny = rents['rent']\n" + _FIT,
        {0: _HEAD_SHOWS},
    ),
    Example(
        "the identifier repeats, so it is a group",
        _HEAD + "X = rents.drop(columns='rent')\ny = rents['rent']\n" + _FIT,
        {0: _HEAD_SHOWS.replace("1002", "1001").replace("1004", "1003")},
    ),
    Example(
        "it is the index",
        _HEAD.replace('"rents.csv"', '"rents.csv", index_col="flat_id"')
        + "X = rents.drop(columns='rent')\ny = rents['rent']\n"
        + _FIT,
        {0: _INDEXED},
    ),
)


@check("FS-W", flags=FLAGS, passes=PASSES)
def identifier_among_features(workflow: Workflow) -> Iterator[Finding]:
    """A column that names single rows (an identifier, a row number) is among the features.

    Why it is debt: the number says nothing about a new row; what a model learns from it is the order of the file.
    Instead: drop the column, or read it as the index.
    Blind spots: columns that no saved output shows.
    """
    for training, name, found in identifiers_among_features(workflow):
        fact, reason, sure = found
        assert training.features is not None
        data = workflow.name_of(training.features)
        yield Finding(
            "FS-W",
            "identifier-among-features",
            chosen_at(workflow, training),
            f"`{name}` is a feature of the model, though {reason}",
            (
                Step(Span(fact.cell, 1), f"prints: {fact.quote[:100]}", "saved output"),
                step(training.op, f"trains with `{name}` among the features"),
            ),
            confidence=sure * training.op.trust,
            basis=Basis.OUTPUT,
            columns=(name,),
            instead=f'{data} = {data}.drop(columns="{name}")' if data.isidentifier() else "",
            root=f"identifier-among-features:{name}",
        )
