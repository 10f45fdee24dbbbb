"""Graphs that are written first and run later (TensorFlow 1)."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.flow import FlowGraph
from nbaudit.model.vocabulary import Role, State, Trait
from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

HEAD = """
# %%
import pandas as pd
import tensorflow as tf
from sklearn.model_selection import train_test_split
wells = pd.read_csv("wells.csv")
X, labels = wells.drop(columns="dry").values, wells["dry"].values
X_train, X_test, y_train, y_test = train_test_split(X, labels, random_state=1)
# %%
x = tf.placeholder(tf.float32, [None, 8])
y = tf.placeholder(tf.float32, [None, 2])
logits = tf.layers.dense(tf.layers.dense(x, 30, activation=tf.nn.relu), 2)
cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y))
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1)), tf.float32))
step = tf.train.AdamOptimizer(0.01).minimize(cost)
init = tf.global_variables_initializer()
# %%
"""
STEP = """
with tf.Session() as sess:
    sess.run(init)
    for epoch in range(20):
        for i in range(0, len(X_train), 64):
            sess.run(step, feed_dict={x: X_train[i:i + 64], y: y_train[i:i + 64]})
"""


def graph_of(body: str) -> FlowGraph:
    return build_graph(notebook_from_text(HEAD + body))


@pytest.mark.parametrize(
    "body",
    [
        STEP,
        STEP.replace("sess.run(step, ", "_, c = sess.run([step, cost], "),
        STEP.replace("sess.run(step, ", "sess.run(fetches=[step], "),
        STEP.replace("sess.run(step, feed_dict=", "step.run(feed_dict="),
        STEP.replace("sess.run(step, feed_dict=", "sess.run(step, "),
        STEP.replace("with tf.Session() as sess:\n", "sess = tf.InteractiveSession()\nif True:\n"),
        "import tensorflow.compat.v1 as tf1\n" + STEP.replace("tf.Session", "tf1.Session"),
        "def train(session, data, labels):\n"
        "    for i in range(9):\n"
        "        session.run(step, {x: data, y: labels})\n"
        "with tf.Session() as sess:\n    train(sess, X_train, y_train)\n",
        "opt = tf.train.GradientDescentOptimizer(0.1)\n"
        "grads = opt.compute_gradients(cost)\nstep = opt.apply_gradients(grads)\n" + STEP,
    ],
)
def test_a_step_that_is_run_trains_on_what_is_fed(body: str) -> None:
    (fit,) = [op for op in graph_of(body).operations if op.role is Role.FIT]
    assert {value.rows.role for value in fit.data if value.rows is not None} == {"train"}
    assert fit.model is not None


@pytest.mark.parametrize(
    ("measure", "trait"),
    [
        ("    print(sess.run(accuracy, feed_dict={x: X_test, y: y_test}))\n", Trait.ACCURACY),
        ("    print(accuracy.eval({x: X_test, y: y_test}))\n", Trait.ACCURACY),
        ("    print(accuracy.eval(feed_dict={x: X_test, y: y_test}, session=sess))\n", Trait.ACCURACY),
        ("    test_cost, guess = sess.run([cost, logits], feed_dict={x: X_test, y: y_test})\n", Trait.LOSS),
    ],
)
def test_a_measure_that_is_run_measures_what_is_fed(measure: str, trait: Trait) -> None:
    (found,) = [op for op in graph_of(STEP + measure).operations if op.role is Role.EVALUATE]
    assert trait in found.traits
    assert {value.rows.role for value in found.data if value.rows is not None} == {"test"}


def test_what_is_fetched_else_is_a_prediction() -> None:
    body = STEP + "    guess = sess.run(logits, feed_dict={x: X_test})\n"
    (found,) = [op for op in graph_of(body).operations if op.role is Role.PREDICT]
    assert found.data[0].rows is not None
    assert found.data[0].rows.role == "test"


def test_setting_up_trains_nothing() -> None:
    assert not [
        op for op in graph_of("with tf.Session() as sess:\n    sess.run(init)\n").operations if op.role is Role.FIT
    ]


def test_the_parts_of_a_bundled_set_are_known_by_name() -> None:
    body = """
from tensorflow.examples.tutorials.mnist import input_data
mnist = input_data.read_data_sets("data", one_hot=True)
with tf.Session() as sess:
    sess.run(init)
    for i in range(1000):
        images, labels = mnist.train.next_batch(100)
        sess.run(step, feed_dict={x: images, y: labels})
    print(sess.run(accuracy, feed_dict={x: mnist.test.images, y: mnist.test.labels}))
"""
    verdicts = audit_notebook(notebook_from_text(HEAD + body)).verdicts
    assert verdicts["SP-M"].state is State.ABSENT
    assert verdicts["AL-M"].state is State.PRESENT
    assert verdicts["EM-I"].state is State.PRESENT
