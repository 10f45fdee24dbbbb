"""FS-W: a run finds a feature that alone tells the target."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.model.facts import Giveaway
from nbaudit.workflow.candidates import short
from nbaudit.workflow.ran import giveaways

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
orders = pd.read_csv("orders.csv")
X, y = orders.drop(columns="returned"), orders["returned"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
model = RandomForestClassifier(random_state=1)
model.fit(X_train, y_train){mark}
print(model.score(X_test, y_test))
"""


def _given(share: float, column: str = "refund_paid", cell: int = 0) -> tuple[Giveaway, ...]:
    quote = f"X_train: {column} alone tells y_train for {share:.2%} of the rows"
    fact = Giveaway(
        cell=cell, expression="X_train", column=column, target="y_train", share=share, quote=quote, probed=True,
        basis=Basis.RUN,
    )  # fmt: skip
    return (fact,)


FLAGS = (
    Example("a column written after the outcome", _HEAD.format(mark="  # expect"), run=_given(1.0)),
    Example("a column that tells nearly every row", _HEAD.format(mark="  # expect"), run=_given(0.9995, "refund_date")),
)
PASSES = (
    Example("nothing found by the run", _HEAD.format(mark="")),
    Example(
        "the column is dropped before training",
        _HEAD.format(mark="").replace('columns="returned")', 'columns=["returned", "refund_paid"])'),
        run=_given(1.0),
    ),
)


@check("FS-W", flags=FLAGS, passes=PASSES)
def feature_gives_target_away(workflow: Workflow) -> Iterator[Finding]:
    """A run finds that one feature alone tells the target for nearly every row, or is nearly the same number.

    Why it is debt: such a column is most often the target in other words, or written down after the outcome; it
    won't be there when the model is asked, and the scores mean nothing.
    Instead: find out when the column is filled in; drop it unless it is known before the outcome.
    Blind spots: it needs a run; several columns that give the target away only together; a task that is really so
    easy.
    """
    for fact in giveaways(workflow):
        for training in workflow.supervised:
            features = training.features
            if features is None or workflow.name_of(features) != fact.expression:
                continue
            if not features.columns.may_hold(fact.column):
                continue
            yield Finding(
                "FS-W",
                "feature-gives-target-away",
                at(training.op),
                f"`{fact.column}` alone gives `{fact.target}` away ({fact.share:.1%}) and is among the features",
                (quoted(fact), step(training.op, f"trains {short(training.model)} on it")),
                confidence=0.75,
                instead=f"{fact.expression}.drop(columns={fact.column!r})",
                columns=(fact.column,),
                root=f"target-among-features:{fact.column}",
                basis=Basis.RUN,
            )
            break
