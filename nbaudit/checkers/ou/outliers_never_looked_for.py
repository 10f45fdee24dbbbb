"""OU-M: nothing shows or finds outliers before an outlier-sensitive model."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.facts import Dtypes
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow import Training
from nbaudit.workflow.candidates import short
from nbaudit.workflow.columns import called, feature_names
from nbaudit.workflow.outliers import (
    distributions_shown,
    far_out,
    handlings,
    outlier_sensitive,
    says_outliers,
    shrinks,
)
from nbaudit.workflow.scaling import doubtful

_HEAD = """
# %%
import pandas as pd
import matplotlib.pyplot as plt
import seaborn as sns
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import RobustScaler
from sklearn.model_selection import train_test_split
from sklearn.metrics import mean_absolute_error, f1_score
boats = pd.read_csv("boats.csv")
boats.describe()
"""
_FIT = """
# %%
X_train, X_test, y_train, y_test = train_test_split(boats[["length", "beam"]], boats["price"], random_state=2)
model = LinearRegression()
model.fit(X_train, y_train)  # expect
print(mean_absolute_error(y_test, model.predict(X_test)))
"""
_QUIET = _FIT.replace("  # expect", "")
FLAGS = (
    Example("a describe table is all there is", _HEAD + _FIT),
    Example(
        "words on how a measure takes outliers look at no data",
        _HEAD + _FIT + "# the mean absolute error is less sensitive to outliers than the squared one\n",
    ),
    Example(
        "only the predictions are plotted",
        _HEAD
        + _FIT
        + """
# %%
plt.scatter(y_test, model.predict(X_test))
""",
    ),
    Example(
        "bars of group means show no spread",
        _HEAD
        + """
# %%
sns.countplot(x="hull", data=boats)
"""
        + _FIT,
    ),
)
_FLAGS_TABLE = """\
       fever  cough   rash  nausea  fatigue
count  900.0  900.0  900.0   900.0    900.0
mean     0.4    0.5    0.3     0.4      0.5
std      0.5    0.5    0.5     0.5      0.5
min      0.0    0.0    0.0     0.0      0.0
25%      0.0    0.0    0.0     0.0      0.0
50%      0.0    1.0    0.0     0.0      1.0
75%      1.0    1.0    1.0     1.0      1.0
max      1.0    1.0    1.0     1.0      1.0"""
PASSES = (
    Example(
        "flags alone, as the table shows",
        """
# %%
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
signs = pd.read_csv("signs.csv")
# %%
signs.describe()
# %%
X, y = signs.iloc[:, :-1].values, signs.iloc[:, -1].values
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=2)
model = SVC()
model.fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test), average="macro"))
""",
        {1: _FLAGS_TABLE},
    ),
    Example(
        "the data lies beside the fitted line",
        _HEAD
        + _QUIET
        + """
# %%
plt.plot(X_test["length"], y_test, ".", X_test["length"], model.predict(X_test), "-")
""",
    ),
    Example("a box plot", _HEAD + "\n# %%\nsns.boxplot(x=boats['price'])\n" + _QUIET),
    Example("a histogram of all columns", _HEAD + "\n# %%\nboats.hist(bins=30)\n" + _QUIET),
    Example(
        "a rule by quantiles",
        _HEAD
        + """
# %%
low, high = boats["price"].quantile(0.25), boats["price"].quantile(0.75)
boats = boats[boats["price"] <= high + 1.5 * (high - low)]
"""
        + _QUIET,
    ),
    Example(
        "the text speaks of them",
        _HEAD + "\n# %% [markdown]\n# The two tall ships are no outliers but the point of the study.\n" + _QUIET,
    ),
    Example(
        "a recommender learns who rated what, no measurements",
        """
# %%
import pandas as pd
from surprise import Dataset, KNNBasic, Reader, accuracy
from surprise.model_selection import train_test_split
given = pd.read_csv("ratings.csv")
data = Dataset.load_from_df(given[["user_id", "boat_id", "stars"]], Reader())
train, test = train_test_split(data, random_state=2)
model = KNNBasic().fit(train)
accuracy.rmse(model.test(test))
""",
    ),
    Example(
        "a forest that classifies does not mind",
        _HEAD
        + """
# %%
X_train, X_test, y_train, y_test = train_test_split(boats[["length", "beam"]], boats["hull"], random_state=2)
model = RandomForestClassifier(random_state=2)
model.fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test), average="macro"))
""",
    ),
)


@check("OU-M", flags=FLAGS, passes=PASSES)
def outliers_never_looked_for(workflow: Workflow) -> Iterator[Finding]:
    """An outlier-sensitive model is trained on numbers whose spread nothing has shown: no plot of the variables, no
    rule or detector, no clipping, no robust scaler, no word about outliers.

    Why it is debt: a few wrong or extreme values can turn the fit, and nobody has seen whether there are any.
    Instead: draw a box plot or histogram of each numeric column before training, and say what is done about what shows.
    Blind spots: plots drawn by functions of other files.
    """
    trainings = [training for training in outlier_sensitive(workflow) if not _no_numbers(workflow, training)]
    # a logarithm or a root changes the scale of a column, and is part of many a formula: it looks for nothing
    handled = [op for op in handlings(workflow) if not shrinks(op)]
    if not trainings or distributions_shown(workflow) or handled or says_outliers(workflow):
        return
    if any(op.traits & {Trait.DISTRIBUTION, Trait.BOX} and op.learns for op in workflow.ops(Role.AGGREGATE)):
        return
    training = trainings[0]
    assert training.features is not None
    first = next((t for t in workflow.trainings if t.op.id < training.op.id and _same(t, training)), training)
    kind = short(training.model).strip("?") or "The model"
    data = workflow.name_of(training.features)
    said = called(workflow, training.features)
    worst = next(iter(far_out(workflow, training, 3.0)), None)
    seen = (
        f"; `{worst.column}` goes to {worst.value:g} where three quarters are at most {worst.quartile:g}"
        if worst is not None and worst.value > worst.quartile
        else ""
    )
    yield Finding(
        "OU-M",
        "outliers-never-looked-for",
        at(first.op),
        f"{kind} is trained on {said} and nothing has shown the spread of its values{seen}",
        (step(training.op, "trains; no plot, rule or word about outliers comes before or after"),),
        confidence=(0.65 if doubtful(workflow, training.features) else 0.85) * training.op.trust,
        instead=f"{data}.plot(kind='box', subplots=True, figsize=(12, 3))" if data.isidentifier() else "",
        root="outliers-never-looked-for",
    )


def _same(earlier: Training, training: Training) -> bool:
    """True for a training of a class of the notebook's own, on the same features."""
    return earlier.final.type.strip("?") == "" and earlier.features is training.features


def _no_numbers(workflow: Workflow, training: Training) -> bool:
    """True where all features are shown to have been categories."""
    names = feature_names(workflow, training)
    dtypes: dict[str, str] = {}
    for fact in workflow.facts_of(Dtypes):
        assert isinstance(fact, Dtypes)
        for name, dtype in fact.dtypes.items():
            dtypes.setdefault(name, dtype)
    if workflow.regresses or not names or not all(name in dtypes for name in names):
        return False
    return all(dtypes[name] in ("object", "category", "bool", "string") for name in names)
