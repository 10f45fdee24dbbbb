"""Careful code in the ways of different people: no leak, and no missing activity, may be found in it."""

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

_HEAD = """# %%
import numpy as np, pandas as pd
from sklearn.model_selection import *
from sklearn.preprocessing import *
from sklearn.impute import SimpleImputer
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.ensemble import RandomForestClassifier
from sklearn.dummy import DummyClassifier
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.metrics import *
import joblib
df = pd.read_csv("data/loans.csv")
df.info(); print(df.describe()); print(df.isnull().sum(), df.duplicated().sum()); df = df.drop_duplicates()
print(df["default"].value_counts()); df.hist(); df.corr(numeric_only=True)
"""
_TAIL = """
# %%
base = DummyClassifier().fit(X_train, y_train)
search = GridSearchCV(
    LogisticRegression(class_weight="balanced"), {"C": [.1, 1, 10], "penalty": ["l2", None]}, scoring="f1", cv=5
).fit(X_train, y_train)
forest = RandomizedSearchCV(
    RandomForestClassifier(class_weight="balanced", random_state=0),
    {"n_estimators": [100, 300], "max_depth": [3, 5, 9]},
    n_iter=6, scoring="f1", random_state=0, cv=5,
).fit(X_train, y_train)
best = max((search, forest), key=lambda s: s.best_score_)
print(classification_report(y_test, best.predict(X_test)), roc_auc_score(y_test, best.predict_proba(X_test)[:, 1]))
"""
_PREPARED = {
    "kw_fit_flag": """
def prepare(frame, *, imputer=None, scaler=None, fit=False):
    X = frame.drop(columns="default")
    if fit:
        imputer = SimpleImputer(strategy="median").fit(X)
        scaler = StandardScaler().fit(imputer.transform(X))
    X = scaler.transform(imputer.transform(X))
    return X, frame["default"], imputer, scaler
# %%
train, test = train_test_split(df, test_size=.2, random_state=1, stratify=df["default"])
X_train, y_train, imp, sc = prepare(train, fit=True)
X_test, y_test, *_ = prepare(test, imputer=imp, scaler=sc)
""",
    "dict_state": """
state = {}
def prepare(frame, training):
    X = frame.drop(columns="default").copy()
    if training:
        state["med"] = X.median()
        state["mean"], state["std"] = X.mean(), X.std()
    X = X.fillna(state["med"])
    return (X - state["mean"]) / state["std"], frame["default"]
# %%
train, test = train_test_split(df, test_size=.2, random_state=1, stratify=df["default"])
X_train, y_train = prepare(train, True)
X_test, y_test = prepare(test, False)
""",
    "cls_prep": """
class Prep:
    def __init__(self, cols):
        self.cols = cols
        self.scaler = None
        self.medians = {}
    def fit(self, X):
        for c in self.cols:
            self.medians[c] = X[c].median()
        self.scaler = StandardScaler()
        self.scaler.fit(self._fill(X))
        return self
    def _fill(self, X):
        X = X.copy()
        for c in self.cols:
            X[c] = X[c].fillna(self.medians[c])
        return X[self.cols]
    def transform(self, X):
        return self.scaler.transform(self._fill(X))
    def fit_transform(self, X):
        return self.fit(X).transform(X)
# %%
train, test = train_test_split(df, test_size=.2, random_state=1, stratify=df["default"])
y_train, y_test = train["default"], test["default"]
prep = Prep(["income", "age", "amount"])
X_train = prep.fit_transform(train)
X_test = prep.transform(test)
""",
    "mode_word": """
scalers = {}
def process(frame, mode="train"):
    out = frame.copy()
    for col in ["income", "age", "amount"]:
        if mode == "train":
            scalers[col] = MinMaxScaler()
            out[[col]] = scalers[col].fit_transform(out[[col]])
        else:
            out[[col]] = scalers[col].transform(out[[col]])
    return out
# %%
train, test = train_test_split(df.dropna(subset=["default"]), test_size=.2, random_state=1, stratify=df["default"])
med = train.median(numeric_only=True)
train, test = train.fillna(med), test.fillna(med)
train, test = process(train), process(test, mode="test")
X_train, y_train = train.drop(columns="default"), train["default"]
X_test, y_test = test.drop(columns="default"), test["default"]
""",
    "is_test": """
def clean(data, is_test=False, params=None):
    data = data.copy()
    if not is_test:
        params = {"income": data["income"].median(), "cap": data["amount"].quantile(.99)}
    data["income"] = data["income"].fillna(params["income"])
    data["amount"] = data["amount"].clip(upper=params["cap"])
    return data, params
# %%
X = df.drop(columns="default"); y = df["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=.2, random_state=1, stratify=y)
X_train, params = clean(X_train)
X_test, _ = clean(X_test, is_test=True, params=params)
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)
""",
    "loop_dict": """
train, test = train_test_split(df, test_size=.2, random_state=1, stratify=df["default"])
parts = {"train": train.copy(), "test": test.copy()}
medians = parts["train"].median(numeric_only=True)
for name in parts:
    parts[name] = parts[name].fillna(medians)
sc = StandardScaler().fit(parts["train"].drop(columns="default"))
X = {name: sc.transform(part.drop(columns="default")) for name, part in parts.items()}
X_train, X_test = X["train"], X["test"]
y_train, y_test = parts["train"]["default"], parts["test"]["default"]
""",
    "enumerate_first": """
train, test = train_test_split(df, test_size=.2, random_state=1, stratify=df["default"])
sc = StandardScaler(); imp = SimpleImputer()
out = []
for i, part in enumerate([train, test]):
    X = part.drop(columns="default")
    if i == 0:
        X = sc.fit_transform(imp.fit_transform(X))
    else:
        X = sc.transform(imp.transform(X))
    out.append(X)
X_train, X_test = out
y_train, y_test = train["default"], test["default"]
""",
    "saved_scaler": """
train, test = train_test_split(df, test_size=.2, random_state=1, stratify=df["default"])
y_train, y_test = train.pop("default"), test.pop("default")
pipe = make_pipeline(SimpleImputer(), StandardScaler()).fit(train)
joblib.dump(pipe, "prep.joblib")
X_train = pipe.transform(train)
loaded = joblib.load("prep.joblib")
X_test = loaded.transform(test)
""",
    "return_tuple_fn": """
def split_and_scale(frame, target, seed=0):
    X, y = frame.drop(columns=target), frame[target]
    a, b, c, d = train_test_split(X, y, test_size=.25, random_state=seed, stratify=y)
    imp, sc = SimpleImputer(), StandardScaler()
    a = sc.fit_transform(imp.fit_transform(a))
    b = sc.transform(imp.transform(b))
    return {"X_train": a, "X_test": b, "y_train": c, "y_test": d}
# %%
data = split_and_scale(df, "default", seed=3)
X_train, X_test, y_train, y_test = data["X_train"], data["X_test"], data["y_train"], data["y_test"]
""",
    "groupby_map": """
train, test = train_test_split(df, test_size=.2, random_state=1, stratify=df["default"])
rate = train.groupby("city")["income"].mean()
for part in (train, test):
    part["city_income"] = part["city"].map(rate).fillna(train["income"].mean())
med = train.median(numeric_only=True)
train, test = train.fillna(med).drop(columns="city"), test.fillna(med).drop(columns="city")
sc = StandardScaler()
X_train = sc.fit_transform(train.drop(columns="default"))
X_test = sc.transform(test.drop(columns="default"))
y_train, y_test = train["default"], test["default"]
""",
}


