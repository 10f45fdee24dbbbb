"""The dataflow graph on small notebooks: which rows, which columns, which models."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.flow import FlowGraph, Kind, Operation, Rows, RowsEffect, Value
from nbaudit.model.vocabulary import Role
from nbaudit.testing import notebook_from_text
from nbaudit.workflow import Workflow

HEAD = """
# %%
import pandas as pd
import numpy as np
from sklearn.model_selection import train_test_split, KFold, cross_val_score, GridSearchCV
from sklearn.preprocessing import StandardScaler
from sklearn.linear_model import LogisticRegression
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.compose import ColumnTransformer
from sklearn.metrics import f1_score
df = pd.read_csv("a.csv")
"""


def graph_of(body: str, head: str = HEAD) -> FlowGraph:
    return build_graph(notebook_from_text(head + body))


def value_of(graph: FlowGraph, name: str) -> Value:
    """The newest value bound to a name."""
    return [binding.value for binding in graph.bindings if binding.name == name][-1]


def only(graph: FlowGraph, role: Role) -> Operation:
    found = [op for op in graph.operations if op.role is role]
    assert len(found) == 1, [op.text for op in found]
    return found[0]


def overlap(graph: FlowGraph, a: str, b: str) -> bool:
    first, second = value_of(graph, a).rows, value_of(graph, b).rows
    assert first is not None, a
    assert second is not None, b
    return first.overlaps(second)


@pytest.mark.parametrize(
    "body",
    [
        "a, b = train_test_split(df)",
        "a, rest = train_test_split(df)\nc, b = train_test_split(rest)",
        "a = df[df.year < 2020]\nb = df[df.year >= 2020]",
        "a = df[df['part'] == 'train']\nb = df[df['part'] == 'test']",
        "m = df.year < 2020\na = df[m]\nb = df[~m]",
        "a = df[df.age.isnull()]\nb = df[df.age.notnull()]",
        "a = df[:500]\nb = df[500:]",
        "n = int(len(df) * 0.8)\na = df.iloc[:n]\nb = df.iloc[n:]",
        "for i, j in KFold(5).split(df):\n    a = df.iloc[i]\n    b = df.iloc[j]",
        "other = pd.read_csv('b.csv')\nboth = pd.concat([df, other])\na = both[:len(df)]\nb = both[len(df):]",
        "def halve(t):\n    return train_test_split(t)\na, b = halve(df)",
        "a, b = train_test_split(df, random_state=1)\na2, b = train_test_split(df, random_state=1)",
        "a = df.sample(frac=0.8)\nb = df.drop(a.index)",
        "a = df.sample(frac=0.8)\nb = df[~df.index.isin(a.index)]",
        "X, y = df.drop('y', axis=1), df['y']\na, X2, y2, b = train_test_split(X, y)",
    ],
)
def test_disjoint_parts(body: str) -> None:
    graph = graph_of(body)
    assert not overlap(graph, "a", "b")


@pytest.mark.parametrize(
    "body",
    [
        "a = df.dropna()\nb = df[df.year > 3]",
        "a, x = train_test_split(df, random_state=1)\ny, b = train_test_split(df, random_state=2)",
        "a = df.copy()\nb, c = train_test_split(df)",
        "a, b = train_test_split(df)\na = df",
        "t, b = train_test_split(df)\na = pd.concat([t, b])",
        "a = df[df.year < 2020]\nb = df[df.year >= 2010]",
    ],
)
def test_overlapping_parts(body: str) -> None:
    graph = graph_of(body)
    assert overlap(graph, "a", "b")


def test_rebinding_after_the_split_is_a_new_value() -> None:
    graph = graph_of(
        "X = df.drop('y', axis=1)\nX_train, X_test = train_test_split(X)\nX = StandardScaler().fit_transform(X_train)"
    )
    scale = next(op for op in graph.operations if op.role is Role.SCALE)
    rows = value_of(graph, "X_test").rows
    assert rows is not None
    assert all(value.rows is not None and not value.rows.overlaps(rows) for value in scale.learns)


FLAT = """
s = StandardScaler()
Xs = s.fit_transform(df.drop("y", axis=1))
X_train, X_test, y_train, y_test = train_test_split(Xs, df["y"])
m = LogisticRegression().fit(X_train, y_train)
print(f1_score(y_test, m.predict(X_test)))
"""
IN_FUNCTIONS = """
def prepare(frame):
    s = StandardScaler()
    return s.fit_transform(frame.drop("y", axis=1)), frame["y"]
