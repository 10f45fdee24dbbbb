"""RB-W: rows are resampled before the split, or outside the folds."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation, Shape
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow.balance import resamplings

_HEAD = """
# %%
import pandas as pd
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn.model_selection import train_test_split, cross_val_score
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
claims = pd.read_csv("claims.csv")
X, y = claims.drop(columns="fraud"), claims["fraud"]
# %%
"""
FLAGS = (
    Example(
        "SMOTE over all rows, then the split",
        _HEAD
        + """
X_even, y_even = SMOTE(random_state=1).fit_resample(X, y)  # expect
X_train, X_test, y_train, y_test = train_test_split(X_even, y_even, random_state=1, stratify=y_even)
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "the common class is cut down by hand, then the split",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
claims = pd.read_csv("claims.csv")
fraud = claims[claims["fraud"] == 1]
honest = claims[claims["fraud"] == 0].sample(n=len(fraud), random_state=1)  # expect
even = pd.concat([fraud, honest])
X_train, X_test, y_train, y_test = train_test_split(even[["sum", "age"]], even["fraud"], random_state=1)
model = LogisticRegression().fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "resampled outside the folds",
        _HEAD
        + """
X_even, y_even = RandomOverSampler(random_state=1).fit_resample(X, y)  # expect
print(cross_val_score(RandomForestClassifier(random_state=1), X_even, y_even, cv=5, scoring="f1").mean())
""",
    ),
    Example(
        "a search over resampled training rows",
        _HEAD
        + """
from sklearn.model_selection import GridSearchCV
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
X_even, y_even = SMOTE(random_state=1).fit_resample(X_train, y_train)
search = GridSearchCV(RandomForestClassifier(random_state=1), {"max_depth": [3, 6, 9, 12]}, scoring="f1")
search.fit(X_even, y_even)  # expect
print(f1_score(y_test, search.predict(X_test)))
""",
    ),
    Example(
        "one class drawn again and again by hand",
        _HEAD
        + """
false = claims[claims["fraud"] == 1]
more = false.sample(3000, replace=True, random_state=2)  # expect
claims = pd.concat([claims[claims["fraud"] == 0], more])
X, y = claims.drop(columns="fraud"), claims["fraud"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
)
PASSES = (
    Example(
        "SMOTE over the training rows",
        _HEAD
        + """
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
X_even, y_even = SMOTE(random_state=1).fit_resample(X_train, y_train)
model = RandomForestClassifier(random_state=1).fit(X_even, y_even)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "a step of the pipeline that is cross-validated",
        _HEAD
        + """
model = make_pipeline(RandomOverSampler(random_state=1), RandomForestClassifier(random_state=1))
print(cross_val_score(model, X, y, cv=5, scoring="f1").mean())
""",
    ),
)


@check("RB-W", flags=FLAGS, passes=PASSES)
def resampled_before_split(workflow: Workflow) -> Iterator[Finding]:
    """Rows are resampled before the split, or outside the folds of a cross-validation.

    Why it is debt: copies or neighbours of the test rows are in the training rows, and the test rows have another class
    balance than new data, so the score means little.
    Instead: split first and resample the training rows only, or make the resampler a step of an imblearn Pipeline.
    Blind spots: rows evened out by lists of their numbers.
    """
    for op in resamplings(workflow):
        if op.in_folds:
            continue
        for evaluation in workflow.test_sets:
            rows = evaluation.rows
            if rows is None or evaluation.op.id < op.id or not any(made.made_by == op.id for made in rows.lineage()):
                continue
            if rows.role == "test" and rows.made_by == op.id and not evaluation.folds:
                continue
            training = workflow.fed_training(op, evaluation)
            if training is None:
                continue
            resampled = "one class" if op.role is Role.FILTER else workflow.name_of(op.data[0])
            yield Finding(
                "RB-W",
                "resampled-before-split",
                at(op),
                f"`{op.text}` {_harm(op, resampled)}",
                (
                    step(op, f"resamples {resampled}" if op.role is Role.FILTER else f"resamples `{resampled}`"),
                    step(training.op, "trains on the resampled rows"),
                    step(
                        evaluation.op,
                        "scores folds of the resampled rows" if evaluation.folds else "measures on resampled rows",
                    ),
                ),
                confidence=0.95 * op.trust,
                root=f"resampled-before-split:{op.site.cell}",
            )
            break
        else:
            search = _searched(workflow, op)
            if search is not None:
                yield Finding(
                    "RB-W",
                    "resampled-before-split",
                    at(search),
                    f"`{search.text}` scores its folds on rows that `{op.text}` has made from rows of other folds",
                    (
                        step(op, "resamples the training rows as a whole"),
                        step(search, "parts the resampled rows into folds, and chooses by their scores"),
                    ),
                    confidence=0.7 * op.trust,
                    root=f"resampled-before-split:{op.site.cell}",
                )


def _searched(workflow: Workflow, op: Operation) -> Operation | None:
    """The search whose folds hold rows that a resampling has made up or copied, None where there is none."""
    if op.role is not Role.RESAMPLE or op.in_folds or (op.model is not None and op.model.has(Trait.UNDERSAMPLES)):
        return None
    for search in workflow.ops(Role.TUNE, Role.FIT):
        if search.model is None or search.model.shape is not Shape.SEARCH or search.id < op.id or not search.data:
            continue
        rows = search.data[0].rows
        if rows is not None and any(made.made_by == op.id for made in rows.lineage()):
            return search
    return None


def _harm(op: Operation, resampled: str) -> str:
    """What the resampling does to the test rows, in words."""
    if op.role is Role.FILTER:
        return f"cuts {resampled} down before the rows are parted, so the test rows have not the balance of new data"
    return f"resamples `{resampled}` before the rows are parted, so copies or neighbours of test rows are trained on"
