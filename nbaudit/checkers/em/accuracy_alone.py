"""EM-I: accuracy is all that a classification is judged by."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Trait
from nbaudit.workflow.candidates import Candidate, final, loose_after
from nbaudit.workflow.metrics import classifiers, judged, outer, telling

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
    alone = [c for c in found if _alone(c) and not loose_after(workflow, c.first, _PROPER)]
    if not alone:
        return
    last = final(workflow)
    chosen = next((c for c in alone if c is last), None)
    candidate = chosen if len(alone) < len(found) and chosen is not None else alone[0]
    measurement = telling(candidate, Trait.ACCURACY)
    count = len(alone) - 1
    others = "" if not count else " (as is the other model)" if count == 1 else f" (as are the other {count} models)"
    yield Finding(
        "EM-I",
        "accuracy-alone",
        at(measurement.op),
        f"{candidate.name} is judged by accuracy alone{others}; no per-class figure, confusion matrix or AUC",
        tuple(step(telling(c, Trait.ACCURACY).op, f"measures {c.name} by accuracy") for c in alone[:5]),
        confidence=0.9 if len(alone) == len(found) else 0.7 if 2 * len(alone) > len(found) or chosen else 0.6,
        instead="print(classification_report(y_test, y_pred))",
        root="accuracy-alone",
    )


def _alone(candidate: Candidate) -> bool:
    kinds = frozenset(kind for m in outer(candidate) for kind in m.kinds)
    return Trait.ACCURACY in kinds and not kinds & _PROPER
