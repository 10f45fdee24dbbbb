"""MV-M: nobody looks for missing values."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.model.facts import Filled, Missing
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.gaps import gap_handling, gap_looks, gaps_in_doubt
from nbaudit.workflow.ran import gaps_found
from nbaudit.workflow.raw_tables import fact_value, is_example, on_tables, prepared_outside, table_of

_RUN = """
# %%
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
loans = pd.read_csv("loans.csv")
# %%
X, y = loans.drop(columns="bad"), loans["bad"]
model = HistGradientBoostingClassifier()
model.fit(X, y)
"""
FLAGS = (
    Example(
        "head and describe only, then a fit",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
loans.head()
# %%
loans.describe()
# %%
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
# %%
model = RandomForestClassifier().fit(X_train, y_train)  # expect
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "an estimator that accepts gaps does not make the look superfluous; the imputer is only imported",
        """
# %%
import pandas as pd
import lightgbm as lgb
from sklearn.impute import SimpleImputer
from sklearn.model_selection import cross_val_score
trips = pd.read_parquet("trips.parquet")
trips = trips.drop(columns=["driver", "plate"])
# trips = trips.dropna()
# %%
model = lgb.LGBMRegressor()
cross_val_score(model, trips.drop(columns="fare"), trips["fare"])  # expect
""",
    ),
    Example(
        "a run finds gaps that nobody looked for",
        _RUN.replace("y)\n", "y)  # expect\n"),
        run=(
            Missing(
                cell=0,
                expression="loans",
                counts={"age": 41, "bad": 0},
                quote="loans: missing values: age 41",
                probed=True,
                basis=Basis.RUN,
            ),
        ),
    ),
)
PASSES = (
    Example(
        "the nulls are counted",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
loans.isnull().sum()
# %%
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "gaps are handled inside the pipeline",
        """
# %%
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.model_selection import cross_val_score
homes = pd.read_csv("homes.csv")
model = make_pipeline(SimpleImputer(strategy="median"), Ridge())
print(cross_val_score(model, homes.drop(columns="price"), homes["price"]).mean())
""",
    ),
    Example(
        "a category for missing is handling",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
pets = pd.read_csv("pets.csv")
coded = pd.get_dummies(pets.drop(columns="adopted"), dummy_na=True)
tree = DecisionTreeClassifier().fit(coded, pets["adopted"])
""",
    ),
    Example(
        "a bundled data set is known to be clean",
        """
# %%
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier
X, y = load_iris(return_X_y=True)
tree = DecisionTreeClassifier().fit(X, y)
""",
    ),
    Example(
        "a run finds no gaps at all",
        _RUN,
        run=(Missing(cell=0, expression="loans", counts={"age": 0, "bad": 0}, probed=True, basis=Basis.RUN),),
    ),
)


@check("MV-M", flags=FLAGS, passes=PASSES)
def gaps_never_looked_for(workflow: Workflow) -> Iterator[Finding]:
    """A model learns from a table of a raw source in which nobody looked for missing values or handled them.

    Why it is debt: gaps that nobody counted end as crashes, as dropped rows or as a model that has learned which rows
    were filled in badly; the next delivery of the data may have more of them.
    Instead: print `df.isnull().sum()` (or `df.info()`) before training, then drop or fill what it shows.
    Blind spots: gaps handled by a helper module that is imported, or in the database query.
    """
    trainings = on_tables(workflow)
    if not trainings or gaps_in_doubt(workflow) or prepared_outside(workflow, trainings[0]):
        return
    last = trainings[-1].op.id
    done = (*gap_looks(workflow), *gap_handling(workflow))
    if any(op.id < last and not (op.data and is_example(workflow, op.data[0])) for op in done):
        return
    told = [fact for kind in (Missing, Filled) for fact in workflow.facts_of(kind)]
    if any(
        fact.cell <= trainings[-1].op.site.cell and not is_example(workflow, fact_value(workflow, fact))
        for fact in told
    ):
        return
    found = gaps_found(workflow, trainings)
    if found is not None and not found.any():
        return  # the run shows that there is nothing to look for
    training = trainings[0]
    read, name = table_of(workflow, training)
    shown = (quoted(found),) if found is not None else ()
    yield Finding(
        "MV-M",
        "gaps-never-looked-for",
        at(training.op),
        f"`{training.op.text}` learns from `{name}`, in which missing values were neither counted nor handled",
        (
            step(read, f"reads `{name}` from a raw source"),
            *shown,
            step(training.op, "trains before anything shows, drops or fills missing values"),
        ),
        confidence=(0.95 if shown else 0.9 if read.role is Role.LOAD else 0.6) * training.op.trust,
        basis=Basis.RUN if shown else Basis.CODE,
        instead=f"{name}.isnull().sum()",
        root="gaps-never-looked-for",
    )
