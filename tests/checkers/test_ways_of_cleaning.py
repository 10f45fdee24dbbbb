"""Ways of writing one step of cleaning, faulty and sound ones side by side: each is judged as its plainest form is.

Each variant stands in a small notebook between the read of a table and the training on it.
"""

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

_IMPORTS = """
# %%
import os
import re
from io import StringIO
from pathlib import Path
import numpy as np
import pandas as pd
import seaborn as sns
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import classification_report, mean_absolute_error
from sklearn.model_selection import train_test_split
"""
_READ = """
# %%
df = pd.read_csv("houses.csv")
df.info()
df["town"].value_counts()
# %%
df.describe()
# %%
"""
_STATS = """\
              fare         age       rooms       price
count  1000.000000  990.000000  1000.00000  1000.00000
mean     32.000000   29.000000     4.10000   220.00000
std      49.000000   14.000000     1.30000   130.00000
min      -2.000000    0.400000     1.00000    30.00000
25%       8.000000   20.000000     3.00000   140.00000
50%      14.000000   28.000000     4.00000   200.00000
75%      31.000000   38.000000     5.00000   260.00000
max     512.000000   80.000000     9.00000  4800.00000"""
_CLASSIFY = """
# %%
X = pd.get_dummies(df.drop(columns="sold"))
X_train, X_test, y_train, y_test = train_test_split(X, df["sold"], random_state=1, stratify=df["sold"])
model = RandomForestClassifier().fit(X_train, y_train)
print(classification_report(y_test, model.predict(X_test)))
"""
_REGRESS = """
# %%
X = df[["fare", "age", "rooms"]]
X_train, X_test, y_train, y_test = train_test_split(X, df["price"], random_state=1)
model = LinearRegression().fit(X_train, y_train)
print(mean_absolute_error(y_test, model.predict(X_test)))
"""
_TREE = _REGRESS.replace("LinearRegression", "RandomForestRegressor")
_TEXT = """
# %%
X_train, X_test, y_train, y_test = train_test_split(df["body"], df["topic"], random_state=1)
words = TfidfVectorizer()
model = LogisticRegression().fit(words.fit_transform(X_train), y_train)
print(classification_report(y_test, model.predict(words.transform(X_test))))
"""
_BOX = 'sns.boxplot(data=df[["fare", "age"]])\n'


def _found(code: str, variant: str, read: str = _READ, train: str = _CLASSIFY, stats: str = _STATS) -> bool:
    notebook = notebook_from_text(_IMPORTS + read + variant + train, outputs={2: stats} if read is _READ else {})
    result = audit_notebook(notebook)
    assert not result.failures
    return any(finding.issue == code for finding in result.findings)


@pytest.mark.parametrize(
    ("faulty", "variant"),
    [
        (True, 'df[df["rooms"] > 8]["rooms"] = 8'),
        (True, 'df[df.rooms > 8]["rooms"] = 8'),
        (True, 'df[(df.rooms > 8) & (df.age < 3)]["rooms"] = 8'),
        (True, 'df.loc[df["rooms"] > 8]["rooms"] = 8'),
        (True, 'df.loc[17]["rooms"] = 8'),
        (True, 'df.iloc[17]["rooms"] = 8'),
        (True, 'def mend(d):\n    d[d["rooms"] > 8]["rooms"] = 8\n    return d\ndf = mend(df)'),
        (False, 'df.loc[df["rooms"] > 8, "rooms"] = 8'),
        (False, 'df.loc[17, "rooms"] = 8'),
        (False, 'df.at[17, "rooms"] = 8'),
        (False, 'df["rooms"] = df["rooms"].clip(upper=8)'),
        (False, 'tables = {"a": df}\ntables["a"]["rooms"] = 8'),
        (False, 'df["rooms" + "_new"] = df["rooms"]'),
    ],
)
def test_values_written_into_a_copy(faulty: bool, variant: str) -> None:
    assert _found("IC-W", variant) is faulty


