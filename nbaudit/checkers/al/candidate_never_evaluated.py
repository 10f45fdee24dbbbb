"""AL-I: some candidates are evaluated and others not."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Family, Trait
from nbaudit.workflow.candidates import Candidate, automl, contenders, measured_by_hand, on_predictions

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
forest = RandomForestClassifier().fit(X_train, y_train)
print(classification_report(y_test, forest.predict(X_test)))
# %%
"""
FLAGS = (
    Example("fitted and forgotten", _HEAD + "\nbayes = GaussianNB()\nbayes.fit(X_train, y_train)  # expect\n"),
    Example(
        "predicted and never scored",
        _HEAD
        + """
bayes = GaussianNB().fit(X_train, y_train)  # expect
guess = bayes.predict(X_test)
""",
    ),
)
PASSES = (
    Example(
        "both are scored",
        _HEAD
        + """
bayes = GaussianNB().fit(X_train, y_train)
print(classification_report(y_test, bayes.predict(X_test)))
""",
    ),
    Example(
        "topics beside a classifier",
        """
# %%
import pandas as pd
from sklearn.decomposition import LatentDirichletAllocation
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import GaussianNB
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X, y = loans[["income", "age"]], loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
bayes = GaussianNB().fit(X_train, y_train)
print(classification_report(y_test, bayes.predict(X_test)))
words = CountVectorizer().fit_transform(loans["purpose"])
topics = LatentDirichletAllocation(8).fit(words)
""",
    ),
    Example(
        "the second ranks the features",
        """
# %%
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
ranks = ExtraTreesClassifier().fit(X_train, y_train)
print(ranks.feature_importances_)
bayes = GaussianNB().fit(X_train, y_train)
print(classification_report(y_test, bayes.predict(X_test)))
""",
    ),
)
_CLUSTERS = frozenset({Family.CENTROID, Family.DENSITY, Family.HIERARCHICAL, Family.MIXTURE})


@check("AL-I", flags=FLAGS, passes=PASSES)
def candidate_never_evaluated(workflow: Workflow) -> Iterator[Finding]:
    """Some of the candidates are measured and another one never is.

    Why it is debt: a candidate without a score takes no part in the comparison; its training is dead code.
    Instead: measure it as the others are, or delete it.
    Blind spots: measurements whose model is not known.
    """
    tried = contenders(workflow)
    if len(tried) < 2 or automl(workflow):
        return
    measured = [candidate for candidate in tried if candidate.kinds - {Trait.INERTIA} or _unknown(candidate)]
    if not measured:
        return
    for candidate in tried:
        by_inertia = candidate.family in _CLUSTERS and candidate.kinds == {Trait.INERTIA}
        if (not by_inertia and (candidate.measurements or measured_by_hand(workflow, candidate.first))) or (
            candidate.family is Family.ENSEMBLE or on_predictions(workflow, candidate)
        ):
            continue
        if _aim(candidate) != _aim(measured[0]):
            continue
        yield Finding(
            "AL-I",
            "candidate-never-evaluated",
            at(candidate.last.op),
            f"{candidate.name} is judged by inertia alone, which can't be held against the score of {measured[0].name}"
            if by_inertia
            else f"{candidate.name} is trained and never measured, while {measured[0].name} is",
            (
                step(measured[0].measurements[0].op, f"measures {measured[0].name}"),
                step(
                    candidate.last.op,
                    f"trains {candidate.name}; {'nothing but inertia' if by_inertia else 'nothing'} measures it",
                ),
            ),
            confidence=0.75 * candidate.last.op.trust,
            root=f"candidate-never-evaluated:{candidate.key}",
        )


def _aim(candidate: Candidate) -> str:
    """What it is for: groups and topics are no answers that could be held against a prediction's."""
    if candidate.family in _CLUSTERS:
        return "groups"
    return "topics" if candidate.family is Family.TOPIC else "answers"


def _unknown(candidate: Candidate) -> bool:
    """True where the candidate is measured in a way that the analysis does not know."""
    return any(not measurement.kinds for measurement in candidate.measurements)
