"""OU-I: outliers are shown, and then nothing is done or said about them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, at, check, quoted, step
from nbaudit.model.flow import NOTHING, Kind, Operation, RowsEffect, Value
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Training
from nbaudit.workflow.columns import target_name
from nbaudit.workflow.outliers import (
    Extreme,
    bends_by,
    bent,
    distributions_shown,
    extremes,
    far_out,
    handlings,
    numeric_limits,
    outlier_rules,
    outlier_sensitive,
    says_outliers,
    states_outliers,
)
from nbaudit.workflow.raw_tables import targets
from nbaudit.workflow.writing import line_of

_LEFT = (
    r"keep|kept|keeping|leave|leaving|left|ignore\w*|retain\w*|genuine|natural|valid|legitimate|real|plausible|expected|"
    r"meaningful|robust"
)
_DONE = (
    rf"{_LEFT}|remov\w+|drop\w*|treat\w*|handl\w+|clip\w*|cap|capped|capping|cut|filter\w*|trim\w*|winsor\w*|"
    r"exclud\w+|delet\w+|eliminat\w+|rid of"
)
_DISMISSED = regex(rf"\b(no|not|n't|without|few|any|{_DONE})\b|n't", re.IGNORECASE)
_DISMISSED_REST = regex(rf"\b(no|not|n't|without|few|any|{_LEFT})\b|n't", re.IGNORECASE)
"""The same where some are handled: what is said of the handling says nothing about the rest."""
_DECIDED = regex(rf"\b({_DONE})\b", re.IGNORECASE)
"""Words that say what is done about outliers, not that there are none."""
_STAY = regex(
    r"\b(genuine|legitimate|plausible|no (?:error|mistake)s?|(?:are|is|were) (?:real|correct|right)|"
    r"ordinary tails?|(?:so|and) (?:it|they) stays?|stay as well)\b",
    re.IGNORECASE,
)
"""Words beside a plot that judge what it shows."""
_HEAD = """
# %%
import pandas as pd
import numpy as np
import seaborn as sns
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
from sklearn.metrics import mean_absolute_error
boats = pd.read_csv("boats.csv")
"""
_FIT = """
# %%
X_train, X_test, y_train, y_test = train_test_split(boats[["length", "beam"]], boats["price"], random_state=2)
model = LinearRegression()
model.fit(X_train, y_train)
print(mean_absolute_error(y_test, model.predict(X_test)))
"""
_FAR = """            length        beam         price
count   900.000000  900.000000    900.000000
mean     10.000000    3.000000  40000.000000
std       2.000000    0.500000  90000.000000
min       6.000000    2.000000   5000.000000
25%       8.000000    2.500000  20000.000000
50%      10.000000    3.000000  30000.000000
75%      12.000000    3.500000  40000.000000
max      16.000000    4.500000 990000.000000"""
_TOGETHER_OUT = _FAR.replace("16.000000", "27.000000").replace("4.500000", "7.500000").replace("990000", "119000")
_NEAR = _FAR.replace("990000", " 65000")
FLAGS = (
    Example(
        "three columns go out together",
        _HEAD + "\n# %%\nboats.describe()  # expect\n# %%\nboats.hist(bins=30)\n" + _FIT,
        {1: _TOGETHER_OUT},
    ),
    Example(
        "the target's points are called outliers, and only a feature is treated",
        _HEAD
        + """
