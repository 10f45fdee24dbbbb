"""RB-W: resampling and class weights stacked."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Trait
from nbaudit.workflow.balance import resamplings, weights_of

_HEAD = """
# %%
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
from xgboost import XGBClassifier
claims = pd.read_csv("claims.csv")
X, y = claims.drop(columns="fraud"), claims["fraud"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
# %%
X_even, y_even = SMOTE(random_state=1).fit_resample(X_train, y_train)
"""
FLAGS = (
    Example(
        "SMOTE, and class_weight on top",
        _HEAD
        + """
model = RandomForestClassifier(class_weight="balanced_subsample", random_state=1)
model.fit(X_even, y_even)  # expect
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "SMOTE, and scale_pos_weight on top",
        _HEAD
        + """
model = XGBClassifier(scale_pos_weight=20)
model.fit(X_even, y_even)  # expect
print(model.score(X_test, y_test))
""",
    ),
)
PASSES = (
    Example(
        "the weighted model is trained on the rows as they are",
        _HEAD
        + """
model = RandomForestClassifier(class_weight="balanced_subsample", random_state=1)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "no weights on the resampled rows",
        _HEAD
        + """
model = XGBClassifier()
model.fit(X_even, y_even)
print(model.score(X_test, y_test))
""",
    ),
)


@check("RB-W", flags=FLAGS, passes=PASSES)
def resampled_and_weighted(workflow: Workflow) -> Iterator[Finding]:
    """A model with explicit class weights is trained on resampled rows.

    Why it is debt: the imbalance is answered twice, so the rare class counts far too much and its scores are off.
    Instead: keep one of the two.
    Blind spots: "balanced" weights on rows that are exactly even change nothing.
    """
    resampled = {op.id: op for op in resamplings(workflow)}
    for training in workflow.supervised:
        name = weights_of(training)
        if name is None:
            continue
        if training.final.has(Trait.UNDERSAMPLES) or training.model.has(Trait.UNDERSAMPLES):
            yield Finding(
                "RB-W",
                "resampled-and-weighted",
                at(training.op),
                f"`{training.op.text}` trains with `{name}` an ensemble that evens out the classes itself",
                (step(training.op, f"draws even classes for each member, and trains with `{name}` as well"),),
                confidence=0.7 * training.op.trust,
                root=f"resampled-and-weighted:{training.op.site.cell}",
            )
            continue
        if training.rows is None:
            continue
        source = next((resampled[r.made_by] for r in training.rows.lineage() if r.made_by in resampled), None)
        if source is None:
            continue
        yield Finding(
            "RB-W",
            "resampled-and-weighted",
            at(training.op),
            f"`{training.op.text}` trains with `{name}` on rows that `{source.text}` has already evened out",
            (step(source, "evens out the classes"), step(training.op, f"trains with `{name}` as well")),
            confidence=0.75 * training.op.trust,
            root=f"resampled-and-weighted:{training.op.site.cell}",
        )