@pytest.mark.parametrize(
    ("faulty", "variant"),
    [
        (True, 'df["class"] = pd.cut(df["fare"], [-5, 10, 50, 100])'),
        (True, 'df["class"] = pd.cut(df.fare, bins=(-5, 10, 100), labels=["low", "high"])'),
        (True, 'edges = [-5, 10, 100]\ndf["class"] = pd.cut(df["fare"], edges, labels=False)'),
        (True, 'df["class"] = pd.cut(df["rooms"], [1, 3, 9])'),
        (True, 'df["class"] = pd.cut(x=df["age"], bins=[0, 18, 60])'),
        (True, 'df["class"] = pd.cut(df["age"], [0, 18, 80], right=False)'),
        (False, 'df["class"] = pd.cut(df["fare"], [-5, 10, 50, np.inf])'),
        (False, 'df["class"] = pd.cut(df["fare"], [-np.inf, 10, 50, float("inf")])'),
        (False, 'df["class"] = pd.cut(df["rooms"], [1, 3, 9], include_lowest=True)'),
        (False, 'df["class"] = pd.cut(df["rooms"], [0, 3, 9])'),
        (False, 'df["class"] = pd.cut(df["age"], 5)'),
        (False, 'df["class"] = pd.qcut(df["age"], 4)'),
        (False, 'df["fare"] = df["fare"].clip(0, 90)\ndf["class"] = pd.cut(df["fare"], [-5, 10, 100])'),
        (False, 'df = df[df["fare"] < 100]\ndf["class"] = pd.cut(df["fare"], [-5, 10, 100])'),
    ],
)
def test_bins(faulty: bool, variant: str) -> None:
    assert _found("IC-W", variant) is faulty


@pytest.mark.parametrize(
    ("faulty", "variant"),
    [
        (True, 'df["body"] = df["body"].str.replace(r"<.*>", "", regex=True)'),
        (True, 'df["body"] = df["body"].apply(lambda t: re.sub(r"\\[.*\\]", "", t))'),
        (True, 'df["body"] = [re.sub(r"\\(.+\\)", " ", t) for t in df["body"]]'),
        (True, 'tag = re.compile("<.*>")\ndf["body"] = df["body"].apply(lambda t: tag.sub("", t))'),
        (
            True,
            'def clean(t):\n    return re.sub("[http|www]", "", t.lower())\ndf["body"] = df["body"].map(clean)',
        ),
        (True, 'df["body"] = df["body"].str.replace("[^word|other]", "", regex=True)'),
        (False, 'df["body"] = df["body"].str.replace(r"<.*?>", "", regex=True)'),
        (False, 'df["body"] = df["body"].apply(lambda t: re.sub(r"<[^>]*>", "", t))'),
        (False, 'df["body"] = df["body"].apply(lambda t: re.sub(r"http.*", "", t))'),
        (False, 'df["body"] = df["body"].apply(lambda t: re.sub(r"(http|www)", "", t))'),
        (False, 'df["body"] = df["body"].apply(lambda t: re.sub(r"[^a-zA-Z|0-9]", " ", t))'),
        (False, 'df["body"] = df["body"].apply(lambda t: re.sub(r"[.|,|!]", " ", t))'),
    ],
)
def test_patterns(faulty: bool, variant: str) -> None:
    assert _found("IC-W", variant, train=_TEXT) is faulty


@pytest.mark.parametrize(
    ("faulty", "variant"),
    [
        (True, ""),
        (True, 'df = df[df["rooms"] > 0]'),
        (True, 'df["age"] = df["age"].fillna(df["age"].median())'),
        (False, 'df = df[df["fare"] >= 0]'),
        (False, 'df = df.drop(df[df["fare"] < 0].index)'),
        (False, 'df = df.query("fare >= 0")'),
        (False, 'df["fare"] = df["fare"].clip(lower=0)'),
        (False, 'df["fare"] = df["fare"].abs()'),
        (False, 'df.loc[df["fare"] < 0, "fare"] = np.nan\ndf = df.dropna()'),
        (False, 'df["fare"] = df["fare"].mask(df["fare"] < 0)\ndf = df.dropna()'),
        (False, 'df["fare"] = np.where(df["fare"] < 0, 0, df["fare"])'),
        (False, 'df = df.drop(columns="fare")'),
    ],
)
def test_a_fare_below_zero(faulty: bool, variant: str) -> None:
    assert _found("IC-I", variant) is faulty


