"""SC-W: the test rows are scaled by a scaler of their own."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.flow import Operation, Rows, mask_of
from nbaudit.workflow import Training
from nbaudit.workflow.scaling import fitted_scalers
from nbaudit.workflow.splits import called_test

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
wine = pd.read_csv("wine.csv")
X, y = wine[["alcohol", "proline"]], wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
"""
FLAGS = (
    Example(
        "a function scales each file by itself",
        """
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
wine, more = pd.read_csv("wine.csv"), pd.read_csv("wine_test.csv")
def prepared(table):
    scaler = StandardScaler()
    return scaler.fit_transform(table)
# %%
model = LogisticRegression().fit(prepared(wine[["alcohol", "proline"]]), wine["kind"])
# %%
ready = prepared(more[["alcohol", "proline"]])  # expect
""",
    ),
    Example(
        "fit_transform on both parts",
        _HEAD
        + """
X_test = scaler.fit_transform(X_test)  # expect
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "the prediction file is standardised by its own mean",
        _HEAD
        + """
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
# %%
new = pd.read_csv("new_wine.csv")[["alcohol", "proline"]]
new = (new - new.mean()) / new.std()  # expect
print(model.predict(new))
""",
    ),
)
PASSES = (
    Example(
        "transform on the test part",
        _HEAD
        + """
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "a second model is trained on other rows with a scaler of its own",
        _HEAD
        + """
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
# %%
beer = pd.read_csv("beer.csv")
B = StandardScaler().fit_transform(beer[["alcohol", "hops"]])
other = LogisticRegression().fit(B, beer["kind"])
""",
    ),
)


@check("SC-W", flags=FLAGS, passes=PASSES)
def scaler_fitted_anew_on_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """The rows that a model is tested or used on are scaled by their own mean and spread.

    Why it is debt: one value means two things in training and in use, so the score is off and single rows can't be
    predicted at all.
    Instead: fit the scaler on the training rows once and only `transform` the others.
    Blind spots: parts scaled inside functions of another file.
    """
    scalers = list(fitted_scalers(workflow))
    mask = mask_of(scalers)
    uses: dict[int, list[Operation]] = {}
    for use in workflow.uses:
        for scaler in workflow.graph.by_mask(use.data[0].upstream & mask if use.model is not None and use.data else 0):
            uses.setdefault(scaler.id, []).append(use)
    for op in scalers:
        rows = op.learns[0].rows
        if rows is None or op.in_folds:
            continue
        found = _fed(workflow, op, rows, uses.get(op.id, []), mask)
        if found is None:
            continue
        training, first, use = found
        data = in_code(workflow, op.learns[0])
        yield Finding(
            "SC-W",
            "scaler-fitted-anew-on-test-rows",
            at(op),
            f"`{op.text}` learns a new scale from {data}, though the model was trained on features scaled by "
            f"`{first.text}`",
            (
                step(first, "scales the training rows"),
                step(training.op, "trains on them"),
                step(op, f"scales {data} by its own values"),
                step(use, "uses the model on these rows"),
            )
            if use.id != op.id
            else (
                step(first, "scales the training rows"),
                step(op, f"scales {data} by its own values"),
            ),
            confidence=(0.9 if use.id != op.id or rows.role == "test" else 0.8) * op.trust,
            root=f"scaler-fitted-anew-on-test-rows:{op.site.cell}",
        )


def _fed(
    workflow: Workflow, op: Operation, rows: Rows, uses: list[Operation], scalers: int
) -> tuple[Training, Operation, Operation] | None:
    """(training, its own scaling, use of the model) where the rows are measured or predicted after a new fit.

    `uses` are the uses of models on what the operation scaled, `scalers` is the mask of all scalings.
    """
    for use in uses:
        given = use.data[0].rows
        if given is None or not given.overlaps(rows):
            continue
        for training in workflow.trainings_of(use.model) if use.model is not None else ():
            if training.features is None or training.rows is None or training.rows.overlaps(rows):
                continue
            if training.features.upstream & op.bit:
                continue
            first = next(workflow.graph.by_mask(training.features.upstream & scalers), None)
            if first is not None:
                return training, first, use
    named = rows.role != "test" and called_test(workflow, op)
    if rows.role == "test" or named:
        for training in workflow.trainings:
            if training.features is None or training.rows is None or training.rows.overlaps(rows):
                continue
            if not (named or training.rows.sources() & rows.sources()) or training.features.upstream & op.bit:
                continue
            first = next(workflow.graph.by_mask(training.features.upstream & scalers), None)
            if first is not None and (not named or (first.call == op.call and first.text == op.text)):
                return training, first, op
    return None
