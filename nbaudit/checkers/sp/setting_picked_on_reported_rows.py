"""SP-W: a hyperparameter chosen by its score on the rows that give the final score."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.choices import chosen_by_folds, chosen_settings, chosen_thresholds

_HEAD = """
# %%
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.metrics import f1_score
wine = pd.read_csv("wine.csv")
X, y = wine.drop(columns="kind"), wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=5, stratify=y)
"""
FLAGS = (
    Example(
        "the threshold with the best score",
        _HEAD
        + """
knn = KNeighborsClassifier().fit(X_train, y_train)
sure, cuts = knn.predict_proba(X_test)[:, 1], np.arange(0.1, 0.9, 0.05)
best = cuts[np.argmax([f1_score(y_test, sure > cut) for cut in cuts])]
print(f1_score(y_test, sure > best))  # expect
""",
    ),
    Example(
        "k with the best folds, and the same folds give the result",
        _HEAD
        + """
from sklearn.model_selection import cross_val_score
# %%
scores = []
for k in range(1, 20):
    scores.append(cross_val_score(KNeighborsClassifier(n_neighbors=k), X, y, cv=10).mean())
# %%
final = KNeighborsClassifier(n_neighbors=9)
print(cross_val_score(final, X, y, cv=10).mean())  # expect
""",
    ),
    Example(
        "k with the best score on the test rows",
        _HEAD
        + """
# %%
scores = []
for k in range(1, 20):
    knn = KNeighborsClassifier(n_neighbors=k)
    knn.fit(X_train, y_train)
    scores.append(knn.score(X_test, y_test))
best_k = int(np.argmax(scores)) + 1
# %%
final = KNeighborsClassifier(n_neighbors=best_k)
final.fit(X_train, y_train)
print(f1_score(y_test, final.predict(X_test), average="macro"))  # expect
""",
    ),
    Example(
        "k read off the printed scores",
        _HEAD
        + """
# %%
for k in range(1, 20):
    knn = KNeighborsClassifier(k)
    knn.fit(X_train, y_train)
    print(k, knn.score(X_test, y_test))
# %%
final = KNeighborsClassifier(9)
final.fit(X_train, y_train)
print(final.score(X_test, y_test))  # expect
""",
    ),
)
PASSES = (
    Example(
        "a threshold is chosen on a validation part",
        _HEAD
        + """
X_fit, X_val, y_fit, y_val = train_test_split(X_train, y_train, test_size=0.25, random_state=5, stratify=y_train)
knn = KNeighborsClassifier().fit(X_fit, y_fit)
sure, cuts = knn.predict_proba(X_val)[:, 1], np.arange(0.1, 0.9, 0.05)
best = cuts[np.argmax([f1_score(y_val, sure > cut) for cut in cuts])]
print(f1_score(y_test, knn.predict_proba(X_test)[:, 1] > best))
""",
    ),
    Example(
        "k with the best folds of the training rows, measured on the test rows",
        _HEAD
        + """
from sklearn.model_selection import cross_val_score
# %%
scores = []
for k in range(1, 20):
    scores.append(cross_val_score(KNeighborsClassifier(n_neighbors=k), X_train, y_train, cv=10).mean())
# %%
final = KNeighborsClassifier(n_neighbors=9)
print(cross_val_score(final, X_train, y_train, cv=10).mean())
final.fit(X_train, y_train)
print(final.score(X_test, y_test))
""",
    ),
    Example(
        "k is chosen on a validation part, and the test rows come last",
        _HEAD
        + """
X_fit, X_val, y_fit, y_val = train_test_split(X_train, y_train, test_size=0.25, random_state=5, stratify=y_train)
# %%
scores = []
for k in range(1, 20):
    knn = KNeighborsClassifier(n_neighbors=k)
    knn.fit(X_fit, y_fit)
    scores.append(knn.score(X_val, y_val))
best_k = int(np.argmax(scores)) + 1
# %%
final = KNeighborsClassifier(n_neighbors=best_k)
final.fit(X_train, y_train)
print(f1_score(y_test, final.predict(X_test), average="macro"))
""",
    ),
    Example(
        "scores by k are shown, and nothing is chosen",
        _HEAD
        + """
# %%
for k in range(1, 20):
    knn = KNeighborsClassifier(n_neighbors=k)
    knn.fit(X_train, y_train)
    print(k, knn.score(X_test, y_test))
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def setting_picked_on_reported_rows(workflow: Workflow) -> Iterator[Finding]:
    """A hyperparameter is chosen by its score on held-out rows, and the same rows give the final score.

    Why it is debt: the reported score is the best of many tries on these rows, so new data will do worse.
    Instead: choose by cross-validation on the training rows (or on a validation part), and use the test rows once.
    Blind spots: values read off a plot and typed in for a model of another class.
    """
    for choice in chain(chosen_settings(workflow), chosen_by_folds(workflow)):
        name = choice.name if not choice.name.isdigit() else "setting"
        yield Finding(
            "SP-W",
            "setting-picked-on-reported-rows",
            at(choice.again.op),
            f"the {name} of `{choice.picked.text}` was chosen by its score on the rows on which "
            f"`{choice.again.op.text}` reports, and no third set is left",
            (
                step(choice.scored.op, "scores each value on held-out rows"),
                step(choice.picked, f"trains with the chosen {name}"),
                step(choice.again.op, "measures on the same rows"),
            ),
            confidence=choice.sure * choice.again.op.trust,
            root=f"picked-on-test:{choice.scored.op.site.cell}",
        )
    for choice in chosen_thresholds(workflow):
        yield Finding(
            "SP-W",
            "setting-picked-on-reported-rows",
            at(choice.again.op),
            f"the threshold in `{choice.again.op.text}` was chosen by its score on these rows: no third set is left",
            (
                step(choice.scored.op, "scores each threshold on held-out rows"),
                step(choice.again.op, "measures on the same rows with the chosen one"),
            ),
            confidence=choice.sure * choice.again.op.trust,
            root=f"picked-on-test:{choice.scored.op.site.cell}",
        )
