"""DC-I: what can't be read is left out without a stop."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.writing import goes_on_after_errors

_FIT = """
# %%
all_days = pd.concat(days)
all_days.head()
DecisionTreeClassifier().fit(all_days[["rain", "wind"]], all_days["late"])
"""
FLAGS = (
    Example(
        "days that can't be read are passed over",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
days = []
for number in range(31):
    try:
        days.append(pd.read_csv(f"day{number}.csv"))  # expect
    except:
        pass
"""
        + _FIT,
    ),
    Example(
        "the function that reads is called where errors are only printed",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
def fetch(town):
    return pd.read_csv("https://weather.example/" + town)  # expect
days = []
for town in ["oslo", "bergen", "voss"]:
    try:
        days.append(fetch(town))
    except Exception:
        print("no data for", town)
"""
        + _FIT,
    ),
)
PASSES = (
    Example(
        "the one error that is known is caught",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
days = []
for number in range(31):
    try:
        days.append(pd.read_csv(f"day{number}.csv"))
    except FileNotFoundError:
        pass
"""
        + _FIT,
    ),
    Example(
        "the error ends the run",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
days = []
for number in range(31):
    try:
        days.append(pd.read_csv(f"day{number}.csv"))
    except Exception as error:
        raise RuntimeError(number) from error
"""
        + _FIT,
    ),
    Example(
        "one file or the other",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
try:
    all_days = pd.read_csv("days.csv")
except:
    all_days = pd.read_csv("https://weather.example/days.csv")
all_days.head()
DecisionTreeClassifier().fit(all_days[["rain", "wind"]], all_days["late"])
""",
    ),
)


@check("DC-I", flags=FLAGS, passes=PASSES)
def read_errors_swallowed(workflow: Workflow) -> Iterator[Finding]:
    """Several files or pages are read in a loop, and whatever can't be read is left out: any error goes by, at most
    with a printed line.

    Why it is debt: which part of the data the model gets depends on the day's network and disk, and nobody is told.
    Instead: catch the one error that may happen, and check how many parts were read before going on.
    Blind spots: errors that a function of another file swallows.
    """
    seen: set[tuple[int, int]] = set()
    for op in workflow.loads:
        place = op.site.cell, op.span.line
        used = workflow.reaches_model(op)
        if not op.loops or place in seen or not used or not goes_on_after_errors(workflow, op):
            continue
        seen.add(place)
        training = next((t for t in workflow.trainings if any(v.upstream & op.bit for v in t.op.data)), None)
        yield Finding(
            "DC-I",
            "read-errors-swallowed",
            at(op),
            f"`{op.text[:80]}` stands in a `try` that goes on after any error, so parts of the data may be left out",
            (
                step(op, "reads one part after the other, and passes over what it can't read"),
                *((step(training.op, "trains on the parts that could be read"),) if training is not None else ()),
            ),
            confidence=0.65 * op.trust,
            root=f"read-errors-swallowed:{op.site.cell}",
        )
