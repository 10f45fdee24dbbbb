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


SPLIT_ONLY = HEAD.partition("# %%\nsearch =")[0]

AFTER_SPLIT = [
    (Phase.TRAINING, "X_train.head()"),
    (Phase.TRAINING, "print(y_test)"),
    (Phase.TRAINING, "X_train.head()\n# %%\ny_train.value_counts()"),
    (Phase.PREPROCESSING, "X_train = X_train.fillna(0)\nX_train.head()"),
    (Phase.PREPROCESSING, "df.describe()\n# %%\nX_train.head()"),
]


@pytest.mark.parametrize(("phase", "code"), AFTER_SPLIT, ids=[code[:30] for _, code in AFTER_SPLIT])
def test_a_look_at_parts_right_after_the_split_belongs_to_it(phase: Phase, code: str) -> None:
    assert audit_notebook(notebook_from_text(f"{SPLIT_ONLY}# %%\n{code}\n")).phases[-1].primary is phase


MAIN_EFFECTS = [
    (
        Phase.EVALUATION,
        "import numpy as np\nimport matplotlib.pyplot as plt\n"
        "a, b = np.meshgrid(np.arange(X_test.u.min(), X_test.u.max(), 0.1), np.arange(0, 9, 0.1))\n"
        "plt.contourf(a, b, search.predict(np.c_[a.ravel(), b.ravel()]).reshape(a.shape))",
    ),
    (Phase.EVALUATION, "guess = search.predict(X_val)"),
    (Phase.SETUP, "import os\nimport matplotlib.pyplot as plt\nos.environ['JOBS'] = '4'\nplt.rcParams['figure.figsize'] = (9, 5)"),
    (Phase.DEPLOYMENT, "entry = pd.read_csv('sample_submission.csv')\nentry['y'] = 0"),
    (Phase.DEPLOYMENT, "entry = pd.DataFrame({'y': [0, 1]})\nentry.to_csv('submission.csv', index=False)"),
    (Phase.EVALUATION, "acc_tree"),
    (Phase.EVALUATION, "rmse_forest = 0"),
    (Phase.EVALUATION, "row = df.drop(columns='y').iloc[0]\nother = 1\n# %%\nsearch.predict([row])"),
    (Phase.DEPLOYMENT, "search.predict([[3, 4]])"),
    (Phase.TRAINING, "from sklearn.metrics.pairwise import cosine_similarity\nalike = cosine_similarity(df.drop(columns='y'))\nfrom torch.utils.data import DataLoader\nrows = DataLoader(df.values)\n# %%\nfor batch, mark in rows:\n    print(batch.shape, mark.shape)\n    break"),
    (Phase.EVALUATION, "from yellowbrick.classifier import ROCAUC\ncurve = ROCAUC(search)\ncurve.fit(X_train, y_train)\ncurve.score(X_test, y_test)"),
    (Phase.TRAINING, "parameters = dict(C=[1, 10, 100])"),
    (Phase.SETUP, "class CFG:\n    seed = 3\n    folds = 5\n    model = LogisticRegression()"),
    (Phase.TRAINING, "from keras.callbacks import Callback\nclass Stop(Callback):\n    def on_epoch_end(self, epoch, logs):\n        print(epoch)"),
    (Phase.TRAINING, "from tensorflow.keras.utils import plot_model\nfrom tensorflow import keras\nnet = keras.Sequential([keras.layers.Dense(1)])\nnet.compile(loss='mse')\nnet.fit(X_train, y_train)\n# %%\nplot_model(net, show_shapes=True)"),
    (Phase.TRAINING, "optimizer = torch.optim.Adam(net.parameters(), lr=0.1)"),
    (Phase.SETUP, "from IPython.display import HTML\nHTML('<style>table {color: red}</style>')"),
    (Phase.COLLECTION, "other = pd.read_csv('b.csv')\nP, Q, p, q = train_test_split(other[['u']], other.v, random_state=1)"),
    (Phase.PREPROCESSING, "import sqlite3\nhandle = sqlite3.connect('a.db')\nhandle.execute('SELECT kind, COUNT(*) FROM pumps GROUP BY kind').fetchall()"),
]  # fmt: skip


@pytest.mark.parametrize(("phase", "code"), MAIN_EFFECTS, ids=[code[:40] for _, code in MAIN_EFFECTS])
def test_main_effect(phase: Phase, code: str) -> None:
    source = HEAD + "print(search.score(X_test, y_test))\n# %%\n" + code + "\n"
    assert audit_notebook(notebook_from_text(source)).phases[-1].primary is phase


def test_a_forest_that_only_tells_which_features_matter_prepares_the_data() -> None:
    look = (
        "# %%\nfrom sklearn.ensemble import ExtraTreesClassifier\ntrees = ExtraTreesClassifier().fit(df.drop(columns='y'), df.y)\n"
        "# %%\nprint(trees.feature_importances_)\n"
    )
    source = HEAD.replace("# %%\nX_train", look + "# %%\nX_train")
    found = [label.primary for label in audit_notebook(notebook_from_text(source)).phases]
    assert found[1:3] == [Phase.PREPROCESSING, Phase.PREPROCESSING]
    asked = source.replace("print(trees", "print(trees.score(df.drop(columns='y'), df.y), trees")
    assert audit_notebook(notebook_from_text(asked)).phases[1].primary is Phase.TRAINING


def test_an_analysis_that_only_changes_rows_is_no_model() -> None:
    code = (
        "from sklearn.discriminant_analysis import LinearDiscriminantAnalysis\nlda = LinearDiscriminantAnalysis()\n"
        "X_train = lda.fit_transform(X_train, y_train)\nX_test = lda.transform(X_test)\n"
    )
    assert audit_notebook(notebook_from_text(HEAD + code)).phases[-1].primary is Phase.PREPROCESSING
    judged = HEAD + code + "# %%\nlda.fit(X_train, y_train).score(X_test, y_test)\n"
    assert audit_notebook(notebook_from_text(judged)).phases[-2].primary is Phase.TRAINING
