"""SP-W: a random split that nobody can repeat."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation, Rows, RowsEffect, Value
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow.splits import seeded, splits

_MASK = """
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
rents = pd.read_csv("rents.csv")
# %%
drawn = np.random.rand(len(rents)) < 0.8  # expect
train, test = rents[drawn], rents[~drawn]
model = LinearRegression().fit(train[["area"]], train["rent"])
print(mean_absolute_error(test["rent"], model.predict(test[["area"]])))
"""
_DRAWS = frozenset({Role.NEUTRAL, Role.SHAPE, Role.FILTER})
FLAGS = (
    Example("a mask of random numbers", _MASK),
    Example(
        "no random_state",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import f1_score
penguins = pd.read_csv("penguins.csv")
X, y = penguins.drop(columns="species"), penguins["species"]
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25)  # expect
tree = DecisionTreeClassifier().fit(X_train, y_train)
print(f1_score(y_test, tree.predict(X_test), average="macro"))
""",
    ),
    Example(
        "shuffled folds without a seed",
        """
# %%
import pandas as pd
from sklearn.model_selection import KFold, cross_val_score
from sklearn.ensemble import RandomForestRegressor
rents = pd.read_csv("rents.csv")
# %%
folds = KFold(n_splits=5, shuffle=True)  # expect
print(cross_val_score(RandomForestRegressor(), rents.drop(columns="rent"), rents["rent"], cv=folds).mean())
""",
    ),
    Example(
        "rows mixed without a seed, then cut by position",
        """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
rents = pd.read_csv("rents.csv")
# %%
rents = rents.sample(frac=1)  # expect
train, test = rents[:800], rents[800:]
model = LinearRegression().fit(train[["area"]], train["rent"])
print(mean_absolute_error(test["rent"], model.predict(test[["area"]])))
""",
    ),
)
PASSES = (
    Example(
        "a mask of random numbers from a fixed seed",
        _MASK.replace("  # expect", "").replace("drawn = np", "np.random.seed(4)\ndrawn = np"),
    ),
    Example(
        "random_state is given",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import f1_score
penguins = pd.read_csv("penguins.csv")
X, y = penguins.drop(columns="species"), penguins["species"]
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=4)
tree = DecisionTreeClassifier().fit(X_train, y_train)
print(f1_score(y_test, tree.predict(X_test), average="macro"))
""",
    ),
    Example(
        "numpy's seed is fixed first",
        """
# %%
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import f1_score
np.random.seed(7)
penguins = pd.read_csv("penguins.csv")
X, y = penguins.drop(columns="species"), penguins["species"]
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25)
tree = DecisionTreeClassifier().fit(X_train, y_train)
print(f1_score(y_test, tree.predict(X_test), average="macro"))
""",
    ),
    Example(
        "folds that are not shuffled need no seed",
        """
# %%
import pandas as pd
from sklearn.model_selection import KFold, cross_val_score
from sklearn.ensemble import RandomForestRegressor
rents = pd.read_csv("rents.csv")
# %%
folds = KFold(n_splits=5)
print(cross_val_score(RandomForestRegressor(), rents.drop(columns="rent"), rents["rent"], cv=folds).mean())
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def split_without_seed(workflow: Workflow) -> Iterator[Finding]:
    """Rows are split at random and no seed is fixed.

    Why it is debt: every run tests on other rows, so no score can be repeated or compared with an earlier one.
    Instead: give the split a fixed `random_state` (or the seed that the library takes).
    Blind spots: seeds fixed in another file by another name; saved row lists that make the split repeatable.
    """
    for split in splits(workflow):
        if split.shuffles and not split.seeded:
            yield Finding(
                "SP-W",
                "split-without-seed",
                at(split.op),
                f"`{split.op.text}` splits the rows at random without a fixed seed, so the split can't be repeated",
                (step(split.op, "splits at random, and no seed is given here or before"),),
                confidence=0.85 * split.op.trust,
                root=f"split-without-seed:{split.op.site.cell}",
            )
    for draw, part in _by_chance(workflow):
        yield Finding(
            "SP-W",
            "split-without-seed",
            at(draw),
            f"`{draw.text}` parts the rows at random without a fixed seed, so the split can't be repeated",
            (
                step(draw, "draws a random number for each row, and no seed is given before"),
                step(part, "takes the rows by it"),
            ),
            confidence=0.8 * draw.trust,
            root=f"split-without-seed:{draw.site.cell}",
        )
    for op in workflow.having(Trait.SHUFFLES):
        if op.role is Role.TRANSFORM and not seeded(workflow, op):
            yield Finding(
                "SP-W",
                "split-without-seed",
                at(op),
                f"`{op.text}` splits the rows at random inside and is given no seed, so its results can't be repeated",
                (step(op, "splits at random inside, and no seed is given here or before"),),
                confidence=0.75 * op.trust,
                root=f"split-without-seed:{op.site.cell}",
            )
        if op.rows is not RowsEffect.REORDER or op.role is Role.SPLIT or seeded(workflow, op):
            continue
        cut = next((e for e in workflow.test_sets if e.rows is not None and _cut_after(e.rows, op.id)), None)
        if cut is not None:
            yield Finding(
                "SP-W",
                "split-without-seed",
                at(op),
                f"`{op.text}` mixes the rows without a fixed seed before the split, so the parts can't be repeated",
                (step(op, "mixes the rows at random"), step(cut.op, "measures on a part of the mixed rows")),
                confidence=0.75 * op.trust,
                root=f"split-without-seed:{op.site.cell}",
            )
    for op in _drawn_before(workflow):
        yield Finding(
            "SP-W",
            "split-without-seed",
            at(op),
            f"`{op.text}` draws some of the rows without a fixed seed before the split, so the parts can't be repeated",
            (step(op, "draws rows at random, and no seed is given here or before"),),
            confidence=0.65 * op.trust,
            root=f"split-without-seed:{op.site.cell}",
        )


