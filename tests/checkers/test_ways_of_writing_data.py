"""Class counts, held-out rows, selected features and scaling in the many ways in which notebooks write them."""

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

_HEAD = """# %%
import numpy as np
import pandas as pd
import seaborn as sns
import torch
from collections import Counter
from scipy import stats
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split
from tensorflow import keras
from tensorflow.keras import layers
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest, f_classif, mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, r2_score
from sklearn.model_selection import KFold, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import OneHotEncoder, StandardScaler
df = pd.read_csv("goats.csv")
df.info()
"""
_NAMES = ("horns", "kids", "hay", "rain", "slope", "fence", "dogs", "wool", "milk", "age", "herd", "weight", "y")
_INFO = (
    "<class 'pandas.core.frame.DataFrame'>\nRangeIndex: 500 entries, 0 to 499\nData columns (total 13 columns):\n"
    " #   Column  Non-Null Count  Dtype  \n---  ------  --------------  -----  \n"
    + "".join(f" {i:<3} {name:<7} 500 non-null    float64\n" for i, name in enumerate(_NAMES))
    + "dtypes: float64(13)\nmemory usage: 50.9 KB\n"
)
_XY = 'X = df.drop("y", axis=1)\ny = df["y"]\n'
_SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1, stratify=y)\n"
_FIT = """
m = RandomForestClassifier(random_state=3)
m.fit(X_train, y_train)
print(f1_score(y_test, m.predict(X_test)))
"""


def _checks(text: str, outputs: dict[int, str] | None = None) -> set[str]:
    result = audit_notebook(notebook_from_text(f"{_HEAD}{text}", {0: _INFO, **(outputs or {})}))
    assert not result.failures
    return {finding.check for finding in result.findings}


@pytest.mark.parametrize(
    ("shown", "output"),
    [
        ('df["y"].mean()', "0.08"),
        ("df.y.mean()", "0.08"),
        ('np.mean(df["y"])', "0.08"),
        ('df["y"].sum() / len(df)', "0.08"),
        ('(df["y"] == 1).sum() / df.shape[0]', "0.08"),
        ('round(df["y"].value_counts()[1] / len(df) * 100, 2)', "8.0"),
        ('len(df[df["y"] == 1]), len(df[df["y"] == 0])', "(40, 460)"),
        ("df[df.y == 1].shape, df[df.y == 0].shape", "((40, 13), (460, 13))"),
        ('df["y"].value_counts().tolist()', "[460, 40]"),
        ('np.bincount(df["y"])', "array([460,  40])"),
        ('np.unique(df["y"], return_counts=True)', "(array([0, 1]), array([460,  40]))"),
        ('Counter(df["y"])', "Counter({0: 460, 1: 40})"),
        ('df.groupby("y").count()', "   horns  kids\ny             \n0    460   460\n1     40    40"),
        ('df["y"].value_counts().reset_index()', "   index    y\n0      0  460\n1      1   40"),
        (
            'pd.crosstab(df["herd"], df["y"], margins=True)',
            "y       0   1  All\nherd              \n1     230  25  255\n2     230  15  245\nAll   460  40  500",
        ),
    ],
)
def test_counts_that_show_an_imbalance(shown: str, output: str) -> None:
    text = f"# %%\n{shown}\n# %%\n{_XY}{_SPLIT}{_FIT}"
    assert "imbalance-not-answered" in _checks(text, {1: output})


@pytest.mark.parametrize(
    ("shown", "output"),
    [
        ('df["age"].mean()', "0.08"),
        ('df["y"].mean()', "0.41"),
        ('len(df[df["herd"] == 1]), len(df[df["herd"] == 2])', "(40, 460)"),
        ("df.shape[0], len(df)", "(500, 500)"),
        (
            'pd.crosstab(df["y"], df["herd"])',
            "herd    1    2\ny             \n0      30  220\n1      20  230",
        ),
    ],
)
def test_counts_that_show_none(shown: str, output: str) -> None:
    text = f"# %%\n{shown}\n# %%\n{_XY}{_SPLIT}{_FIT}"
    assert "imbalance-not-answered" not in _checks(text, {1: output})


