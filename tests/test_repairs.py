"""Code to use instead: valid Python with the notebook's own names."""

from __future__ import annotations

import ast
import builtins
from pathlib import Path

import pytest

import nbaudit
from nbaudit.checkers.base import all_checks
from nbaudit.model.finding import Finding
from nbaudit.pipeline import audit_notebook
from nbaudit.repairs import _WRITERS
from nbaudit.repairs.code import Known, bare_targets, bound_in
from nbaudit.testing import notebook_from_text

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures" / "notebooks").glob("*.ipynb"))

HEAD = """
# %%
import pandas as pd
from sklearn.preprocessing import MinMaxScaler
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.metrics import accuracy_score
pumps = pd.read_csv("/home/mara/pumps.csv", sep=";")
pumps.isnull().sum()
features, broken = pumps.drop(columns="broken"), pumps["broken"]
"""


def finding(text: str, check: str) -> Finding:
    result = audit_notebook(notebook_from_text(HEAD + text))
    assert result.failures == ()
    return next(item for item in result.findings if item.check == check)


SCALED = """
# %%
scaler = MinMaxScaler()
features = scaler.fit_transform(features)
P_train, P_test, b_train, b_test = train_test_split(features, broken, test_size=0.3, random_state=7)
# %%
near = KNeighborsClassifier(n_neighbors=9)
near.fit(P_train, b_train)
print(accuracy_score(b_test, near.predict(P_test)))
"""

CHOSEN = """
# %%
P_train, P_test, b_train, b_test = train_test_split(features, broken, random_state=7)
scores = {}
for k in range(1, 40, 2):
    near = KNeighborsClassifier(n_neighbors=k).fit(P_train, b_train)
    scores[k] = accuracy_score(b_test, near.predict(P_test))
best = max(scores, key=scores.get)
final = KNeighborsClassifier(n_neighbors=best).fit(P_train, b_train)
print(accuracy_score(b_test, final.predict(P_test)))
"""


def test_a_leaking_scaler_goes_into_a_pipeline() -> None:
    assert finding(SCALED, "scaler-fitted-on-test-rows").instead == (
        "from sklearn.pipeline import make_pipeline\n"
        "\n"
        "# before anything learns from the rows, so with `features` as it was before\n"
        "P_train, P_test, b_train, b_test = train_test_split(\n"
        "    features, broken, test_size=0.3, random_state=7\n"
        ")\n"
        "\n"
        "near = make_pipeline(\n"
        "    MinMaxScaler(),\n"
        "    KNeighborsClassifier(n_neighbors=9),\n"
        ")\n"
        "near.fit(P_train, b_train)  # each step learns from these alone\n"
        "near.score(P_test, b_test)"
    )


def test_what_is_split_first_is_the_data_before_the_scaler() -> None:
    text = SCALED.replace("features = scaler.fit", "scaled = scaler.fit").replace("split(features", "split(scaled")
    code = finding(text, "scaler-fitted-on-test-rows").instead
    assert "features, broken, test_size=0.3" in code
    assert "scaled" not in code


def test_a_choice_on_test_rows_becomes_a_search_over_the_same_values() -> None:
    code = finding(CHOSEN, "setting-chosen-on-test-rows").instead
    assert '    KNeighborsClassifier(),\n    {"n_neighbors": range(1, 40, 2)},\n    cv=5,\n' in code
    assert "search.fit(P_train, b_train)" in code
    assert code.rstrip().splitlines()[-1].startswith("print(search.best_params_, ")
    assert "P_test" not in "\n".join(code.splitlines()[:-1])


def test_a_split_without_seed_gets_one_in_its_own_line() -> None:
    text = SCALED.replace(", random_state=7", "")
    assert finding(text, "split-without-seed").instead == (
        "P_train, P_test, b_train, b_test = train_test_split(features, broken, test_size=0.3, random_state=0)"
    )


def test_accuracy_alone_gets_a_report_of_the_same_predictions() -> None:
    code = finding(SCALED, "accuracy-alone").instead
    assert code.endswith("print(classification_report(b_test, near.predict(P_test)))")


def test_a_personal_path_is_read_from_a_folder_with_the_other_arguments_kept() -> None:
    code = finding(SCALED, "personal-path").instead
    assert code.endswith("pumps = pd.read_csv(DATA / 'pumps.csv', sep=';')")
    assert "/home/mara" not in code


def test_a_loop_variable_never_leaves_its_loop() -> None:
    for check in ("setting-chosen-on-test-rows", "accuracy-alone"):
        names = {item.id for item in ast.walk(ast.parse(finding(CHOSEN, check).instead)) if isinstance(item, ast.Name)}
        assert "k" not in names


