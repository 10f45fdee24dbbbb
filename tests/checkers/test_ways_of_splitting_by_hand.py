"""Splits that are written by hand: the parts are told apart, whatever gives the positions of their rows.

Each is seen by what follows: the scaler that was fitted before has seen the test rows, and the model is measured on
rows that it has not seen.
"""

from __future__ import annotations

import pytest

from nbaudit.model.vocabulary import State
from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

HEAD = """
# %%
import random
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.preprocessing import StandardScaler
wells = pd.read_csv("wells.csv")
y = wells["dry"].values
X = StandardScaler().fit_transform(wells.drop(columns="dry"))
# %%
"""
TAIL = """
# %%
model = LogisticRegression().fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
"""
BY_POSITION = "X_train, X_test, y_train, y_test = X[kept], X[rest], y[kept], y[rest]"
FRAMES = """
scaler = StandardScaler().fit(wells.drop(columns="dry"))
X_train, y_train = scaler.transform(kept.drop(columns="dry")), kept["dry"]
X_test, y_test = scaler.transform(rest.drop(columns="dry")), rest["dry"]
"""
DRAWN = "kept = np.random.choice(len(y), 800, replace=False)\n"

WAYS = [
    DRAWN + "rest = np.array(list(set(range(len(y))) - set(kept)))\n" + BY_POSITION,
    DRAWN + "rest = np.setdiff1d(np.arange(len(y)), kept)\n" + BY_POSITION,
    DRAWN + "rest = list(set(range(len(y))).difference(kept))\n" + BY_POSITION,
    DRAWN + "rest = [i for i in range(len(y)) if i not in kept]\n" + BY_POSITION,
    DRAWN + "X_train, y_train = X[kept], y[kept]\nX_test, y_test = np.delete(X, kept, axis=0), np.delete(y, kept)",
    DRAWN + "left = np.ones(len(y), dtype=bool)\nleft[kept] = False\n"
    "X_train, X_test, y_train, y_test = X[~left], X[left], y[~left], y[left]",
    DRAWN + "m = np.isin(np.arange(len(y)), kept)\nX_train, X_test, y_train, y_test = X[m], X[~m], y[m], y[~m]",
    "kept = random.sample(range(len(y)), 800)\nrest = [i for i in range(len(y)) if i not in kept]\n" + BY_POSITION,
    "order = np.random.permutation(len(y))\nkept, rest = order[:800], order[800:]\n" + BY_POSITION,
    "order = np.arange(len(y))\nnp.random.shuffle(order)\nrest = order[:100]\n"
    "kept = np.array([i for i in order if i not in rest])\n" + BY_POSITION,
    "order = [i for i in range(len(X))]\nrandom.shuffle(order)\nkept, rest = order[:800], order[800:]\n"
    "X_train, X_test = [X[i] for i in kept], [X[i] for i in rest]\n"
    "y_train, y_test = [y[i] for i in kept], [y[i] for i in rest]",
    "kept = wells.sample(frac=0.8)\nrest = wells.loc[wells.index.difference(kept.index)]" + FRAMES,
    "kept = wells.sample(frac=0.8)\nrest = wells.drop(index=kept.index)" + FRAMES,
    "rest = wells[::5]\nkept = wells[~wells.index.isin(rest.index)]" + FRAMES,
    "kept, rest = np.split(wells.sample(frac=1, random_state=1), [int(0.8 * len(wells))])" + FRAMES,
    "m = np.arange(len(wells)) % 5 == 0\nkept, rest = wells[~m], wells[m]" + FRAMES,
]


@pytest.mark.parametrize("way", WAYS)
def test_the_parts_are_told_apart(way: str) -> None:
    verdicts = audit_notebook(notebook_from_text(HEAD + way + TAIL)).verdicts
    assert verdicts["SC-W"].state is State.PRESENT
    assert verdicts["SP-M"].state is State.ABSENT
    assert verdicts["EM-I"].state is State.ABSENT


@pytest.mark.parametrize(
    "way",
    [
        "X_train, y_train, X_test, y_test = X[good], y[good], X[new], y[new]",
        "n = 800\nkept, rest = wells.head(n), wells.tail(len(wells) - n)" + FRAMES,
    ],
)
def test_choices_that_cannot_be_followed_are_no_training_rows(way: str) -> None:
    """The two may share rows or not: nothing is said of them."""
    verdicts = audit_notebook(notebook_from_text(HEAD + way + TAIL)).verdicts
    assert verdicts["SC-W"].state is State.ABSENT
    assert verdicts["EM-I"].state is State.ABSENT


@pytest.mark.parametrize(
    "draw",
    [
        "some = np.random.choice(len(wells), 1000, replace=False)\nwells = wells.iloc[some]",
        "some = random.sample(range(len(wells)), 1000)\nwells = wells.iloc[some]",
        "wells = wells.loc[np.random.choice(wells.index, 1000, replace=False)]",
    ],
)
def test_a_draw_whose_rest_is_never_used_is_a_partial_read(draw: str) -> None:
    split = (
        "from sklearn.model_selection import train_test_split\n"
        'X_train, X_test, y_train, y_test = train_test_split(wells.drop(columns="dry"), wells["dry"], random_state=1)'
    )
    look = "wells.describe()\n# %%\n"
    verdicts = audit_notebook(notebook_from_text(HEAD + look + draw + "\n" + split + TAIL)).verdicts
    assert verdicts["DC-I"].state is State.PRESENT


