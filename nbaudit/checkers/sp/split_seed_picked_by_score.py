"""SP-W: many seeds of the split are tried, and the flattering one is taken."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.splits import SEEDS

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LinearRegression
rents = pd.read_csv("rents.csv")
X, y = rents[["area", "rooms"]], rents["rent"]
# %%
"""
_LOOP = """
for seed in range(100):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=seed)
    model = LinearRegression().fit(X_train, y_train)
    print(seed, model.score(X_test, y_test))
# %%
"""
FLAGS = (
    Example(
        "seed 12 gave the best score",
        _HEAD
        + _LOOP
        + """
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=12)  # expect
model = LinearRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "in other names",
        _HEAD
        + _LOOP
        + """
A, B, a, b = train_test_split(X, y, test_size=0.2, random_state=63)  # expect
print(LinearRegression().fit(A, a).score(B, b))
""",
    ),
)
PASSES = (
    Example("the spread over the seeds is shown, none is taken", _HEAD + _LOOP),
    Example(
        "one seed",
        _HEAD
        + """
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=12)
model = LinearRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def split_seed_picked_by_score(workflow: Workflow) -> Iterator[Finding]:
    """Many seeds of a split are tried with their test scores, and one of them is then used for the result.

    Why it is debt: the split was chosen because it flatters the model; another one gives a worse score.
    Instead: fix one seed before looking at any score, or report mean and spread over all seeds.
    Blind spots: a seed that was chosen before the loop was written.
    """
    for tried in workflow.ops(Role.SPLIT):
        seed = next((tried.args[name] for name in SEEDS if name in tried.args), None)
        if not tried.loops or seed is None or not seed.varies & set(tried.loops):
            continue
        scored = next(
            (
                e
                for e in workflow.evaluations
                if e.held_out
                and set(e.op.loops) & set(tried.loops)
                and e.rows is not None
                and any(rows.made_by == tried.id for rows in e.rows.lineage())
            ),
            None,
        )
        if scored is None:
            continue
        for later in workflow.ops(Role.SPLIT):
            if later.id <= scored.op.id or set(later.loops) & set(tried.loops):
                continue
            if not any(
                a.rows is not None and b.rows is not None and a.rows.sources() & b.rows.sources()
                for a in later.data[:1]
                for b in tried.data[:1]
            ):
                continue
            given = next((later.args[name] for name in SEEDS if name in later.args), None)
            if given is None:
                continue
            yield Finding(
                "SP-W",
                "split-seed-picked-by-score",
                at(later),
                f"seeds of the split are tried with their scores in `{scored.op.text}`, and `{later.text}` then takes "
                "one of them",
                (
                    step(tried, "splits with one seed after the other"),
                    step(scored.op, "scores each split"),
                    step(later, "splits with the chosen seed"),
                ),
                confidence=0.85 * later.trust,
                root=f"split-seed-picked-by-score:{tried.site.cell}",
            )
            break
