"""What stops a training by the rows that are reported on, and what only looks like it."""

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

_TEXT = """# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow.keras import Sequential
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from tensorflow.keras.layers import Dense
df = pd.read_csv("hares.csv")
df.head()
# %%
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="y"), df["y"], random_state=1, stratify=df["y"])
m = Sequential([Dense(8, activation="relu"), Dense(1, activation="sigmoid")])
m.compile("adam", "binary_crossentropy")
path = "m/best.h5"
stop = STOP
m.fit(X_train, y_train, validation_data=(X_test, y_test), epochs=50, callbacks=[stop])
print(m.evaluate(X_test, y_test))
"""


@pytest.mark.parametrize(
    ("stop", "by_test_rows"),
    [
        ("EarlyStopping(patience=3)", True),
        ('EarlyStopping("val_loss", patience=3)', True),
        ('EarlyStopping(monitor="loss", patience=3)', False),
        ('EarlyStopping("accuracy")', False),
        ('ModelCheckpoint("best.h5", save_best_only=True)', True),
        ('ModelCheckpoint(path, "val_accuracy", save_best_only=True)', True),
        ('ModelCheckpoint(filepath="best.h5", monitor="val_loss", save_best_only=True)', True),
        ('ModelCheckpoint("m-{epoch}.h5")', False),
        ("ModelCheckpoint(filepath=path, save_best_only=False)", False),
        ('ReduceLROnPlateau("val_loss", factor=0.1)', True),
        ('ReduceLROnPlateau(monitor="loss")', False),
    ],
)
def test_callbacks(stop: str, by_test_rows: bool) -> None:
    result = audit_notebook(notebook_from_text(_TEXT.replace("STOP", stop)))
    assert not result.failures
    assert ("stopped-on-reported-rows" in {finding.check for finding in result.findings}) is by_test_rows
