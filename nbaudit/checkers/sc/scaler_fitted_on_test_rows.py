"""SC-W: a scaler that has seen the test rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, tested_rows, trail
from nbaudit.workflow.scaling import fitted_scalers

FLAGS = (
    Example(
        "the scaler is fitted before the split",
        """
# %%
import pandas as pd
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
churn = pd.read_csv("churn.csv")
X, y = churn.drop(columns="left"), churn["left"]
# %%
scaler = StandardScaler()
X_scaled = scaler.fit_transform(X)  # expect
X_train, X_test, y_train, y_test = train_test_split(X_scaled, y, random_state=1)
# %%
model = LogisticRegression().fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "the scaler is fitted before a cross-validation",
        """
# %%
import pandas as pd
from sklearn.preprocessing import MinMaxScaler
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
wine = pd.read_csv("wine.csv")
X = MinMaxScaler().fit_transform(wine.drop("quality", axis=1))  # expect
print(cross_val_score(KNeighborsClassifier(), X, wine["quality"], cv=5, scoring="f1_macro").mean())
""",
    ),
)
PASSES = (
    Example(
        "the scaler is fitted on the training rows",
        """
# %%
import pandas as pd
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
churn = pd.read_csv("churn.csv")
X, y = churn.drop(columns="left"), churn["left"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
# %%
model = LogisticRegression().fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "the scaler is a step of the pipeline that is cross-validated",
        """
# %%
import pandas as pd
from sklearn.preprocessing import MinMaxScaler
from sklearn.pipeline import make_pipeline
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
wine = pd.read_csv("wine.csv")
model = make_pipeline(MinMaxScaler(), KNeighborsClassifier())
print(cross_val_score(model, wine.drop("quality", axis=1), wine["quality"], cv=5, scoring="f1_macro").mean())
""",
    ),
    Example(
        "cross-validated as a step over all rows, then fitted anew on the training rows",
        """
# %%
import pandas as pd
from sklearn.preprocessing import MinMaxScaler
from sklearn.pipeline import make_pipeline
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
wine = pd.read_csv("wine.csv")
X, y = wine.drop("quality", axis=1), wine["quality"]
scaler = MinMaxScaler()
print(cross_val_score(make_pipeline(scaler, KNeighborsClassifier()), X, y, cv=5, scoring="f1_macro").mean())
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = make_pipeline(scaler, KNeighborsClassifier()).fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
)


@check("SC-W", flags=FLAGS, passes=PASSES)
def scaler_fitted_on_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """A scaler learns from rows on which the model is later measured.

    Why it is debt: the test rows have shaped the features, so the score is better than new data will give.
    Instead: split first and fit the scaler on the training rows, or make it a step of a Pipeline.
    Blind spots: rows that are split by hand in ways the analysis does not follow.
    """
    for op in fitted_scalers(workflow):
        leak = next(workflow.leaks(op), None)
        if leak is None:
            continue
        learned = in_code(workflow, leak.learned)
        yield Finding(
            "SC-W",
            "scaler-fitted-on-test-rows",
            at(op),
            f"`{op.text}` learns the scale from {learned}, which holds {tested_rows(leak.evaluation)}",
            trail(leak, f"learns from {learned}"),
            confidence=0.95 * min(op.trust, 1.0) if leak.certain else 0.8 * op.trust,
            root=f"scaler-fitted-on-test-rows:{op.site.cell}",
        )
