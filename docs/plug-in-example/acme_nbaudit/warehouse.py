"""DC-W: a query of the warehouse that gives other rows each day."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.plugin import Example, Finding, Role, Workflow, at, check, step

FLAGS = (
    Example(
        "a query without a date",
        """
# %%
import acmedata
from sklearn.tree import DecisionTreeClassifier
orders = acmedata.query("select * from orders")  # expect
orders.info()
DecisionTreeClassifier().fit(orders.drop(columns="returned"), orders["returned"])
""",
    ),
    Example(
        "the newest rows, by another name",
        """
# %%
from acmedata import latest as newest
from sklearn.tree import DecisionTreeClassifier
orders = newest("orders")  # expect
orders.info()
DecisionTreeClassifier().fit(orders.drop(columns="returned"), orders["returned"])
""",
    ),
)
PASSES = (
    Example(
        "a query with a date",
        """
# %%
import acmedata
from sklearn.tree import DecisionTreeClassifier
orders = acmedata.query("select * from orders", as_of="2026-01-31")
orders.info()
DecisionTreeClassifier().fit(orders.drop(columns="returned"), orders["returned"])
""",
    ),
    Example(
        "a function of the notebook with the same name",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
def query(text):
    return pd.read_csv("orders.csv")
orders = query("select * from orders")
orders.info()
DecisionTreeClassifier().fit(orders.drop(columns="returned"), orders["returned"])
""",
    ),
)


@check("DC-W", flags=FLAGS, passes=PASSES)
def warehouse_read_without_date(workflow: Workflow) -> Iterator[Finding]:
    """The warehouse is asked without `as_of`, so each run reads other rows.

    Why it is debt: nobody can train the same model again, and a score that moves may be the data's doing.
    Instead: pass `as_of=` with the date up to which rows count.
    Blind spots: a date that stands in the text of the query.
    """
    for op in workflow.ops(Role.LOAD):
        if op.call in ("acmedata.query", "acmedata.latest") and "as_of" not in op.args:
            yield Finding(
                "DC-W",
                "warehouse-read-without-date",
                at(op),
                f"`{op.text}` reads whatever the warehouse holds on the day of the run",
                (step(op, "reads without a date"),),
                confidence=0.9 * op.trust,
                instead=f'{op.text.rstrip(")")}, as_of="2026-01-31")',
            )
