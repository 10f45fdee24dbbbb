"""SP-W: training is stopped, or its best state kept, by the rows that are reported."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Rows
from nbaudit.workflow import Evaluation, Training
from nbaudit.workflow.choices import reported, stopped_by_hand, stops, third_set, untouched_rows

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.metrics import f1_score
from xgboost import XGBClassifier
pumps = pd.read_csv("pumps.csv")
X, y = pumps.drop(columns="broken"), pumps["broken"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=5, stratify=y)
"""
_TORCH = """
# %%
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split
import pandas as pd
pumps = pd.read_csv("pumps.csv")
X = torch.tensor(pumps.drop(columns="broken").values).float()
rows = TensorDataset(X, torch.tensor(pumps["broken"].values))
train, test = random_split(rows, [0.8, 0.2], generator=torch.Generator().manual_seed(1))
train_loader, test_loader = DataLoader(train, batch_size=32), DataLoader(test, batch_size=32)
net = nn.Sequential(nn.Linear(9, 16), nn.ReLU(), nn.Linear(16, 2))
criterion, optimizer = nn.CrossEntropyLoss(), torch.optim.Adam(net.parameters())
# %%
def accuracy(loader):
    right = total = 0
    for x, y in loader:
        right += (net(x).argmax(1) == y).sum().item()
        total += len(y)
    return right / total
best, best_state = 0, None
for epoch in range(20):
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
    score = accuracy(test_loader)
    if score > best:
        best, best_state = score, net.state_dict()
# %%
net.load_state_dict(best_state)
print(accuracy(test_loader))
"""
FLAGS = (
    Example(
        "boosting stopped by the test rows",
        _HEAD
        + """
# %%
model = XGBClassifier(n_estimators=2000, early_stopping_rounds=50)
model.fit(X_train, y_train, eval_set=[(X_test, y_test)])  # expect
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "stopped by an argument of the fit",
        _HEAD
        + """
# %%
from xgboost import XGBRegressor
model = XGBRegressor(n_estimators=900)
model.fit(X_train, y_train, eval_set=[(X_train, y_train), (X_test, y_test)], early_stopping_rounds=20)  # expect
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "the best epoch by the test rows is kept by hand",
        _TORCH.replace("load_state_dict(best_state)", "load_state_dict(best_state)  # expect"),
    ),
)
PASSES = (
    Example(
        "the last epoch is measured",
        _TORCH.replace("net.load_state_dict(best_state)\n", ""),
    ),
    Example(
        "stopped by a validation part",
        _HEAD
        + """
X_fit, X_val, y_fit, y_val = train_test_split(X_train, y_train, test_size=0.25, random_state=5, stratify=y_train)
# %%
model = XGBClassifier(n_estimators=2000, early_stopping_rounds=50)
model.fit(X_fit, y_fit, eval_set=[(X_val, y_val)])
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "it stops by the loss of the training rows",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.metrics import f1_score
from tensorflow.keras import Sequential
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.layers import Dense
wine = pd.read_csv("wine.csv")
X, y = wine.drop(columns="good"), wine["good"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=5, stratify=y)
# %%
model = Sequential([Dense(8, activation="relu"), Dense(1, activation="sigmoid")])
model.compile(loss="binary_crossentropy", optimizer="adam")
stop = EarlyStopping(monitor="loss", patience=5)
model.fit(X_train, y_train, validation_data=(X_test, y_test), epochs=80, callbacks=[stop])
print(f1_score(y_test, model.predict(X_test) > 0.5))
""",
    ),
    Example(
        "the test rows are watched, and nothing stops by them",
        _HEAD
        + """
# %%
model = XGBClassifier(n_estimators=200)
model.fit(X_train, y_train, eval_set=[(X_test, y_test)])
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def stopped_on_reported_rows(workflow: Workflow) -> Iterator[Finding]:
    """Early stopping, the choice of a checkpoint or a plateau schedule watches the rows that are reported.

    Why it is debt: the number of rounds was fitted to the test rows, so their score is too good.
    Instead: cut a validation part off the training rows for stopping, and leave the test rows for the end.
    Blind spots: loops that break off by hand.
    """
    for training in workflow.supervised:
        stop = stops(workflow, training)
        if stop is None:
            continue
        watched = [value.rows for value in training.op.validation if value.rows is not None]
        held = [rows for rows in watched if training.rows is None or not rows.overlaps(training.rows)]
        again, other = _measured(workflow, training, held or watched)
        if other or any(untouched_rows(workflow, rows, training.op.id) for rows in held or watched):
            continue
        if again is None and any(third_set(workflow, rows, training.model, training.op.id) for rows in held):
            continue  # one of its kind was chosen, and is measured on other rows
        where = again.op if again is not None else None
        said = (
            f"`{where.text}` reports on" if where is not None else "its own validation score is all that is reported on"
        )
        steps = [step(stop, "stops, or keeps the best state, by the watched rows")] if stop is not training.op else []
        steps.append(step(training.op, "trains while it watches these rows"))
        if where is not None:
            steps.append(step(where, "measures on the same rows"))
        yield Finding(
            "SP-W",
            "stopped-on-reported-rows",
            at(training.op),
            f"`{training.op.text}` is stopped by the rows that {said}, so no untouched rows are left"
            if where is not None
            else f"`{training.op.text}` is stopped by its validation rows, and no other rows measure the model",
            tuple(steps),
            confidence=(0.85 if where is not None else 0.6) * training.op.trust,
            root=f"stopped-on-test:{training.op.site.cell}",
        )
    yield from _kept_by_hand(workflow)


def _kept_by_hand(workflow: Workflow) -> Iterator[Finding]:
    """The state of the epoch with the best score is kept, or the training broken off, by an `if` on a score of held-out
    rows, and the same rows are reported on."""
    for way in stopped_by_hand(workflow):
        rows = way.scored.rows
        assert rows is not None
        after = way.op.id if way.loads else way.scored.op.id
        if untouched_rows(workflow, rows, way.scored.op.id):
            continue
        if way.scored.model is not None and third_set(workflow, rows, way.scored.model, way.scored.op.id):
            continue
        again = next(
            (e for e in reported(workflow) if e.op.id > after and not set(e.op.loops) & set(way.scored.op.loops)
             and e.rows is not None and e.rows.overlaps(rows)), None
        )  # fmt: skip
        if again is None and way.loads and not way.scored.op.loops:
            continue
        steps = [
            step(way.scored.op, "scores each epoch on held-out rows"),
            step(way.op, way.words),
        ]
        if again is not None:
            steps.append(step(again.op, "measures on the same rows"))
        told = f"`{again.op.text}` then reports on" if again is not None else "are all that the model is measured on"
        yield Finding(
            "SP-W",
            "stopped-on-reported-rows",
            at(way.op),
            f"`{way.op.text}` {way.words} by its score on the rows that {told}",
            tuple(steps),
            confidence=(0.8 if again is not None else 0.6) * way.op.trust,
            root=f"stopped-on-test:{way.op.site.cell}",
        )
        return


def _measured(workflow: Workflow, training: Training, watched: list[Rows]) -> tuple[Evaluation | None, bool]:
    """(the measurement of the model on the watched rows, is it measured on others)."""
    again: Evaluation | None = None
    for evaluation in workflow.evaluations:
        model = evaluation.model
        if evaluation.watched or evaluation.op.id < training.op.id or model is None:
            continue
        if model is not training.model and model.final() is not training.final:
            continue
        if evaluation.rows is None:
            return None, True
        if any(evaluation.rows.overlaps(rows) for rows in watched):
            again = again or evaluation
        elif evaluation.held_out is not False:
            return None, True
    return again, False
