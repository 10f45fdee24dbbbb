"""The phase of single cells in small notebooks. Near-misses stand in pairs: the same call, another main effect."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.phase import PhaseLabel
from nbaudit.model.source import CellKind
from nbaudit.model.vocabulary import Phase
from nbaudit.phases.label import label_cells
from nbaudit.phases.words import phases_in
from nbaudit.testing import notebook_from_text

SETUP, LOAD, PREP = Phase.SETUP, Phase.COLLECTION, Phase.PREPROCESSING
TRAIN, EVAL, DEPLOY = Phase.TRAINING, Phase.EVALUATION, Phase.DEPLOYMENT

START = """# %%
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
# %%
pumps = pd.read_csv("pumps.csv")
# %%
X = pumps.drop(columns="wear")
y = pumps["wear"]
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=3)
# %%
forest = RandomForestRegressor(random_state=3)
forest.fit(X_train, y_train)
# %%
guess = forest.predict(X_test)
print(mean_absolute_error(y_test, guess))
"""


def label(source: str, cell: int) -> PhaseLabel:
    notebook = notebook_from_text(source)
    return {found.cell: found for found in label_cells(notebook, build_graph(notebook))}[cell]


def after(last: str) -> PhaseLabel:
    """The label of one more cell at the end of a complete workflow."""
    source = f"{START}# %%\n{last}\n"
    return label(source, source.count("# %%") - 1)


@pytest.mark.parametrize(
    ("cell", "phase"), [(0, SETUP), (1, LOAD), (2, PREP), (3, TRAIN), (4, TRAIN), (5, EVAL)], ids=str
)
def test_plain_workflow(cell: int, phase: Phase) -> None:
    assert label(START, cell).primary is phase


@pytest.mark.parametrize(
    ("code", "phase"),
    [
        # the same plot: of the table, and of what the model says
        ("import matplotlib.pyplot as plt\nplt.hist(pumps['flow'])", PREP),
        ("plt.hist(guess)", EVAL),
        # the same bare name: data, and a result
        ("guess", EVAL),
        # the same call: a prediction that is measured, and one for rows of another file
        ("again = forest.predict(X_test)\nmean_absolute_error(y_test, again)", EVAL),
        ("fresh = pd.read_csv('next_month.csv')\nanswers = forest.predict(fresh)", DEPLOY),
        # the same file format: predictions, and scores
        ("pd.DataFrame({'wear': guess}).to_csv('submission.csv', index=False)", DEPLOY),
        ("pd.DataFrame({'mae': [mean_absolute_error(y_test, guess)]}).to_csv('scores.csv')", EVAL),
        # what fits and scores is training, what scores alone is evaluation
        ("other = RandomForestRegressor(50).fit(X_train, y_train)\nprint(other.score(X_test, y_test))", TRAIN),
        ("print(forest.score(X_test, y_test))", EVAL),
        ("import joblib\njoblib.dump(forest, 'forest.joblib')", DEPLOY),
        ("forest.feature_importances_", EVAL),
    ],
)
def test_after_the_fit(code: str, phase: Phase) -> None:
    assert after(code).primary is phase


@pytest.mark.parametrize(
    ("code", "phase"),
    [
        ("import pandas as pd\nd = pd.read_csv('d.csv')\nd.head()", LOAD),
        ("!pip install catboost", SETUP),
        ("!wget https://example.org/pumps.zip", LOAD),
        ("import pandas as pd\npd.set_option('display.max_columns', 40)", SETUP),
    ],
)
def test_a_cell_alone(code: str, phase: Phase) -> None:
    assert label(f"# %%\n{code}\n", 0).primary is phase


def test_joined_sources_are_collection_and_joined_aggregates_are_not() -> None:
    source = """# %%
import pandas as pd
# %%
orders = pd.read_csv("orders.csv")
shops = pd.read_csv("shops.csv")
# %%
both = orders.merge(shops, on="shop_id")
# %%
total = orders.groupby("shop_id")["sum"].sum().reset_index()
orders = orders.merge(total, on="shop_id")
"""
    assert label(source, 2).primary is LOAD
    assert label(source, 3).primary is PREP


def test_shapes_of_the_split_are_training_and_of_the_table_are_not() -> None:
    source = START.replace("# %%\nforest", "# %%\nprint(X_train.shape, X_test.shape)\n# %%\nforest", 1)
    source = source.replace("# %%\nX = ", "# %%\nprint(pumps.shape)\n# %%\nX = ", 1)
    assert label(source, 2).primary is PREP
    assert label(source, 5).primary is TRAIN


def test_rows_cut_by_hand_to_train_on_are_a_split() -> None:
    source = """# %%
