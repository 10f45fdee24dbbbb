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


HELD_OUT = {
    "generator of batches": """
def batches(a, b, n=10):
    while True:
        for i in range(0, len(a), n):
            yield a[i : i + n], b[i : i + n]
m = keras.Sequential()
m.fit(batches(X_train, y_train), steps_per_epoch=3)
m.evaluate(X_test, y_test)
""",
    "parts in a dict": """
parts = {"train": (X_train, y_train), "test": (X_test, y_test)}
m = LogisticRegression()
m.fit(*parts["train"])
m.score(*parts["test"])
""",
    "a class that keeps the parts": """
class Work:
    def __init__(self, path):
        self.df = pd.read_csv(path)
    def split(self):
        self.a, self.b = train_test_split(self.df)
    def train(self):
        self.model = LogisticRegression()
        self.model.fit(self.a[["x"]], self.a["y"])
    def test(self):
        return f1_score(self.b["y"], self.model.predict(self.b[["x"]]))
w = Work("b.csv")
w.split()
w.train()
w.test()
""",
    "a dataclass that keeps the parts": """
from dataclasses import dataclass
@dataclass
class Parts:
    train: object
    test: object
p = Parts(*train_test_split(df))
m = LogisticRegression().fit(p.train[["x"]], p.train.y)
m.score(p.test[["x"]], p.test.y)
""",
    "star arguments": """
def run(model, *data):
    a, b, c, d = data
    model.fit(a, c)
    return model.score(b, d)
run(LogisticRegression(), *train_test_split(X, y))
""",
    "fitted models in a dict": """
fitted = {n: m.fit(X_train, y_train) for n, m in {"a": LogisticRegression()}.items()}
scores = {n: f1_score(y_test, m.predict(X_test)) for n, m in fitted.items()}
""",
    "a network taken apart": """
from tensorflow.keras import Input, Model, layers
i = Input((3,))
m = Model(i, layers.Dense(1)(layers.Dense(3)(i)))
m.fit(X_train, y_train)
p = m.predict(X_test)
f1_score(y_test, (p > 0.5).astype(int))
""",
    "take and skip": """
import tensorflow as tf
ds = tf.keras.utils.image_dataset_from_directory("d")
n = int(len(ds) * 0.8)
a, b, c = ds.take(n), ds.skip(n).take(3), ds.skip(n).skip(3)
m = keras.Sequential()
m.fit(a.map(lambda x, y: (x / 255, y)).cache().prefetch(1), validation_data=b)
m.evaluate(c)
""",
    "a gradient tape": """
import tensorflow as tf
m = keras.Sequential([keras.layers.Dense(1)])
loss_of = tf.keras.losses.MeanSquaredError()
for a, b in tf.data.Dataset.from_tensor_slices((X_train, y_train)).batch(3):
    with tf.GradientTape() as tape:
        loss = loss_of(b, m(a, training=True))
    gradients = tape.gradient(loss, m.trainable_variables)
accuracy_score(y_test, m.predict(X_test))
""",
    "a sampler": """
from torch.utils.data import SubsetRandomSampler, TensorDataset
full = TensorDataset(torch.tensor(X.values), torch.tensor(y.values))
order = list(range(len(full)))
np.random.shuffle(order)
net = nn.Sequential(nn.Linear(3, 1))
for a, b in DataLoader(full, sampler=SubsetRandomSampler(order[:80])):
    nn.MSELoss()(net(a), b).backward()
for a, b in DataLoader(full, sampler=SubsetRandomSampler(order[80:])):
    hits = net(a).argmax(1) == b
""",
    "a subset": """
from torch.utils.data import Subset, TensorDataset
full = TensorDataset(torch.tensor(X.values), torch.tensor(y.values))
i, j = train_test_split(np.arange(len(full)))
net = nn.Sequential(nn.Linear(3, 1))
for a, b in DataLoader(Subset(full, i)):
    nn.MSELoss()(net(a), b).backward()
for a, b in DataLoader(Subset(full, j)):
    hits = net(a).argmax(1) == b
""",
    "named parts and a trainer": """
from datasets import load_dataset
from transformers import AutoModelForSequenceClassification, Trainer
ds = load_dataset("imdb").map(lambda row: row)
m = AutoModelForSequenceClassification.from_pretrained("x")
t = Trainer(model=m, train_dataset=ds["train"], eval_dataset=ds["test"])
t.train()
t.evaluate()
""",
    "a split with named parts": """
from datasets import Dataset as Table
from transformers import AutoModelForSequenceClassification, Trainer
ds = Table.from_pandas(df).train_test_split(test_size=0.2)
t = Trainer(AutoModelForSequenceClassification.from_pretrained("x"), train_dataset=ds["train"].shuffle())
t.train()
p = t.predict(ds["test"])
accuracy_score(p.label_ids, p.predictions.argmax(-1))
""",
    "both sides in one object": """
from fastai.vision.all import *
d = ImageDataLoaders.from_folder("d", valid_pct=0.2)
m = cnn_learner(d, resnet34)
m.fine_tune(3)
m.validate()
""",
    "forecast": """
from statsmodels.tsa.arima.model import ARIMA
n = int(len(y) * 0.8)
a, b = y[:n], y[n:]
m = ARIMA(a, order=(1, 1, 1)).fit()
accuracy_score(b, m.forecast(steps=len(b)))
""",
    "a random mask": """
m = np.random.rand(len(df)) < 0.8
a, b = df[m], df[~m]
c = LogisticRegression().fit(a[["x"]], a["y"])
c.score(b[["x"]], b["y"])
""",
    "chosen index": """
i = np.random.choice(df.index, size=100, replace=False)
a, b = df.loc[i], df.drop(i)
c = LogisticRegression().fit(a[["x"]], a["y"])
c.score(b[["x"]], b["y"])
""",
    "members of a split of ids": """
i, j = train_test_split(df.user.unique())
a, b = df[df.user.isin(i)], df[df.user.isin(j)]
c = LogisticRegression().fit(a[["x"]], a["y"])
c.score(b[["x"]], b["y"])
""",
    "three slices": """
a, b, c = df[:600], df[600:800], df[800:]
m = LogisticRegression().fit(a[["x"]], a["y"])
m.score(c[["x"]], c["y"])
""",
    "three slices by name": """
i, j = int(len(df) * 0.6), int(len(df) * 0.8)
a, b, c = df[:i], df[i:j], df[j:]
m = LogisticRegression().fit(a[["x"]], a["y"])
m.score(c[["x"]], c["y"])
""",
    "later years": """
a, b = df[df.index.year < 2018], df[df.index.year == 2019]
m = LogisticRegression().fit(a[["x"]], a["y"])
m.score(b[["x"]], b["y"])
""",
    "conditions in strings": """
a, b = df.query("year < 2018"), df.query("year >= 2019")
m = LogisticRegression().fit(a[["x"]], a["y"])
m.score(b[["x"]], b["y"])
""",
    "dates as labels": """
a, b = df.loc[:"2019-12-31"], df.loc["2020-01-01":]
m = LogisticRegression().fit(a[["x"]], a["y"])
m.score(b[["x"]], b["y"])
""",
    "spark": """
from pyspark.ml.classification import RandomForestClassifier
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import SparkSession
t = SparkSession.builder.getOrCreate().read.csv("a.csv", header=True)
t = VectorAssembler(inputCols=["x"], outputCol="f").transform(t)
a, b = t.randomSplit([0.7, 0.3])
m = RandomForestClassifier(featuresCol="f").fit(a)
BinaryClassificationEvaluator().evaluate(m.transform(b))
""",
    "a list filled by position": """
texts = []
for i in range(0, len(df)):
    texts.append(df["text"][i].lower())
a, b, c, d = train_test_split(np.array(texts), y)
m = LogisticRegression().fit(a, c)
m.score(b, d)
""",
    "thresholds by hand": """
m = LogisticRegression().fit(X_train, y_train)
p = [1 if v > 0.4 else 0 for v in m.predict_proba(X_test)[:, 1]]
f1_score(y_test, np.where(np.array(p) > 0.5, 1, 0))
""",
    "parts written and read again": """
a, b = train_test_split(df)
a.to_csv("train.csv", index=False)
b.to_csv("test.csv", index=False)
a, b = pd.read_csv("train.csv"), pd.read_csv("test.csv")
m = LogisticRegression().fit(a[["x"]], a["y"])
m.score(b[["x"]], b["y"])
""",
}

