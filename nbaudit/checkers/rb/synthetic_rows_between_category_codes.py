"""RB-W: SMOTE interpolates between codes of categories."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Trait
from nbaudit.workflow.balance import codes_in, resamplings

_HEAD = """
# %%
import pandas as pd
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.preprocessing import LabelEncoder, OrdinalEncoder
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
claims = pd.read_csv("claims.csv")
"""
_TAIL = """
X, y = claims.drop(columns="fraud"), claims["fraud"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
"""
FLAGS = (
    Example(
        "label codes of the region",
        _HEAD
        + """claims["region"] = LabelEncoder().fit_transform(claims["region"])"""
        + _TAIL
        + """
X_train, y_train = SMOTE(random_state=1).fit_resample(X_train, y_train)  # expect
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "category codes by pandas",
        _HEAD
        + """claims["region"] = claims["region"].astype("category").cat.codes"""
        + _TAIL
        + """
X_train, y_train = SMOTE(random_state=1).fit_resample(X_train, y_train)  # expect
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
)
PASSES = (
    Example(
        "repeated rows have real codes",
        _HEAD
        + """claims["region"] = LabelEncoder().fit_transform(claims["region"])"""
        + _TAIL
        + """
X_train, y_train = RandomOverSampler(random_state=1).fit_resample(X_train, y_train)
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "only the target is coded",
        _HEAD
        + """claims["fraud"] = LabelEncoder().fit_transform(claims["fraud"])"""
        + _TAIL
        + """
X_train, y_train = SMOTE(random_state=1).fit_resample(X_train[["age", "sum"]], y_train)
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(model.score(X_test[["age", "sum"]], y_test))
""",
    ),
)


@check("RB-W", flags=FLAGS, passes=PASSES)
def synthetic_rows_between_category_codes(workflow: Workflow) -> Iterator[Finding]:
    """New rows are interpolated between codes of categories.

    Why it is debt: a region 2.4 between regions 2 and 3 does not exist, and the model learns from such rows.
    Instead: use a resampler that knows which columns are categories (SMOTENC), or repeat rows instead.
    Blind spots: codes that came with the file.
    """
    for op in resamplings(workflow):
        if Trait.INTERPOLATES not in op.traits or not workflow.reaches_model(op):
            continue
        coded = codes_in(workflow, op.data[0])
        if coded is None:
            continue
        yield Finding(
            "RB-W",
            "synthetic-rows-between-category-codes",
            at(op),
            f"`{op.text}` interpolates between category codes that `{coded.text}` made",
            (step(coded, "turns categories into codes"), step(op, "makes new rows between existing ones")),
            confidence=0.75 * op.trust,
            root=f"synthetic-rows-between-category-codes:{op.site.cell}",
        )
