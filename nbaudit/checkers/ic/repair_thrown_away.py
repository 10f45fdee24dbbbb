"""IC-W: the repaired data goes nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.consistency import mapped_repairs, repaired_elsewhere
from nbaudit.workflow.gaps import is_fill
from nbaudit.workflow.raw_tables import from_tables, on_data, on_tables
from nbaudit.workflow.writing import subject, thrown_away

FLAGS = (
    Example(
        "duplicates stay",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail.drop_duplicates()  # expect
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), mail["spam"])
""",
    ),
    Example(
        "the replaced spelling is not kept",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
shop = pd.read_csv("shop.csv")
shop["city"].str.strip()  # expect
shop.head()
X = pd.get_dummies(shop.drop(columns="open"))
forest = RandomForestClassifier().fit(X, shop["open"])
""",
    ),
    Example(
        "a function repairs every column of a copy",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
shop = pd.read_csv("shop.csv")
shop.apply(lambda column: column.astype(str).str.lower())  # expect
shop
# %%
X = pd.get_dummies(shop.drop(columns="open"))
forest = RandomForestClassifier().fit(X, shop["open"])
""",
    ),
)
PASSES = (
    Example(
        "kept",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail = mail.drop_duplicates()
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), mail["spam"])
""",
    ),
    Example(
        "the distinct values of a column are listed",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
print("sent by {}".format(list(mail["sender"].drop_duplicates())))
senders = mail["sender"].drop_duplicates().tolist()
print(len(mail.drop_duplicates()))
tree = DecisionTreeClassifier().fit(mail.drop(columns=["spam", "sender"]), mail["spam"])
""",
    ),
    Example(
        "in place",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail.drop_duplicates(inplace=True)
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), mail["spam"])
""",
    ),
    Example(
        "looked at first, then kept",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
shop = pd.read_csv("shop.csv")
shop["city"].str.strip()
# %%
shop["city"] = shop["city"].str.strip()
X = pd.get_dummies(shop.drop(columns="open"))
forest = RandomForestClassifier().fit(X, shop["open"])
""",
    ),
)


@check("IC-W", flags=FLAGS, passes=PASSES)
def repair_thrown_away(workflow: Workflow) -> Iterator[Finding]:
    """Duplicates are dropped or values repaired in a copy that nothing uses.

    Why it is debt: the reader believes the data is clean, while the model still learns from the table as it was.
    Instead: assign the result.
    Blind spots: results used by cells that can't be read.
    """
    if not on_tables(workflow):
        return
    seen: set[tuple[int, int]] = set()  # one line of a function is one fault, however often it runs
    for op in (*workflow.ops(Role.DEDUPLICATE, Role.REPAIR), *mapped_repairs(workflow)):
        if not op.data or op.data[0].kind not in (Kind.TABLE, Kind.COLUMN) or not thrown_away(workflow, op):
            continue
        if not on_data(op) or not from_tables(workflow, op, strict=True) or is_fill(workflow, op):
            continue
        if (op.span.cell, op.span.line) in seen or _lists_values(op):
            continue
        if repaired_elsewhere(workflow, op):
            continue
        seen.add((op.span.cell, op.span.line))
        name = subject(workflow, op)
        yield Finding(
            "IC-W",
            "repair-thrown-away",
            at(op),
            f"the result of `{op.text}` is thrown away, so `{name}` stays as it was",
            (step(op, "gives a new object that nothing uses"),),
            confidence=(0.8 if not op.shown else 0.65 if op.role is Role.DEDUPLICATE else 0.55) * op.trust,
            root=f"repair-thrown-away:{op.site.cell}",
        )


def _lists_values(op: Operation) -> bool:
    """True for `list(df["kind"].drop_duplicates())`: the distinct values of a column, shown or kept, repair nothing."""
    return op.role is Role.DEDUPLICATE and op.data[0].kind is Kind.COLUMN and (op.shown or op.result_used)
