"""Features of one scale, and pixels that are scaled or not, in the many ways in which notebooks write them."""

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

_TABLE = """# %%
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.feature_extraction import DictVectorizer
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import LabelEncoder, MultiLabelBinarizer, OneHotEncoder
df = pd.read_csv("ponies.csv")
df.head()
# %%
"""
_NEAR = '\nKNeighborsClassifier().fit(X, df["y"])\n'
_GROUPS = "\nKMeans(3, random_state=1).fit(X)\n"


def _checks(text: str) -> set[str]:
    result = audit_notebook(notebook_from_text(text))
    assert not result.failures
    return {finding.check for finding in result.findings}


@pytest.mark.parametrize(
    ("made", "scaled"),
    [
        ('X = MultiLabelBinarizer().fit_transform(df["tags"].str.split(","))' + _NEAR, True),
        ('b = MultiLabelBinarizer()\nX = pd.DataFrame(b.fit_transform(df["tags"]), columns=b.classes_)' + _NEAR, True),
        ('X = df["tags"].str.get_dummies(sep=",")' + _NEAR, True),
        ('X = pd.get_dummies(df[["city", "breed"]])' + _NEAR, True),
        ('X = OneHotEncoder().fit_transform(df[["city", "breed"]]).toarray()' + _NEAR, True),
        ('X = pd.concat([pd.get_dummies(df["city"]), pd.get_dummies(df["breed"])], axis=1)' + _NEAR, True),
        ('X = DictVectorizer().fit_transform(df[["city", "breed"]].to_dict("records"))' + _NEAR, True),
        ('X = pd.get_dummies(df.drop(columns="y"))' + _NEAR, False),
        ('X = pd.get_dummies(df, columns=["city"]).drop(columns="y")' + _NEAR, False),
        ('X = pd.concat([pd.get_dummies(df["city"]), df[["kg", "age"]]], axis=1)' + _NEAR, False),
        ('for c in ["a", "b"]:\n    df[c] = df[c].map({"no": 0, "some": 1})\nX = df[["a", "b"]]' + _GROUPS, True),
        ('d = {"no": 0}\ndf["a"] = df["a"].map(d)\ndf["b"] = df["b"].map(d)\nX = df[["a", "b"]]' + _GROUPS, True),
        ('X = df[["a", "b", "c"]].replace({"no": 0, "some": 1, "yes": 2})' + _GROUPS, True),
        ('df["a"] = df["a"].map({"m": 0, "f": 1})\nX = df[["a", "kg", "age"]]' + _GROUPS, False),
        ('df = df.replace({"yes": 1, "no": 0})\nX = df.drop(columns="y")' + _GROUPS, False),
    ],
)
def test_features_of_one_scale(made: str, scaled: bool) -> None:
    assert ("features-not-scaled" not in _checks(_TABLE + made)) is scaled


_PICTURES = """# %%
import os
import cv2
import numpy as np
import pandas as pd
from tensorflow import keras
from tensorflow.keras import layers, Sequential
from tensorflow.keras.applications import EfficientNetB0, VGG16
from tensorflow.keras.layers import BatchNormalization, Conv2D, Dense, Flatten, Rescaling
from tensorflow.keras.preprocessing.image import ImageDataGenerator
from tensorflow.keras.utils import image_dataset_from_directory
# %%
"""
_READ = 'train = image_dataset_from_directory("herd")\n'
_NET = """
m = Sequential([Conv2D(8, 3), Flatten(), Dense(4)])
m.compile("adam", "mse")
m.fit(train, epochs=3)
"""
_TABLE_OF_PIXELS = """
df = pd.read_csv("digits.csv")
X = df.drop(columns="label").values.reshape(-1, 28, 28, 1)
m = Sequential([Conv2D(8, 3), Flatten(), Dense(4)])
m.compile("adam", "mse")
"""


@pytest.mark.parametrize(
    ("code", "scaled"),
    [
        (_READ + _NET, False),
        (_READ + "train = train.map(lambda x, y: (x / 255.0, y))" + _NET, True),
        ("def ready(x, y):\n    return x / 255, y\n" + _READ + "train = train.map(ready)" + _NET, True),
        ("def marked(x, y):\n    return x, y + 1\n" + _READ + "train = train.map(marked)" + _NET, False),
        (_READ + "norm = Rescaling(1 / 255)\ntrain = train.map(lambda x, y: (norm(x), y))" + _NET, True),
        (_READ + _NET.replace("Conv2D(8, 3)", "BatchNormalization(), Conv2D(8, 3)"), True),
        ('train = ImageDataGenerator().flow_from_directory("herd")' + _NET, False),
        ('train = ImageDataGenerator(horizontal_flip=True).flow_from_directory("herd")' + _NET, False),
        ('train = ImageDataGenerator(rescale=1 / 255).flow_from_directory("herd")' + _NET, True),
        ('train = ImageDataGenerator(**settings).flow_from_directory("herd")' + _NET, True),
        (_READ + _NET.replace("Conv2D(8, 3)", "VGG16(include_top=False)"), False),
        (_READ + _NET.replace("Conv2D(8, 3)", "EfficientNetB0(include_top=False)"), True),
        (_TABLE_OF_PIXELS + 'm.fit(X, df["label"])\n', False),
        (_TABLE_OF_PIXELS + 'm.fit(X / 255, df["label"])\n', True),
    ],
)
def test_pixels(code: str, scaled: bool) -> None:
    assert ("pixels-not-scaled" not in _checks(_PICTURES + code)) is scaled


@pytest.mark.parametrize("divide", ["", "x = layers.Lambda(lambda x: x / 255)(start)"])
def test_networks_that_are_tied_together_by_calls(divide: str) -> None:
    text = f"""
start = x = keras.Input((64, 64, 3))
{divide}
x = Conv2D(8, 3)(x)
m = keras.Model(inputs=start, outputs=Dense(4)(Flatten()(x)))
m.compile("adam", "mse")
m.fit(train, epochs=3)
"""
    assert ("pixels-not-scaled" not in _checks(_PICTURES + _READ + text)) is bool(divide)
