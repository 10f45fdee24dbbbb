"""RB-W: undersampling that throws most of the data away."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow.balance import imbalance, resamplings

_HEAD = """
# %%
import pandas as pd
from imblearn.under_sampling import RandomUnderSampler
from imblearn.over_sampling import RandomOverSampler
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
claims = pd.read_csv("claims.csv")
# %%
claims["fraud"].value_counts()
# %%
X, y = claims.drop(columns="fraud"), claims["fraud"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
# %%
"""
_RARE = {1: "fraud\n0    49200\n1      800\nName: count, dtype: int64"}
_FLAGGED = """
X_even, y_even = RandomUnderSampler(random_state=1).fit_resample(X_train, y_train)  # expect
model = RandomForestClassifier(random_state=1).fit(X_even, y_even)
print(model.score(X_test, y_test))
"""
FLAGS = (
    Example("97 % of the rows are dropped", _HEAD + _FLAGGED, _RARE),
    Example(
        "through a named sampler",
        _HEAD + _FLAGGED.replace("RandomUnderSampler(random_state=1).fit", "under.fit").replace(
            "\nX_even", "\nunder = RandomUnderSampler(random_state=1)\nX_even", 1
        ),
        _RARE,
    ),
)  # fmt: skip
PASSES = (
    Example(
        "oversampling is tried as well",
        _HEAD
        + _FLAGGED.replace("  # expect", "")
        + """
X_more, y_more = RandomOverSampler(random_state=1).fit_resample(X_train, y_train)
other = RandomForestClassifier(random_state=1).fit(X_more, y_more)
print(other.score(X_test, y_test))
""",
        _RARE,
    ),
    Example(
        "a third of the rows stays",
        _HEAD + _FLAGGED.replace("  # expect", ""),
        {1: "fraud\n0    4200\n1     800\nName: count, dtype: int64"},
    ),
)


@check("RB-W", flags=FLAGS, passes=PASSES)
def most_rows_thrown_away(workflow: Workflow) -> Iterator[Finding]:
    """Undersampling leaves less than a tenth of the data, and no alternative is tried.

    Why it is debt: most of what was collected about the common class is never learned.
    Instead: try class weights or oversampling beside it, or undersample less (`sampling_strategy`).
    Blind spots: counts that no output shows.
    """
    found = imbalance(workflow)
    if found is None or len(found.shares) != 2 or 2 * min(found.shares.values()) >= 0.1:
        return
    steps = resamplings(workflow)
    if not steps or any(
        op.role is not Role.FILTER and (Trait.UNDERSAMPLES not in op.traits or Trait.INTERPOLATES in op.traits)
        for op in steps
    ):
        return
    op = steps[0]
    if "sampling_strategy" in (op.model.params if op.model is not None else {}):
        return
    kept = 2 * min(found.shares.values()) * 100
    evidence = [step(op, "keeps as many rows of the common class as there are of the rare one")]
    if found.fact is not None:
        evidence.insert(0, quoted(found.fact))
    yield Finding(
        "RB-W",
        "most-rows-thrown-away",
        at(op),
        f"`{op.text}` keeps about {kept:.1f} % of the rows ({found.words}), and no alternative is tried",
        tuple(evidence),
        confidence=0.8 * op.trust,
        basis=Basis.OUTPUT,
        root=f"most-rows-thrown-away:{op.site.cell}",
    )