import pandas as pd
from sklearn.linear_model import Ridge
# %%
flow = pd.read_csv("flow.csv")
# %%
train = flow.iloc[:900]
test = flow.iloc[900:]
# %%
early = flow.iloc[:50]
early.describe()
# %%
model = Ridge().fit(train[["rain"]], train["level"])
# %%
print(model.score(test[["rain"]], test["level"]))
"""
    assert label(source, 2).primary is TRAIN
    assert label(source, 3).primary is PREP


def test_a_function_has_the_phase_of_what_it_does() -> None:
    source = """# %%
import pandas as pd
from sklearn.linear_model import Ridge
# %%
def tidy(table):
    return table.dropna().drop_duplicates()
# %%
def learn(table):
    return Ridge().fit(table[["rain"]], table["level"])
# %%
def shout(text):
    return text + "!"
# %%
flow = tidy(pd.read_csv("flow.csv"))
# %%
model = learn(flow)
"""
    assert label(source, 1).primary is PREP
    assert label(source, 2).primary is TRAIN
    assert label(source, 3).primary is SETUP
    assert label(source, 5).primary is TRAIN


def test_a_scaler_prepares_and_a_model_is_built() -> None:
    source = """# %%
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler
# %%
scaler = StandardScaler()
# %%
model = Ridge(alpha=2)
"""
    assert label(source, 1).primary is PREP
    assert label(source, 2).primary is TRAIN


def test_clusters_are_results_until_a_model_learns_from_them() -> None:
    source = """# %%
import pandas as pd
from sklearn.cluster import KMeans
# %%
cells = pd.read_csv("cells.csv")
# %%
groups = KMeans(4).fit_predict(cells)
# %%
cells["group"] = groups
cells.groupby("group").mean()
"""
    later = """# %%
from sklearn.tree import DecisionTreeClassifier
tree = DecisionTreeClassifier().fit(cells, cells["kind"])
"""
    assert label(source, 3).primary is EVAL
    assert label(source + later, 3).primary is PREP


def test_a_heading_decides_only_where_nothing_else_does() -> None:
    silent = "# %% [markdown]\n# # Evaluación\n# %%\nx = 1\n"
    loud = "# %% [markdown]\n# # Evaluación\n# %%\nimport pandas as pd\nd = pd.read_csv('d.csv')\n"
    assert label(silent, 1).primary is EVAL
    assert label(loud, 1).primary is LOAD


@pytest.mark.parametrize(
    ("title", "phase"),
    [
        ("Datos: carga", LOAD),
        ("Daten einlesen", LOAD),
        ("Chargement des données", LOAD),
        ("Leitura dos dados", LOAD),
        ("Bewertung", EVAL),
        ("Entraînement", TRAIN),
        ("Limpeza", PREP),
        ("Bibliotheken", SETUP),
    ],
)
def test_words_in_several_languages(title: str, phase: Phase) -> None:
    assert phases_in(title) == (phase,)


def test_every_code_cell_has_one_label_in_order() -> None:
    notebook = notebook_from_text("# %%\n\n# %% [markdown]\n# text\n# %%\ndef (\n# %%\n# only words\n")
    labels = label_cells(notebook, build_graph(notebook))
    assert [found.cell for found in labels] == [c.index for c in notebook.cells if c.kind is CellKind.CODE]
    assert all(0 <= found.confidence <= 1 and found.reason for found in labels)


def test_the_reason_names_the_model_and_certainty_falls_where_phases_compete() -> None:
    assert label(START, 4).reason == "fits RandomForestRegressor"
    mixed = after("new = pd.read_csv('new.csv')\nnew.dropna().drop_duplicates().describe()")
    assert mixed.confidence < label(START, 4).confidence


def test_further_phases_are_told() -> None:
    found = after("other = RandomForestRegressor(50).fit(X_train, y_train)\nprint(other.score(X_test, y_test))")
    assert EVAL in found.further


@pytest.mark.parametrize(
    ("code", "phase"),
    [
        # the model shown as it is, and what it found
        ("forest.get_params()", TRAIN),
        ("print(forest)", TRAIN),
        ("forest.feature_importances_", EVAL),
        # rows cut apart by place, and columns picked
        ("late_train = pumps[:80]\nlate_test = pumps[80:]", TRAIN),
        ("few = pumps[['flow', 'wear']]\nfew.describe()", PREP),
        # a file read by hand, and one that is only written
        ("lines = [line.split() for line in open('log.txt')]", LOAD),
    ],
)
def test_shown_cut_and_read(code: str, phase: Phase) -> None:
    assert after(code).primary is phase


def test_made_up_data_is_collected() -> None:
    source = (
        "# %%\nimport numpy as np\nimport pandas as pd\n# %%\nage = np.random.randint(18, 70, size=500)\n"
        "people = pd.DataFrame({'age': age})\n# %%\npeople.describe()\n"
    )
    assert label(source, 1).primary is LOAD
    assert label(source, 2).primary is PREP
