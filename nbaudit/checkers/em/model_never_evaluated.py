"""EM-I: no model, or not the final one, is ever evaluated."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Family, Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow.candidates import (
    CLASS_TASKS,
    NUMBER_TASKS,
    Candidate,
    automl,
    contenders,
    final,
    measured_by_hand,
    unresolved_fits,
)

_SHAPES = frozenset({Role.REDUCE, Role.VECTORISE})
_KEPT = regex(r"explained_variance|singular_values|reconstruction|noise_variance|inverse_transform")
"""What tells how much a reduction loses."""
_HEAD = """
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "predicted and never measured",
        _HEAD
        + """
model = LogisticRegression().fit(X_train, y_train)  # expect
guess = model.predict(X_test)
""",
    ),
    Example(
        "predictions for a file",
        _HEAD
        + """
model = RandomForestClassifier().fit(X, y)  # expect
new = pd.read_csv("new.csv")
pd.DataFrame({"default": model.predict(new)}).to_csv("out.csv")
""",
    ),
)
PASSES = (
    Example(
        "one function runs the network over training and held-out batches",
        """
# %%
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
train_loader, valid_loader = DataLoader(ImageFolder("leaves/train")), DataLoader(ImageFolder("leaves/valid"))
net = nn.Sequential(nn.Flatten(), nn.Linear(3072, 5))
optimizer = torch.optim.Adam(net.parameters())
def one_round(loader, learn):
    total = 0.0
    for pictures, labels in loader:
        loss = F.cross_entropy(net(pictures), labels)
        if learn:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        total += loss.item()
    return total / len(loader)
for epoch in range(5):
    print(one_round(train_loader, True), one_round(valid_loader, False))
""",
    ),
    Example(
        "measured",
        _HEAD
        + """
model = LogisticRegression().fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "a clone on part of the rows was measured",
        _HEAD
        + """
model = RandomForestClassifier().fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
last = RandomForestClassifier().fit(X, y)
""",
    ),
)


@check("EM-I", flags=FLAGS, passes=PASSES)
def model_never_evaluated(workflow: Workflow) -> Iterator[Finding]:
    """No model is ever measured, or the one that is gone on with is not.

    Why it is debt: nobody knows how good the predictions are.
    Instead: hold out rows and measure the model on them with a metric that fits the task.
    Blind spots: scores of an external site; measurements by calls that are not known.
    """
    tried = [c for c in contenders(workflow) if c.task in CLASS_TASKS | NUMBER_TASKS or c.task is None or _unjudged(c)]
    last = final(workflow)
    if not tried or automl(workflow) or unresolved_fits(workflow):
        return
    missing = [c for c in tried if not c.measurements and not measured_by_hand(workflow, c.first)]
    if len(missing) < len(tried) and (last is None or last not in missing):
        return
    candidate = last if last is not None and last in missing else missing[0]
    reduces = candidate.first.final.role in _SHAPES
    if candidate.family is Family.TOPIC or (not reduces and candidate.family in (Family.FACTORISATION, Family.OTHER)):
        return  # topics are groups, which are judged as clusters are
    if reduces and _looked_into(workflow, candidate):
        return
    yield Finding(
        "EM-I",
        "model-never-evaluated",
        at(candidate.last.op),
        f"{candidate.name} is trained and never measured: no metric, score or cross-validation",
        tuple(
            step(training.op, f"trains {candidate.name}; nothing measures it") for training in candidate.trainings[-2:]
        ),
        confidence=(0.65 if reduces else 0.8) * candidate.last.op.trust,
        root="model-never-evaluated",
    )


def _unjudged(candidate: Candidate) -> bool:
    """True for what only reduces dimensions or learns vectors: where it is the notebook's model, its quality shows in
    the variance that is kept, or in a reconstruction."""
    return candidate.first.final.role in _SHAPES


def _looked_into(workflow: Workflow, candidate: Candidate) -> bool:
    """True where what a reduction keeps or loses is looked at."""
    finals = {training.final.id for training in candidate.trainings}
    return any(
        _KEPT.search(op.call) or Trait.UNDOES in op.traits
        for op in workflow.graph.operations
        for value in (*op.data, *((op.receiver,) if op.receiver is not None else ()))
        if (op.model is not None and op.model.id in finals) or (value.model is not None and value.model.id in finals)
    )