def test_writers_are_for_checks_that_exist() -> None:
    assert set(_WRITERS) <= {check.slug for check in all_checks()}


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_code_for_fixtures_is_valid_and_uses_their_names(path: Path) -> None:
    result = nbaudit.audit(path)
    assert result.failures == ()
    known = {name.id for cell in result.notebook.cells if cell.is_python for name in names_in(cell.python)}
    for item in result.findings:
        if item.check in _WRITERS and item.instead:
            used = {name.id for name in names_in(item.instead)}
            assert used & known, f"{item.check}: {item.instead}"


def names_in(code: str) -> list[ast.Name]:
    return [item for item in ast.walk(ast.parse(code)) if isinstance(item, ast.Name)]


def test_examples_of_all_checks_give_code_of_their_own_names() -> None:
    """Advice is code, not words: it can be read as Python, leaves nothing out, and has no name that nobody bound."""
    without: list[str] = []
    written = 0
    for check in all_checks():
        for example in check.flags:
            result = audit_notebook(notebook_from_text(example.source, example.outputs))
            assert result.failures == (), (check.slug, result.failures)
            known = Known(result.notebook)
            for item in result.findings:
                if item.check != check.slug:
                    continue
                if not item.instead:
                    without.append(f"{check.slug}: {example.title}")
                    continue
                tree = ast.parse(item.instead)
                assert not any(isinstance(part, ast.Constant) and part.value is ... for part in ast.walk(tree))
                own = {name.id for name in names_in(item.instead)} - set(dir(builtins)) - set(bound_in(tree))
                unbound = {name for name in own if not known.binds(name)}
                assert not unbound, f"{check.slug}: {example.title}: {unbound} in\n{item.instead}"
            written += sum(item.check == check.slug for item in result.findings)
    assert len(without) <= 0.02 * written, without


def test_a_clustering_is_tuned_without_labels() -> None:
    text = """
# %%
from sklearn.cluster import KMeans
pumps = pumps.drop_duplicates()
groups = KMeans(n_clusters=4, random_state=1).fit_predict(pumps)
"""
    code = finding(text, "values-never-tuned").instead
    assert '"n_clusters": range(2, 11)' in code
    assert "KMeans(**setting).fit_predict(pumps)" in code
    assert "train_test_split" not in code


def test_a_shuffle_without_seed_gets_one_in_its_own_line() -> None:
    text = SCALED.replace("# %%\nscaler", "# %%\npumps = pumps.sample(frac=1)\nscaler")
    text = text.replace("scaler = ", "features, broken = pumps.drop(columns='broken'), pumps['broken']\nscaler = ")
    text = text.replace(
        "P_train, P_test, b_train, b_test = train_test_split(features, broken, test_size=0.3, random_state=7)", CUT
    )
    assert finding(text, "split-without-seed").instead == "pumps = pumps.sample(frac=1, random_state=0)"


CUT = "P_train, P_test, b_train, b_test = features[:800], features[800:], broken[:800], broken[800:]"


NEW = (
    (
        "encoding-learned-from-test-rows",
        """
# %%
features["load"] = pd.qcut(features["load"], 4)
P_train, P_test, b_train, b_test = train_test_split(pd.get_dummies(features), broken, random_state=7)
near = KNeighborsClassifier().fit(P_train, b_train)
print(accuracy_score(b_test, near.predict(P_test)))
""",
        ("_, edges = pd.qcut(P_train['load'], 4, retbins=True)", "part['load'] = pd.cut(part['load'], edges"),
    ),
    (
        "partial-read",
        """
# %%
flows = pd.read_csv("flows.csv", nrows=5000).dropna()
flows.head()
near = KNeighborsClassifier().fit(flows.drop(columns="late"), flows["late"])
""",
        ("flows = pd.read_csv('flows.csv').dropna()",),
    ),
    (
        "repair-thrown-away",
        """
# %%
pumps["maker"].str.strip()
features.drop_duplicates()
near = KNeighborsClassifier().fit(features, broken)
""",
        ("pumps['maker'] = pumps['maker'].str.strip()",),
    ),
    (
        "scaler-output-never-used",
        """
# %%
scaler = MinMaxScaler()
P_train, P_test, b_train, b_test = train_test_split(features, broken, random_state=7)
scaler.fit_transform(P_train)
near = KNeighborsClassifier()
near.fit(P_train, b_train)
print(accuracy_score(b_test, near.predict(P_test)))
""",
        ("P_train_scaled = scaler.fit_transform(P_train)", "near.fit(P_train_scaled, b_train)"),
    ),
    (
        "single-algorithm",
        """
# %%
import xgboost as xgb
P_train, P_test, b_train, b_test = train_test_split(features, broken, random_state=7)
booster = xgb.train({"eta": 0.1}, xgb.DMatrix(P_train, label=b_train), 50)
print(accuracy_score(b_test, booster.predict(xgb.DMatrix(P_test)) > 0.5))
""",
        ("cross_val_score(candidate, P_train, b_train, cv=5)", "DummyClassifier()"),
    ),
    (
        "values-never-tuned",
        """
# %%
import lightgbm as lgb
P_train, P_test, b_train, b_test = train_test_split(features, broken, random_state=7)
booster = lgb.train({"eta": 0.1}, lgb.Dataset(P_train, label=b_train), 50)
print(accuracy_score(b_test, booster.predict(P_test) > 0.5))
""",
        ("{**{'eta': 0.1}, \"num_leaves\": value}", "lgb.Dataset(P_train, label=b_train)"),
    ),
)