@pytest.mark.parametrize(
    ("faulty", "variant"),
    [
        (True, 'df["age"] = df["age"].fillna(0)'),
        (True, 'df["age"].fillna(-1, inplace=True)'),
        (True, 'df["age"] = df["age"].replace(np.nan, 0)'),
        (True, 'df.loc[df["age"].isnull(), "age"] = 0'),
        (True, 'df = df.fillna({"age": 0})'),
        (
            False,
            'df["age"] = df["age"].fillna(-1)\ndf["age"] = pd.cut(df["age"], [-2, 0, 18, 90], labels=["?", "y", "o"])',
        ),
        (False, 'df["age"] = df["age"].fillna(28)'),
        (False, 'df.loc[df["age"].isnull() & (df["town"] == "none"), "age"] = 0'),
        (False, 'df = df.dropna(subset=["age"])'),
    ],
)
def test_zero_for_a_missing_age(faulty: bool, variant: str) -> None:
    assert _found("MV-W", variant) is faulty


@pytest.mark.parametrize(
    ("faulty", "variant", "train"),
    [
        (True, _BOX, _REGRESS),
        (True, 'sns.boxplot(x=df["price"])\n', _TREE),
        (True, _BOX + 'way = "none"\nif way == "cut":\n    df = df[df["fare"] < 100]\n', _REGRESS),
        (True, _BOX + 'CUT = False\nif CUT:\n    df = df[df["fare"] < 100]\n', _REGRESS),
        (False, _BOX + 'way = "cut"\nif way == "cut":\n    df = df[df["fare"] < 100]\n', _REGRESS),
        (False, _BOX + 'CUT = False\nif not CUT:\n    df = df[df["fare"] < 100]\n', _REGRESS),
        (False, 'df["price"] = np.log(df["price"])\ndf["fare"] = df["fare"].clip(0, 100)\n' + _BOX, _REGRESS),
    ],
)
def test_outliers_by_what_they_bend(faulty: bool, variant: str, train: str) -> None:
    assert _found("OU-I", variant, train=train) is faulty


@pytest.mark.parametrize(("faulty", "train"), [(True, _REGRESS), (False, _TREE)])
def test_a_tree_is_bent_by_its_target_alone(faulty: bool, train: str) -> None:
    assert _found("OU-I", _BOX, train=train, stats=_STATS.replace("4800.", " 430.")) is faulty


@pytest.mark.parametrize(
    ("faulty", "path"),
    [
        (True, '"creditcard.csv"'),
        (True, '"/kaggle/input/creditcardfraud/creditcard.csv"'),
        (True, 'r"C:\\\\data\\\\bank-additional-full.csv", sep=";"'),
        (True, '"../input/spam.csv", encoding="latin-1"'),
        (True, '"https://example.org/healthcare-dataset-stroke-data.csv"'),
        (False, '"titanic.csv"'),
        (False, '"diabetes_binary_5050split_health_indicators_BRFSS2015.csv"'),
        (False, '"winequality-red.csv"'),  # another column than the quality is learned
    ],
)
def test_data_known_for_a_rare_class(faulty: bool, path: str) -> None:
    train = _CLASSIFY.replace('"sold"', '"stroke"') if "stroke" in path else _CLASSIFY
    assert _found("RB-M", "", read=f"\n# %%\ndf = pd.read_csv({path})\n", train=train) is faulty


_LESSON = 'demo = pd.read_csv(StringIO("a,b\\n1,\\n2,3"))\n'


@pytest.mark.parametrize(
    ("faulty", "variant"),
    [
        (True, ""),
        (True, _LESSON + "demo.isnull().sum()"),
        (True, _LESSON + "demo.dropna()\ndemo.fillna(demo.mean())"),
        (False, "df.isnull().sum()"),
        (False, _LESSON + "demo.isnull().sum()\ndf.isna().sum()"),
        (False, _LESSON + "both = pd.concat([demo, df])\nboth.isnull().sum()"),
        (False, 'other = pd.read_csv("houses.csv")\nother.isnull().sum()'),
    ],
)
def test_gaps_of_a_lessons_table(faulty: bool, variant: str) -> None:
    read = '\n# %%\ndf = pd.read_csv("houses.csv")\ndf.head()\n# %%\n'
    assert _found("MV-M", variant, read=read) is faulty


@pytest.mark.parametrize(
    ("faulty", "variant"),
    [
        (True, "rare = df[df.sold == 1]\nrare = pd.concat([rare, rare])\ndf = pd.concat([df[df.sold == 0], rare])"),
        (True, 'rare = df[df["sold"] == 1]\ndf = pd.concat([df, rare, rare], ignore_index=True)'),
        (False, "east, west = df[df.town == 1], df[df.town == 0]\ndf = pd.concat([east, west])"),
    ],
)
def test_a_class_put_below_itself(faulty: bool, variant: str) -> None:
    assert _found("RB-W", variant) is faulty