def evaluate(model, X, y):
    return f1_score(y, model.predict(X))
X, y = prepare(df)
X_train, X_test, y_train, y_test = train_test_split(X, y)
m = LogisticRegression().fit(X_train, y_train)
print(evaluate(m, X_test, y_test))
"""


@pytest.mark.parametrize("body", [FLAT, IN_FUNCTIONS], ids=["flat", "functions"])
def test_flat_code_and_functions_leak_alike(body: str) -> None:
    notebook = notebook_from_text(HEAD + body)
    workflow = Workflow(notebook, build_graph(notebook))
    leaks = [leak for op in workflow.ops(Role.SCALE) for leak in workflow.leaks(op)]
    assert leaks
    assert all(leak.certain for leak in leaks)


def test_pipeline_steps_learn_from_what_the_pipeline_is_fitted_on() -> None:
    graph = graph_of(
        "X_train, X_test, y_train, y_test = train_test_split(df.drop('y', axis=1), df['y'])\n"
        "p = make_pipeline(StandardScaler(), LogisticRegression())\np.fit(X_train, y_train)"
    )
    scale = only(graph, Role.SCALE)
    assert scale.learns[0].rows is value_of(graph, "X_train").rows
    assert scale.model is not None
    assert scale.model.type == "sklearn.preprocessing.StandardScaler"


def test_cross_validated_pipeline_learns_inside_the_folds() -> None:
    graph = graph_of(
        "p = make_pipeline(StandardScaler(), LogisticRegression())\ncross_val_score(p, df.drop('y', axis=1), df['y'])"
    )
    assert only(graph, Role.SCALE).in_folds


def test_column_transformer_gives_each_step_its_columns() -> None:
    graph = graph_of(
        "c = ColumnTransformer([('num', StandardScaler(), ['age', 'fare'])])\n"
        "m = Pipeline([('prep', c), ('model', LogisticRegression())]).fit(df.drop('y', axis=1), df['y'])"
    )
    assert only(graph, Role.SCALE).learns[0].columns.selected == frozenset({"age", "fare"})


def test_dropped_column_takes_its_operations_along() -> None:
    graph = graph_of("df['z'] = StandardScaler().fit_transform(df[['age']])\nX = df.drop(columns=['z'])\nZ = df[['z']]")
    scale = only(graph, Role.SCALE)
    assert not value_of(graph, "X").upstream & scale.bit
    assert value_of(graph, "Z").upstream & scale.bit


def test_change_in_place_is_seen_through_both_names() -> None:
    graph = graph_of("other = df\nother['z'] = 1\nX = df")
    assert "z" in value_of(graph, "X").columns.created


def test_statistic_used_in_a_fill_says_what_it_learned_from() -> None:
    graph = graph_of("df['age'] = df['age'].fillna(df['age'].mean())")
    fill = only(graph, Role.IMPUTE)
    assert [value.column for value in fill.learns] == ["age"]


def test_constant_fill_learns_nothing() -> None:
    assert only(graph_of("df['age'] = df['age'].fillna(0)"), Role.IMPUTE).learns == ()


def test_scaling_by_hand() -> None:
    graph = graph_of("X = (df - df.mean()) / df.std()")
    assert only(graph, Role.SCALE).learns[0].rows is value_of(graph, "df").rows


def test_loop_over_models_is_one_fit_each() -> None:
    graph = graph_of(
        "X, y = df.drop('y', axis=1), df['y']\n"
        "for name, model in {'a': LogisticRegression(), 'b': RandomForestClassifier()}.items():\n    model.fit(X, y)"
    )
    assert [op.model.type.rpartition(".")[2] for op in graph.operations if op.role is Role.FIT and op.model] == [
        "LogisticRegression",
        "RandomForestClassifier",
    ]


@pytest.mark.parametrize(
    "loop",
    [
        "for name in models:\n    models[name].fit(X, y)",
        "for name in models.keys():\n    m = models[name]\n    m.fit(X, y)",
        "for i in range(len(rows)):\n    rows[i].fit(X, y)",
        "for i in range(2):\n    m = rows[i]\n    m.fit(X, y)",
        "for i, title in enumerate(['one', 'two']):\n    rows[i].fit(X, y)",
    ],
)
def test_loop_that_looks_models_up_is_one_fit_each(loop: str) -> None:
    graph = graph_of(
        "X, y = df.drop('y', axis=1), df['y']\n"
        "models = {'a': LogisticRegression(), 'b': RandomForestClassifier()}\n"
        "rows = [LogisticRegression(), RandomForestClassifier()]\n" + loop
    )
    assert [op.model.type.rpartition(".")[2] for op in graph.operations if op.role is Role.FIT and op.model] == [
        "LogisticRegression",
        "RandomForestClassifier",
    ]


def test_loop_over_settings_varies() -> None:
    graph = graph_of(
        "X, y = df.drop('y', axis=1), df['y']\nfor n in [1, 2, 3]:\n"
        "    m = RandomForestClassifier(max_depth=n).fit(X, y)"
    )
    fit = only(graph, Role.FIT)
    assert fit.model is not None
    assert fit.model.params["max_depth"].varies
    assert [graph.loops[number].count for number in fit.loops] == [3]


def test_choice_by_score_is_seen_in_the_parameter() -> None:
    graph = graph_of(
        "X_train, X_test, y_train, y_test = train_test_split(df.drop('y', axis=1), df['y'])\n"
        "scores = []\nfor n in range(1, 9):\n"
        "    m = RandomForestClassifier(max_depth=n).fit(X_train, y_train)\n"
        "    scores.append(f1_score(y_test, m.predict(X_test)))\n"
        "best = np.argmax(scores)\nfinal = RandomForestClassifier(max_depth=best).fit(X_train, y_train)"
    )
    metric = only(graph, Role.EVALUATE)
    value = value_of(graph, "final")
    assert value.model is not None
    depth = value.model.params["max_depth"]
    assert (depth.upstream | depth.control) & metric.bit


def test_user_function_that_shadows_a_library_name_is_not_the_library() -> None:
    graph = graph_of("def train_test_split(t):\n    return t, t\na, b = train_test_split(df)")
    assert overlap(graph, "a", "b")
    assert not [op for op in graph.operations if op.role is Role.SPLIT]


def test_unknown_call_passes_lineage_on_and_is_counted() -> None:
    graph = graph_of("import mylib\nX = mylib.clean(df)\nY = mylib.clean(df)")
    load = only(graph, Role.LOAD)
    assert value_of(graph, "X").upstream & load.bit
    assert graph.unknown == {"mylib.clean": 2}


def test_prediction_knows_its_model_and_rows() -> None:
    graph = graph_of(
        "X_train, X_test, y_train, y_test = train_test_split(df.drop('y', axis=1), df['y'])\n"
        "m = LogisticRegression()\nm.fit(X_train, y_train)\np = m.predict(X_test)"
    )
    prediction = value_of(graph, "p")
    assert prediction.kind is Kind.PREDICTION
    assert prediction.rows is value_of(graph, "X_test").rows
    assert prediction.model is value_of(graph, "m").model


def test_branches_are_both_read() -> None:
    graph = graph_of("if len(df) > 3:\n    m = LogisticRegression()\nelse:\n    m = RandomForestClassifier()")
    assert {model.type.rpartition(".")[2] for model in graph.models} == {"LogisticRegression", "RandomForestClassifier"}


def test_broken_cell_costs_only_itself() -> None:
    graph = graph_of("\n# %%\nx = = 3\n# %%\na, b = train_test_split(df)")
    assert graph.broken == {1}
    assert not overlap(graph, "a", "b")


def test_recursion_ends() -> None:
    graph = graph_of("def f(t):\n    return f(t.dropna())\nx = f(df)")
    assert value_of(graph, "x").upstream


def test_torch_loop_is_a_fit() -> None:
    graph = graph_of(
        """
