"""SP-W: rows of one group on both sides of a split."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, at, check, step
from nbaudit.model.facts import Sample, ShapeFact, Uniques
from nbaudit.model.source import Span
from nbaudit.patterns import regex
from nbaudit.workflow.in_time import dates_rise
from nbaudit.workflow.splits import splits

_NUMBERED = regex(r"^(.*\d.*?)[_\-.](\d{1,3})$")
_WHO = regex(
    r"^((patient|subject|person|speaker|participant|user|customer|client)[_ ]?(id|no|nr|nbr|num|number)"
    r"|patient|subject|speaker|participant)$",
    re.IGNORECASE,
)
_PATIENT = regex(r"^(patient|subject|person|speaker|participant)[_ ]?(id|no|nr|nbr|num|number)?$", re.IGNORECASE)
"""People whose rows are alike; a user's or customer's rows are often what is to be predicted for known ones."""
_DISTINCT = regex(r"\[['\"]([^'\"]+)['\"]\]\.nunique\(\)")
_REPEATED = 0.9
_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split, GroupShuffleSplit
from sklearn.ensemble import RandomForestClassifier
voices = pd.read_csv("voices.csv")
voices.head()
# %%
X, y = voices[["jitter", "shimmer"]], voices["ill"]
"""
_FIT = """
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
_SHOWN = (
    "       name  jitter  shimmer  ill\n0  rec_07_1   0.010    0.020    1\n1  rec_07_2   0.012    0.021    1\n"
    "2  rec_07_3   0.011    0.025    1\n3  rec_08_1   0.031    0.012    0\n4  rec_08_2   0.030    0.013    0"
)
_APART = (
    "     name  jitter  shimmer  ill\n0  rec_07   0.010    0.020    1\n1  rec_08   0.012    0.021    1\n"
    "2  rec_09   0.011    0.025    1\n3  rec_10   0.031    0.012    0\n4  rec_11   0.030    0.013    0"
)
FLAGS = (
    Example(
        "several recordings of one speaker",
        _HEAD + "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)  # expect" + _FIT,
        {0: _SHOWN},
    ),
    Example(
        "several rows of one patient",
        _HEAD + "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)  # expect" + _FIT,
        {
            0: "   patient_id  jitter  shimmer  ill\n0           7   0.010    0.020    1\n"
            "1           7   0.012    0.021    1\n2           7   0.011    0.025    1\n"
            "3           8   0.031    0.012    0\n4           8   0.030    0.013    0"
        },
    ),
    Example(
        "fewer patients than rows",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
visits = pd.read_csv("visits.csv")
visits.shape
# %%
visits["patient_nbr"].nunique()
# %%
X, y = visits[["age", "stay"]], visits["back"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)  # expect"""
        + _FIT,
        {0: "(4100, 9)", 1: "2900"},
    ),
)
PASSES = (
    Example(
        "one row of each patient",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
visits = pd.read_csv("visits.csv")
visits.shape
# %%
visits["patient_nbr"].nunique()
# %%
X, y = visits[["age", "stay"]], visits["back"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)"""
        + _FIT,
        {0: "(4100, 9)", 1: "4100"},
    ),
    Example(
        "one recording of each speaker",
        _HEAD + "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)" + _FIT,
        {0: _APART},
    ),
    Example(
        "whole speakers are held out",
        _HEAD
        + """
speaker = voices["name"].str[:6]
train, test = next(GroupShuffleSplit(random_state=1).split(X, y, speaker))
model = RandomForestClassifier(random_state=1).fit(X.iloc[train], y.iloc[train])
print(model.score(X.iloc[test], y.iloc[test]))
""",
        {0: _SHOWN},
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def groups_on_both_sides(workflow: Workflow) -> Iterator[Finding]:
    """Several rows belong to one person or thing, and a random split puts them on both sides.

    Why it is debt: the model can recognise the person instead of learning the subject, so the score is too good.
    Instead: split by group (GroupShuffleSplit, GroupKFold with the person's id).
    Blind spots: groups that no shown column tells.
    """
    shown_groups = (_group(workflow, fact) for fact in workflow.facts_of(Sample))
    counted_groups = (_counted(workflow, fact) for fact in workflow.facts_of(Uniques))
    found = next((group for group in chain(shown_groups, counted_groups) if group is not None), None)
    if found is None:
        return
    fact, column, group = found
    if any(split.grouped for split in splits(workflow)):
        return
    shown = workflow.value_of(fact.about)
    for split in splits(workflow):
        if not split.shuffles or split.rows is None:
            continue
        if shown is not None and shown.rows is not None and not shown.rows.sources() & split.rows.sources():
            continue
        yield Finding(
            "SP-W",
            "groups-on-both-sides",
            at(split.op),
            f"`{column}` {group}, and `{split.op.text}` puts rows of one on both sides",
            (
                Step(Span(fact.cell, 1), f"`{column}` {group}", "saved output"),
                step(split.op, "splits row by row"),
            ),
            confidence=0.7 * split.op.trust,
            columns=(column,),
            basis=Basis.OUTPUT,
            root="groups-on-both-sides",
        )
        return


def _group(workflow: Workflow, fact: object) -> tuple[Sample | Uniques, str, str] | None:
    """(the shown rows, the column, its groups in words) where shown rows belong to one group."""
    assert isinstance(fact, Sample)
    for column, values in zip(fact.columns, fact.by_column, strict=True):
        if len(set(values)) == len(values) >= 4:
            stems = Counter(match[1] for value in values if (match := _NUMBERED.match(value)) is not None)
            if sum(stems.values()) != len(values) or _is_number(values[0]) or dates_rise(values) is not None:
                continue
            # one pair among single ones is no habit of the file
            if 2 * sum(count for count in stems.values() if count > 1) > len(values):
                return fact, column, f"shows several rows of one group (`{stems.most_common(1)[0][0]}…`)"
        elif len(values) >= 4 and _WHO.match(column):
            value, count = Counter(values).most_common(1)[0]
            if count >= 2 and value not in ("", "NaN", "..."):
                return fact, column, f"shows several rows of one group (`{value}`)"
    return None


def _counted(workflow: Workflow, fact: object) -> tuple[Sample | Uniques, str, str] | None:
    """(the count, the column, its groups in words) where far fewer people are counted than there are rows."""
    assert isinstance(fact, Uniques)
    match = _DISTINCT.search(fact.expression)
    if match is None or not _PATIENT.match(match[1]) or len(fact.counts) != 1:
        return None
    people = next(iter(fact.counts.values()))
    mine = workflow.value_of(fact.about)
    for shape in workflow.facts_of(ShapeFact):
        assert isinstance(shape, ShapeFact)
        table = workflow.value_of(shape.about)
        same = mine is not None and table is not None and mine.rows is not None and mine.rows is table.rows
        if same and 1 < people <= _REPEATED * shape.rows:
            return fact, match[1], f"has {people} values in {shape.rows} rows"
    return None


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).isdigit()
