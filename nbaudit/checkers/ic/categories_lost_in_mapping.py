"""IC-W: a mapping turns categories that it does not list into gaps."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.model.flow import Kind
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.consistency import unlisted
from nbaudit.workflow.gaps import gap_handling
from nbaudit.workflow.raw_tables import on_tables

FLAGS = (
    Example(
        "three categories shown, two mapped",
        """
# %%
import pandas as pd
import lightgbm as lgb
pets = pd.read_csv("pets.csv")
pets["kind"].value_counts()
# %%
pets["kind"] = pets["kind"].map({"cat": 0, "dog": 1})  # expect
model = lgb.LGBMClassifier().fit(pets[["kind", "age"]], pets["adopted"])
""",
        {0: "kind\ncat       300\ndog       250\nrabbit     12\nName: count, dtype: int64"},
    ),
    Example(
        "another spelling than the one shown",
        """
# %%
import pandas as pd
import xgboost as xgb
shop = pd.read_csv("shop.csv")
shop["size"].unique()
# %%
shop["size"] = shop["size"].map({"small": 0, "Large": 1})  # expect
model = xgb.XGBClassifier().fit(shop[["size", "year"]], shop["open"])
""",
        {0: "array(['small', 'large'], dtype=object)"},
    ),
)
PASSES = (
    Example(
        "all shown categories are mapped",
        """
# %%
import pandas as pd
import lightgbm as lgb
pets = pd.read_csv("pets.csv")
pets["kind"].value_counts()
# %%
pets["kind"] = pets["kind"].map({"cat": 0, "dog": 1, "rabbit": 2})
model = lgb.LGBMClassifier().fit(pets[["kind", "age"]], pets["adopted"])
""",
        {0: "kind\ncat       300\ndog       250\nrabbit     12\nName: count, dtype: int64"},
    ),
    Example(
        "the others get a category of their own",
        """
# %%
import pandas as pd
import lightgbm as lgb
pets = pd.read_csv("pets.csv")
pets["kind"].value_counts()
# %%
pets["kind"] = pets["kind"].map({"cat": 0, "dog": 1}).fillna(2)
model = lgb.LGBMClassifier().fit(pets[["kind", "age"]], pets["adopted"])
""",
        {0: "kind\ncat       300\ndog       250\nrabbit     12\nName: count, dtype: int64"},
    ),
)


@check("IC-W", flags=FLAGS, passes=PASSES)
def categories_lost_in_mapping(workflow: Workflow) -> Iterator[Finding]:
    """A dictionary maps some of the categories that an output shows; the others become gaps without a word.

    Why it is debt: rows lose a value that was there, and each new category is lost the same way.
    Instead: list all categories, or give the others one of their own.
    Blind spots: mappings held in a variable, categories that no output shows.
    """
    if not on_tables(workflow):
        return
    handling = gap_handling(workflow)
    for op in workflow.ops(Role.CREATE):
        if not op.data or op.data[0].kind is not Kind.COLUMN or not workflow.reaches_model(op):
            continue
        if not any(value.kind is Kind.CONTAINER for value in op.args.values()):
            continue
        found = unlisted(workflow, op)
        if found is None or any(other.data and other.data[0].upstream & op.bit for other in handling):
            continue
        fact, left = found
        named = ", ".join(repr(text) for text in left[:3])
        yield Finding(
            "IC-W",
            "categories-lost-in-mapping",
            at(op),
            f"`{op.text}` has no entry for {named}, which `{op.data[0].column}` holds; these values become gaps",
            (
                quoted(fact),
                step(op, f"gives a gap for {named}"),
            ),
            confidence=0.75 * op.trust,
            columns=(op.data[0].column or "",),
            basis=Basis.OUTPUT,
            root=f"categories-lost-in-mapping:{op.site.cell}",
        )