SEEN_BEFORE = {
    "slices that overlap": """
a, b = df[:900], df[800:]
m = LogisticRegression().fit(a[["x"]], a["y"])
m.score(b[["x"]], b["y"])
""",
    "conditions that overlap": """
a, b = df.query("year < 2019"), df.query("year >= 2015")
m = LogisticRegression().fit(a[["x"]], a["y"])
m.score(b[["x"]], b["y"])
""",
    "the file read again": """
m = LogisticRegression().fit(X, y)
again = pd.read_csv("again.csv")
m = LogisticRegression().fit(again[["x"]], again["y"])
again = pd.read_csv("again.csv")
m.score(again[["x"]], again["y"])
""",
    "the same part by name": """
from datasets import load_dataset
from transformers import AutoModelForSequenceClassification, Trainer
ds = load_dataset("imdb")
t = Trainer(model=AutoModelForSequenceClassification.from_pretrained("x"), train_dataset=ds["train"])
t.train()
p = t.predict(ds["train"])
accuracy_score(p.label_ids, p.predictions.argmax(-1))
""",
    "typed in and used twice": """
A, b = np.array([[1, 2], [3, 4]]), np.array([0, 1])
m = LogisticRegression().fit(A, b)
m.score(A, b)
""",
}


@pytest.mark.parametrize("body", HELD_OUT.values(), ids=HELD_OUT.keys())
def test_rows_that_the_model_has_not_seen(body: str) -> None:
    newest = [e for e in workflow_of(body).evaluations if not e.watched][-1]
    assert newest.model is not None
    assert newest.held_out is True


