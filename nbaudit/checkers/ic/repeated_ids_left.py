"""IC-I: a few records share one number, and all stay."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, check, quoted, step
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.consistency import explains_duplicates, repeated_ids
from nbaudit.workflow.raw_tables import on_tables
from nbaudit.workflow.writing import line_of

_HEAD = """   post_id  likes  shares kind
0      101     12       0  sold
1      102      7       1  kept"""
FLAGS = (
    Example(
        "fewer numbers than rows",
        """
# %%
import pandas as pd
from sklearn.cluster import KMeans
posts = pd.read_csv("posts.csv")
posts.head()
# %%
posts.shape
# %%
posts["post_id"].nunique()  # expect
# %%
groups = KMeans(3, random_state=0).fit(posts[["likes", "shares"]])
""",
        {0: _HEAD, 1: "(5000, 4)", 2: "4961"},
    ),
    Example(
        "the number is dropped, the copies stay",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
posts = pd.read_csv("posts.csv")
posts.head()
# %%
posts.shape
# %%
len(posts["post_id"].unique())  # expect
# %%
posts = posts.drop(columns="post_id")
tree = DecisionTreeClassifier().fit(posts[["likes", "shares"]], posts["kind"])
""",
        {0: _HEAD, 1: "(5000, 4)", 2: "4961"},
    ),
)
PASSES = (
    Example(
        "as many numbers as rows",
        """
# %%
import pandas as pd
from sklearn.cluster import KMeans
posts = pd.read_csv("posts.csv")
posts.head()
# %%
posts.shape
# %%
posts["post_id"].nunique()
# %%
groups = KMeans(3, random_state=0).fit(posts[["likes", "shares"]])
""",
        {0: _HEAD, 1: "(5000, 4)", 2: "5000"},
    ),
    Example(
        "rows with gaps went before the numbers were counted",
        """
# %%
import pandas as pd
from sklearn.cluster import KMeans
posts = pd.read_csv("posts.csv")
posts.head()
# %%
posts.shape
# %%
posts.dropna(inplace=True)
# %%
posts["post_id"].nunique()
# %%
groups = KMeans(3, random_state=0).fit(posts[["likes", "shares"]])
""",
        {0: _HEAD, 1: "(5000, 4)", 3: "4961"},
    ),
    Example(
        "the copies are dropped",
        """
# %%
import pandas as pd
from sklearn.cluster import KMeans
posts = pd.read_csv("posts.csv")
posts.head()
# %%
posts.shape
# %%
posts["post_id"].nunique()
# %%
posts = posts.drop_duplicates(subset="post_id")
groups = KMeans(3, random_state=0).fit(posts[["likes", "shares"]])
""",
        {0: _HEAD, 1: "(5000, 4)", 2: "4961"},
    ),
)


@check("IC-I", flags=FLAGS, passes=PASSES)
def repeated_ids_left(workflow: Workflow) -> Iterator[Finding]:
    """An output shows that some records share their number, and nobody looks at these copies.

    Why it is debt: the record was delivered twice or two records were mixed up; both are learned as if they were two.
    Instead: look at the rows with `df[df.duplicated("id", keep=False)]` and drop or repair them.
    Blind spots: numbers that repeat on purpose (several rows per customer), numbers without a telling name.
    """
    trainings = on_tables(workflow)
    if not trainings or workflow.ops(Role.DEDUPLICATE) or explains_duplicates(workflow):
        return
    for fact, column, number, rows in repeated_ids(workflow):
        yield Finding(
            "IC-I",
            "repeated-ids-left",
            Span(fact.cell, line_of(workflow, fact.cell, fact.expression)),
            f"`{column}` has {number} different values in {rows} rows: records are repeated, and all go into training",
            (
                quoted(fact),
                step(trainings[0].op, "trains on the rows with their copies"),
            ),
            confidence=0.6,
            columns=(column,),
            instead=f'df[df.duplicated("{column}", keep=False)]',
            basis=Basis.OUTPUT,
            root="repeated-ids-left",
        )
        return
