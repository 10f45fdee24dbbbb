"""HT-I: orders or a number of clusters are read off a plot."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.candidates import short
from nbaudit.workflow.tuning import searched, tunings

_HEAD = """
# %%
import pandas as pd
from scipy.cluster.hierarchy import dendrogram, linkage
from sklearn.cluster import AgglomerativeClustering
from statsmodels.graphics.tsaplots import plot_acf, plot_pacf
from statsmodels.tsa.arima.model import ARIMA
sales = pd.read_csv("sales.csv", index_col="month", parse_dates=True)
# %%
"""
FLAGS = (
    Example(
        "orders off the autocorrelations",
        _HEAD
        + """
plot_acf(sales["units"])
plot_pacf(sales["units"])  # expect
# %%
model = ARIMA(sales["units"], order=(2, 1, 1)).fit()
print(model.aic)
""",
    ),
    Example(
        "a number of clusters off a dendrogram",
        _HEAD
        + """
dendrogram(linkage(sales, method="ward"))  # expect
# %%
groups = AgglomerativeClustering(n_clusters=4).fit_predict(sales)
""",
    ),
)
PASSES = (
    Example(
        "orders by a loop",
        _HEAD
        + """
plot_acf(sales["units"])
# %%
for p in range(4):
    for q in range(4):
        print(p, q, ARIMA(sales["units"], order=(p, 1, q)).fit().aic)
""",
    ),
    Example(
        "no plot, no search",
        _HEAD + '\nmodel = ARIMA(sales["units"], order=(2, 1, 1)).fit()\nprint(model.aic)\n',
    ),
)


@check("HT-I", flags=FLAGS, passes=PASSES)
def orders_read_by_eye(workflow: Workflow) -> Iterator[Finding]:
    """The orders of a time-series model, or the number of clusters, are read off a plot and nothing is searched.

    Why it is debt: two readers read two orders off one plot, and neighbours of the chosen values are never tried.
    Instead: compare the candidates that the plot suggests by a score (AIC, a forecast error, a silhouette).
    Blind spots: plots that were only looked at, with orders chosen for other reasons.
    """
    if searched(workflow):
        return
    for tuning in tunings(workflow):
        if tuning.how != "eye" or tuning.training is None:
            continue
        name = next(iter(tuning.names or ("order",)))
        kind = short(tuning.training.model)
        yield Finding(
            "HT-I",
            "orders-read-by-eye",
            at(tuning.op),
            f"`{name}` of {kind} is read off a plot (`{tuning.op.text}`); no other value is tried",
            (
                step(tuning.op, "shows a plot from which the value can be read"),
                step(tuning.training.op, f"trains {kind} with one value"),
            ),
            confidence=0.75,
            root="orders-read-by-eye",
        )
        return
