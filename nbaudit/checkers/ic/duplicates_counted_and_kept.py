"""IC-I: duplicates are counted and stay."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, check, quoted, step
from nbaudit.model.facts import Duplicates
from nbaudit.model.source import Span
from nbaudit.workflow.consistency import asks_whole_rows, explains_duplicates, handles_duplicates, wide_enough
from nbaudit.workflow.raw_tables import on_tables
from nbaudit.workflow.writing import line_of

FLAGS = (
    Example(
        "counted, then trained on",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail.duplicated().sum()  # expect
# %%
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), mail["spam"])
""",
        {0: "415"},
    ),
    Example(
        "removed in a copy only",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail.duplicated().sum()  # expect
# %%
clean = mail.drop_duplicates()
clean.shape
# %%
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), mail["spam"])
""",
        {0: "415"},
    ),
)
PASSES = (
    Example(
        "counted and dropped",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail.duplicated().sum()
# %%
mail = mail.drop_duplicates()
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), mail["spam"])
""",
        {0: "415"},
    ),
    Example(
        "there are none",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail.duplicated().sum()
# %%
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), mail["spam"])
""",
        {0: "0"},
    ),
    Example(
        "words say why they stay",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail.duplicated().sum()
# %% [markdown]
# The duplicates are different messages with the same word counts, so we keep them.
# %%
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), mail["spam"])
""",
        {0: "415"},
    ),
)


@check("IC-I", flags=FLAGS, passes=PASSES)
def duplicates_counted_and_kept(workflow: Workflow) -> Iterator[Finding]:
    """An output shows duplicate rows, and they go into training.

    Why it is debt: copies weigh more than other rows, and with one copy on each side of a split the model is tested
    on rows that it has learned by heart.
    Instead: drop them, or say in words why they are different cases.
    Blind spots: duplicates that remain on purpose without a word.
    """
    for fact in workflow.facts_of(Duplicates):
        assert isinstance(fact, Duplicates)
        if fact.count <= 0 or fact.stale or not asks_whole_rows(workflow, fact):
            continue
        training = next((t for t in on_tables(workflow) if t.op.site.cell >= fact.cell), None)
        if training is None or handles_duplicates(workflow, training, fact) or explains_duplicates(workflow):
            continue
        yield Finding(
            "IC-I",
            "duplicates-counted-and-kept",
            Span(fact.cell, line_of(workflow, fact.cell, fact.expression)),
            f"{fact.count} duplicate rows are shown and go into training",
            (
                quoted(fact),
                step(training.op, "trains on the rows with their copies"),
            ),
            confidence=0.8 if wide_enough(workflow, fact) else 0.55,
            basis=Basis.OUTPUT,
            root="duplicates-counted-and-kept",
        )