def test_a_weight_that_is_a_flag_answers_an_imbalance() -> None:
    model = "import lightgbm as lgb\nm = lgb.LGBMClassifier(is_unbalance=True)\nm.fit(X_train, y_train)"
    assert "imbalance-not-answered" not in _checks(f"# %%\ndf.y.mean()\n# %%\n{_XY}{_SPLIT}{model}", {1: "0.08"})


_NOT_MEASURED = "never-measured-on-held-out-rows"
_LOADERS = """# %%
rows = TensorDataset(torch.tensor(df.drop("y", axis=1).values).float(), torch.tensor(df["y"].values))
a, b = random_split(rows, [400, 100], generator=torch.Generator().manual_seed(1))
train, valid = DataLoader(a, 8, shuffle=True), DataLoader(b, 8)
net = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 2))
opt, crit = torch.optim.Adam(net.parameters()), nn.CrossEntropyLoss()
best, waited = 1e9, 0
for epoch in range(20):
    for x, t in train:
        opt.zero_grad()
        crit(net(x), t).backward()
        opt.step()
    loss = 0
    with torch.no_grad():
        for x, t in valid:
            loss += crit(net(x), t).item()
    print(epoch, loss)
"""


@pytest.mark.parametrize(
    "end",
    [
        "m = RandomForestClassifier().fit(X_train, y_train)\np = m.predict(X_test)\np",
        "m = RandomForestClassifier().fit(X_train, y_train)\np = m.predict(X_test)\npd.DataFrame(p).to_csv('p.csv')",
        "m = RandomForestClassifier().fit(X_train, y_train)\np = m.predict(X_test)\nprint(m.score(X_train, y_train))",
    ],
)
def test_predictions_that_nothing_holds_against_the_truth(end: str) -> None:
    assert _NOT_MEASURED in _checks(f"# %%\n{_XY}{_SPLIT}# %%\n{end}")


@pytest.mark.parametrize(
    "end",
    [
        "pd.DataFrame({'is': y_test, 'said': p})",
        "print((p == y_test).mean())",
        "pd.crosstab(y_test, p)",
        "from helpers import score\nscore(y_test, p)",
    ],
)
def test_predictions_beside_the_truth(end: str) -> None:
    fit = "m = RandomForestClassifier().fit(X_train, y_train)\np = m.predict(X_test)\n"
    assert _NOT_MEASURED not in _checks(f"# %%\n{_XY}{_SPLIT}# %%\n{fit}{end}")


def test_a_loss_on_other_batches_is_a_measurement() -> None:
    assert _NOT_MEASURED not in _checks(_LOADERS)


def test_swapped_parts_are_no_missing_test() -> None:
    swapped = "X_train, y_train, X_test, y_test = train_test_split(X, y, random_state=1, stratify=y)\n"
    found = _checks(f"# %%\n{_XY}{swapped}{_FIT}")
    assert "split-parts-swapped" in found
    assert _NOT_MEASURED not in found


@pytest.mark.parametrize(
    "choice",
    [
        "    if loss < best:\n        best = loss\n        torch.save(net.state_dict(), 'best.pt')\n",
        "    if loss < best:\n        best, waited = loss, 0\n    else:\n        waited += 1\n"
        "        if waited > 3:\n            break\n",
    ],
)
def test_an_epoch_chosen_by_hand(choice: str) -> None:
    assert "stopped-on-reported-rows" in _checks(_LOADERS + choice)
    assert "stopped-on-reported-rows" not in _checks(_LOADERS)


def test_parts_in_a_dict_made_for_their_names() -> None:
    text = """# %%
from torchvision import datasets, models
parts = {p: datasets.ImageFolder("goats/" + p) for p in ["train", "val"]}
loaders = {p: DataLoader(parts[p], 8) for p in ["train", "val"]}
net = models.resnet18()
opt, crit = torch.optim.Adam(net.parameters()), nn.CrossEntropyLoss()
for epoch in range(9):
    for phase in ["train", "val"]:
        hits = 0
        for x, t in loaders[phase]:
            out = net(x)
            if phase == "train":
                crit(out, t).backward()
                opt.step()
            hits += (out.argmax(1) == t).sum().item()
        print(phase, hits)
"""
    assert _NOT_MEASURED not in _checks(text)


