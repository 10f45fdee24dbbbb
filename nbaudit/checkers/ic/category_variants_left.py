"""IC-I: two spellings of one category stay."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, check, quoted, step
from nbaudit.model.source import Span
from nbaudit.workflow.consistency import shown_variants
from nbaudit.workflow.gaps_left import worked_on
from nbaudit.workflow.raw_tables import learned_column
from nbaudit.workflow.writing import line_of

FLAGS = (
    Example(
        "upper and lower case",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
pets = pd.read_csv("pets.csv")
pets["kind"].value_counts()  # expect
# %%
X = pd.get_dummies(pets.drop(columns="adopted"))
tree = DecisionTreeClassifier().fit(X, pets["adopted"])
""",
        {0: "kind\ncat      300\ndog      250\nDog       41\nrabbit    12\nName: count, dtype: int64"},
    ),
    Example(
        "a blank at the end",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
shop = pd.read_csv("shop.csv")
shop["city"].unique()  # expect
# %%
X = pd.get_dummies(shop.drop(columns="open"))
forest = RandomForestClassifier().fit(X, shop["open"])
""",
        {0: "array(['Bern', 'Basel', 'Basel ', 'Chur'], dtype=object)"},
    ),
)
PASSES = (
    Example(
        "lowered first",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
pets = pd.read_csv("pets.csv")
pets["kind"].value_counts()
# %%
pets["kind"] = pets["kind"].str.lower()
X = pd.get_dummies(pets.drop(columns="adopted"))
tree = DecisionTreeClassifier().fit(X, pets["adopted"])
""",
        {0: "kind\ncat      300\ndog      250\nDog       41\nrabbit    12\nName: count, dtype: int64"},
    ),
    Example(
        "different categories",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
shop = pd.read_csv("shop.csv")
shop["city"].unique()
# %%
X = pd.get_dummies(shop.drop(columns="open"))
forest = RandomForestClassifier().fit(X, shop["open"])
""",
        {0: "array(['Bern', 'Basel', 'Baselland', 'Chur'], dtype=object)"},
    ),
)


@check("IC-I", flags=FLAGS, passes=PASSES)
def category_variants_left(workflow: Workflow) -> Iterator[Finding]:
    """An output shows two spellings of one category, and both are learned as different things.

    Why it is debt: the model splits what it knows about one category over two, and each new spelling makes a third.
    Instead: bring the column to one spelling (`str.strip().str.lower()`, a mapping) before encoding it.
    Blind spots: variants that are more than case, blanks and punctuation (abbreviations, typing errors).
    """
    seen: set[str] = set()
    for fact, column, (one, other) in shown_variants(workflow):
        training = learned_column(workflow, column)
        if column in seen or training is None or worked_on(workflow, column, fact.cell):
            continue
        seen.add(column)
        yield Finding(
            "IC-I",
            "category-variants-left",
            Span(fact.cell, line_of(workflow, fact.cell, fact.expression)),
            f"`{column}` holds both {one!r} and {other!r}, which are learned as two categories",
            (
                quoted(fact),
                step(training.op, f"learns from `{column}` with both spellings"),
            ),
            confidence=0.75,
            columns=(column,),
            instead=f'df["{column}"] = df["{column}"].str.strip().str.lower()',
            basis=Basis.OUTPUT,
            root=f"category-variants-left:{column}",
        )
