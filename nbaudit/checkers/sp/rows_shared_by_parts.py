"""SP-W: a run finds test rows that the training part holds too."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.model.facts import Overlap
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.ran import shared_rows

FEW = 0.05
"""Shares below are what rounded measurements have in common by chance."""

_HEAD = """
# %%
import pandas as pd
from sklearn.neighbors import KNeighborsClassifier
from sklearn.model_selection import train_test_split
visits = pd.read_csv("visits.csv")
X, y = visits.drop(columns="bought"), visits["bought"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1){mark}
# %%
model = KNeighborsClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
"""


def _shared(rows: int, of: int = 400) -> tuple[Overlap, ...]:
    quote = f"X_test: {rows} of {of} rows also occur in X_train"
    fact = Overlap(
        cell=0, expression="X_test", train="X_train", test="X_test", rows=rows, of=of, quote=quote, probed=True,
        basis=Basis.RUN,
    )  # fmt: skip
    return (fact,)


FLAGS = (
    Example("a third of the test rows are copies", _HEAD.format(mark="  # expect"), run=_shared(130)),
    Example("a tenth of them", _HEAD.format(mark="  # expect"), run=_shared(40)),
)
PASSES = (
    Example("a handful alike by chance", _HEAD.format(mark=""), run=_shared(3)),
    Example("no run", _HEAD.format(mark="")),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def rows_shared_by_parts(workflow: Workflow) -> Iterator[Finding]:
    """A run finds that many test rows occur, value for value, among the training rows too.

    Why it is debt: the model is tested on rows that it has learned by heart, and the score is too good.
    Instead: drop duplicates before the split, or split by the group that the copies belong to.
    Blind spots: it needs a run; rows of few columns with few values are alike without being the same case.
    """
    splits = workflow.ops(Role.SPLIT)
    for fact in shared_rows(workflow):
        if not splits or fact.of == 0 or fact.rows < FEW * fact.of:
            continue
        about = workflow.value_of(fact.about)
        made = about.upstream if about is not None else 0
        split = next((op for op in reversed(splits) if op.bit & made), splits[-1])
        yield Finding(
            "SP-W",
            "rows-shared-by-parts",
            at(split),
            f"{fact.rows} of the {fact.of} rows of `{fact.test}` also occur in `{fact.train}`, value for value",
            (step(split, "splits the rows"), quoted(fact)),
            confidence=0.7 if fact.rows < 2 * FEW * fact.of else 0.8,
            instead="df = df.drop_duplicates()  # before the split",
            root="rows-shared-by-parts",
            basis=Basis.RUN,
        )
