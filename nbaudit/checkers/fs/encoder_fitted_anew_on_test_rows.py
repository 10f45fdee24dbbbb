"""FS-W: an encoder or vectoriser fitted anew on the test rows, so that columns mean other things there."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation, Value
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow import Training
from nbaudit.workflow.splits import called_test

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import LabelEncoder
train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
# %%
coder = LabelEncoder()
train["town"] = coder.fit_transform(train["town"])
"""
_FIT = """
model = RandomForestClassifier(random_state=1)
model.fit(train[["town", "age"]], train["moved"])
print(model.predict(test[["town", "age"]]))
"""
FLAGS = (
    Example(
        "codes of the test file by themselves",
        _HEAD + 'test["town"] = coder.fit_transform(test["town"])  # expect\n' + _FIT,
    ),
    Example(
        "a vocabulary of the test rows",
        """
# %%
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB
mails = pd.read_csv("mails.csv")
a, b, y_a, y_b = train_test_split(mails["text"], mails["spam"], random_state=1)
words = CountVectorizer(max_features=500)
X_a = words.fit_transform(a)
X_b = words.fit_transform(b)  # expect
model = MultinomialNB().fit(X_a, y_a)
print(model.score(X_b, y_b))
""",
    ),
    Example(
        "frequencies of the test file by themselves",
        _HEAD
        + 'often = train["street"].value_counts().to_dict()\ntrain["street"] = train["street"].map(often)\n'
        + 'often = test["street"].value_counts().to_dict()\ntest["street"] = test["street"].map(often)  # expect\n'
        + _FIT.replace('"town", ', '"street", '),
    ),
)
PASSES = (
    Example(
        "the frequencies of the training file",
        _HEAD
        + 'often = train["street"].value_counts().to_dict()\ntrain["street"] = train["street"].map(often)\n'
        + 'test["street"] = test["street"].map(often)\n'
        + _FIT.replace('"town", ', '"street", '),
    ),
    Example("the same codes", _HEAD + 'test["town"] = coder.transform(test["town"])\n' + _FIT),
    Example(
        "the codes of both files together",
        _HEAD.replace('coder.fit_transform(train["town"])', 'coder.fit(pd.concat([train, test])["town"])')
        + 'test["town"] = coder.transform(test["town"])\n'
        + _FIT,
    ),
    Example(
        "another column has codes of its own",
        _HEAD + 'train["street"] = LabelEncoder().fit_transform(train["street"])\n' + _FIT,
    ),
)
_MEANINGS = (Role.ENCODE, Role.VECTORISE, Role.TOKENISE, Role.DISCRETISE, Role.SELECT, Role.REDUCE)


@check("FS-W", flags=FLAGS, passes=PASSES)
def encoder_fitted_anew_on_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """Test rows are encoded, binned or reduced by a fit of their own, so that a column means something else in training
    and in testing.

    Why it is debt: code 3 is one town in training and another in the test; predictions are wrong without any error.
    Instead: fit the encoder on the training rows once and only `transform` the others.
    Blind spots: dummies made of each part by themselves.
    """
    fits = [op for op in workflow.ops(*_MEANINGS) if op.learns and not op.in_folds]
    fits += _maps_of_own_values(workflow)
    fits.sort(key=lambda op: op.id)
    reported: set[int] = set()
    for training in workflow.trainings:
        features = training.features
        if features is None or features.rows is None:
            continue
        own = [op for op in fits if features.upstream & op.bit]
        for op in fits:
            if op.site.cell in reported:
                continue
            first = next(
                (item for item in reversed(own) if item.id < op.id and _same_meaning(item, op, training)), None
            )
            if first is None:
                continue
            sure = _is_test(workflow, op, training)
            if not sure:
                continue
            reported.add(op.site.cell)
            column = op.learns[0].column
            what = f"`{column}` means" if column is not None else "the columns mean"
            meaning = "it learned from other rows" if op.span == first.span else f"`{first.text}` gave the meaning"
            yield Finding(
                "FS-W",
                "encoder-fitted-anew-on-test-rows",
                at(op),
                f"`{op.text}` is fitted anew for {'each table' if op.span == first.span else 'these rows'}, so {what} "
                f"something else here than in training, where {meaning}",
                (
                    step(first, "learns the meaning of the column from the training rows"),
                    step(op, "learns another from these rows"),
                    step(training.op, "trains on the first"),
                ),
                confidence=sure * op.trust,
                columns=(column,) if column is not None else (),
                root=f"encoder-fitted-anew-on-test-rows:{op.site.cell}",
            )


def _maps_of_own_values(workflow: Workflow) -> list[Operation]:
    """Columns whose values are replaced by codes or frequencies that were computed of the column itself."""
    listed = workflow.mask_where(_lists_values)
    return [
        op
        for op in workflow.ops(Role.CREATE, Role.REPAIR)
        if op.learns
        and op.data
        and op.data[0].kind is Kind.COLUMN
        and any(value.kind in _TABLES_OF_CODES and value.upstream & listed for value in op.args.values())
        and any(value.column == op.data[0].column for value in op.learns)
    ]


_TABLES_OF_CODES = frozenset({Kind.CONTAINER, Kind.STATISTIC})


def _lists_values(op: Operation) -> bool:
    return Trait.VALUES in op.traits


def _same_meaning(first: Operation, op: Operation, training: Training) -> bool:
    """True where two fits make the same column of different rows: the training's, and others."""
    if first.call != op.call or first.role is not op.role:
        return False
    a, b = first.learns[0], op.learns[0]
    if a.column != b.column or a.rows is None or b.rows is None or training.rows is None:
        return False
    target = training.target
    if target is not None and target.column is not None and a.column == target.column:
        return False
    return a.rows.overlaps(training.rows) and not b.rows.overlaps(a.rows) and not b.rows.overlaps(training.rows)


def _is_test(workflow: Workflow, op: Operation, training: Training) -> float:
    """How sure it is (0 for not at all) that the rows are tested or predicted by the training's model."""
    learned: Value = op.learns[0]
    assert learned.rows is not None
    for use in workflow.graph.operations[op.id + 1 :]:
        if use.role in (Role.PREDICT, Role.EVALUATE) and use.model is not None and use.data:
            mine = use.model is training.model or use.model.final() is training.final
            if mine and use.data[0].upstream & op.bit:
                return 0.9
    if learned.rows.role == "test" and training.rows is not None and learned.rows.sources() & training.rows.sources():
        return 0.85
    if called_test(workflow, op):
        return 0.8
    return 0.0
