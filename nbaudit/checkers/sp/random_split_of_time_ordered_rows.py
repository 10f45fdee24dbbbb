"""SP-W: rows ordered in time, split at random."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow_splits import splits, time_sign

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
        op, sure = sign
        yield Finding(
            "SP-W",
            "random-split-of-time-ordered-rows",
            at(split.op),
            f"`{split.op.text}` mixes rows that are ordered in time (`{op.text}`), so the model is tested on times "
            "between those it was trained on",
            (step(op, "uses the order in time"), step(split.op, "splits the rows at random")),
            confidence=sure * split.op.trust,
            instead="split by time: sort by date and take the last part as the test rows (shuffle=False)",
            root=f"random-split-of-time-ordered-rows:{split.op.site.cell}",
        )
