"""FS-W: the target is a sum, difference or copy of features, as a printed table shows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, check, step
from nbaudit.model.facts import Sample
from nbaudit.model.source import Span
from nbaudit.workflow.columns import chosen_at, feature_names, tabular_trainings, target_name

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
rides = pd.read_csv("rides.csv")
rides.head()
# %%
"""
_SHOWS = """   temp  guests  members  total
0    10       3       13     16
1    12       8       32     40
2     9       5       27     32
3    14       2       10     12
4    15       7       21     28"""
_FIT = "RandomForestRegressor(random_state=1).fit(X, rides['total'])\n"
FLAGS = (
    Example(
        "two features add up to the target", _HEAD + "X = rides.drop(columns='total')  # expect\n" + _FIT, {0: _SHOWS}
    ),
    Example(
        "the target is a quotient of two features",
        _HEAD + "X = rides.drop(columns='total')  # expect\n" + _FIT,
        {
            0: """   temp  guests  members  total
0    10       3       51     17
1    12       8      128     16
2     9       5       95     19
3    14       2       24     12
4    15       7       77     11"""
        },
    ),
    Example(
        "a copy of the target",
        _HEAD + "X = rides[['temp', 'guests']]  # expect\n" + _FIT,
        {
            0: """   temp  guests  members  total
0    10      16       13     16
1    12      40       32     40
2     9      32       27     32
3    14      12       10     12
4    15      28       21     28"""
        },
    ),
)
PASSES = (
    Example("one of the parts is left out", _HEAD + "X = rides[['temp', 'guests']]\n" + _FIT, {0: _SHOWS}),
    Example(
        "the numbers don't add up",
        _HEAD + "X = rides.drop(columns='total')\n" + _FIT,
        {0: _SHOWS.replace("    28", "    29")},
    ),
)
_ROWS = 5
_COLUMNS = 60


@check("FS-W", flags=FLAGS, passes=PASSES)
def target_made_of_features(workflow: Workflow) -> Iterator[Finding]:
    """The printed rows show that the target is a copy, sum, difference, product or quotient of features.

    Why it is debt: the model learns an addition; once the target is asked for, its parts are not known yet.
    Instead: drop the parts of the target from the features.
    Blind spots: tables whose middle columns are left out in print.
    """
    reported: set[tuple[str, ...]] = set()
    for training in tabular_trainings(workflow):
        target = target_name(training)
        names = feature_names(workflow, training)
        if target is None or not names:
            continue
        for fact in workflow.facts_of(Sample):
            assert isinstance(fact, Sample)
            parts = _parts(fact, target, names)
            if not parts or parts in reported:
                continue
            reported.add(parts)
            listed = " and ".join(f"`{part}`" for part in parts)
            yield Finding(
                "FS-W",
                "target-made-of-features",
                chosen_at(workflow, training),
                f"{listed} make up the target `{target}` in every printed row, and are among the features"
                if len(parts) > 1
                else f"{listed} equals the target `{target}` in every printed row, and is among the features",
                (
                    Step(Span(fact.cell, 1), f"prints: {fact.quote[:100]}", "saved output"),
                    step(training.op, f"trains to predict `{target}` with {listed} given"),
                ),
                confidence=0.85,
                basis=Basis.OUTPUT,
                columns=parts,
                root=f"target-made-of-features:{target}",
            )
            return


def _parts(fact: Sample, target: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The one or two features that give the target in each of the printed rows, () where there are none."""
    goal = _numbers(fact, target)
    if goal is None or len(goal) < _ROWS or len(set(goal)) < 4:
        return ()
    given: dict[str, list[float]] = {}
    for name in names[:_COLUMNS]:
        numbers = _numbers(fact, name) if name != target else None
        if numbers is not None and len(numbers) == len(goal) and any(numbers):
            given[name] = numbers
    for name, numbers in given.items():
        if numbers == goal:
            return (name,)
    for a, b in combinations(given, 2):
        if len(set(given[a])) < 3 or len(set(given[b])) < 3:
            continue
        pairs = list(zip(given[a], given[b], goal, strict=True))
        if all(_close(x + y, z) for x, y, z in pairs) or all(_close(abs(x - y), z) for x, y, z in pairs):
            return (a, b)
        if len(set(goal)) == len(goal) and any(all(_near(x, y * z) for x, y, z in way) for way in _ways(pairs)):
            return (a, b)
    return ()


def _ways(pairs: list[tuple[float, float, float]]) -> list[list[tuple[float, float, float]]]:
    """The rows as (product, factor, factor): the target as a quotient of the two, either way, and as their product."""
    if not all(all(abs(number) > 1 for number in row) for row in pairs):
        return []  # flags and shares are products of anything
    return [pairs, [(y, x, z) for x, y, z in pairs], [(z, x, y) for x, y, z in pairs]]


def _near(product: float, factors: float) -> bool:
    """True where the numbers agree but for what was rounded in print."""
    return abs(product - factors) <= 2e-3 * abs(product)


def _close(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(1.0, abs(b))


def _numbers(fact: Sample, name: str) -> list[float] | None:
    """A column's printed cells as numbers, None where one is none."""
    if name not in fact.columns:
        return None
    at_column = fact.columns.index(name)
    try:
        return [float(row[at_column]) for row in fact.cells]
    except (ValueError, IndexError):
        return None
