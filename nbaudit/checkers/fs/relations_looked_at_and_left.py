"""FS-I: correlations or importances are looked at, and nothing is decided."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.facts import Dtypes
from nbaudit.model.flow import Columns, Operation
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Training
from nbaudit.workflow.columns import (
    MANY_FEATURES,
    dropped_by,
    drops_of_choice,
    feature_count,
    feature_names,
    given_features,
    is_used,
    looks_at_relations,
    looks_like_identifier,
    selects_by_penalty,
    shown_names,
    tabular_trainings,
)

_HEAD = """
# %%
import pandas as pd
import seaborn as sns
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
bees = pd.read_csv("bees.csv")
X, y = bees.drop(columns="alive"), bees["alive"]
X.shape
# %%
sns.heatmap(X.corr())  # expect
"""
_FIT = """
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=4)
model = RandomForestClassifier(random_state=4)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
_QUIET = _HEAD.replace("  # expect", "")
_WIDE = {0: "(900, 31)"}
FLAGS = (
    Example(
        "a heading announces a selection that never comes",
        _HEAD.replace("# %%\nsns", "# %% [markdown]\n## Feature selection\n# %%\nsns") + _FIT,
        _WIDE,
    ),
    Example("a heat map, and on with all columns", _HEAD + _FIT, _WIDE),
    Example(
        "a printed table, and on with all columns",
        _HEAD.replace("sns.heatmap(X.corr())", "X.corr()") + _FIT,
        _WIDE,
    ),
)
PASSES = (
    Example("a column is dropped", _QUIET + "X = X.drop(columns='wing_left')\n" + _FIT, _WIDE),
    Example("few features", _QUIET + _FIT, {0: "(900, 6)"}),
    Example(
        "the text says why all stay",
        _QUIET + "\n# %% [markdown]\n# No pair is strongly correlated, so we keep all columns.\n" + _FIT,
        _WIDE,
    ),
    Example("the look comes after training", _QUIET.replace("sns.heatmap(X.corr())", "") + _FIT + "X.corr()\n", _WIDE),
)
_TITLE = 4
"""No reason takes fewer words."""
_REASON = regex(
    r"\b(no|not|n't|without)\b.{0,40}\b((multi)?collinear\w*|redundan\w*|(high|strong|signific)\w* .{0,12}correlat\w*|"
    r"(correlat|relation)\w* (between|among))|"
    r"\b(correlat\w*|collinear\w*|importan\w*)\b.{0,80}\b(keep|kept|retain\w*|drop\w*|remov\w*|exclud\w*|select\w*|"
    r"choos\w*|chose\w*)\b|"
    r"\b(keep|kept|retain\w*|use|using)\b.{0,20}\b(all|every)\b.{0,20}\b(feature|column|variable|predictor)s?\b|"
    r"\bfeature selection\b|\bimportant features? (?:is|are)\b|\bbased on (?:the )?(?:correlation|heat ?map)",
    re.IGNORECASE,
)


@check("FS-I", flags=FLAGS, passes=PASSES)
def relations_looked_at_and_left(workflow: Workflow) -> Iterator[Finding]:
    """Correlations or importances of more than ten features, or of features with an identifier among them, are looked
    at before training, then all features are used as before and no reason is given.

    Why it is debt: the reader can't tell whether the look found nothing or was forgotten; redundant columns stay.
    Instead: drop what the look speaks against, or write in one sentence why all columns stay.
    Blind spots: decisions taken outside the notebook.
    """
    trainings = tabular_trainings(workflow)
    if not trainings or selects_by_penalty(workflow):
        return
    if any(is_used(workflow, op) for op in workflow.ops(Role.SELECT, Role.REDUCE)):
        return
    training = _last_with_many(workflow, trainings)
    if training is None:
        return
    look = _look(workflow, trainings[0], training)
    if look is None or _chosen_since(workflow, look, trainings):
        return
    if any(op.id > look.id and not _shows_none(workflow, look, op) for op in drops_of_choice(workflow)):
        return
    if workflow.says(_REASON) is not None and any(
        _REASON.search(prose.text) and not _is_title(prose.text) for prose in workflow.prose
    ):
        return
    count = feature_count(workflow, training)
    yield Finding(
        "FS-I",
        "relations-looked-at-and-left",
        at(look),
        f"`{look.text}` shows how the features relate, and all {count} go into the model without a word on it",
        (
            step(look, "shows correlations or importances"),
            step(training.op, f"trains on all {count} features; none was dropped after the look"),
        ),
        confidence=0.75 * training.op.trust,
        root="relations-looked-at-and-left",
    )