@pytest.mark.parametrize("code", _PREPARED.values(), ids=list(_PREPARED))
def test_what_is_learned_from_the_training_rows_alone_is_no_fault(code: str) -> None:
    result = audit_notebook(notebook_from_text(_HEAD + code + _TAIL))
    assert not result.failures
    assert [f"{finding.check}: {finding.message}" for finding in result.findings] == []


def test_learning_rates_tried_with_a_torch_optimizer_are_a_search() -> None:
    code = """
# %%
import torch, torch.nn as nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
a = datasets.MNIST("d", train=True, transform=transforms.ToTensor())
b = datasets.MNIST("d", train=False, transform=transforms.ToTensor())
tl, vl = DataLoader(a, 64, shuffle=True), DataLoader(b, 64)
for lr in [1e-1, 1e-2, 1e-3]:
    for decay in [0, 1e-4]:
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))
        opt = torch.optim.SGD(filter(lambda p: p.requires_grad, model.parameters()), lr, weight_decay=decay)
        for epoch in range(3):
            for x, y in tl:
                loss = nn.functional.cross_entropy(model(x), y)
                opt.zero_grad()
                loss.backward()
                opt.step()
        print(lr, decay, sum((model(x).argmax(1) == y).sum().item() for x, y in vl) / len(b))
"""
    verdicts = audit_notebook(notebook_from_text(code)).verdicts
    assert verdicts["HT-M"].state.value == "absent"
    assert verdicts["HT-I"].state.value == "absent"


