"""The many ways in which notebooks say, or show, that one of several compared models was chosen."""

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

_HEAD = """# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, f1_score
from sklearn.model_selection import GridSearchCV, train_test_split
df = pd.read_csv("geese.csv")
df.head()
# %%
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="y"), df["y"], random_state=1, stratify=df["y"])
said = {}
# %%
model = LogisticRegression(max_iter=1000)
model.fit(X_train, y_train)
said["lr"] = model.predict(X_test)
print(f1_score(y_test, said["lr"]))
# %%
model = RandomForestClassifier(random_state=1)
model.fit(X_train, y_train)
said["rf"] = model.predict(X_test)
print(f1_score(y_test, said["rf"]))
"""


def _checks(text: str) -> set[str]:
    result = audit_notebook(notebook_from_text(_HEAD + text))
    assert not result.failures
    return {finding.check for finding in result.findings}


@pytest.mark.parametrize(
    ("words", "picked"),
    [
        ("The random forest has the best F1, so we choose it as our final model.", True),
        ("Random Forest gave the highest F1 of the two, so it is selected for use.", True),
        ("Based on these figures we choose random_forest as our best model", True),
        ("We will go with the random forest from here on.", True),
        ("Random forest scores higher than logistic regression here.", False),
        ("The random forest performs well.", False),
        ("Which is the best model? Let us see whether the random forest is chosen.", False),
        ("We choose the best features with a random forest.", False),
        ("Random forest and logistic regression were chosen.", False),
    ],
)
def test_words_that_choose_one_model(words: str, picked: bool) -> None:
    assert ("model-picked-on-reported-rows" in _checks(f"# %% [markdown]\n# {words}\n")) is picked


def test_a_search_beside_is_no_look_at_another_of_the_models() -> None:
    search = """
# %% [markdown]
# Random forest is the best model so far. Let us tune logistic regression too.
# %%
grid = GridSearchCV(LogisticRegression(), {"C": [0.1, 1, 10, 100]}, scoring="f1").fit(X_train, y_train)
print(grid.best_params_, grid.best_score_)
# %%
print(classification_report(y_test, said["rf"]))
"""
    assert "model-picked-on-reported-rows" in _checks(search)