_OLD = """
# %%
import numpy as np
import pandas as pd
from sklearn.cross_validation import KFold, ShuffleSplit
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR
wells = pd.read_csv("wells.csv")
wells.head()
# %%
y = wells["depth"].values
X = StandardScaler().fit_transform(wells.drop(columns="depth"))
folds = SPLITTER
for LOOP:
    model = SVR().fit(X[kept], y[kept])
    print(r2_score(y[rest], model.predict(X[rest])), mean_absolute_error(y[rest], model.predict(X[rest])))
"""


@pytest.mark.parametrize("loop", ["kept, rest in folds", "i, (kept, rest) in enumerate(folds)"])
@pytest.mark.parametrize(
    ("splitter", "seeded"),
    [
        ("KFold(len(X), n_folds=5)", True),
        ("KFold(len(X), n_folds=5, shuffle=True)", False),
        ("KFold(len(X), n_folds=5, shuffle=True, random_state=3)", True),
        ("ShuffleSplit(len(X), n_iter=5, test_size=0.2)", False),
    ],
)
def test_splitters_that_are_looped_over_themselves(splitter: str, seeded: bool, loop: str) -> None:
    verdicts = audit_notebook(notebook_from_text(_OLD.replace("SPLITTER", splitter).replace("LOOP", loop))).verdicts
    assert verdicts["SC-W"].state is State.PRESENT
    assert verdicts["SP-M"].state is State.ABSENT
    assert verdicts["SP-W"].state is (State.ABSENT if seeded else State.PRESENT)


@pytest.mark.parametrize(
    "test",
    [
        "if random.random() < 0.8:\n        kept.append(row)\n    else:\n        rest.append(row)",
        "if row[0] > 9:\n        rest.append(row)\n    elif row[0] > 5:\n        other.append(row)\n"
        "    else:\n        kept.append(row)",
    ],
)
def test_lists_that_a_loop_fills_on_one_way_or_the_other(test: str) -> None:
    fill = f"kept, rest, other = [], [], []\nfor row in wells.values:\n    {test}\n"
    parts = "kept, rest = np.array(kept), np.array(rest)\nX_train, y_train = kept[:, :-1], kept[:, -1]\n"
    text = HEAD + fill + parts + "X_test, y_test = rest[:, :-1], rest[:, -1]\n" + TAIL
    assert audit_notebook(notebook_from_text(text)).verdicts["SP-M"].state is State.ABSENT


_PARTED = """
# %%
from sklearn.model_selection import train_test_split
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = LogisticRegression().fit(X_train, y_train)
"""


@pytest.mark.parametrize(
    ("after", "measured"),
    [
        ("said = model.predict(X_test)\nsaid\n", False),
        ("print(model.predict(X_test)[:9], y_test[:9])\n", True),
        ("print(model.score(X_train, y_train))\n", False),
        ("print(model.predict([[1.0, 2.0, 3.0]]))\n", False),
    ],
)
def test_a_prediction_of_the_held_out_part_that_is_shown(after: str, measured: bool) -> None:
    state = audit_notebook(notebook_from_text(HEAD + _PARTED + after)).verdicts["SP-M"].state
    assert state is (State.ABSENT if measured else State.PRESENT)


@pytest.mark.parametrize(
    ("drawn", "seeded"),
    [
        ("wells = wells.sample(1000)", False),
        ("wells = wells.sample(1000, random_state=7)", True),
        ("wells = wells.head(1000)", True),
    ],
)
def test_rows_that_are_drawn_before_a_split(drawn: str, seeded: bool) -> None:
    split = (
        "from sklearn.model_selection import train_test_split\n"
        'X_train, X_test, y_train, y_test = train_test_split(wells.drop(columns="dry"), wells["dry"], random_state=1)'
    )
    result = audit_notebook(notebook_from_text(HEAD + drawn + "\n" + split + TAIL))
    assert ("split-without-seed" not in {finding.check for finding in result.findings}) is seeded


@pytest.mark.parametrize(
    ("call", "seeded"),
    [
        ('cross_validate(SVD(), data, measures=["RMSE", "MAE"], cv=5)', False),
        ("[accuracy.rmse(SVD().fit(a).test(b)) for a, b in KFold(n_splits=5).split(data)]", False),
        ("[accuracy.rmse(SVD().fit(a).test(b)) for a, b in KFold(5, random_state=2).split(data)]", True),
        ('cross_validate(SVD(), data, measures=["RMSE", "MAE"], cv=KFold(5, random_state=2))', True),
    ],
)
def test_folds_of_a_recommender(call: str, seeded: bool) -> None:
    text = f"""
# %%
import pandas as pd
from surprise import SVD, Dataset, Reader, accuracy
from surprise.model_selection import KFold, cross_validate
given = pd.read_csv("given.csv")
data = Dataset.load_from_df(given[["who", "what", "stars"]], Reader())
print({call})
"""
    result = audit_notebook(notebook_from_text(text))
    assert ("split-without-seed" not in {finding.check for finding in result.findings}) is seeded


@pytest.mark.parametrize(
    "rank",
    [
        "{g: n for n, g in enumerate(means.sort_values().index)}",
        "means.to_dict()",
    ],
)
def test_groups_ranked_by_the_target_of_test_rows(rank: str) -> None:
    text = f"""
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
wells = pd.read_csv("wells.csv")
wells.head()
# %%
means = wells.groupby("field")["depth"].mean()
wells["field"] = wells["field"].map({rank})
A, B, a, b = train_test_split(wells.drop(columns="depth"), wells["depth"], random_state=1)
print(r2_score(b, RandomForestRegressor(random_state=1).fit(A, a).predict(B)))
"""
    result = audit_notebook(notebook_from_text(text))
    assert "encoding-learned-from-test-rows" in {finding.check for finding in result.findings}
