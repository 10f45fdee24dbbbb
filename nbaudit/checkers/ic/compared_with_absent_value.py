"""IC-W: a column is compared with, or mapped by, a word that it does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.workflow.raw_tables import on_tables
from nbaudit.workflow.repairs import absent_values, keys_with_stray_blanks

_HEAD = """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
staff = pd.read_csv("staff.csv")
staff["pay"].value_counts()
"""
_PAY = "pay\n<=40k    700\n>40k     300\nName: count, dtype: int64"
FLAGS = (
    Example(
        "one sign too many",
        _HEAD
        + """
# %%
staff["pay"] = staff["pay"].apply(lambda v: 1 if v == ">=40k" else 0)  # expect
tree = DecisionTreeClassifier().fit(staff[["age", "hours"]], staff["pay"])
""",
        {0: _PAY},
    ),
    Example(
        "a key ends in a blank",
        _HEAD
        + """
# %%
groups = {"nurse": "care", "doctor": "care", "cook ": "kitchen"}
staff["group"] = staff["job"].map(groups)  # expect
X = pd.get_dummies(staff[["age", "group"]])
tree = DecisionTreeClassifier().fit(X, staff["left"])
""",
        {0: _PAY},
    ),
)
PASSES = (
    Example(
        "the word is there",
        _HEAD
        + """
# %%
staff["pay"] = staff["pay"].apply(lambda v: 1 if v == ">40k" else 0)
tree = DecisionTreeClassifier().fit(staff[["age", "hours"]], staff["pay"])
""",
        {0: _PAY},
    ),
    Example(
        "all keys have the blank that the file has",
        _HEAD
        + """
# %%
groups = {" nurse": "care", " doctor": "care", " cook": "kitchen"}
staff["group"] = staff["job"].map(groups)
X = pd.get_dummies(staff[["age", "group"]])
tree = DecisionTreeClassifier().fit(X, staff["left"])
""",
        {0: _PAY},
    ),
)


@check("IC-W", flags=FLAGS, passes=PASSES)
def compared_with_absent_value(workflow: Workflow) -> Iterator[Finding]:
    """A condition or a mapping asks for a word that the column does not hold: one that an output shows differs from it
    in a sign, a blank or case, or a few keys of a dictionary have a stray blank.

    Why it is debt: nothing fails; all rows get the other value or a gap, and a class or category is lost.
    Instead: copy the values from `unique()`, and count the result after mapping.
    Blind spots: words that differ in more than signs, blanks and case; columns that no output shows.
    """
    if not on_tables(workflow):
        return
    for op, column, word, shown, fact in absent_values(workflow):
        yield Finding(
            "IC-W",
            "compared-with-absent-value",
            at(op),
            f"`{op.text}` asks `{column}` for {word!r}, but the output shows {shown!r}",
            (quoted(fact), step(op, f"asks for {word!r}, which no row holds")),
            confidence=0.8 * op.trust,
            columns=(column,),
            basis=Basis.OUTPUT,
            root=f"compared-with-absent-value:{op.site.cell}",
        )
    for op, stray in keys_with_stray_blanks(workflow):
        yield Finding(
            "IC-W",
            "compared-with-absent-value",
            at(op),
            f"`{op.text}` maps by {stray[0]!r}: the stray blank keeps it from any value, and these rows become gaps",
            (step(op, f"has keys with a stray blank: {', '.join(map(repr, stray[:3]))}"),),
            confidence=0.6 * op.trust,
            root=f"compared-with-absent-value:{op.site.cell}",
        )
