"""EM-I: accuracy is all that a classification is judged by."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Trait
from nbaudit.workflow.candidates import Candidate, Measurement, final, loose_after
from nbaudit.workflow.metrics import by_source, classifiers, judged, kinds_held, telling

_HEAD = """
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import accuracy_score, classification_report, f1_score
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "accuracy on test rows",
        _HEAD
        + """
model = LogisticRegression().fit(X_train, y_train)
print(accuracy_score(y_test, model.predict(X_test)))  # expect
""",
    ),
    Example(
        "the default score of a classifier",
        _HEAD
        + """
model = DecisionTreeClassifier(max_depth=4)
model.fit(X_train, y_train)
print(model.score(X_train, y_train))
print(model.score(X_test, y_test))  # expect
""",
    ),
    Example(
        "a network compiled with accuracy",
        """
# %%
from tensorflow import keras
(x, y), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(64), keras.layers.Dense(10)])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=5)
model.evaluate(x_test, y_test)  # expect
""",
    ),
    Example(
        "the compared one that comes out last",
        _HEAD
        + """
model = LogisticRegression().fit(X_train, y_train)
print(classification_report(y_test, model.predict(X_test)))
tree = DecisionTreeClassifier().fit(X_train, y_train)
print(accuracy_score(y_test, tree.predict(X_test)))  # expect
""",
    ),
    Example(
        "one of two compared models",
        _HEAD
        + """
model = LogisticRegression().fit(X_train, y_train)
print(accuracy_score(y_test, model.predict(X_test)))  # expect
# %%
tree = DecisionTreeClassifier().fit(X_train, y_train)
print(f1_score(y_test, tree.predict(X_test)))
""",
    ),
    Example(
        "compared by accuracy, the chosen one reported",
        _HEAD
        + """
for model in [LogisticRegression(), GaussianNB(), KNeighborsClassifier(), DecisionTreeClassifier()]:
    model.fit(X_train, y_train)
    print(accuracy_score(y_test, model.predict(X_test)))  # expect
final = DecisionTreeClassifier(max_depth=4).fit(X_train, y_train)
print(classification_report(y_test, final.predict(X_test)))
""",
    ),
)
PASSES = (
    Example(
        "a callback of the notebook's own gives the AUC",
        """
# %%
from tensorflow import keras
from sklearn.metrics import roc_auc_score
(x, y), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=500)
class RankingScore(keras.callbacks.Callback):
    def __init__(self, rows, labels):
        super().__init__()
        self.rows, self.labels = rows, labels
    def on_epoch_end(self, epoch, logs=None):
        print(roc_auc_score(self.labels, self.model.predict(self.rows)))
model = keras.Sequential([keras.layers.Dense(16), keras.layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, validation_data=(x_test, y_test), callbacks=[RankingScore(x_test, y_test)])
""",
    ),
    Example(
        "a report beside it",
        _HEAD
        + """
model = LogisticRegression().fit(X_train, y_train)
print(accuracy_score(y_test, model.predict(X_test)))
print(classification_report(y_test, model.predict(X_test)))
""",
    ),
)
_PROPER = frozenset({Trait.CLASSWISE, Trait.RANKING})


@check("EM-I", flags=FLAGS, passes=PASSES)
def accuracy_alone(workflow: Workflow) -> Iterator[Finding]:
    """A classification, or one of the models that are compared, is judged by accuracy (and loss) alone.

    Why it is debt: accuracy hides which classes are confused and looks good where one class is common.
    Instead: add per-class precision and recall, a confusion matrix, or AUC, on the same rows.
    Blind spots: figures by functions that are not known; figures in another notebook.
    """
    found = [c for c in classifiers(workflow) if judged(c)]
    alone = {
        c: measurements
        for c in found
        if (measurements := _alone(workflow, c)) and not loose_after(workflow, c.first, _PROPER)
    }
    if not alone:
        return
    last = final(workflow)
    candidate = last if last in alone and len(alone) < len(found) else next(iter(alone))
    measurement = telling(alone[candidate], Trait.ACCURACY)
    count = len(alone) - 1
    others = "" if not count else " (as is the other model)" if count == 1 else f" (as are the other {count} models)"
    yield Finding(
        "EM-I",
        "accuracy-alone",
        at(measurement.op),
        f"{candidate.name} is judged by accuracy alone{others}; no per-class figure, confusion matrix or AUC",
        tuple(
            step(telling(measured, Trait.ACCURACY).op, f"measures {c.name} by accuracy")
            for c, measured in list(alone.items())[:5]
        ),
        confidence=_confidence(len(alone), len(found), last in alone),
        instead="print(classification_report(y_test, y_pred))",
        root="accuracy-alone",
    )


def _confidence(alone: int, found: int, chosen: bool) -> float:
    """The fewer of the models are judged so, the more may be meant as a sieve for the one that is gone on with."""
    return 0.9 if alone == found else 0.7 if chosen or 2 * alone > found else 0.6


def _alone(workflow: Workflow, candidate: Candidate) -> list[Measurement]:
    """The measurements on a data set that the candidate is tried on, where accuracy is all; empty where it is not."""
    for found in by_source(workflow, candidate):
        kinds = kinds_held(found)
        if Trait.ACCURACY in kinds and not kinds & _PROPER:
            return found
    return []
