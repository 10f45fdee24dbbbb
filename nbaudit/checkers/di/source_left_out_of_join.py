"""DI-I: one of several related sources is left out of the join."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.sources import joins, location_of, tables_read

_HEAD = """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
visits = pd.read_csv("visits.csv")
shops = pd.read_csv("shops.csv")
weather = pd.read_csv("weather.csv")
"""
_JOIN = 'all_ = visits.merge(shops, on="shop", validate="m:1")  # expect\n'
_FIT = 'DecisionTreeRegressor().fit(all_.drop("sales", axis=1), all_["sales"])\n'
FLAGS = (
    Example("the third is cleaned and dropped", _HEAD + "weather = weather.dropna()\n" + _JOIN + _FIT),
    Example("the third is only shown", _HEAD + "weather.head()\n" + _JOIN + _FIT),
)
PASSES = (
    Example(
        "the third is joined too",
        _HEAD
        + 'all_ = visits.merge(shops, on="shop", validate="m:1").merge(weather, on="day", validate="m:1")\n'
        + _FIT,
    ),
    Example(
        "results are read back to check them",
        _HEAD.replace('weather = pd.read_csv("weather.csv")\n', "")
        + 'all_ = visits.merge(shops, on="shop", validate="m:1")\nall_.to_csv(joined)\nback = pd.read_csv(joined)\n'
        + "assert len(back) == len(all_)\n"
        + _FIT,
    ),
    Example(
        "the third is a template",
        _HEAD.replace("weather.csv", "sample_submission.csv").replace("weather", "sample_submission")
        + 'all_ = visits.merge(shops, on="shop", validate="m:1")\nsample_submission.head()\n'
        + _FIT,
    ),
)


@check("DI-I", flags=FLAGS, passes=PASSES)
def source_left_out_of_join(workflow: Workflow) -> Iterator[Finding]:
    """Some of the sources are joined and another that was read and worked on is left out.

    Why it is debt: work was done on data that the model never sees; the next reader takes it for part of the model.
    Instead: join it, or remove its reading with a word of why.
    Blind spots: sources that are used through an unknown library.
    """
    joined = joins(workflow)
    if not joined:
        return
    written = {location_of(op) for op in workflow.ops(Role.SAVE_DATA)} - {""}
    last = max((training.op.id for training in workflow.trainings), default=len(workflow.graph.operations))
    for source in tables_read(workflow):
        if source.is_part or source.used(workflow) or source.op.loops or not (source.name or source.location):
            continue
        if source.location in written or source.op.id > last:
            continue  # results that are read back, or looked at beside the model's
        worked = [op for op in workflow.graph.operations if any(v.upstream & source.op.bit for v in op.data)]
        if not worked or any(op.role.value in ("unknown", "save-data") for op in worked):
            continue
        yield Finding(
            "DI-I",
            "source-left-out-of-join",
            at(joined[0]),
            f"`{source.name or source.location}` is read and worked on but never joined to the modelling data",
            (
                step(source.op, "reads the source"),
                step(worked[-1], "is the last that is done with it"),
                step(joined[0], "joins the others"),
            ),
            confidence=0.65,
        )
