"""Ways of writing that tell a cell's phase where no single operation does; each variant stands in a small notebook."""

# ruff: noqa: E501 (one variant per line)

from __future__ import annotations

import pytest

from nbaudit.model.vocabulary import Phase
from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

HEAD = """# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
df = pd.read_csv("a.csv")
# %%
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="y"), df.y, random_state=1)
# %%
search = GridSearchCV(LogisticRegression(), {"C": [1, 10]})
search.fit(X_train, y_train)
# %%
"""

CASES = [
    (Phase.TRAINING, "best = search.best_estimator_"),
    (Phase.TRAINING, "print(search.best_params_)"),
    (Phase.TRAINING, "param_grid = {'C': [1, 10, 100]}"),
    (Phase.TRAINING, "hyperparameters = {'depth': [3, 5]}"),
    (Phase.TRAINING, "class Net:\n    def fit(self, X, y):\n        self.w = X.T @ y\n    def predict(self, X):\n        return X @ self.w"),
    (Phase.TRAINING, "class Net:\n    def forward(self, x):\n        return x\n    def backward(self, g):\n        return g"),
    (Phase.TRAINING, "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))"),
    (Phase.TRAINING, "def gini_impurity(p):\n    return 2 * p * (1 - p)"),
    (Phase.TRAINING, "def make_model():\n    return LogisticRegression(C=3)"),
    (Phase.TRAINING, "import tensorflow as tf\nds = tf.data.Dataset.from_tensor_slices((X_train, y_train))\nds = ds.shuffle(9).batch(8)"),
    (Phase.EVALUATION, "y_test[:5]"),
    (Phase.EVALUATION, "print(y_test[:10])"),
    (Phase.EVALUATION, "def my_accuracy(a, b):\n    return sum(x == z for x, z in zip(a, b)) / len(a)"),
    (Phase.EVALUATION, "search.best_score_"),
    (Phase.EVALUATION, "results = pd.DataFrame({'Model': [], 'Accuracy': []})"),
    (Phase.PREPROCESSING, "import tensorflow as tf\ndef load_image(path, label):\n    raw = tf.io.read_file(path)\n    return tf.image.decode_jpeg(raw), label"),
    (Phase.DEPLOYMENT, "!kaggle competitions submit -c prices -f out.csv -m one"),
    (Phase.DEPLOYMENT, "import gradio as gr\nui = gr.Interface(fn=answer, inputs='text', outputs='text')"),
    (Phase.SETUP, "import gc\ngc.collect()"),
    (Phase.SETUP, "from IPython.display import Image\nImage(url='https://example.org/a.png', width=400)"),
    (Phase.SETUP, "shap.initjs()"),
    (Phase.PREPROCESSING, "X_train = X_train.values.reshape(len(X_train), -1)\nprint(X_train.shape)"),
    (Phase.PREPROCESSING, "def tidy(frame):\n    return frame.fillna(0)"),
]  # fmt: skip


@pytest.mark.parametrize(("phase", "code"), CASES, ids=[code[:40] for _, code in CASES])
def test_way_of_writing(phase: Phase, code: str) -> None:
    result = audit_notebook(notebook_from_text(HEAD + code + "\n"))
    assert not result.failures
    assert result.phases[-1].primary is phase


def test_files_are_looked_for_before_they_are_read() -> None:
    code = (
        "# %%\nimport os\nprint(os.listdir('archive'))\n# %%\nimport pandas as pd\ndf = pd.read_csv('archive/a.csv')\n"
    )
    assert audit_notebook(notebook_from_text(code)).phases[0].primary is Phase.COLLECTION


def test_a_class_that_transforms_is_no_model() -> None:
    code = "class Cut:\n    def fit(self, X, y=None):\n        return self\n    def transform(self, X):\n        return X.clip(0, 1)\n"
    label = audit_notebook(notebook_from_text(HEAD + code)).phases[-1]
    assert label.primary is not Phase.TRAINING
