"""DI-M: related sources of which only one reaches the model."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import mask_of
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.sources import tables_read

_HEAD = """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
visits = pd.read_csv("visits.csv")
shops = pd.read_csv("shops.csv")
visits.head()
shops.head()
"""
FLAGS = (
    Example(
        "the second table is only shown",
        _HEAD + '# %%\nDecisionTreeRegressor().fit(visits[["n"]], visits["sales"])  # expect\n',
    ),
    Example(
        "the second table is only plotted",
        _HEAD
        + 'shops.size.hist()\n# %%\nm = DecisionTreeRegressor()\nm.fit(visits[["n"]], visits["sales"])  # expect\n',
    ),
)
PASSES = (
    Example(
        "a file that is only predicted",
        """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
homes = pd.read_csv("homes.csv")
areas = pd.read_csv("areas.csv")
areas.head()
# %%
model = LinearRegression()
model.fit(homes[["area"]], homes["price"])
areas["price"] = model.predict(areas[["area"]])
""",
    ),
    Example(
        "the tables are joined",
        _HEAD
        + 'all_ = visits.merge(shops, on="shop")\n# %%\nDecisionTreeRegressor().fit(all_[["n"]], all_["sales"])\n',
    ),
    Example(
        "the files are parts of one data set",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
train.head()
DecisionTreeRegressor().fit(train[["n"]], train["sales"])
""",
    ),
    Example(
        "one file is read twice",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
visits = pd.read_csv("visits.csv")
visits.head()
# %%
again = pd.read_csv("visits.csv")
DecisionTreeRegressor().fit(again[["n"]], again["sales"])
""",
    ),
)


@check("DI-M", flags=FLAGS, passes=PASSES)
def source_not_joined(workflow: Workflow) -> Iterator[Finding]:
    """Several sources are read and looked at, and only one of them reaches the modelling data.

    Why it is debt: what the other sources know is lost, and the reader can't tell whether on purpose.
    Instead: join them by their key, or say why they are left out and do not read them.
    Blind spots: sources that are used through an unknown library.
    """
    # what is read in a loop is one source in many files
    read = [source for source in tables_read(workflow) if not source.is_part and not source.op.loops]
    if len(read) < 2:
        return
    used = [source for source in read if source.used(workflow)]
    unused = [source for source in read if not source.used(workflow)]
    if len(used) != 1 or workflow.ops(Role.JOIN):
        return
    worked_on = 0
    for op in workflow.graph.operations:
        if op.role not in (Role.LOAD, Role.UNKNOWN):
            for value in op.data:
                worked_on |= value.upstream
    worked_on &= ~_asked(workflow)
    touched = [source for source in unused if source.op.bit & worked_on]
    if not touched:
        return
    mask = mask_of(used[0].ops)
    training = next((t for t in workflow.trainings if any(v.upstream & mask for v in t.op.data)), None)
    if training is None:
        return
    names = ", ".join(f"`{source.name or source.location}`" for source in touched[:3])
    yield Finding(
        "DI-M",
        "source-not-joined",
        at(training.op),
        f"{names} never reaches the model, which is trained on `{used[0].name or used[0].location}` alone",
        (
            *(step(source.op, "reads a source that is not joined") for source in touched[:3]),
            step(training.op, "trains"),
        ),
        confidence=0.6,
    )


def _asked(workflow: Workflow) -> int:
    """Mask of what went into rows that models are only asked about: a file to predict is no source to join."""
    mask = 0
    for op in workflow.ops(Role.PREDICT):
        for value in op.data:
            mask |= value.upstream
    return mask
