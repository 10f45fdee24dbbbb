"""DC-I: data that was read and never looked at."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.facts import Dtypes, Fact, Sample, ShapeFact
from nbaudit.model.flow import Operation
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow.raw_tables import table_reads
from nbaudit.workflow.sources import Source, looks_at, sources

_COUNTED = regex(r"\bFound \d+ (?:\w+ )?(?:images?|files?)\b")
"""What readers of picture folders print by themselves."""

FLAGS = (
    Example(
        "read and trained on",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")  # expect
# %%
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
    Example(
        "only the scores are drawn",
        """
# %%
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.neighbors import KNeighborsClassifier
from sklearn.model_selection import train_test_split
trips = pd.read_csv("trips.csv")  # expect
A, B, a, b = train_test_split(trips.drop("late", axis=1), trips["late"], random_state=1)
# %%
plt.plot([KNeighborsClassifier(k).fit(A, a).score(B, b) for k in range(1, 9)])
""",
    ),
    Example(
        "read and cleaned unseen",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")  # expect
trips = trips.dropna().drop_duplicates()
# %%
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
)
PASSES = (
    Example(
        "the notebook's own matrix is read back",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
raw = pd.read_csv("trips.csv")
raw.info()
raw.groupby("day").sum().to_pickle("days.pkl")
# %%
trips = pd.read_pickle("days.pkl")
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
    Example(
        "a head is shown",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")
trips.head()
# %%
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
    Example(
        "an assertion holds it to what is expected",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")
assert set(trips.columns) == {"age", "fare", "late"}
# %%
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
    Example(
        "the reader of a folder prints how many pictures it found",
        """
# %%
from tensorflow import keras
gen = keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
leaves = gen.flow_from_directory("leaves")
# %%
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2)])
model.compile(loss="categorical_crossentropy")
model.fit(leaves, epochs=2)
""",
        {0: "Found 2000 images belonging to 2 classes."},
    ),
    Example(
        "a function of another file draws it",
        """
# %%
from PIL import Image
from helpers import blocks, plot_blocks
from sklearn.cluster import KMeans
leaf = Image.open("leaf.png")
parts = blocks(leaf)
KMeans(8, random_state=1).fit(parts)
# %%
plot_blocks(parts)
""",
    ),
    Example(
        "the same file was looked at under another name",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
raw = pd.read_csv("trips.csv")
raw.head()
# %%
trips = pd.read_csv("trips.csv")
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
)


@check("DC-I", flags=FLAGS, passes=PASSES)
def data_never_looked_at(workflow: Workflow) -> Iterator[Finding]:
    """Nothing that was read is ever looked at or checked: no head, shape, info, plot or assertion.

    Why it is debt: a changed file, a wrong column or an empty read goes unseen until the model is wrong.
    Instead: show `head()` and `shape`, or assert the columns and the number of rows.
    Blind spots: looks that an unknown library's function takes.
    """
    read = [source for source in sources(workflow) if source.used(workflow)]
    if not read:
        return
    first = next(op for op in read[0].ops if workflow.reaches_model(op))
    earlier = [op for op in workflow.loads if op.id < first.id]  # what a file of the notebook's own may be made of
    if any(_looked(workflow, op) for op in (*_behind_models(workflow, read), *earlier)):
        return
    if any(
        fact.cell >= first.site.cell and not _predicted(workflow, fact)
        for fact in workflow.facts
        if isinstance(fact, (Sample, ShapeFact, Dtypes))
    ):
        return
    training = next((t for t in workflow.trainings if any(v.upstream & first.bit for v in t.op.data)), None)
    if training is None:
        return
    if not table_reads(workflow) & first.bit and _counted_before(workflow, training.op):
        return
    unknown = sum(op.role.value == "unknown" for op in workflow.graph.by_mask(workflow.modelling))
    yield Finding(
        "DC-I",
        "data-never-looked-at",
        at(first),
        f"what `{first.text[:80]}` reads is never looked at before the model is trained on it",
        (step(first, "reads the data"), step(training.op, "trains on it, with no look in between")),
        confidence=0.8 if unknown < 5 else 0.6,
    )


def _counted_before(workflow: Workflow, training: Operation) -> bool:
    """True where sizes of data are shown before the training: of what is no table that is a check."""
    return any(
        op.id < training.id and op.shown and Trait.SHAPE in op.traits and any(value.rows for value in op.data)
        for op in workflow.ops(Role.LOOK)
    )


def _predicted(workflow: Workflow, fact: Fact) -> bool:
    """True where an output is known to show what a model has predicted, as a file that is handed in."""
    about = workflow.value_of(fact.about)
    return about is not None and any(about.upstream & op.bit for op in workflow.ops(Role.PREDICT))


def _looked(workflow: Workflow, op: Operation) -> bool:
    """True where what a read gave is looked at, or the table that lists its files is."""
    if next(looks_at(workflow, op), None) is not None:
        return True
    if 0 <= op.site.cell < len(workflow.notebook.cells) and any(
        _COUNTED.search(output.text) for output in workflow.notebook.cells[op.site.cell].outputs
    ):
        return True
    return bool(op.data) and any(look.id < op.id and look.data for look in workflow.ops(Role.LOOK, Role.PLOT))


def _behind_models(workflow: Workflow, read: list[Source]) -> Iterator[Operation]:
    """All reads of the sources that are trained on, and of those that are predicted."""
    predicted = 0
    for op in workflow.ops(Role.PREDICT):
        for value in op.data:
            predicted |= value.upstream
    for source in sources(workflow):
        if source in read or any(op.bit & predicted for op in source.ops):
            yield from source.ops