@pytest.mark.parametrize(
    "dated",
    [
        'df = df.sort_values("date")',
        'df = df.set_index("date")',
        'df = df.merge(pd.read_csv("rain.csv"), on="date")',
        'df = pd.read_csv("goats.csv", parse_dates=["date"], index_col="date")',
        'import yfinance as yf\ndf = yf.download("GOAT")',
    ],
)
def test_what_orders_rows_in_time(dated: str) -> None:
    assert "random-split-of-time-ordered-rows" in _checks(f"# %%\n{dated}\n{_XY}{_SPLIT}{_FIT}")


@pytest.mark.parametrize("dated", ['df = df.sort_values("birth_date")', 'df = df.sort_values("age")'])
def test_what_orders_rows_otherwise(dated: str) -> None:
    assert "random-split-of-time-ordered-rows" not in _checks(f"# %%\n{dated}\n{_XY}{_SPLIT}{_FIT}")


@pytest.mark.parametrize(
    "made",
    [
        'df["group"] = KMeans(4, random_state=1).fit_predict(df[["hay", "age"]])',
        'df["band"] = pd.qcut(df["hay"].fillna(0), 4, labels=False)',
    ],
)
def test_features_learned_from_all_rows(made: str) -> None:
    assert "encoding-learned-from-test-rows" in _checks(f"# %%\n{made}\n{_XY}{_SPLIT}{_FIT}")


_TOP = "imp = pd.Series({}, X.columns)\n"


@pytest.mark.parametrize(
    "chosen",
    [
        'names = df.corr()["y"].abs().nlargest(6).index\ndf = df[names]',
        'corr = df.corr()["y"].apply(abs).sort_values()\nX = df[corr[-6:].index].drop(columns="y")',
        _TOP.format("RandomForestClassifier(random_state=1).fit(X, y).feature_importances_")
        + "X = X[imp.sort_values().tail(5).index]",
        _TOP.format("mutual_info_classif(X, y)") + "X = X[imp[imp > 0.01].index]",
        "s = SelectKBest(f_classif, k=5).fit(X, y)\nfor c in [X.columns.values[s.get_support()]]:\n    X = X[c]",
    ],
)
def test_columns_that_computed_relations_name(chosen: str) -> None:
    after = "" if "X = " in chosen else _XY
    assert "selection-learned-from-test-rows" in _checks(f"# %%\n{_XY}{chosen}\n{after}{_SPLIT}{_FIT}")


@pytest.mark.parametrize(
    "drop",
    [
        "df.drop(columns='milk', axis=1, inplace=True)",
        "df = df.drop(columns=['milk'], axis=1)",
        "df = df.drop(['milk'], axis='columns')",
    ],
)
def test_a_drop_by_name_in_all_spellings(drop: str) -> None:
    look = "# %%\nsns.heatmap(df.corr())\n"
    assert "relations-looked-at-and-left" not in _checks(f"{look}{drop}\n# %%\n{_XY}{_SPLIT}{_FIT}")
    assert "relations-looked-at-and-left" in _checks(f"{look}# %%\n{_XY}{_SPLIT}{_FIT}")


def test_a_transformer_by_columns_that_takes_all_is_no_choice() -> None:
    text = f"""# %%
sns.heatmap(df.corr())
# %%
X = df.drop(columns=["y"], axis=1)
y = df["y"]
parts = ColumnTransformer([("n", StandardScaler(), {list(_NAMES[:10])}), ("c", OneHotEncoder(), ["herd", "weight"])])
{_SPLIT}X_train, X_test = parts.fit_transform(X_train), parts.transform(X_test)
{_FIT}"""
    assert "relations-looked-at-and-left" in _checks(text)
    fewer = text.replace(f"{list(_NAMES[:10])}", f"{list(_NAMES[:5])}")
    assert "relations-looked-at-and-left" not in _checks(fewer)


