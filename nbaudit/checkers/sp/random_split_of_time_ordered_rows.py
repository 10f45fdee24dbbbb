"""SP-W: rows ordered in time, split at random."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, at, check, step
from nbaudit.model.source import Span
from nbaudit.workflow.in_time import time_sign
from nbaudit.workflow.splits import splits

FLAGS = (
    Example(
        "lags of the target, and a random split",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
bikes = pd.read_csv("bikes.csv", parse_dates=["day"], index_col="day")
bikes["yesterday"] = bikes["rentals"].shift(1)
bikes = bikes.dropna()
# %%
X, y = bikes[["yesterday", "temperature"]], bikes["rentals"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)  # expect
model = RandomForestRegressor(random_state=0).fit(X_train, y_train)
print(mean_absolute_error(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "shuffled folds over rows with a rolling mean",
        """
# %%
import pandas as pd
from sklearn.model_selection import KFold, cross_val_score
from sklearn.linear_model import Ridge
load = pd.read_csv("load.csv")
load["week"] = load["kwh"].rolling(7).mean().shift(1)
load = load.dropna()
# %%
cv = KFold(5, shuffle=True, random_state=1)  # expect
print(cross_val_score(Ridge(), load[["week"]], load["kwh"], cv=cv, scoring="neg_mean_absolute_error"))
""",
    ),
)
PASSES = (
    Example(
        "the split keeps the order of time",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
bikes = pd.read_csv("bikes.csv", parse_dates=["day"], index_col="day")
bikes["yesterday"] = bikes["rentals"].shift(1)
bikes = bikes.dropna()
# %%
X, y = bikes[["yesterday", "temperature"]], bikes["rentals"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, shuffle=False)
model = RandomForestRegressor(random_state=0).fit(X_train, y_train)
print(mean_absolute_error(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "the dates that are shown are in no order",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
trips = pd.read_csv("trips.csv")
trips.head()
# %%
trips["date"] = pd.to_datetime(trips["date"])
trips["month"] = trips["date"].dt.month
X, y = trips[["month", "stops"]], trips["fare"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
model = RandomForestRegressor(random_state=0).fit(X_train, y_train)
print(mean_absolute_error(y_test, model.predict(X_test)))
""",
        {
            0: "         date  stops  fare\n0  2019-03-24      0   120\n1  2019-05-01      1   340\n"
            "2  2019-03-02      2   310\n3  2019-06-09      0   150\n4  2019-04-12      1   270"
        },
    ),
    Example(
        "the rows have no order in time",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
flats = pd.read_csv("flats.csv")
# %%
X, y = flats[["area", "rooms"]], flats["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
model = RandomForestRegressor(random_state=0).fit(X_train, y_train)
print(mean_absolute_error(y_test, model.predict(X_test)))
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def random_split_of_time_ordered_rows(workflow: Workflow) -> Iterator[Finding]:
    """Rows that are ordered in time are split at random, or their folds are shuffled.

    Why it is debt: the model is tested on days between those that it was trained on, which it will never be in use.
    Instead: split by time (the last part is the test), or use folds that respect the order (TimeSeriesSplit).
    Blind spots: an order in time that only the file's content shows; dates that merely describe the rows.
    """
    for split in splits(workflow):
        if not split.shuffles:
            continue
        sign = time_sign(workflow, split)
        if sign is None:
            continue
        steps = [step(sign.op, "uses the order in time")] if sign.op is not None else []
        if sign.shown is not None:
            seen = f"shows rows in the order of `{sign.column}`" if sign.column != "the index" else "shows rows by date"
            steps.append(Step(Span(sign.shown.cell, 1), seen, "saved output"))
        steps.append(step(split.op, "splits the rows at random"))
        what = f"`{sign.op.text}`" if sign.op is not None else f"`{sign.column}` rises from row to row"
        yield Finding(
            "SP-W",
            "random-split-of-time-ordered-rows",
            at(split.op),
            f"`{split.op.text}` mixes rows that are ordered in time ({what}), so the model is tested on times "
            "between those it was trained on",
            tuple(steps),
            confidence=sign.sure * split.op.trust,
            basis=Basis.OUTPUT if sign.shown is not None else Basis.CODE,
            instead="# sort by date first, and keep the order\ntrain_test_split(..., shuffle=False)",
            root=f"random-split-of-time-ordered-rows:{split.op.site.cell}",
        )