@pytest.mark.parametrize(("check", "cells", "lines"), NEW, ids=[check for check, *_ in NEW])
def test_code_for_what_had_words_alone(check: str, cells: str, lines: tuple[str, ...]) -> None:
    code = finding(cells, check).instead
    for line in lines:
        assert line in code
    ast.parse(code)


UNSEEN = """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
orders = pd.read_csv("orders.csv")
tree = DecisionTreeClassifier().fit(orders.drop(columns="late"), orders["late"])
"""

PICTURES = """
# %%
from keras.models import Sequential
from keras.layers import Dense
from keras.preprocessing.image import ImageDataGenerator
roofs = ImageDataGenerator().flow_from_directory("roofs")
net = Sequential([Dense(2, activation="softmax")])
net.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
net.fit_generator(roofs, epochs=3)
"""


@pytest.mark.parametrize(
    ("cells", "check", "line"),
    [
        (UNSEEN, "data-never-looked-at", 'orders.describe(include="all")'),
        (PICTURES, "data-never-looked-at", "examples, labels = next(roofs)"),
        (PICTURES, "single-algorithm", "print(np.bincount(roofs.classes).max() / roofs.samples)"),
    ],
)
def test_a_first_look_and_a_baseline_by_kind_of_data(cells: str, check: str, line: str) -> None:
    result = audit_notebook(notebook_from_text(cells))
    assert line in next(item for item in result.findings if item.check == check).instead


def test_assigned_names_stand_without_brackets_on_every_python() -> None:
    code = "(a, b) = split(x)\nfor (i, (k)) in y:\n    (c, d) = f((1, 2))\nfor (i, j) in z:\n    print((i, j) == k)"
    assert bare_targets(code) == (
        "a, b = split(x)\nfor (i, (k)) in y:\n    c, d = f((1, 2))\nfor i, j in z:\n    print((i, j) == k)"
    )


# Networks and boosters: each piece was run with the library itself when it was written.

PARTS = """
# %%
P_train, P_test, b_train, b_test = train_test_split(features, broken, random_state=7)
"""

KERAS = """
# %%
from tensorflow import keras
net = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
net.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
"""

TORCH = """
# %%
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset, random_split
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
loss_of = nn.CrossEntropyLoss()
steps = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
"""

ON_TENSORS = """
# %%
P_train, P_test = torch.FloatTensor(P_train.values), torch.FloatTensor(P_test.values)
b_train, b_test = torch.LongTensor(b_train.values), torch.LongTensor(b_test.values)
for epoch in range(30):
    loss = loss_of(net(P_train), b_train)
    steps.zero_grad()
    loss.backward()
    steps.step()
# %%
with torch.no_grad():
    found = net(P_test).argmax(1)
print("accuracy", (found == b_test).float().mean())
"""

ON_LOADERS = """
# %%
rows = TensorDataset(torch.tensor(features.values, dtype=torch.float32), torch.tensor(broken.values))
own, other = random_split(rows, [800, 200])
train_loader, test_loader = DataLoader(own, batch_size=32, shuffle=True), DataLoader(other, batch_size=32)
# %%
best = 0
for epoch in range(5):
    for xb, yb in train_loader:
        steps.zero_grad()
        loss = loss_of(net(xb), yb)
        loss.backward()
        steps.step()
    hits = 0
    with torch.no_grad():
        for xb, yb in test_loader:
            hits += (net(xb).argmax(1) == yb).sum().item()
    if hits > best:
        best = hits
        torch.save(net.state_dict(), "best.pt")
print(best / len(other))
"""


def test_learning_rates_of_keras_are_not_chosen_by_the_rows_that_are_reported_on() -> None:
    fit = "net.fit(P_train, b_train, epochs=5, validation_data=(P_test, b_test))\nnet.evaluate(P_test, b_test)\n"
    code = finding(PARTS + KERAS + fit, "values-never-tuned").instead
    assert "validation_split=0.2" in code and "P_test" not in code


