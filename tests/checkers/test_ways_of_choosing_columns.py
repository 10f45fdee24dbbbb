"""Ways of dropping, coding and counting columns: each must be judged as its plainest form is."""

from __future__ import annotations

import pytest

from tests.checkers.ways import answers

_TWO_FILES = """# %%
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import LabelEncoder, OrdinalEncoder
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
train.info()
# %%
"""
_FIT = """
# %%
model = RandomForestClassifier(random_state=1).fit(train[["area", "town", "age"]], train["kind"])
model.predict(test[["area", "town", "age"]])
"""
_ANEW = (
    'for d in (train, test):\n    d["town"] = d["town"].map(d["town"].value_counts())',
    'c = train["town"].value_counts().to_dict()\ntrain["town"] = train["town"].map(c)\n'
    'c = test["town"].value_counts().to_dict()\ntest["town"] = test["town"].map(c)',
    'def prep(d):\n    d["town"] = d["town"].map({k: i for i, k in enumerate(d["town"].unique())})\n    return d\n'
    "train = prep(train)\ntest = prep(test)",
    'm = {v: i for i, v in enumerate(train["town"].unique())}\ntrain["town"] = train["town"].map(m)\n'
    'n = {v: i for i, v in enumerate(test["town"].unique())}\ntest["town"] = test["town"].map(n)',
    'share = train["town"].value_counts(normalize=True)\ntrain["town"] = train["town"].map(share)\n'
    'other = test["town"].value_counts(normalize=True)\ntest["town"] = test["town"].map(other)',
    'train["town"] = train["town"].replace(train["town"].value_counts().to_dict())\n'
    'test["town"] = test["town"].replace(test["town"].value_counts().to_dict())',
    'train["town"] = pd.factorize(train["town"])[0]\ntest["town"] = pd.factorize(test["town"])[0]',
    'train["town"] = OrdinalEncoder().fit_transform(train[["town"]])\n'
    'test["town"] = OrdinalEncoder().fit_transform(test[["town"]])',
)
_ONCE = (
    'c = train["town"].value_counts().to_dict()\ntrain["town"] = train["town"].map(c)\n'
    'test["town"] = test["town"].map(c)',
    'c = train["town"].value_counts()\nfor d in (train, test):\n    d["town"] = d["town"].map(c)',
    'm = {v: i for i, v in enumerate(train["town"].unique())}\ntrain["town"] = train["town"].map(m)\n'
    'test["town"] = test["town"].map(m)',
    'for d in (train, test):\n    d["town"] = d["town"].map({"a": 1, "b": 2})',
    'print(train["town"].value_counts())\nprint(test["town"].value_counts())',
)


@pytest.mark.parametrize("way", _ANEW)
def test_codes_learned_anew(way: str) -> None:
    assert answers(_TWO_FILES + way + _FIT, {}, ["FS-W"]) == {"FS-W": "present"}


@pytest.mark.parametrize("way", _ONCE)
def test_codes_learned_once(way: str) -> None:
    assert answers(_TWO_FILES + way + _FIT, {}, ["FS-W"]) == {"FS-W": "absent"}


_ONE_FILE = """# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
flats = pd.read_csv("flats.csv")
flats.head()
# %%
{way}
# %%
X, y = flats.drop(columns="rent"), flats["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = LinearRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
_HEAD = "      flat_id  area  rooms  rent\n" + "\n".join(
    f"{i}{i + 1:>12}{40 + 7 * i:>6}{2 + i:>7}{500 + i:>6}" for i in range(5)
)
_REST = "   area  rooms  rent\n" + "\n".join(f"{i}{40 + 7 * i:>6}{2 + i:>7}{500 + i:>6}" for i in range(5))


@pytest.mark.parametrize(
    ("way", "state"),
    [
        ('flats.drop("flat_id", axis=1)', "present"),
        ('flats.drop(columns=["flat_id"])', "present"),
        ('flats.drop("flat_id", axis=1).head()', "present"),
        ('flats[["area", "rooms", "rent"]].head()', "present"),
        ('flats = flats.drop("flat_id", axis=1)\nflats.head()', "absent"),
        ('flats.drop("flat_id", axis=1, inplace=True)\nflats', "absent"),
        ('flats = flats[["area", "rooms", "rent"]]\nflats.head()', "absent"),
    ],
)
def test_identifier_that_is_dropped_or_only_seems_so(way: str, state: str) -> None:
    found = answers(_ONE_FILE.format(way=way), {0: _HEAD, 1: _REST}, ["FS-W"])
    assert found == {"FS-W": state}


_WORDS = (
    "<class 'pandas.core.frame.DataFrame'>\nRangeIndex: 900 entries, 0 to 899\nData columns (total 10 columns):\n"
    " #   Column  Non-Null Count  Dtype  \n---  ------  --------------  -----  \n"
    + "".join(f" {i}   n{i}      900 non-null    float64\n" for i in range(5))
    + "".join(f" {i}   w{i}      900 non-null    object \n" for i in range(5, 9))
    + " 9   rent    900 non-null    float64\n"
)


@pytest.mark.parametrize(
    ("way", "state"),
    [
        ("flats = pd.get_dummies(flats)", "present"),
        ('flats = pd.get_dummies(flats, columns=["w5", "w6", "w7", "w8"])', "present"),
        (
            "from sklearn.preprocessing import OneHotEncoder\nwords = ['w5', 'w6', 'w7', 'w8']\n"
            "made = pd.DataFrame(OneHotEncoder().fit_transform(flats[words]).toarray())\n"
            "flats = pd.concat([flats.drop(columns=words), made], axis=1)",
            "present",
        ),
        ('flats = flats.drop(columns=["w5", "w6", "w7", "w8"])', "n/a"),
        (
            "from sklearn.preprocessing import OrdinalEncoder\nwords = ['w5', 'w6', 'w7', 'w8']\n"
            "flats[words] = OrdinalEncoder().fit_transform(flats[words])",
            "n/a",
        ),
    ],
)
def test_features_are_counted_after_the_encoding(way: str, state: str) -> None:
    code = _ONE_FILE.replace("flats.head()", "flats.info()").format(way=way)
    assert answers(code, {0: _WORDS}, ["FS-M"]) == {"FS-M": state}
