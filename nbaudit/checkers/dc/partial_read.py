"""DC-I: a model built on part of the source."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation, Rows, RowsEffect
from nbaudit.model.source import CellKind
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Training
from nbaudit.workflow.core import once_per_workflow
from nbaudit.workflow.cuts import FEW, cut_list, number_of, reads_less, stops_reading

_REASON = regex(
    r"memory|\bRAM\b|too (?:big|large|slow|long)|large|huge|speed|fast(?:er)?|quick|"
    r"(?:time|hours?|minutes?)\b(?! series)|balance|recent|last|latest|"
    r"\b(?:because|since|due to|so that|in order to|enough|suffic\w+|"
    r"porque|pois|pelo fato|devido|suficiente|parce que|puisque|weil|damit|denn|чтобы|потому)\b",
    re.IGNORECASE,
)
_NEAR = 3
_BY_PLACE = regex(r"\.index\s*<=?\s*\d{2,}")
_FIRST_CHUNK = regex(r"\bnext\(|\.get_chunk\(")
_LIMIT = regex(r"\blimit\s+\d+", re.IGNORECASE)
_SKIPPING = {"error_bad_lines": (False,), "on_bad_lines": ("skip", "warn")}

FLAGS = (
    Example(
        "only some rows are read",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv", nrows=5000)  # expect
trips.head()
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
    Example(
        "a slice is gone on with",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")
trips.head()
# %%
trips = trips[:5000]  # expect
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
    Example(
        "a comment that says what is done, not why",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")
trips.head()
# %%
# select the first 100 rows only
X = trips.head(100)[["age", "fare"]]  # expect
DecisionTreeClassifier().fit(X, trips.head(100)["late"])
""",
    ),
    Example(
        "bad lines are skipped",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv", on_bad_lines="skip")  # expect
trips.head()
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
)
PASSES = (
    Example(
        "each row of the source takes two lines",
        """
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
lines = pd.read_csv("houses.txt", sep=r"\\s+", header=None)
X = np.hstack([lines.values[::2, :], lines.values[1::2, :2]])
y = lines.values[1::2, 2]
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
print(Ridge().fit(X_train, y_train).score(X_test, y_test))
""",
    ),
    Example(
        "the larger class is made smaller",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
calls = pd.read_csv("calls.csv")
calls.head()
# %%
quiet = calls[calls["fraud"] == 0].sample(500, random_state=1)
even = pd.concat([quiet, calls[calls["fraud"] == 1]])
# %%
DecisionTreeClassifier().fit(even.drop(columns="fraud"), even["fraud"])
""",
    ),
    Example(
        "files that were put together are taken apart",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
crew, guests = pd.read_csv("crew.csv"), pd.read_csv("guests.csv")
everyone = pd.concat([crew, guests])
everyone["cabin"] = everyone["cabin"].str.upper()
print(everyone.shape)
# %%
crew = everyone.iloc[:891, :]
DecisionTreeClassifier().fit(crew.drop(columns="saved"), crew["saved"])
""",
    ),
    Example(
        "the other slice is the test part",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")
trips.head()
# %%
train = trips[:5000]
test = trips[5000:]
model = DecisionTreeClassifier().fit(train.drop("late", axis=1), train["late"])
model.score(test.drop("late", axis=1), test["late"])
""",
    ),
    Example(
        "the arrays of both slices, measured by a function of another file",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
from helpers import report
trips = pd.read_csv("trips.csv")
trips.head()
# %%
train_x = trips.iloc[0:5000, :-1].values
train_y = trips.iloc[0:5000, -1].values
test_x = trips.iloc[5000:, :-1].values
test_y = trips.iloc[5000:, -1].values
model = DecisionTreeClassifier().fit(train_x, train_y)
report(model, test_x, test_y)
""",
    ),
    Example(
        "a sample with a reason",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")
trips.head()
# %%
# the full file does not fit into memory
trips = trips.sample(5000, random_state=0)
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
    Example(
        "a sample with a reason in the text above",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")
# %% [markdown]
# A hundredth of the rows, since importances settle long before all are read.
# %%
trips.shape
# %%
trips = trips.sample(frac=0.01, random_state=0)
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
    Example(
        "a sample that is only looked at",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")
small = trips.sample(500)
small.hist()
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
    ),
)


@check("DC-I", flags=FLAGS, passes=PASSES)
def partial_read(workflow: Workflow) -> Iterator[Finding]:
    """The model is built on part of the source (`nrows`, a slice, a sample, LIMIT, skipped lines) without a reason.

    Why it is debt: what holds for the part need not hold for the whole, and nobody knows that it is a part.
    Instead: read all of it, or say why a part is enough and how it was chosen.
    Blind spots: parts chosen by code outside the notebook.
    """
    for op in (*workflow.loads, *_outside_reads(workflow)):
        limit = next((name for name in ("nrows", "chunksize") if isinstance(op.arg(name), int)), None)
        cut = cut_list(workflow, op)
        skipping = next((name for name, values in _SKIPPING.items() if op.arg(name) in values), None)
        query = any(isinstance(v.constant, str) and _LIMIT.search(v.constant) for v in op.args.values())
        skipped = op.args.get("skiprows")
        leaves = skipped is not None and (skipped.kind is Kind.FUNCTION or isinstance(skipped.constant, range))
        what = limit if limit == "nrows" or (limit and _first_chunk(workflow, op)) else None
        what = what or reads_less(op) or skipping or ("LIMIT" if query else "skiprows" if leaves else cut)
        explained = _explained(workflow, op) or (what == cut and _said_at_cut(workflow, cut))
        if what and workflow.reaches_model(op) and not explained and not (what == cut and not _trained(workflow, op)):
            yield _finding(workflow, op, f"`{op.text[:80]}` reads only part of the source (`{what}`)")
    for loop, op, test in stops_reading(workflow):
        if workflow.reaches_model(op) and not _explained(workflow, op):
            where = f"the loop over `{loop.text}`" if loop.text else "the loop"
            yield _finding(workflow, op, f"{where} breaks off at `{test[:60]}`, so only part of the source is read")
    told: set[int] = set()  # the same cut of the features and of the target is one fault
    for op in workflow.ops(Role.FILTER, Role.LOOK, Role.SHAPE, Role.RESAMPLE):
        if (
            op.rows not in (RowsEffect.SUBSET, RowsEffect.RESAMPLE)
            or not _cuts(workflow, op)
            or op.loops
            or op.site.cell in told
        ):
            continue
        if _put_back(workflow, op):
            continue
        if workflow.reaches_model(op) and not _other_part_used(workflow, op) and not _explained(workflow, op):
            told.add(op.site.cell)
            yield _finding(workflow, op, f"`{op.text[:80]}` keeps only part of the rows for the model")


def _outside_reads(workflow: Workflow) -> Iterator[Operation]:
    """Calls of other files that are told how many rows to read."""
    for op in workflow.ops(Role.UNKNOWN):
        if op.rows is RowsEffect.SOURCE and reads_less(op):
            yield op


def _first_chunk(workflow: Workflow, op: Operation) -> bool:
    """True where only the first of the chunks that a read gives is taken."""
    return any(
        _FIRST_CHUNK.search(other.text) and any(value.upstream & op.bit for value in other.data)
        for other in workflow.graph.operations[op.id + 1 :]
        if other.site.cell - op.site.cell < _NEAR
    )


def _cuts(workflow: Workflow, op: Operation) -> bool:
    """A slice by fixed position or a random sample of rows that no split has parted before."""
    if not op.data or op.data[0].rows is None or not _unparted(workflow, op.data[0].rows):
        return False
    if op.call == "syntax.slice":
        return _slices_rows(workflow, op)
    key = op.args.get("key")
    if key is None:
        return Trait.ROWS in op.traits and _told_how_many(op)
    drawn = key.kind in (Kind.ARRAY, Kind.INDEX) and any(
        (other.rows is RowsEffect.RESAMPLE or (other.rows is RowsEffect.SUBSET and Trait.SHUFFLES in other.traits))
        and other.data[:1] != op.data[:1]
        for other in workflow.graph.by_mask(key.upstream)
        if other.id == key.made_by
    )
    return drawn or (key.kind is Kind.MASK and bool(_BY_PLACE.search(op.text)))


def _told_how_many(op: Operation) -> bool:
    """True where a call is given the number, the share or the range of the rows that it is to keep."""
    for name, value in op.args.items():
        told = value.constant
        if "seed" in name or "random" in name or isinstance(told, bool):
            continue
        if isinstance(told, int) and told >= FEW:
            return True
        if isinstance(told, float) and 0 < told < 1:
            return True
        if isinstance(told, range) and told.start == 0 and len(told) >= FEW:
            return True
    return False


def _unparted(workflow: Workflow, rows: Rows) -> bool:
    """True for rows that come straight from one source: filtered perhaps, but in no part of a split other than
    its training rows.

    A slice of several sources that were put together takes them apart again.
    """
    if len(rows.sources()) > 1:
        return False
    known = _parted(workflow)
    waiting = [rows]
    while waiting:  # each set of rows is judged once, behind those that it was made from
        one = waiting[-1]
        left = [] if one.id in known else [parent for parent in one.parents if parent.id not in known]
        if left:
            waiting.extend(left)
            continue
        waiting.pop()
        if one.id not in known:
            known[one.id] = _parts_rows(workflow, one) or any(known[parent.id] for parent in one.parents)
    return not known[rows.id]


@once_per_workflow
def _parted(workflow: Workflow) -> dict[int, bool]:
    """By set of rows, whether it or any that it was made from was parted, as far as that was asked."""
    return {}


def _parts_rows(workflow: Workflow, rows: Rows) -> bool:
    return (
        rows.role not in ("", "train")
        or rows.effect in (RowsEffect.COLLAPSE, RowsEffect.RESAMPLE)
        or (not rows.role and rows.made_by >= 0 and workflow.graph.operations[rows.made_by].role is Role.SPLIT)
    )


def _slices_rows(workflow: Workflow, op: Operation) -> bool:
    """True for a slice of rows by numbers, or by a share of their number, that leaves out more than a few."""
    try:
        node = ast.parse(op.text.strip(), mode="eval").body
    except SyntaxError:
        return False
    if not isinstance(node, ast.Subscript) or (isinstance(node.value, ast.Attribute) and node.value.attr == "str"):
        return False
    part = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
    if not isinstance(part, ast.Slice):
        return False
    step = number_of(workflow, part.step)
    if step is not None and step > 1:
        return not _interleaved(workflow, op, step)
    upper, lower = number_of(workflow, part.upper), number_of(workflow, part.lower)
    if part.upper is not None:
        return (upper is not None and upper >= FEW) or _share_of_length(part.upper)
    return lower is not None and lower <= -FEW


def _interleaved(workflow: Workflow, op: Operation, step: int) -> bool:
    """True where the other lines are read beside: each row of the source takes several (`raw[::2]`, `raw[1::2]`)."""
    return any(
        other.text != op.text
        and other.text.partition("[")[0] == op.text.partition("[")[0]
        and f"::{step}" in other.text
        for other in workflow.ops(Role.FILTER)
        if other.site.cell == op.site.cell
    )


def _share_of_length(node: ast.expr) -> bool:
    """True for a share of the number of rows (`len(df) // 10`, `int(0.1 * len(df))`)."""
    text = ast.unparse(node)
    return bool(re.search(r"\blen\(|\.shape\[0\]", text)) and bool(re.search(r"/|\b0?\.\d", text))


def _other_part_used(workflow: Workflow, op: Operation) -> bool:
    """True where the rows left out are trained on or measured on too, or are cut off beside: then it is a split."""
    base = op.data[0].rows
    bindings = workflow.graph.bindings
    later = bisect_left(bindings, op.id, key=lambda binding: binding.op)  # what comes before can't hold its result
    held = (binding.value for binding in islice(bindings, later, None))
    mine = next((value.rows for value in held if value.rows is not None and value.upstream & op.bit), None)
    if mine is None or base is None:
        return False
    cut = mine.parts() - base.parts()
    places = {place for place, _ in cut}
    beside = _held_by_place(workflow).get(min(places), ()) if places else ()
    for rows in beside:
        rest = rows.parts() - base.parts()
        if rest and not rest & cut and {place for place, _ in rest} == places and not rows.overlaps(mine):
            return True  # the same place, and all that lies on its other side
    return any(not rows.overlaps(mine) and rows.overlaps(base) for rows in _used(workflow))


@once_per_workflow
def _used(workflow: Workflow) -> tuple[Rows, ...]:
    """The sets of rows that anything is trained or measured on, each once."""
    used = [*(t.rows for t in workflow.trainings), *(e.rows for e in workflow.evaluations)]
    return tuple({rows.id: rows for rows in used if rows is not None}.values())


def _put_back(workflow: Workflow, op: Operation) -> bool:
    """True where the part is put together with other rows of the same source: a class that is made smaller by hand."""
    rows = op.data[0].rows
    return rows is not None and any(
        any(value.upstream & op.bit for value in other.data)
        and any(
            value.rows is not None and not value.upstream & op.bit and value.rows.sources() & rows.sources()
            for value in other.data
        )
        for other in workflow.ops(Role.CONCAT)
        if other.id > op.id
    )


@once_per_workflow
def _held_by_place(workflow: Workflow) -> dict[int, tuple[Rows, ...]]:
    """The sets of rows that a name holds, by each partition that they lie in a part of."""
    found: dict[int, dict[int, Rows]] = {}
    for binding in workflow.graph.bindings:
        rows = binding.value.rows
        for place, _ in rows.parts() if rows is not None else ():
            assert rows is not None
            found.setdefault(place, {})[rows.id] = rows
    return {place: tuple(held.values()) for place, held in found.items()}


def _explained(workflow: Workflow, op: Operation) -> bool:
    """True where a reason stands beside the cut, or in the text above it."""
    cell = op.site.cell
    text = max((c.index for c in workflow.notebook.cells[:cell] if c.kind is CellKind.MARKDOWN), default=cell)
    near = {cell} | ({text} if cell - text <= _NEAR else set())
    return workflow.says(_REASON, near) is not None


@once_per_workflow
def _squeezed(workflow: Workflow) -> dict[int, str]:
    """The code of each Python cell that takes a part of something, without its blanks."""
    return {cell.index: cell.python.replace(" ", "") for cell in workflow.python_cells if "[" in cell.python}


def _said_at_cut(workflow: Workflow, cut: str) -> bool:
    """True where a reason stands beside the line that cuts the list of what is read."""
    start = "[" + cut.partition("[")[2].replace(" ", "")
    cells = {index for index, code in _squeezed(workflow).items() if start in code}
    return workflow.says(_REASON, cells | {cell - 1 for cell in cells}) is not None


def _trained(workflow: Workflow, op: Operation) -> Training | None:
    return next((t for t in workflow.trainings if any(v.upstream & op.bit for v in t.op.data)), None)


def _finding(workflow: Workflow, op: Operation, message: str) -> Finding:
    training = _trained(workflow, op)
    steps = [step(op, "keeps part of the rows")]
    if training is not None:
        steps.append(step(training.op, "trains on the part"))
    return Finding("DC-I", "partial-read", at(op), message, tuple(steps), confidence=0.75)
