"""MV-W: the test rows are filled by their own mean."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation, Rows, Value
from nbaudit.workflow.gaps import fills, gaps_shown_to_be_none, learned_by
from nbaudit.workflow.raw_tables import on_tables, prepared_for_use
from nbaudit.workflow.writing import by_cell, subject

FLAGS = (
    Example(
        "each part is filled with its own median",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
train["fare"] = train["fare"].fillna(train["fare"].median())
test["fare"] = test["fare"].fillna(test["fare"].median())  # expect
# %%
model = RandomForestClassifier().fit(train.drop(columns="paid"), train["paid"])
answer = model.predict(test)
""",
    ),
    Example(
        "the imputer is fitted again on the test part",
        """
# %%
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LinearRegression
soil = pd.read_csv("soil.csv")
X_train, X_test, y_train, y_test = train_test_split(soil.drop(columns="yield"), soil["yield"], random_state=0)
# %%
imputer = SimpleImputer()
A = imputer.fit_transform(X_train)
B = imputer.fit_transform(X_test)  # expect
model = LinearRegression().fit(A, y_train)
print(model.score(B, y_test))
""",
    ),
)
PASSES = (
    Example(
        "the training median fills both parts",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
train["fare"] = train["fare"].fillna(train["fare"].median())
test["fare"] = test["fare"].fillna(train["fare"].median())
# %%
model = RandomForestClassifier().fit(train.drop(columns="paid"), train["paid"])
answer = model.predict(test)
""",
    ),
    Example(
        "the imputer only transforms the test part",
        """
# %%
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LinearRegression
soil = pd.read_csv("soil.csv")
X_train, X_test, y_train, y_test = train_test_split(soil.drop(columns="yield"), soil["yield"], random_state=0)
# %%
imputer = SimpleImputer()
A = imputer.fit_transform(X_train)
B = imputer.transform(X_test)
model = LinearRegression().fit(A, y_train)
print(model.score(B, y_test))
""",
    ),
)


@check("MV-W", flags=FLAGS, passes=PASSES)
def fill_learned_anew_on_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """The rows that a model is tested or used on are filled with a value learned from those rows themselves.

    Why it is debt: a gap means one value in training and another in use, and a single row can't be filled at all.
    Instead: learn the fill from the training rows once, keep it, and use it for the others.
    Blind spots: parts filled inside functions of another file.
    """
    learned = {
        op.id: (op, value) for op in fills(workflow) for value in [learned_by(workflow, op)] if value is not None
    }
    by_column: dict[str | None, list[tuple[Operation, Value]]] = {}
    for op, value in learned.values():
        by_column.setdefault(value.column, []).append((op, value))
    found: dict[int, tuple[Operation | None, Operation]] = {}
    for op, value in learned.values():
        rows = value.rows
        if rows is None or op.in_folds or gaps_shown_to_be_none(workflow, op):
            continue
        first, use = _training_fill(workflow, op, value, by_column[value.column]), prepared_for_use(workflow, rows)
        if use is not None and (first is not None or _is_asked(workflow, rows)):
            found[op.id] = first, use
    for op, more in by_cell(learned[number][0] for number in found):
        first, use = found[op.id]
        also = f" (so do {more} more fills in this cell)" if more > 1 else ""
        yield Finding(
            "MV-W",
            "fill-learned-anew-on-test-rows",
            at(op),
            f"`{op.text}` learns a {'new ' if first else ''}fill from the rows the model is used on"
            f"{_though(op, first)}{also}",
            (
                *((step(first, "learns a fill from the training rows"),) if first is not None else ()),
                step(op, f"learns {'another' if first else 'one'} from `{subject(workflow, op)}`"),
                *((step(use, "uses these rows"),) if use.id != op.id else ()),
            ),
            confidence=(0.85 if first is not None else 0.7) * op.trust,
            root=f"fill-learned-anew-on-test-rows:{op.site.cell}",
        )


def _though(op: Operation, first: Operation | None) -> str:
    if first is None:
        return ", which the training rows should give"
    if first.span == op.span:
        return ", when it is run on other rows"
    return f", though `{first.text}` learned one from the training rows"


def _is_asked(workflow: Workflow, rows: Rows) -> bool:
    """True where a model is used on the rows: a fill that they alone have had is learned from them too."""
    return any(
        use.model is not None and use.data and use.data[0].rows is not None and use.data[0].rows.overlaps(rows)
        for use in workflow.uses
    )


def _training_fill(
    workflow: Workflow, op: Operation, value: Value, learned: list[tuple[Operation, Value]]
) -> Operation | None:
    """The fill of the same column that learned from training rows apart from these."""
    rows = value.rows
    apart = [
        (other, mine.rows)
        for other, mine in learned
        if mine.rows is not None and rows is not None and other is not op and not mine.rows.overlaps(rows)
    ]
    for training in on_tables(workflow) if apart else ():
        if training.rows is None or rows is None or training.rows.overlaps(rows):
            continue
        for other, theirs in apart:
            if theirs.overlaps(training.rows):
                return other
    return None