def test_a_network_that_was_never_held_out_is_held_out_and_reported() -> None:
    text = KERAS + "net.fit(features, broken, epochs=5)\nnet.evaluate(features, broken)\n"
    code = finding(text, "accuracy-alone").instead
    assert "X_train, X_test, y_train, y_test = train_test_split(features, broken" in code
    assert "chances = net.predict(X_test)" in code and "net.fit(X_train, y_train, epochs=5)" in code


def test_each_learning_rate_of_a_loop_gets_an_optimiser_of_its_own() -> None:
    code = finding(PARTS + TORCH + ON_TENSORS, "values-never-tuned").instead
    assert "    steps = torch.optim.SGD(net.parameters(), momentum=0.9, lr=learning_rate)\n" in code
    assert "        loss.backward()\n" in code and "P_test" not in code
    assert code.startswith("P_train, P_train_choice, b_train, b_train_choice = train_test_split(")


def test_classes_of_tensors_are_decided_by_the_network() -> None:
    code = finding(PARTS + TORCH + ON_TENSORS, "accuracy-alone").instead
    assert "    predicted = net(P_test).argmax(dim=1)\n" in code
    assert code.endswith("print(classification_report(b_test, predicted))")


def test_a_loop_over_batches_is_repeated_without_what_measures_in_it() -> None:
    code = finding(TORCH + ON_LOADERS, "stopping-is-all-the-tuning").instead
    assert "fit_set, choice_set = random_split(train_loader.dataset" in code
    assert "        for xb, yb in train_loader:\n" in code
    assert "test_loader" not in code and "torch.save" not in code and "as a function" not in code


def test_batches_are_scaled_by_the_training_rows() -> None:
    code = finding(TORCH + ON_LOADERS, "features-not-scaled").instead
    assert code.startswith("rows = torch.cat([batch[0] for batch in train_loader])")
    assert "StandardScaler" not in code


def test_classes_of_batches_are_decided_by_the_network() -> None:
    code = finding(TORCH + ON_LOADERS, "accuracy-alone").instead
    assert "    for inputs, labels in test_loader:\n        predicted += net(inputs).argmax(dim=1).tolist()\n" in code


@pytest.mark.parametrize(
    ("module", "data", "made"),
    [("xgboost", "DMatrix", "XGBClassifier"), ("lightgbm", "Dataset", "LGBMClassifier")],
)
def test_a_booster_is_compared_as_an_estimator_and_reported_by_its_decisions(module: str, data: str, made: str) -> None:
    text = (
        f"{PARTS}\n# %%\nimport {module} as own\nchoices = {{'max_depth': 3}}\n"
        f"kept, seen = own.{data}(P_test, label=b_test), own.{data}(P_train, label=b_train)\n"
        "booster = own.train(choices, seen, num_boost_round=20)\n"
        "chances = booster.predict(kept)\nprint(accuracy_score(b_test, chances > 0.5))\n"
    )
    compared = finding(text, "single-algorithm").instead
    assert f"    own.{made}(**choices),\n" in compared and "Booster" not in compared
    assert "P_train, b_train, cv=5" in compared
    reported = finding(text, "accuracy-alone").instead
    assert reported.endswith("print(classification_report(b_test, chances > 0.5))")


def test_folds_have_no_rows_that_stop_a_booster_and_trees_get_another_family_beside_them() -> None:
    text = (
        PARTS + "\n# %%\nfrom xgboost import XGBClassifier\n"
        "trees = XGBClassifier(max_depth=4, early_stopping_rounds=5)\n"
        "trees.fit(P_train, b_train, eval_set=[(P_test, b_test)])\n"
        "print(accuracy_score(b_test, trees.predict(P_test)))\n"
    )
    compared = finding(text, "single-algorithm").instead
    assert "    XGBClassifier(max_depth=4),\n" in compared
    assert "    make_pipeline(StandardScaler(), LogisticRegression()),\n" in compared and "Forest" not in compared
    assert "early_stopping_rounds" not in finding(text, "stopping-is-all-the-tuning").instead


def test_values_of_catboost_have_the_names_that_it_takes_beside_its_own() -> None:
    text = (
        PARTS + "\n# %%\nfrom catboost import CatBoostClassifier\ncat = CatBoostClassifier(iterations=40)\n"
        "cat.fit(P_train, b_train)\nprint(accuracy_score(b_test, cat.predict(P_test)))\n"
    )
    code = finding(text, "values-never-tuned").instead
    assert '"iterations": ' in code and '"depth": ' in code
    assert "n_estimators" not in code and "max_depth" not in code
