"""See `other_data_after_an_error`."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.writing import catching_all

_HEAD = """
# %%
import pandas as pd
from sklearn.datasets import load_breast_cancer, make_classification
from sklearn.tree import DecisionTreeClassifier
"""
_TAIL = """
# %%
scans.describe()
tree = DecisionTreeClassifier().fit(scans.drop(columns="ill"), scans["ill"])
"""
FLAGS = (
    Example(
        "made-up rows take the place of the file",
        _HEAD
        + """
try:
    scans = pd.read_csv("scans.csv")  # expect
except Exception:
    X, y = make_classification(n_samples=5000, random_state=1)
    scans = pd.DataFrame(X)
    scans["ill"] = y
"""
        + _TAIL,
    ),
    Example(
        "a set that comes with the library takes its place",
        _HEAD
        + """
try:
    scans = pd.read_csv("scans.csv")  # expect
    print("read", len(scans), "rows")
except:
    bundle = load_breast_cancer(as_frame=True)
    scans = bundle.frame.rename(columns={"target": "ill"})
"""
        + _TAIL,
    ),
)
PASSES = (
    Example(
        "the same file from another place",
        _HEAD
        + """
try:
    scans = pd.read_csv("scans.csv")
except Exception:
    scans = pd.read_csv("https://example.org/scans.csv")
"""
        + _TAIL,
    ),
    Example(
        "the one error that says that there is no file, and it is meant",
        _HEAD
        + """
try:
    scans = pd.read_csv("scans.csv")
except FileNotFoundError:
    X, y = make_classification(n_samples=5000, random_state=1)
    scans = pd.DataFrame(X)
    scans["ill"] = y
"""
        + _TAIL,
    ),
    Example(
        "the error ends the run",
        _HEAD
        + """
try:
    scans = pd.read_csv("scans.csv")
except Exception:
    print("look at", load_breast_cancer().DESCR, "for the columns")
    raise
"""
        + _TAIL,
    ),
)


@check("DC-I", flags=FLAGS, passes=PASSES)
def other_data_after_an_error(workflow: Workflow) -> Iterator[Finding]:
    """Where the data can't be read, for whatever reason, the notebook goes on with another data set.

    Why it is debt: a wrong path or a broken file shows up as a model of other data, and nothing fails.
    Instead: let the error end the run, or catch the one error that is meant and say so.
    Blind spots: other data that is typed in or drawn by hand.
    """
    for cell, body, handler in catching_all(workflow):
        reads = [op for op in workflow.ops(Role.LOAD) if op.span.cell == cell and op.span.line in body]
        others = [op for op in workflow.ops(Role.BUNDLED) if op.span.cell == cell and op.span.line in handler]
        if not others or not any(workflow.reaches_model(op) for op in reads):
            continue
        yield Finding(
            "DC-I",
            "other-data-after-an-error",
            at(reads[0]),
            f"after any error `{reads[0].text[:80]}` is replaced by `{others[0].text[:80]}`, which is other data",
            (
                step(reads[0], "reads the data, where nothing goes wrong"),
                step(others[0], "takes its place after any error"),
            ),
            confidence=0.75 * reads[0].trust,
            root=f"other-data-after-an-error:{cell}",
        )
