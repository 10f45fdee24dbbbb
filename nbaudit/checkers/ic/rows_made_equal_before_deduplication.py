"""IC-W: different events become duplicates because what told them apart was dropped first."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.consistency import deduplications_without_key

FLAGS = (
    Example(
        "the item's number goes, then equal purchases go",
        """
# %%
import pandas as pd
from sklearn.cluster import KMeans
sales = pd.read_csv("sales.csv")
sales = sales.drop(columns=["item_id", "basket_id"])
sales = sales.drop_duplicates()  # expect
spent = sales.groupby("customer_id").agg({"price": "sum"})
groups = KMeans(4, random_state=0).fit(spent)
""",
    ),
    Example(
        "in one chain",
        """
# %%
import pandas as pd
from sklearn.cluster import KMeans
visits = pd.read_csv("visits.csv")
visits = visits.drop(["page_id", "session_id"], axis=1).drop_duplicates()  # expect
often = visits.groupby("user_id").size().to_frame()
groups = KMeans(4, random_state=0).fit(often)
""",
    ),
)
PASSES = (
    Example(
        "duplicates first",
        """
# %%
import pandas as pd
from sklearn.cluster import KMeans
sales = pd.read_csv("sales.csv")
sales = sales.drop_duplicates()
sales = sales.drop(columns=["item_id", "basket_id"])
spent = sales.groupby("customer_id").agg({"price": "sum"})
groups = KMeans(4, random_state=0).fit(spent)
""",
    ),
    Example(
        "a running number of the row hides the duplicates and goes first",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail = mail.drop(columns="id")
mail = mail.drop_duplicates()
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), mail["spam"])
""",
    ),
)


@check("IC-W", flags=FLAGS, passes=PASSES)
def rows_made_equal_before_deduplication(workflow: Workflow) -> Iterator[Finding]:
    """Columns that tell events apart are dropped, and then equal rows are removed as duplicates and what is left is
    counted or summed by somebody.

    Why it is debt: two different purchases of one price are taken for one, so sums and counts are too small.
    Instead: drop duplicates while all the keys are there, then drop the keys.
    Blind spots: keys whose names don't say so.
    """
    for op, drop, gone in deduplications_without_key(workflow):
        named = ", ".join(f"`{name}`" for name in gone[:3])
        yield Finding(
            "IC-W",
            "rows-made-equal-before-deduplication",
            at(op),
            f"`{op.text}` removes rows that differ only in {named}, which were dropped before",
            (step(drop, f"drops {named}"), step(op, "takes rows for duplicates that are different events")),
            confidence=0.65 * op.trust,
            columns=gone,
            root=f"rows-made-equal-before-deduplication:{op.site.cell}",
        )
