"""FS-W: the answer is among the features."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, check, step
from nbaudit.model.flow import Kind, Operation, Value
from nbaudit.model.vocabulary import Family, Role, Task, Trait
from nbaudit.workflow import Training
from nbaudit.workflow.columns import called, chosen_at, feature_names, tabular_trainings

_HEAD = """
# %%
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
herd = pd.read_csv("herd.csv")
# %%
"""
_FIT = """
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=3)
model = DecisionTreeClassifier(random_state=3)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
FLAGS = (
    Example("the whole table is given as features", _HEAD + "X = herd  # expect\ny = herd['breed']\n" + _FIT),
    Example(
        "the target is in the list", _HEAD + "X = herd[['age', 'milk', 'breed']]  # expect\ny = herd['breed']\n" + _FIT
    ),
    Example(
        "clusters are held against a column that they were made of",
        _HEAD
        + """
X = herd  # expect
y = herd["breed"]
model = KMeans(n_clusters=3, random_state=3)
model.fit(X)
print(adjusted_rand_score(y, model.labels_))
""",
    ),
)
PASSES = (
    Example(
        "the target is its own later value",
        _HEAD + "X = herd[['age', 'milk']]\ny = herd['milk'].shift(-1)\n" + _FIT,
    ),
    Example(
        "parts put side by side need not hold the target",
        _HEAD + "X = pd.concat([pd.get_dummies(herd['farm']), herd[['age']]], axis=1)\ny = herd['breed']\n" + _FIT,
    ),
    Example("the target is dropped", _HEAD + "X = herd.drop(columns='breed')\ny = herd['breed']\n" + _FIT),
    Example("the target is popped", _HEAD + "y = herd.pop('breed')\nX = herd\n" + _FIT),
    Example(
        "the target is made later",
        _HEAD + "X = herd.drop(columns=['milk'])\nherd['good'] = herd['milk'] > 20\ny = herd['good']\n" + _FIT,
    ),
)


_PUT_TOGETHER = frozenset(
    {Role.UNKNOWN, Role.CONCAT, Role.JOIN, Role.VECTORISE, Role.REDUCE, Role.SELECT, Role.PREDICT, Role.AGGREGATE}
)
_SAME_COLUMN = frozenset(
    {Role.SPLIT, Role.ENCODE, Role.SHAPE, Role.REPAIR, Role.IMPUTE, Role.SCALE, Role.FILTER, Role.SELECT_COLUMNS}
)


@check("FS-W", flags=FLAGS, passes=PASSES)
def target_among_features(workflow: Workflow) -> Iterator[Finding]:
    """The column that a model is to predict, or is held against, is among its features.

    Why it is debt: the model copies the answer; the score is perfect and means nothing, and new rows have no answer.
    Instead: drop the target from the features before training.
    Blind spots: copies of the target under another name.
    """
    reported: set[str] = set()
    for training in tabular_trainings(workflow):
        for truth in _truths(workflow, training):
            name = truth.column
            if name is None or name in reported or not _holds(workflow, training, truth, name):
                continue
            reported.add(name)
            assert training.features is not None
            data = workflow.name_of(training.features)
            said = called(workflow, training.features)
            yield Finding(
                "FS-W",
                "target-among-features",
                chosen_at(workflow, training),
                f"{said} still holds `{name}`, the very column that the model is to find",
                (step(training.op, f"trains on {said}, from which `{name}` was never dropped"),),
                confidence=0.85 * training.op.trust,
                columns=(name,),
                instead=f'{data} = {data}.drop(columns="{name}")' if data.isidentifier() else "",
                root=f"target-among-features:{name}",
            )


def _truths(workflow: Workflow, training: Training) -> list[Value]:
    """The columns that the model learns or is measured against."""
    found = [training.target] if training.target is not None else []
    if training.target is None and workflow.task_of(training) is Task.CLUSTERING:
        for evaluation in workflow.evaluations:
            if evaluation.model is training.model and evaluation.op.id > training.op.id:
                found += [value for value in evaluation.op.data if value.kind in (Kind.COLUMN, Kind.ARRAY)]
    return [value for value in found if value.column is not None and not value.column.startswith("#")]


def _unsure(op: Operation) -> bool:
    """True for steps after which a table may be made of other columns than before."""
    if op.role is Role.ENCODE:
        return bool(op.data) and op.data[0].kind is not Kind.TABLE and op.model is None
    return op.role in _PUT_TOGETHER


def _holds(workflow: Workflow, training: Training, truth: Value, name: str) -> bool:
    features = training.features
    assert features is not None
    columns = features.columns
    if columns.cut or not features.known or features.kind not in (Kind.TABLE, Kind.ARRAY) or not truth.known:
        return False
    if features.kind is Kind.ARRAY and training.family is Family.NETWORK:
        return False  # windows over a series hold its past
    if features.column is not None or not columns.whole():
        return False  # one column, or numbers whose columns are not known
    if truth.upstream & ~features.upstream & workflow.mask_having(Trait.LAG):
        return False  # its value at another time
    if features.rows is None or truth.rows is None or not features.rows.sources() & truth.rows.sources():
        return False
    if not columns.may_hold(name):
        return False
    if columns.names is not None or columns.selected is not None:
        return True
    own = workflow.graph.by_mask(truth.upstream & ~features.upstream)
    if any(op.role not in _SAME_COLUMN for op in own):
        return False
    names = feature_names(workflow, training)
    if names is not None:
        return name in names
    return not features.upstream & workflow.mask_where(_unsure)
