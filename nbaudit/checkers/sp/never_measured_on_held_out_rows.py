"""SP-M: no evaluation on held-out data."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.workflow.candidates import contenders
from nbaudit.workflow.held_out import holds_out

FLAGS = (
    Example(
        "another curve was measured before",
        """
# %%
import numpy as np
import pandas as pd
from sklearn.metrics import r2_score
from sklearn.svm import SVC
curve = np.poly1d(np.polyfit([1, 2, 3], [1, 4, 9], 2))
print(r2_score([16, 25], curve([4, 5])))
wine = pd.read_csv("wine.csv")
model = SVC().fit(wine[["alcohol"]], wine["kind"])  # expect
""",
    ),
    Example(
        "scored on the rows it was fitted on",
        """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
rents = pd.read_csv("rents.csv")
X, y = rents[["area", "rooms"]], rents["rent"]
# %%
model = LinearRegression()
model.fit(X, y)  # expect
print(model.score(X, y))
""",
    ),
    Example(
        "a split whose test part is never used",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
wine = pd.read_csv("wine.csv")
X_train, X_test, y_train, y_test = train_test_split(wine[["alcohol"]], wine["kind"], random_state=1)
model = SVC().fit(X_train, y_train)  # expect
new = pd.read_csv("new_wine.csv")
new["kind"] = model.predict(new[["alcohol"]])
new.to_csv("submission.csv")
""",
    ),
)
PASSES = (
    Example(
        "handed to a function of another file",
        """
# %%
import pandas as pd
from sklearn.svm import SVC
from helpers import compare
wine = pd.read_csv("wine.csv")
X, y = wine[["alcohol"]], wine["kind"]
compare({"svm": SVC()}, X, y, folds=5)
model = SVC().fit(X, y)
""",
    ),
    Example(
        "drawn beside the rows that were kept back",
        """
# %%
import pandas as pd
import matplotlib.pyplot as plt
from statsmodels.tsa.arima.model import ARIMA
sales = pd.read_csv("sales.csv")["sold"]
known, later = sales[:500], sales[500:]
fitted = ARIMA(known, order=(1, 1, 1)).fit()
plt.plot(fitted.forecast(len(later)))
plt.plot(later)
""",
    ),
    Example(
        "scored on the test part",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
wine = pd.read_csv("wine.csv")
X_train, X_test, y_train, y_test = train_test_split(wine[["alcohol"]], wine["kind"], random_state=1)
model = SVC().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "cross-validated",
        """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import cross_val_score
rents = pd.read_csv("rents.csv")
X, y = rents[["area", "rooms"]], rents["rent"]
# %%
model = LinearRegression()
print(cross_val_score(model, X, y, cv=5).mean())
model.fit(X, y)
""",
    ),
    Example(
        "drawn beside the truth of a test file",
        """
# %%
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.linear_model import LinearRegression
past, later = pd.read_csv("rents_until_2020.csv"), pd.read_csv("rents_2021.csv")
# %%
model = LinearRegression().fit(past[["area"]], past["rent"])
truth = later.iloc[:, 1:2].values
guess = model.predict(later[["area"]])
# %%
plt.plot(truth)
plt.plot(guess)
""",
    ),
    Example(
        "out-of-bag score",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
rents = pd.read_csv("rents.csv")
# %%
model = RandomForestRegressor(oob_score=True)
model.fit(rents[["area", "rooms"]], rents["rent"])
print(model.oob_score_)
""",
    ),
)


@check("SP-M", flags=FLAGS, passes=PASSES)
def never_measured_on_held_out_rows(workflow: Workflow) -> Iterator[Finding]:
    """A supervised model is trained, and no model is ever measured on rows that it was not trained on.

    Why it is debt: nobody knows how the model does on new data; a training score grows with overfitting.
    Instead: split off a test part before training, or cross-validate.
    Blind spots: a measurement in another notebook; a comparison by eye.
    """
    tried = {training.op.id for candidate in contenders(workflow) for training in candidate.trainings}
    supervised = [training for training in workflow.supervised if training.op.id in tried]
    if not supervised or holds_out(workflow):
        return
    training = supervised[0]
    data = in_code(workflow, training.features) if training.features is not None else "the data"
    measured = next((e for e in workflow.evaluations if e.model is not None and e.op.id > training.op.id), None)
    steps = [step(training.op, f"trains on {data}")]
    if measured is not None:
        steps.append(step(measured.op, "measures on rows that the model was trained on"))
    yield Finding(
        "SP-M",
        "never-measured-on-held-out-rows",
        at(training.op),
        f"`{training.op.text}` trains on {data}, and no model is ever measured on rows that it has not seen",
        tuple(steps),
        confidence=0.8 * training.op.trust,
        root="never-measured-on-held-out-rows",
    )
