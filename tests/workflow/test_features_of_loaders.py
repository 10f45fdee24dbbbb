"""What a model is trained on, where it was put into an object of the library or stands beside pictures."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.flow import Kind
from nbaudit.testing import notebook_from_text
from nbaudit.workflow import Workflow
from nbaudit.workflow.balance import resamplings
from nbaudit.workflow.columns import tabular_trainings

START = """# %%
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
pumps = pd.read_csv("pumps.csv")
X, y = pumps.drop(columns="broken"), pumps["broken"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""


def workflow(code: str) -> Workflow:
    notebook = notebook_from_text(START + code)
    return Workflow(notebook, build_graph(notebook))


@pytest.mark.parametrize(
    "code",
    [
        "import xgboost as xgb\nd = xgb.DMatrix(X_train, label=y_train)\nm = xgb.train({'eta': 1}, d, 10)",
        "import lightgbm as lgb\nm = lgb.train({'eta': 1}, lgb.Dataset(X_train, y_train))",
        "from catboost import CatBoostClassifier, Pool\nm = CatBoostClassifier().fit(Pool(X_train, y_train))",
    ],
)
def test_features_and_target_in_one_object(code: str) -> None:
    training = workflow(code).trainings[0]
    assert training.features is not None and training.features.kind is Kind.TABLE
    assert training.target is not None and training.target.column == "broken"


def test_a_column_that_is_cut_into_words_leaves_a_table() -> None:
    made = (
        "from sklearn.linear_model import LogisticRegression\n"
        "pumps['maker'] = pumps['label'].apply(lambda text: text.split(',')[0])\n"
        "X = pd.get_dummies(pumps.drop(columns=['broken', 'label']))\n"
        "LogisticRegression().fit(X, pumps['broken'])\n"
    )
    assert tabular_trainings(workflow(made))
    words = made.replace(
        "pd.get_dummies(pumps.drop(columns=['broken', 'label']))", "np.array([vector(t) for t in pumps['maker']])"
    )
    assert not tabular_trainings(workflow(words))


def test_few_inputs_of_a_network_are_columns() -> None:
    code = (
        "from tensorflow import keras\n(A, a), (B, b) = keras.datasets.mnist.load_data()\n"
        "net = keras.Sequential([keras.layers.Dense(1)])\nnet.compile(loss='mse')\n"
        "net.fit(pumps[['flow', 'heat']].values.astype('float32'), y)\n"
    )
    assert tabular_trainings(workflow(code))


def test_rows_of_one_class_twice_are_copies() -> None:
    code = (
        "from sklearn.linear_model import LogisticRegression\nrare = X_train[y_train == 1]\n"
        "more = pd.concat([rare, rare])\nboth = pd.concat([more, X_train[y_train == 0]])\n"
        "LogisticRegression().fit(X_train, y_train)\n"
    )
    assert [op.text for op in resamplings(workflow(code))] == ["pd.concat([rare, rare])"]
    once = code.replace("pd.concat([rare, rare])", "rare")
    assert not resamplings(workflow(once))
