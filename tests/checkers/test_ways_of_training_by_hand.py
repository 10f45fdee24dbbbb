"""Models that no library object holds: weights moved by gradients, classes and graphs of the notebook's own.

Each way of writing must be seen as a training; its twin, which only looks at gradients or draws numbers, must not.
"""

from __future__ import annotations

import pytest

from nbaudit.model.vocabulary import State
from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

ROWS = """# %%
import numpy as np
import pandas as pd
pumps = pd.read_csv("pumps.csv")
X = pumps[["flow", "heat"]].values
y = pumps["wear"].values
"""

TRAINED = {
    "weights in an optimiser": """import torch
X, y = torch.tensor(X), torch.tensor(y)
W = torch.randn(2, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
opt = torch.optim.Adam([W, b], lr=0.1)
for i in range(100):
    loss = ((X @ W + b - y) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
""",
    "rows typed in": """import torch
import torch.nn.functional as F
X = torch.FloatTensor([[1, 2], [2, 3]])
y = torch.FloatTensor([[0], [1]])
W = torch.zeros((2, 1), requires_grad=True)
opt = torch.optim.SGD([W], lr=1)
for epoch in range(100):
    guess = torch.sigmoid(X.matmul(W))
    cost = F.binary_cross_entropy(guess, y)
    opt.zero_grad()
    cost.backward()
    opt.step()
""",
    "moved by hand": """import torch
X, y = torch.from_numpy(X), torch.from_numpy(y)
w = torch.randn(2, requires_grad=True)
for i in range(100):
    loss = ((X @ w - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.01 * w.grad
        w.grad.zero_()
""",
    "loss in a function": """import torch
X, y = torch.from_numpy(X), torch.from_numpy(y)
w = torch.randn(2, requires_grad=True)
def mse(a, b):
    return ((a - b) ** 2).sum() / a.numel()
for i in range(100):
    loss = mse(X @ w, y)
    loss.backward()
    w.data -= w.grad.data * 1e-5
    w.grad.data.zero_()
""",
    "a tape": """import tensorflow as tf
W = tf.Variable(tf.random.normal([2, 1]))
for epoch in range(100):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(y - tf.matmul(X, W)))
    dW = tape.gradient(loss, W)
    W.assign_sub(0.1 * dW)
""",
    "a tape in a function": """import tensorflow as tf
W = tf.Variable(tf.random.normal([2, 1]))
opt = tf.keras.optimizers.SGD(0.1)
def step(x, t):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(t - x @ W))
    grads = tape.gradient(loss, [W])
    opt.apply_gradients(zip(grads, [W]))
for epoch in range(100):
    step(X, y)
""",
    "two networks, two tapes": """import tensorflow as tf
maker = tf.keras.Sequential([tf.keras.layers.Dense(2)])
judge = tf.keras.Sequential([tf.keras.layers.Dense(1)])
entropy = tf.keras.losses.BinaryCrossentropy(from_logits=True)
one, two = tf.keras.optimizers.Adam(1e-4), tf.keras.optimizers.Adam(1e-4)
def step(batch):
    with tf.GradientTape() as a, tf.GradientTape() as b:
        false = judge(maker(tf.random.normal([8, 10])))
        true = judge(batch)
        first = entropy(tf.ones_like(false), false)
        second = entropy(tf.ones_like(true), true)
    one.apply_gradients(zip(a.gradient(first, maker.trainable_variables), maker.trainable_variables))
    two.apply_gradients(zip(b.gradient(second, judge.trainable_variables), judge.trainable_variables))
for batch in tf.data.Dataset.from_tensor_slices(X).batch(8):
    step(batch)
""",
    "a class that only tells probabilities": """class Shares:
    def fit(self, table, by):
        self.by, self.mean = by, table["wear"].mean()
        self.share = table.groupby(by)["wear"].mean()
        return self
    def predict_proba(self, table):
        return table[self.by].map(self.share).fillna(self.mean)
model = Shares().fit(pumps, "flow")
print(model.predict_proba(pumps))
""",
    "estimators of old TensorFlow": """import tensorflow as tf
columns = tf.contrib.learn.infer_real_valued_columns_from_input(X)
model = tf.contrib.learn.DNNClassifier(hidden_units=[30, 10], n_classes=3, feature_columns=columns)
model = tf.contrib.learn.SKCompat(model)
model.fit(X, y, max_steps=500)
""",
    "trained and evaluated by a function": """import tensorflow as tf
model = tf.estimator.DNNClassifier(hidden_units=[3], feature_columns=[tf.feature_column.numeric_column("flow")])
def rows():
    return tf.data.Dataset.from_tensor_slices((dict(pumps), y)).batch(3)
tf.estimator.train_and_evaluate(model, tf.estimator.TrainSpec(rows), tf.estimator.EvalSpec(rows))
""",
    "topics of words": """from sklearn.feature_extraction.text import CountVectorizer
from sklearn.decomposition import LatentDirichletAllocation
words = CountVectorizer().fit_transform(open("notes.txt").read().split("."))
topics = LatentDirichletAllocation(n_components=5)
topics.fit(words)
""",
}
UNTRAINED = {
    "gradients that are only looked at": """import torch
x = torch.tensor([2.0, 4.0], requires_grad=True)
z = (x ** 2).sum() / 2
z.backward()
print(x.grad)
""",
    "edges of pictures": """for picture in X.reshape(-1, 1, 2):
    print(np.gradient(picture).mean())
""",
    "a walk by chance": """place = 0
for step in range(100):
    place = place + np.random.uniform(-1, 1)
""",
}


def trains(code: str) -> bool:
    result = audit_notebook(notebook_from_text(ROWS + "# %%\n" + code))
    assert not result.failures
    return result.verdicts["AL-M"].state is not State.NOT_APPLICABLE


@pytest.mark.parametrize("code", TRAINED.values(), ids=TRAINED)
def test_training_is_seen(code: str) -> None:
    assert trains(code)


@pytest.mark.parametrize("code", UNTRAINED.values(), ids=UNTRAINED)
def test_what_trains_nothing(code: str) -> None:
    assert not trains(code)


OWN = """class NeuralNetwork:
    def __init__(self, sizes, learning_rate=0.1):
        self.rate = learning_rate
        self.w = np.random.randn(*sizes)
    def fit(self, X, y):
        for i in range(10):
            self.w -= self.rate * X.T @ (self.predict(X) - y)
    def predict(self, X):
        e = np.exp(X @ self.w)
        return e / np.sum(e, axis=1, keepdims=True)
from sklearn.model_selection import train_test_split
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
"""


def states(code: str) -> dict[str, State]:
    result = audit_notebook(notebook_from_text(ROWS + "# %%\n" + OWN + code))
    assert not result.failures
    return {name: verdict.state for name, verdict in result.verdicts.items()}


def test_a_network_of_the_notebooks_own_is_one() -> None:
    found = states(
        "net = NeuralNetwork((2, 2), learning_rate=0.1)\nnet.fit(X_train, y_train)\nprint(net.predict(X_test))\n"
    )
    assert found["SC-M"] is State.PRESENT
    assert found["HT-M"] is State.PRESENT


def test_settings_drawn_by_chance_in_a_loop_are_a_search() -> None:
    found = states(
        "import random\nbest = 0\nfor trial in range(20):\n    rate = random.choice([0.1, 0.01, 0.001])\n"
        "    net = NeuralNetwork((2, 2), learning_rate=rate)\n    net.fit(X_train, y_train)\n"
        "    score = np.mean(net.predict(X_test) == y_test)\n    if score > best:\n        best = score\n"
    )
    assert found["HT-M"] is not State.PRESENT