def _shows_none(workflow: Workflow, look: Operation, op: Operation) -> bool:
    """True for a drop of columns whose relations the look does not show: identifiers, and words among correlations."""
    gone = dropped_by(op) if op.role is Role.DROP_COLUMNS else set()
    words = _words(workflow) if Trait.CORRELATION in look.traits else frozenset()
    return bool(gone) and all(name is not None and (looks_like_identifier(name) or name in words) for name in gone)


def _words(workflow: Workflow) -> frozenset[str]:
    """The columns that outputs show to hold words."""
    found: set[str] = set()
    for fact in workflow.facts_of(Dtypes):
        assert isinstance(fact, Dtypes)
        found |= {name for name, dtype in fact.dtypes.items() if dtype in ("object", "str", "string")}
    return frozenset(found)


def _is_title(text: str) -> bool:
    """True for a heading, or a few words that announce a step: they decide nothing."""
    return len(text.strip("# ").split()) <= _TITLE


def _last_with_many(workflow: Workflow, trainings: tuple[Training, ...]) -> Training | None:
    found: Training | None = None
    for training in trainings:
        features = training.features
        if features is None or not features.known:
            return None
        count = feature_count(workflow, training)
        names = feature_names(workflow, training) or ()
        many = count is not None and count > MANY_FEATURES
        if found is None and (many or any(looks_like_identifier(name) for name in names)):
            found = training
    return found


def _chosen_since(workflow: Workflow, look: Operation, trainings: tuple[Training, ...]) -> bool:
    """True where columns were chosen, by names or by a list that is not known, between the look and a training."""
    before = look.data[0].columns if look.data else None
    for training in trainings:
        given = given_features(workflow, training)
        assert given is not None
        columns = given.columns
        if columns.chosen and (before is None or not before.chosen) and not _all_but_last(workflow, look, columns):
            return True
        if columns.selected is not None and (before is None or before.selected is None):
            return True
    return False


def _all_but_last(workflow: Workflow, look: Operation, columns: Columns) -> bool:
    """True for a cut by position that leaves out the last of the columns, the target, as outputs show them."""
    shown = shown_names(workflow, look.data[0]) if look.data else None
    if shown is None or columns.span is None:
        return False
    first, last = columns.span
    return not first and last == len(shown[0]) - 1


def _look(workflow: Workflow, first: Training, training: Training) -> Operation | None:
    """The first look at the relations between the features before any model is trained."""
    rows = training.rows
    for op in looks_at_relations(workflow):
        if op.id > training.op.id:
            return None
        if Trait.IMPORTANCE in op.traits and op.id > first.op.id:
            continue
        scores = op.role is Role.SELECT and op.model is None  # `mutual_info_classif(X, y)`
        if not (scores or op.role in (Role.LOOK, Role.PLOT, Role.EXPLAIN)) or not _is_seen(workflow, op):
            continue
        if Trait.IMPORTANCE in op.traits:
            return op
        if rows is not None and any(v.rows is not None and v.rows.sources() & rows.sources() for v in op.data):
            return op
    return None


def _is_seen(workflow: Workflow, op: Operation) -> bool:
    """True where the reader sees the result, itself or in a plot."""
    if op.shown or op.role is Role.PLOT:
        return True
    return any(
        (later.role in (Role.PLOT, Role.LOOK) or later.shown) and any(value.upstream & op.bit for value in later.data)
        for later in workflow.graph.operations[op.id + 1 : op.id + 40]
    )