def _drawn_before(workflow: Workflow) -> Iterator[Operation]:
    """Draws of some rows of a table without a seed, of which all test rows of its data are a part."""
    for op in workflow.having(Trait.ROWS):
        if op.role is not Role.FILTER or op.rows is not RowsEffect.SUBSET or Trait.SHUFFLES not in op.traits:
            continue
        drawn = op.data[0].rows if op.data and op.data[0].kind is Kind.TABLE else None
        if drawn is None or seeded(workflow, op):
            continue
        tests = [e.rows for e in workflow.test_sets if e.rows is not None and e.rows.sources() & drawn.sources()]
        folds = {e.rows.id for e in workflow.test_sets if e.rows is not None and e.folds}
        if tests and all(_cut_after(rows, op.id, rows.id in folds) for rows in tests):
            yield op


def _by_chance(workflow: Workflow) -> Iterator[tuple[Operation, Operation]]:
    """(what draws at random, what parts the rows by it) for test rows taken by an unseeded mask or order of numbers, or
    left over from an unseeded sample."""
    drawn = sampled = 0
    for op in workflow.having(Trait.SHUFFLES):
        if op.role in _DRAWS and not any(value.kind is Kind.TABLE for value in op.data) and not seeded(workflow, op):
            drawn |= op.bit
    for op in workflow.having(Trait.ROWS):
        by_lot = op.role is Role.FILTER and op.rows is RowsEffect.SUBSET and Trait.SHUFFLES in op.traits
        if by_lot and not seeded(workflow, op):
            sampled |= op.bit
    if not drawn | sampled:
        return
    seen: set[int] = set()
    for evaluation in workflow.test_sets:
        measured = 0
        for value in evaluation.op.data:
            if value.kind is not Kind.PREDICTION:
                measured |= value.upstream
        for part in workflow.graph.by_mask(measured):
            key = _key(part)
            if key is None:
                continue
            own = part.data[0].upstream if part.data else 0  # a sample taken before the split is no part of it
            chance = drawn | (sampled & ~own if key.kind is Kind.INDEX else 0)
            for draw in workflow.graph.by_mask(key.upstream & chance):
                if draw.id not in seen:
                    seen.add(draw.id)
                    yield draw, part


def _key(part: Operation) -> Value | None:
    """What chooses the rows of a part: a mask, or an order of numbers; None where it is neither."""
    if part.role is not Role.FILTER:
        return None
    key = part.args.get("key") or part.args.get("0") or part.args.get("index")
    return key if key is not None and key.kind in (Kind.MASK, Kind.INDEX, Kind.ARRAY) else None


def _cut_after(rows: Rows, number: int, cut: bool = False) -> bool:
    """True where the rows are a part of what an operation has mixed; `cut` says that folds are cut of them."""
    for step_ in rows.lineage():
        if step_.made_by == number:
            return cut
        cut = cut or step_.effect in (RowsEffect.SUBSET, RowsEffect.PARTITION)
    return False