# %%
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 2)
    def forward(self, x):
        return self.out(x)
X = torch.tensor(df.values)
loader = DataLoader(TensorDataset(X, X), batch_size=8)
net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters())
for epoch in range(5):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(net(xb), yb)
        loss.backward()
        optimizer.step()
"""
    )
    fit = only(graph, Role.FIT)
    assert fit.data[0].rows is value_of(graph, "df").rows
    assert fit.model is value_of(graph, "net").model


def test_pop_takes_the_column_out_of_the_frame() -> None:
    graph = graph_of("y = df.pop('target')\nX = df")
    assert value_of(graph, "y").column == "target"
    assert not value_of(graph, "X").columns.may_hold("target")


def test_bundled_parts_are_disjoint() -> None:
    graph = graph_of("from keras.datasets import mnist\n(a, ya), (b, yb) = mnist.load_data()")
    assert not overlap(graph, "a", "b")
    assert overlap(graph, "a", "ya")


def test_array_cut_at_two_places_gives_three_parts() -> None:
    graph = graph_of("a, b, c = np.split(df.values, [60, 80])")
    assert not overlap(graph, "a", "b")
    assert not overlap(graph, "b", "c")
    assert not overlap(graph, "a", "c")


def test_an_if_without_else_keeps_what_was_done_before() -> None:
    graph = graph_of("""
