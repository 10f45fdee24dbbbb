"""SC-W: the class label is scaled with the features."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.flow import Value
from nbaudit.model.vocabulary import Task
from nbaudit.workflow.scaling import fitted_scalers

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import MinMaxScaler
wine = pd.read_csv("wine.csv")
# %%
"""
_TAIL = """
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = KNeighborsClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
FLAGS = (
    Example(
        "the whole table is scaled, label included",
        _HEAD
        + """
scaled = MinMaxScaler().fit_transform(wine)  # expect
X, y = scaled[:, :-1], scaled[:, -1]
"""
        + _TAIL,
    ),
    Example(
        "into a table again",
        _HEAD
        + """
scaler = MinMaxScaler()
wine = pd.DataFrame(scaler.fit_transform(wine), columns=wine.columns)  # expect
X, y = wine.drop(columns="kind"), wine["kind"]
"""
        + _TAIL,
    ),
)
PASSES = (
    Example(
        "one column of the table is scaled in place",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import MinMaxScaler
wine = pd.read_csv("wine.csv")
wine[["proline"]] = MinMaxScaler().fit_transform(wine[["proline"]])
wine = wine.dropna()
X_train, X_test, y_train, y_test = train_test_split(wine[["proline"]], wine["kind"], random_state=1)
KNeighborsClassifier().fit(X_train, y_train)
""",
    ),
    Example(
        "only the features are scaled",
        _HEAD
        + """
X, y = MinMaxScaler().fit_transform(wine.drop(columns="kind")), wine["kind"]
"""
        + _TAIL,
    ),
    Example(
        "chosen columns are scaled in place",
        _HEAD
        + """
numbers = wine.columns[:5]
wine[numbers] = MinMaxScaler().fit_transform(wine[numbers])
X, y = wine.drop(columns="kind"), wine["kind"]
"""
        + _TAIL,
    ),
)


@check("SC-W", flags=FLAGS, passes=PASSES)
def class_label_scaled(workflow: Workflow) -> Iterator[Finding]:
    """The class label is scaled together with the features.

    Why it is debt: the classes become numbers such as 0.5 or -1.2, which are no classes any more.
    Instead: separate the label from the features before scaling.
    Blind spots: tables scaled by parts of columns that the analysis can't name.
    """
    kinds = (Task.CLASSIFICATION, Task.BINARY, Task.MULTICLASS)
    of_classes = [
        training
        for training in workflow.supervised
        if training.target is not None and training.target.column and workflow.task_of(training) in kinds
    ]
    behind = 0
    for training in of_classes:
        behind |= training.target.upstream if training.target is not None else 0
    for op in fitted_scalers(workflow):
        if "[" in op.text or not behind & op.bit:
            continue
        for training in of_classes:
            target = training.target
            if target is None or not target.upstream & op.bit or not _held(op.learns[0], target.column):
                continue
            data = in_code(workflow, op.learns[0])
            yield Finding(
                "SC-W",
                "class-label-scaled",
                at(op),
                f"`{op.text}` scales `{target.column}` too, which `{training.op.text}` then learns as the class",
                (step(op, f"scales {data} with the label in it"), step(training.op, "learns the scaled label")),
                confidence=0.8 * op.trust,
                root=f"class-label-scaled:{op.site.cell}",
            )
            break


def _held(scaled: Value, label: str | None) -> bool:
    """True where the label is among the columns that are scaled."""
    if label is None:
        return False
    if scaled.column is not None:
        return scaled.column == label
    return not scaled.columns.cut and scaled.columns.may_hold(label)