def test_models_in_a_grid_are_candidates() -> None:
    code = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
df = pd.read_csv("loans.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="late"), df["late"], random_state=0)
pipe = Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())])
grid = [{"model": [LogisticRegression()], "model__C": [1, 10]}, {"model": [RandomForestClassifier()]}]
search = GridSearchCV(pipe, grid, scoring="f1").fit(X_train, y_train)
print(search.score(X_test, y_test))
"""
    verdicts = audit_notebook(notebook_from_text(code)).verdicts
    assert verdicts["AL-M"].state.value == "absent"
    assert verdicts["AL-I"].state.value == "absent"


@pytest.mark.parametrize(
    "loop",
    [
        "for i in range(len(list(models))):\n    m = list(models.values())[i]\n",
        "names = list(models.keys())\nfor i in range(len(models)):\n    m = models[names[i]]\n",
        "kept = list(models.values())\ni = 0\nwhile i < len(kept):\n    m = kept[i]\n    i += 1\n",
        "for name in sorted(models):\n    m = models[name]\n",
        "for i, name in enumerate(models.keys()):\n    m = models.get(name)\n",
    ],
)
def test_a_loop_that_looks_models_up_trains_each_of_them(loop: str) -> None:
    code = f"""
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.svm import SVR
df = pd.read_csv("rents.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="rent"), df["rent"], random_state=0)
models = {{"line": LinearRegression(), "forest": RandomForestRegressor(), "kernel": SVR()}}
{loop}    m.fit(X_train, y_train)
    print(mean_absolute_error(y_test, m.predict(X_test)))
"""
    result = audit_notebook(notebook_from_text(code))
    assert [result.verdicts[issue].state.value for issue in ("AL-M", "AL-I", "EM-I")] == ["absent"] * 3
    assert "RandomForestRegressor, SVR" in next(f.message for f in result.findings if f.check == "values-never-tuned")


def test_a_pipeline_in_a_stack_learns_its_scale_from_its_own_training_rows() -> None:
    code = """
# %%
import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
df = pd.read_csv("loans.csv")
X, y = df.drop(columns="late"), df["late"]
base = make_pipeline(StandardScaler(), RandomForestClassifier())
folds = StratifiedKFold(3, shuffle=True, random_state=0)
below, above = np.zeros((len(X), 1)), np.zeros(len(X))
for train, valid in folds.split(X, y):
    model = clone(base).fit(X.iloc[train], y.iloc[train])
    below[valid, 0] = model.predict_proba(X.iloc[valid])[:, 1]
for train, valid in folds.split(X, y):
    stack = LogisticRegression().fit(below[train], y.iloc[train])
    above[valid] = stack.predict_proba(below[valid])[:, 1]
print(roc_auc_score(y, above))
"""
    assert "SC-W" not in {finding.issue for finding in audit_notebook(notebook_from_text(code)).findings}


def test_a_figure_that_stopping_watches_is_a_measure() -> None:
    code = """
# %%
import pytorch_lightning as pl
from pytorch_lightning.callbacks import EarlyStopping
from eyes import Segmenter, Images
trainer = pl.Trainer(max_epochs=9, callbacks=[EarlyStopping(monitor="val_dice", mode="max")])
trainer.fit(Segmenter(), Images("eyes"))
"""
    assert "model-never-evaluated" not in {f.check for f in audit_notebook(notebook_from_text(code)).findings}


@pytest.mark.parametrize(
    "search",
    [
        "best = None\nfor depth in (3, 5):\n    for eta in (0.05, 0.1):\n"
        "        found = xgb.cv({'max_depth': depth, 'eta': eta}, xgb.DMatrix(X_train, y_train), metrics='auc')\n"
        "        score = found['test-auc-mean'].max()\n"
        "        best = (score, depth, eta) if best is None or score > best[0] else best\n"
        "model = xgb.XGBClassifier(max_depth=best[1], learning_rate=best[2]).fit(X_train, y_train)\n",
        "grid = {'max_depth': [3, 5], 'learning_rate': [0.05, 0.1]}\n"
        "named = {f'{step}__{name}': values for name, values in grid.items()}\n"
        "model = GridSearchCV(make_pipeline(StandardScaler(), xgb.XGBClassifier()), named).fit(X_train, y_train)\n",
    ],
    ids=["folds of a booster in a loop", "names put together"],
)
def test_searches_of_which_little_is_known_are_searches(search: str) -> None:
    code = f"""
# %%
import pandas as pd
import xgboost as xgb
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
df = pd.read_csv("loans.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="late"), df["late"], random_state=0)
{search}
print(model.score(X_test, y_test))
"""
    verdicts = audit_notebook(notebook_from_text(code)).verdicts
    assert [verdicts[issue].state.value for issue in ("HT-M", "HT-I")] == ["absent", "absent"]


def test_a_pipeline_of_cleaned_texts_has_no_outliers() -> None:
    code = """
# %%
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
df = pd.read_csv("reviews.csv")
df["text"] = df["text"].str.lower().str.replace("[^a-z ]", " ", regex=True)
X_train, X_test, y_train, y_test = train_test_split(df["text"], df["label"], random_state=0)
print(make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(X_train, y_train).score(X_test, y_test))
"""
    assert audit_notebook(notebook_from_text(code)).verdicts["OU-M"].state.value == "n/a"


@pytest.mark.parametrize(
    "judged",
    [
        "out = trainer.predict(data['test'])\nprint(f1_score(out.label_ids, out.predictions.argmax(1)))\n",
        "guesses, labels, _ = trainer.predict(data['test'])\nprint(f1_score(labels, guesses.argmax(1)))\n",
    ],
)
def test_a_trainer_gives_the_labels_beside_its_answers(judged: str) -> None:
    code = f"""
# %%
from datasets import load_dataset
from sklearn.metrics import f1_score
from transformers import AutoModelForSequenceClassification, Trainer
data = load_dataset("reviews")
model = AutoModelForSequenceClassification.from_pretrained("base")
trainer = Trainer(model=model, train_dataset=data["train"], eval_dataset=data["test"])
trainer.train()
{judged}"""
    result = audit_notebook(notebook_from_text(code))
    assert result.verdicts["EM-I"].state.value == "absent"
    assert result.verdicts["SP-M"].state.value == "absent"


def test_networks_chosen_by_a_validation_part_are_measured_on_other_files() -> None:
    code = """
# %%
from sklearn.metrics import classification_report
from tensorflow import keras
from tensorflow.keras import layers
read = keras.utils.image_dataset_from_directory
train, val = read("eyes/train", validation_split=0.2, subset="both", seed=1)
test = read("eyes/test", shuffle=False)
found = {}
for width in (16, 64):
    for rate in (1e-3, 1e-4):
        model = keras.Sequential([layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(width), layers.Dense(3)])
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
        seen = model.fit(train, validation_data=val, epochs=20, callbacks=[stop])
        found[width, rate] = (max(seen.history["val_accuracy"]), model)
best = max(found.values(), key=lambda one: one[0])[1]
print(classification_report(labels, best.predict(test).argmax(1)))
"""
    verdicts = audit_notebook(notebook_from_text(code)).verdicts
    assert [verdicts[issue].state.value for issue in ("SP-W", "HT-M", "HT-I")] == ["absent"] * 3