X, y = StandardScaler().fit_transform(df[["a", "b"]]), df["c"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
if len(unknown_name) == 0:
    X_train, X_test, y_train, y_test = train_test_split(df[["a", "b"]], df["c"], random_state=2)
model = LogisticRegression().fit(X_train, y_train)
""")
    scaling = only(graph, Role.SCALE)
    assert value_of(graph, "X").upstream & scaling.bit
    assert only(graph, Role.FIT).data[0].upstream & scaling.bit
    assert not overlap(graph, "X_train", "X_test")


def test_arrays_split_together_share_their_rows() -> None:
    graph = graph_of("""
names = ["a", "b", "c", "d"]
A, B, a, b = train_test_split(df[["x"]], names, random_state=1)
""")
    assert overlap(graph, "A", "a")
    assert not overlap(graph, "A", "b")


@pytest.mark.parametrize(
    ("mine", "theirs", "may_share"),
    [
        ({(1, "in")}, {(1, "in"), (2, "test")}, True),
        ({(1, "in")}, {(1, "not in")}, False),
        ({(1, "in"), (1, "not in")}, {(1, "in")}, True),
        ({(1, "in"), (1, "not in")}, {(1, "not in")}, True),
        ({(1, "in"), (1, "not in")}, {(1, "other")}, False),
        ({(1, "in"), (1, "not in"), (2, "train")}, {(1, "in"), (2, "test")}, False),
    ],
)
def test_parts_of_one_partition_exclude_each_other(
    mine: set[tuple[int, str]], theirs: set[tuple[int, str]], may_share: bool
) -> None:
    """Whichever of several labels a set happens to give first: that changes with the seed of Python's hashes."""
    one = Rows(1, RowsEffect.SUBSET, ((1, frozenset(mine)),))
    other = Rows(2, RowsEffect.SUBSET, ((1, frozenset(theirs)),))
    assert one.overlaps(other) is may_share
    assert other.overlaps(one) is may_share
