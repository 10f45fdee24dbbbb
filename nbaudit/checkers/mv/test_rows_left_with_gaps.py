"""MV-I: gaps are handled in the training file only."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.model.facts import Missing
from nbaudit.workflow.gaps import gap_handling
from nbaudit.workflow.gaps_left import prepared_with_gaps, unhandled_parts
from nbaudit.workflow.raw_tables import fact_value

FLAGS = (
    Example(
        "the test file is predicted with its gaps",
        """
# %%
import pandas as pd
import lightgbm as lgb
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
train.isnull().sum()
# %%
train["age"] = train["age"].fillna(train["age"].median())  # expect
model = lgb.LGBMClassifier().fit(train[["age", "fare"]], train["paid"])
# %%
answer = model.predict(test[["age", "fare"]])
""",
    ),
    Example(
        "rows with gaps are dropped from the training file only",
        """
# %%
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
train = pd.read_csv("train.csv")
new = pd.read_csv("new.csv")
train.info()
train = train.dropna()  # expect
model = HistGradientBoostingClassifier().fit(train[["age", "fare"]], train["paid"])
# %%
answer = model.predict(new[["age", "fare"]])
""",
    ),
)
PASSES = (
    Example(
        "both files are filled",
        """
# %%
import pandas as pd
import lightgbm as lgb
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
train.isnull().sum()
# %%
median = train["age"].median()
train["age"] = train["age"].fillna(median)
test["age"] = test["age"].fillna(median)
model = lgb.LGBMClassifier().fit(train[["age", "fare"]], train["paid"])
# %%
answer = model.predict(test[["age", "fare"]])
""",
    ),
    Example(
        "the test file is shown to have no gaps",
        """
# %%
import pandas as pd
import lightgbm as lgb
train = pd.read_csv("train.csv")
test = pd.read_csv("test.csv")
test.isnull().sum()
# %%
train["age"] = train["age"].fillna(train["age"].median())
model = lgb.LGBMClassifier().fit(train[["age", "fare"]], train["paid"])
# %%
answer = model.predict(test[["age", "fare"]])
""",
        {0: "age     0\nfare    0\ndtype: int64"},
    ),
)


@check("MV-I", flags=FLAGS, passes=PASSES)
def test_rows_left_with_gaps(workflow: Workflow) -> Iterator[Finding]:
    """Gaps of the training data are treated, and those of the data that the model is used on are not.

    Why it is debt: the model meets values in use that it never met in training; it crashes or guesses there.
    Instead: put the treatment into a function or a Pipeline that both go through.
    Blind spots: data that is prepared in another notebook.
    """
    seen: set[int] = set()
    for use, training, treatment in unhandled_parts(workflow, gap_handling(workflow)):
        if use.data[0].upstream & training.op.bit:
            continue  # the model itself has made it: the dates of a forecast
        if treatment.id in seen or _shown_complete(workflow, use.data[0].rows):
            continue
        seen.add(treatment.id)
        name = workflow.name_of(use.data[0])
        yield Finding(
            "MV-I",
            "test-rows-left-with-gaps",
            at(treatment),
            f"`{treatment.text}` treats the gaps of the training data only; `{name}` is predicted with its own",
            (
                step(treatment, "treats gaps of the training data"),
                step(training.op, "trains on the treated data"),
                step(use, f"uses the model on `{name}`, whose gaps nothing treats"),
            ),
            confidence=0.7 * min(treatment.trust, use.trust),
            root=f"test-rows-left-with-gaps:{treatment.site.cell}",
        )
    for read, prepared, trained, treatment, fact in prepared_with_gaps(workflow, gap_handling(workflow)):
        if treatment.id in seen:
            continue
        seen.add(treatment.id)
        yield Finding(
            "MV-I",
            "test-rows-left-with-gaps",
            at(prepared),
            f"`{treatment.text}` treats the gaps of the training data; the data of `{read.text}` is prepared without",
            (
                step(treatment, "treats gaps of the training data"),
                step(trained.op, "trains on the treated data"),
                step(read, "reads the data to predict"),
                step(prepared, "prepares it, and treats no gaps"),
                *((quoted(fact),) if fact is not None else ()),
            ),
            confidence=(0.8 if fact is not None else 0.6) * treatment.trust,
            basis=Basis.OUTPUT if fact is not None else Basis.CODE,
            root=f"test-rows-left-with-gaps:{treatment.site.cell}",
        )


def _shown_complete(workflow: Workflow, rows: object) -> bool:
    for fact in workflow.facts_of(Missing):
        assert isinstance(fact, Missing)
        about = fact_value(workflow, fact)
        if about is not None and about.rows is not None and not fact.any():
            for mine in about.rows.lineage():
                if mine is rows or mine.sources() == getattr(rows, "sources", frozenset)():
                    return True
    return False