@pytest.mark.parametrize("body", SEEN_BEFORE.values(), ids=SEEN_BEFORE.keys())
def test_rows_that_the_model_has_seen(body: str) -> None:
    newest = [e for e in workflow_of(body).evaluations if not e.watched][-1]
    assert newest.held_out is False


def test_class_level_settings_are_constants() -> None:
    workflow = workflow_of(
        'class CFG:\n    target = "y"\n    n = 3\nt = df.drop(columns=CFG.target)\nc = df[CFG.target]'
    )
    values = {b.name: b.value for b in workflow.graph.bindings}
    assert not values["t"].columns.may_hold("y")
    assert values["c"].column == "y"


def test_methods_of_figures_and_scores_are_no_unknown_calls() -> None:
    workflow = workflow_of(
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n"
        "for p in ax.patches:\n    p.get_height()\n"
        "cross_val_score(LogisticRegression(), X, y).mean()"
    )
    assert not workflow.graph.unknown


def test_records_read_at_the_places_of_a_split() -> None:
    evaluation = measured(
        """
rows = df.to_dict(orient="records")
i, j = train_test_split(range(len(rows)))
m = LogisticRegression().fit([rows[k] for k in i], y.iloc[i])
f1_score(y.iloc[j], m.predict([rows[k] for k in j]))
""",
        "f1_score",
    )
    assert evaluation.held_out is True


def test_accuracy_inside_the_training_loop_is_on_training_rows() -> None:
    body = TORCH.replace("CRITERION", "nn.MSELoss()").replace("BATCH", "x, target").replace("INPUT", "x")
    body = body.replace("        loss = loss_of", "        right = net(x).argmax(1) == target\n        loss = loss_of")
    assert [e.held_out for e in workflow_of(body).evaluations] == [False, True]


def test_the_best_of_several_named_models_is_a_model() -> None:
    evaluation = measured(
        """
models = [("a", LogisticRegression()), ("b", LogisticRegression(C=3))]
scores = []
for name, m in models:
    m.fit(X_train, y_train)
    scores.append(f1_score(y_test, m.predict(X_test)))
best = models[int(np.argmax(scores))][1]
accuracy_score(y_test, best.predict(X_test))
""",
        "accuracy_score",
    )
    assert evaluation.model is not None
    assert evaluation.model.type.endswith("LogisticRegression")
    assert evaluation.held_out is True


NETWORK = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(8, 2)
    def score_rows(self, x):
        return self.out(x)
    def forward(self, x):
        return self.out(x)
    def training_step(self, batch):
        images, labels = batch
        return nn.functional.cross_entropy(self(images), labels)
net = Net()
optimizer = torch.optim.Adam(net.parameters())
"""

SERVED = """
class OnDevice:
    def __init__(self, inner, device):
        self.inner = inner
        self.device = device
    def __iter__(self):
        for batch in self.inner:
            yield [part.to(self.device) for part in batch]
data = OnDevice(DataLoader(images), "cuda")
"""


@pytest.mark.parametrize(
    ("body", "call"),
    [
        (
            NETWORK + "loss = nn.functional.cross_entropy(net.score_rows(torch.tensor(X_train.values)), y_train)\n"
            "loss.backward()",
            "backward",
        ),
        (
            "from torchvision.datasets import ImageFolder\nimages = ImageFolder('train')\n"
            + NETWORK
            + SERVED
            + "for batch in data:\n    loss = net.training_step(batch)\n    loss.backward()",
            "backward",
        ),
        (
            "class Line:\n    def train(self, X, y):\n        self.w = np.linalg.pinv(X) @ y\n"
            "    def predict(self, X):\n        return X @ self.w\nline = Line()\nline.train(X_train, y_train)",
            "line.train",
        ),
    ],
    ids=["forward pass by another name", "generator of batches", "own class with train and predict"],
)
def test_hand_written_training_is_a_training(body: str, call: str) -> None:
    trainings = workflow_of(body).trainings
    assert [t.op.text for t in trainings if call in t.op.text]


def test_a_helper_class_that_trains_nothing_is_no_model() -> None:
    body = "class Log:\n    def train(self, X, y):\n        print(len(X))\nlog = Log()\nlog.train(X_train, y_train)"
    assert not workflow_of(body).trainings


def test_a_generator_serves_rows_of_its_own_loop() -> None:
    body = (
        "def parts(frame):\n    for start in range(0, 100, 10):\n        yield frame.iloc[start:start + 10]\n"
        "for part in parts(X_train):\n    m = LogisticRegression()\n    m.fit(part, y_train)"
    )
    (training,) = workflow_of(body).trainings
    assert training.features is not None and training.features.rows is not None
