"""The dataflow graph on shapes that notebooks have in practice: which model, which rows, held out or not."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.vocabulary import Role
from nbaudit.testing import notebook_from_text
from nbaudit.workflow import Evaluation, Workflow

HEAD = """
# %%
import joblib, pickle
import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from tensorflow import keras
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, auc, f1_score, roc_curve
from sklearn.model_selection import cross_val_score, train_test_split
df = pd.read_csv("a.csv")
X, y = df.drop("y", axis=1), df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y)
"""


def workflow_of(body: str) -> Workflow:
    notebook = notebook_from_text(HEAD + body)
    return Workflow(notebook, build_graph(notebook))


def measured(body: str, call: str) -> Evaluation:
    """The newest evaluation whose text holds `call`."""
    return [e for e in workflow_of(body).evaluations if call in e.op.text][-1]


FIT = "m = LogisticRegression().fit(X_train, y_train)\n"


@pytest.mark.parametrize(
    ("body", "call"),
    [
        (FIT + "out = X_test.copy()\nout['guess'] = m.predict(X_test)\nf1_score(y_test, out['guess'])", "f1_score"),
        (
            FIT + "t = pd.DataFrame({'real': y_test, 'guess': m.predict(X_test)})\nf1_score(t['real'], t['guess'])",
            "f1_score",
        ),
        (FIT + "labels = [np.argmax(p) for p in m.predict_proba(X_test)]\nf1_score(y_test, labels)", "f1_score"),
        (FIT + "a, b, c = roc_curve(y_test, m.predict_proba(X_test)[:, 1])\nauc(a, b)", "auc(a"),
        (FIT + "joblib.dump(m, 'm.joblib')\nagain = joblib.load('m.joblib')\nagain.score(X_test, y_test)", "score"),
        (
            FIT + "name = 'm.pkl'\npickle.dump(m, open(name, 'wb'))\nagain = pickle.load(open(name, 'rb'))\n"
            "again.score(X_test, y_test)",
            "score",
        ),
        (FIT + "p = m.predict(X_test)\nm.fit(X, y)\nf1_score(y_test, p)", "f1_score"),
        (FIT + "cross_val_score(m, X, y)\nf1_score(y_test, m.predict(X_test))", "f1_score"),
    ],
    ids=[
        "prediction kept in a column",
        "prediction kept in a new table",
        "labels made in a comprehension",
        "area below a curve",
        "joblib file",
        "pickle file",
        "fitted again after the prediction",
        "cross-validated before the measurement",
    ],
)
def test_measured_on_held_out_rows(body: str, call: str) -> None:
    evaluation = measured(body, call)
    assert evaluation.model is not None
    assert evaluation.model.type.endswith("LogisticRegression")
    assert evaluation.held_out is True


@pytest.mark.parametrize(
    ("body", "call"),
    [
        (FIT + "out = X_train.copy()\nout['guess'] = m.predict(X_train)\nf1_score(y_train, out['guess'])", "f1_score"),
        ("m = LogisticRegression().fit(X, y)\nf1_score(y_test, m.predict(X_test))", "f1_score"),
        (FIT + "a, b, c = roc_curve(y_train, m.predict_proba(X_train)[:, 1])\nauc(a, b)", "auc(a"),
        ("k = KMeans(3)\nk.fit(X)\nprint(k.inertia_)", "inertia_"),
        (
            "m = LogisticRegression().fit(X, y)\np = m.predict(X_test)\nm.fit(X_train, y_train)\nf1_score(y_test, p)",
            "f1_s",
        ),
    ],
    ids=["column", "all rows", "area", "inertia", "fitted again on fewer rows"],
)
def test_measured_on_training_rows(body: str, call: str) -> None:
    assert measured(body, call).held_out is False


def test_a_guess_without_a_model_has_none() -> None:
    evaluation = measured(FIT + "zeros = [0 for _ in range(len(y_test))]\nf1_score(y_test, zeros)", "f1_score")
    assert evaluation.model is None


def test_rows_held_back_by_the_fit_are_known() -> None:
    workflow = workflow_of("m = keras.Sequential()\nm.fit(X_train, y_train, validation_split=0.2)")
    (watched,) = workflow.watched
    test = next(b.value.rows for b in workflow.graph.bindings if b.name == "X_test")
    assert watched.rows is not None
    assert test is not None
    assert not watched.rows.overlaps(test)


def test_a_checkpoint_file_holds_the_model() -> None:
    evaluation = measured(
        "m = keras.Sequential()\nkeep = keras.callbacks.ModelCheckpoint('best.h5')\n"
        "m.fit(X_train, y_train, callbacks=[keep])\n"
        "best = keras.models.load_model('best.h5')\nbest.evaluate(X_test, y_test)",
        "best.evaluate",
    )
    assert evaluation.held_out is True


def test_a_file_from_elsewhere_gives_a_model_that_was_never_fitted() -> None:
    evaluation = measured("best = keras.models.load_model('other.h5')\nbest.evaluate(X_test, y_test)", "best.evaluate")
    assert evaluation.model is not None
    assert not evaluation.model.fits
    assert evaluation.held_out is None


def test_objects_of_unknown_origin_that_fit_a_target_are_models() -> None:
    evaluation = measured(
        "from helpers import build\nm = build()\nm.fit(X_train, y_train)\nf1_score(y_test, m.predict(X_test))",
        "f1_score",
    )
    assert evaluation.model is not None
    assert not evaluation.model.known
    assert evaluation.held_out is True


def test_an_unknown_object_fitted_to_features_alone_is_no_predictor() -> None:
    workflow = workflow_of("from helpers import build\nt = build()\nt.fit(X_train)\n")
    assert not workflow.trainings


OWN = """
class Own:
    def __init__(self, inner=None):
        self.inner = inner
    def fit(self, A, b):
        FIT
    def predict(self, A):
        return PREDICT