_KNN = "m = KNeighborsClassifier().fit(X_train, y_train)\nprint(m.score(X_test, y_test))"


@pytest.mark.parametrize(
    "scaled",
    ["X = X.apply(stats.zscore)", "X = X.apply(zscore)", "X = stats.zscore(X)", "X = pd.DataFrame(stats.zscore(X))"],
)
def test_standard_scores_are_a_scaling(scaled: str) -> None:
    found = _checks(f"# %%\nfrom scipy.stats import zscore\n{_XY}{scaled}\n{_SPLIT}{_KNN}")
    assert "scaler-fitted-on-test-rows" in found
    assert "features-not-scaled" not in found


def test_standard_scores_that_only_choose_rows_are_none() -> None:
    text = f"# %%\ndf = df[(np.abs(stats.zscore(df)) < 3).all(axis=1)]\n{_XY}{_SPLIT}{_KNN}"
    assert "features-not-scaled" in _checks(text)


@pytest.mark.parametrize(
    ("shown", "output"),
    [
        ("X", "   a  b  c\n0  0  1  0\n1  1  0  0\n2  0  0  1\n3  1  0  0\n4  0  1  0"),
        ("X.head()", "   latitude  longitude\n0      59.1       10.7\n1      60.2       11.2\n2      58.1        9.2"),
    ],
)
def test_features_of_one_scale(shown: str, output: str) -> None:
    read = 'X = pd.read_csv("marks.csv")\ny = df["y"]\n'
    assert "features-not-scaled" not in _checks(f"# %%\n{read}{shown}\n# %%\n{_SPLIT}{_KNN}", {1: output})


def test_a_pipeline_of_words_needs_no_scaling() -> None:
    text = f"""# %%
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
X, y = df["herd"].values, df["y"].values
{_SPLIT}m = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(X_train, y_train)
print(m.score(X_test, y_test))"""
    assert "features-not-scaled" not in _checks(text)


def test_an_unscaled_model_beside_scaled_ones_of_any_kind() -> None:
    text = f"""# %%
{_XY}{_SPLIT}{_KNN}
# %%
s = StandardScaler()
m = RandomForestClassifier(random_state=1).fit(s.fit_transform(X_train), y_train)
print(m.score(s.transform(X_test), y_test))"""
    assert "scaled-for-some-models-only" in _checks(text)


_LEFT = {1: "no     4500\nyes     500\nName: Exit, dtype: int64"}


@pytest.mark.parametrize(
    "made",
    [
        'df = df.rename(columns={"Exit": "left"})',
        'df.rename(columns={"Exit": "left"}, inplace=True)',
        'df["left"] = df["Exit"].map({"no": 0, "yes": 1})\ndf = df.drop(columns="Exit")',
        'df["left"] = np.where(df["Exit"] == "yes", 1, 0)\ndf = df.drop(columns="Exit")',
        'df["left"] = df["Exit"].apply(lambda v: 1 if v == "yes" else 0)\ndel df["Exit"]',
        'df = pd.get_dummies(df, drop_first=True).rename(columns={"Exit_yes": "left"})',
    ],
)
def test_counts_of_what_the_target_was_made_of(made: str) -> None:
    rest = 'X, y = df.drop(columns="left"), df["left"]\n' + _SPLIT.replace(", stratify=y", "") + _FIT
    text = f'# %%\ndf["Exit"].value_counts()\n# %%\n{made}\n{rest}'
    assert "imbalanced-split-without-stratification" in _checks(text, _LEFT)


def test_counts_of_many_values_say_nothing_of_two_classes_made_of_them() -> None:
    rest = 'X, y = df.drop(columns="left"), df["left"]\n' + _SPLIT.replace(", stratify=y", "") + _FIT
    text = f'# %%\ndf["rank"].value_counts()\n# %%\ndf["left"] = df["rank"].map(lambda v: int(v > 2))\n{rest}'
    shown = {1: "1    4500\n2     300\n3     200\nName: rank, dtype: int64"}
    assert "imbalanced-split-without-stratification" not in _checks(text, shown)