# %% [markdown]
# The price has many outliers far above the rest.
# %%
sns.boxplot(data=boats, x="price")  # expect
# %%
length = np.log1p(boats[["length"]])
X_train, X_test, y_train, y_test = train_test_split(length, boats["price"], random_state=2)
model = LinearRegression()
model.fit(X_train, y_train)
""",
    ),
    Example(
        "a box plot of the target",
        _HEAD + "\n# %%\nsns.boxplot(x=boats['price'])  # expect\n" + _FIT,
    ),
    Example(
        "the histogram's column goes far out in the describe table",
        _HEAD + "\n# %%\nboats.describe()  # expect\n# %%\nboats.hist(bins=30)\n" + _FIT,
        {1: _FAR},
    ),
    Example(
        "the text says so and leaves it",
        _HEAD
        + "\n# %%\nsns.histplot(boats['price'])  # expect\n# %% [markdown]\n# The price has clear outliers.\n"
        + _FIT,
    ),
)
PASSES = (
    Example(
        "the box plot's points are dropped",
        _HEAD
        + """
# %%
sns.boxplot(x=boats['price'])
low, high = boats["price"].quantile(0.25), boats["price"].quantile(0.75)
boats = boats[boats["price"] <= high + 1.5 * (high - low)]
"""
        + _FIT,
    ),
    Example(
        "dismissed beside the plot, without the word",
        _HEAD
        + "\n# %%\nsns.boxplot(x=boats['price'])\n# %% [markdown]\n# Two yachts are dear: genuine prices.\n"
        + _FIT,
    ),
    Example(
        "dismissed in words",
        _HEAD
        + "\n# %%\nsns.boxplot(x=boats['price'])\n# %% [markdown]\n# The outliers are genuine yachts: we keep them.\n"
        + _FIT,
    ),
    Example(
        "the describe table shows nothing beyond the whiskers",
        _HEAD + "\n# %%\nboats.describe()\n# %%\nsns.boxplot(x=boats['price'])\n" + _FIT,
        {1: _NEAR},
    ),
    Example(
        "the long tail is pulled in",
        _HEAD + "\n# %%\nsns.boxplot(x=boats['price'])\nboats['price'] = np.log1p(boats['price'])\n" + _FIT,
    ),
    Example(
        "a heading says no more than the word, and the table shows nothing beyond the whiskers",
        _HEAD
        + "\n# %%\nboats.describe()\n# %% [markdown]\n# ## Outliers\n"
        + "# %%\nsns.boxplot(x='hull', y='price', data=boats)\n"
        + _FIT,
        {1: _NEAR},
    ),
    Example("a histogram by itself", _HEAD + "\n# %%\nboats.hist(bins=30)\n" + _FIT),
)
_WHISKER = 1.5
_CLEAR = 3.0
_FAR_OUT = 5.0
_SEVERAL = 3
_TOGETHER = 3.5
_VERY_FAR = 20.0


@check("OU-I", flags=FLAGS, passes=PASSES)
def outliers_shown_and_left(workflow: Workflow) -> Iterator[Finding]:
    """A box plot, a table or the text shows outliers in data that an outlier-sensitive model learns, and they are
    neither handled nor dismissed in words.

    Why it is debt: the next reader sees the points and can't tell whether they were judged harmless or overlooked.
    Instead: drop, cap or transform them by a rule learned from the training rows, or write one sentence why they stay.
    Blind spots: what a saved picture shows; where no describe table tells, any box plot counts as showing points.
    """
    trainings = outlier_sensitive(workflow)
    learned = frozenset(number for t in trainings if t.rows is not None for number in t.rows.sources())
    shown = [op for op in distributions_shown(workflow) if _of_data(op, learned)]
    if not trainings or not shown:
        return
    # rows that a rule has found and nothing drops are shown, not handled
    unused = {rule.op.id for rule in outlier_rules(workflow) if rule.drops and not workflow.reaches_model(rule.op)}
    handled = tuple(op for op in handlings(workflow) if op.id not in unused or op.role is Role.UNKNOWN)
    said = says_outliers(workflow)
    stated = [prose for prose in states_outliers(workflow) if not _DISMISSED.search(prose.text)]
    if any(_settles(prose.text, bool(stated), bool(handled)) for prose in said):
        return
    training = bent(workflow) or trainings[0]
    if handled:
        found = _others_left(workflow, handled, shown, training) or _target_left(workflow, handled, shown, training)
    else:
        found = _boxes(workflow, shown, training) or _table(workflow, shown, training)
        if found is None and stated:
            found = shown[0], None, 0.7
    if found is None:
        return
    op, extreme, confidence = found
    if _dismissed_beside(workflow, op):
        return
    steps = [step(op, "shows the spread of the values")]
    message = f"`{op.text}` shows outliers, and nothing is done or said about them before training"
    if extreme is not None:
        steps.append(quoted(extreme.fact, 120))
        end = "ends" if extreme.value > extreme.quartile else "begins"
        message = (
            f"`{extreme.column}` goes to {extreme.value:g} where the middle half {end} at {extreme.quartile:g}; "
            "nothing is done or said about it before training"
        )
    place = at(op)
    if extreme is not None and Trait.BOX not in op.traits and op.role is Role.PLOT:
        # a table that shows the far value is a surer place than a plot that may
        place = Span(extreme.fact.cell, line_of(workflow, extreme.fact.cell, extreme.fact.expression))
    if stated:
        steps.append(Step(stated[0].span, f"says: {stated[0].text[:100]}"))
        confidence = max(confidence, 0.8)
    steps.append(step(training.op, "trains on these values as they are"))
    yield Finding(
        "OU-I",
        "outliers-shown-and-left",
        place,
        message,
        tuple(steps),
        confidence=confidence,
        basis=Basis.OUTPUT if extreme is not None else Basis.CODE,
        columns=(extreme.column,) if extreme is not None else (),
        root="outliers-shown-and-left",
    )


def _settles(text: str, stated: bool, handled: bool) -> bool:
    """True for words that say what became of outliers; that there are none settles it where no others say there are."""
    words = _DISMISSED_REST if handled else _DISMISSED
    return bool(words.search(text)) and not (stated and not _DECIDED.search(text))


def _dismissed_beside(workflow: Workflow, op: Operation) -> bool:
    """True where the text that follows a plot says why far values stay, without the word outlier."""
    return any(
        op.site.cell <= prose.span.cell <= op.site.cell + 2 and _STAY.search(prose.text) for prose in workflow.prose
    )


def _of_data(op: Operation, sources: frozenset[int]) -> bool:
    """True where a plot shows data from one of the sources."""
    return any(value.rows is not None and value.rows.sources() & sources for value in op.data)


def _boxes(
    workflow: Workflow, shown: list[Operation], training: Training
) -> tuple[Operation, Extreme | None, float] | None:
    known = extremes(workflow)
    for op in shown:
        if Trait.BOX not in op.traits or op.arg("showfliers") is False or op.arg("whis") not in (NOTHING, 1.5):
            continue
        columns = _columns(op)
        far = [
            known[name]
            for name in columns
            if name in known and known[name].times > _WHISKER and bends_by(workflow, training, name)
        ]
        if far:
            worst = max(far, key=lambda extreme: extreme.times)
            return op, worst, 0.85 if worst.times > _CLEAR else 0.7
        if columns & known.keys():
            continue  # the table shows all numbers; what else the plot names are groups
        everything = far_out(workflow, training, _WHISKER)
        if not columns and known:
            if everything:
                return op, everything[0], 0.85 if everything[0].times > _CLEAR else 0.7
            continue
        if columns and not any(bends_by(workflow, training, name) for name in columns):
            continue
        return op, None, 0.7
    return None


def _others_left(
    workflow: Workflow, handled: tuple[Operation, ...], shown: list[Operation], training: Training
) -> tuple[Operation, Extreme | None, float] | None:
    """The handling of some named columns, where the table shows others as far out that are features too."""
    if training.features is None or training.features.columns.cut:
        return None
    far = far_out(workflow, training, _FAR_OUT)
    every = extremes(workflow)
    done: set[str] = set()
    for op in handled:
        mentioned = {name for name in every if re.search(rf"\b{re.escape(name)}\b", op.text)}
        if not mentioned:
            return None
        done |= {name for name in mentioned if not _never_bites(op, every[name])}
    left = [extreme for extreme in far if extreme.column not in done and extreme.column != target_name(training)]
    if not left or not done:
        return None
    for op in shown:
        if Trait.BOX in op.traits and (not _columns(op) or left[0].column in _columns(op)):
            return op, left[0], 0.65
    return (handled[0], left[0], 0.65) if left[0].times >= _VERY_FAR else None


def _never_bites(op: Operation, extreme: Extreme) -> bool:
    """True for a limit set by hand that lies beyond the farthest value."""
    limits = numeric_limits(op)
    above = extreme.value > extreme.quartile
    return bool(limits) and all(
        (sign.startswith("<") and above and number >= extreme.value)
        or (sign.startswith(">") and not above and number <= extreme.value)
        for sign, number in limits
    )


def _target_left(
    workflow: Workflow, handled: tuple[Operation, ...], shown: list[Operation], training: Training
) -> tuple[Operation, Extreme | None, float] | None:
    """A box plot of the regression target beside words or a table that say outliers, where no handling reaches the
    target."""
    named = next((t for t in (training, *outlier_sensitive(workflow)) if target_name(t) is not None), training)
    target, name = named.target, target_name(named)
    if target is None or name is None:
        return None
    far = {extreme.column: extreme for extreme in far_out(workflow, named, _FAR_OUT)}.get(name)
    rules = {rule.op.id: rule for rule in outlier_rules(workflow)}
    for op in handled:
        learned = rules[op.id].learned if op.id in rules else op.learns if op.role is Role.DETECT else ()
        if learned and far is not None and not any(_has(value, name) for value in learned):
            continue  # a rule that asks the features alone leaves the target's far values
        if op.role in (Role.FILTER, Role.DETECT) or Trait.ROBUST in op.traits or target.upstream & op.bit:
            return None
    for op in shown:
        if Trait.BOX in op.traits and name in _columns(op):
            near = [p for p in states_outliers(workflow) if abs(p.span.cell - op.site.cell) <= 1]
            if near or far is not None:
                return op, far, 0.7
    return None


def _has(value: Value, column: str) -> bool:
    return value.column == column if value.column is not None else value.columns.may_hold(column)


def _table(
    workflow: Workflow, shown: list[Operation], training: Training
) -> tuple[Operation, Extreme | None, float] | None:
    if training.features is None:
        return None
    found = far_out(workflow, training, _FAR_OUT)
    together = far_out(workflow, training, _TOGETHER)
    for extreme in found or (together if len(together) >= _SEVERAL else []):
        for op in shown:
            columns = _columns(op)
            sure = not training.features.columns.cut or extreme.column in targets(workflow)
            if extreme.column in columns or (not columns and sure):
                return op, extreme, 0.7
    # the table itself shows it, whatever the plots draw
    worst = next((e for e in found if e.times >= _VERY_FAR or e.column == target_name(training)), None)
    return (shown[0], worst, 0.65) if worst is not None and not training.features.columns.cut else None


def _columns(op: Operation) -> set[str]:
    """The columns that a plot shows, empty where it shows all of a table."""
    found = {value.column for value in op.data if value.column is not None}
    for name in ("x", "y", "column"):
        given = op.arg(name)
        if isinstance(given, str):
            found.add(given)
        elif isinstance(given, tuple):
            found |= {str(item) for item in given}
    if found and any(_is_long(value) for value in op.data):
        return set()
    if not found and len(op.data) == 1 and op.data[0].columns.selected is not None:
        return set(op.data[0].columns.selected)
    return {name for name in found if name is not None}


def _is_long(value: Value) -> bool:
    """True for a table that was made long, so that one column of it holds the values of many."""
    return value.kind is Kind.TABLE and value.rows is not None and value.rows.effect is RowsEffect.RESAMPLE