m = Own()
m.fit(X_train, y_train)
f1_score(y_test, m.predict(X_test))
"""


def test_an_estimator_written_in_the_notebook_is_a_model() -> None:
    evaluation = measured(OWN.replace("FIT", "self.w = A.T @ b").replace("PREDICT", "A @ self.w"), "f1_score")
    assert evaluation.model is not None
    assert evaluation.model.type == "Own"
    assert evaluation.held_out is True


def test_a_class_around_a_library_model_leaves_the_model_to_the_library() -> None:
    body = OWN.replace("FIT", "self.inner = LogisticRegression().fit(A, b)").replace("PREDICT", "self.inner.predict(A)")
    workflow = workflow_of(body)
    assert [t.model.type.rpartition(".")[2] for t in workflow.trainings] == ["LogisticRegression"]
    assert [e.held_out for e in workflow.evaluations] == [True]


TORCH = """
class Rows(Dataset):
    def __init__(self, table):
        self.table = table
    def __getitem__(self, i):
        return self.table.iloc[i]
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 1)
    def forward(self, x):
        return self.layer(x)
class Loss(nn.Module):
    def forward(self, a, b):
        return (a - b).mean()
train, test = train_test_split(df)
train_batches, test_batches = DataLoader(Rows(train)), DataLoader(Rows(test))
net = Net()
loss_of = CRITERION
for epoch in range(3):
    for BATCH in train_batches:
        loss = loss_of(net(INPUT), target)
        loss.backward()
for BATCH in test_batches:
    hits = net(INPUT).argmax(1) == target
"""


@pytest.mark.parametrize("criterion", ["nn.MSELoss()", "Loss()"])
@pytest.mark.parametrize(
    ("batch", "given"), [("x, target", "x"), ("x, target", "x.to('cpu')"), ("i, (x, target)", "x")], ids=str
)
def test_hand_written_torch_loop(criterion: str, batch: str, given: str) -> None:
    body = TORCH.replace("CRITERION", criterion).replace("BATCH", batch).replace("INPUT", given)
    if batch.startswith("i,"):
        body = body.replace("in train_batches", "in enumerate(train_batches)")
        body = body.replace("in test_batches", "in enumerate(test_batches)")
    workflow = workflow_of(body)
    assert [t.model.type for t in workflow.trainings] == ["torch.nn.Module"]
    assert [e.held_out for e in workflow.evaluations] == [True]


@pytest.mark.parametrize(
    "body",
    [
        "a, b = train_test_split(range(len(df)))",
        "a, b = train_test_split(np.arange(len(df)))",
        "i = np.random.permutation(len(df))\na, b = i[:80], i[80:]",
        "i = np.arange(df.shape[0])\nnp.random.shuffle(i)\na, b = i[:80], i[80:]",
    ],
)
def test_positions_of_counted_rows_split_the_table(body: str) -> None:
    evaluation = measured(
        body + "\nm = LogisticRegression().fit(X.iloc[a], y.iloc[a])\nf1_score(y.iloc[b], m.predict(X.iloc[b]))",
        "f1_score",
    )
    assert evaluation.held_out is True


def test_lists_read_at_the_places_of_a_split() -> None:
    evaluation = measured(
        """
texts = []
for value in df['text']:
    texts.append(value)
a, b = train_test_split(range(len(texts)))
m = LogisticRegression().fit([texts[i] for i in a], y.iloc[a])
f1_score(y.iloc[b], m.predict([texts[i] for i in b]))
""",
        "f1_score",
    )
    assert evaluation.held_out is True


def test_calls_in_brackets_keep_rows() -> None:
    workflow = workflow_of("A = np.c_[X_train, X_train]\nm = LogisticRegression().fit(A, y_train)")
    (training,) = workflow.trainings
    train = next(b.value.rows for b in workflow.graph.bindings if b.name == "X_train")
    assert training.rows is train
    assert not [op for op in workflow.graph.operations if op.role is Role.UNKNOWN]
