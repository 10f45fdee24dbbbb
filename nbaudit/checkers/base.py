"""What a check is, and how the checks of the package are found.

A check is one file: `checkers/<activity>/<slug with underscores>.py` with a function of the same name, made a `Check`
by the decorator. Its docstring is its page: the first paragraph says what is flagged, then the paragraphs `Why it is
debt:`, `Instead:` and `Blind spots:`. Its examples are its tests: a line marked `# expect` must be reported, and an
example without one must not be.

Each activity's folder also has `applies.py` with `applies(workflow, problem) -> Applies`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import ModuleType

from msgspec import Struct

from nbaudit.entrypoints import CHECKS, Broken, one_owner, plugins
from nbaudit.model.facts import Basis, Fact
from nbaudit.model.finding import Finding, Step
from nbaudit.model.flow import Operation, Value
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import ISSUES, Activity, Problem
from nbaudit.workflow import Evaluation, Leak, Workflow

Judge = Callable[[Workflow], Iterator[Finding]]
_PARTS = ("Why it is debt", "Instead", "Blind spots")


class Example(Struct, frozen=True):
    """A small notebook as text: `# %%` begins a code cell, `# %% [markdown]` a markdown cell; a line that ends in
    `# expect` is where the finding must be. `outputs` are saved outputs by cell (0-based): plain text of its result.
    `run` is what a run finds in the variables between the cells (`probed` facts)."""

    title: str
    source: str
    outputs: Mapping[int, str] | None = None
    run: tuple[Fact, ...] = ()


class Check(Struct, frozen=True):
    """One check: which issue it decides, its documentation, its examples, and the function."""

    slug: str
    issue: str
    title: str
    why: str
    instead: str
    blind_spots: str
    flags: tuple[Example, ...]
    passes: tuple[Example, ...]
    judge: Judge


class Applies(Struct, frozen=True):
    """Whether an activity's issue applies to the notebook, with the reason in one sentence."""

    applies: bool
    reason: str
    confidence: float = 0.9
    basis: Basis = Basis.CODE


def check(issue: str, *, flags: tuple[Example, ...], passes: tuple[Example, ...]) -> Callable[[Judge], Check]:
    """Make a function a Check.

    Raises:
        ValueError: the issue is none of the 30, or the docstring lacks a part.
    """
    if issue not in ISSUES:
        raise ValueError(f"no issue {issue}")

    def made(judge: Judge) -> Check:
        parts = _parts(inspect.getdoc(judge) or "")
        for part in _PARTS:
            if not parts.get(part):
                raise ValueError(f"{judge.__name__}: the docstring has no `{part}:`")
        return Check(
            slug=judge.__name__.replace("_", "-"),
            issue=issue,
            title=parts[""],
            why=parts["Why it is debt"],
            instead=parts["Instead"],
            blind_spots=parts["Blind spots"],
            flags=flags,
            passes=passes,
            judge=judge,
        )

    return made


def _parts(doc: str) -> dict[str, str]:
    found: dict[str, list[str]] = {"": []}
    current = ""
    for line in doc.splitlines():
        line = line.strip()
        head, colon, rest = line.partition(":")
        if colon and head in _PARTS:
            current = head
            found[current] = [rest.strip()]
        else:
            found[current].append(line)
    return {part: " ".join(word for word in lines if word).strip() for part, lines in found.items()}


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, those of plug-ins too, by issue then slug.

    Raises:
        PluginError: two checks have one slug.
    """
    own = own_checks()
    foreign, _ = plugin_checks()
    one_owner(
        "check", [*((item.slug, "nbaudit itself") for item in own), *((item.slug, owner) for owner, item in foreign)]
    )
    order = {code: number for number, code in enumerate(ISSUES)}
    return tuple(sorted((*own, *(item for _, item in foreign)), key=lambda item: (order[item.issue], item.slug)))


@cache
def plugin_checks() -> tuple[tuple[tuple[str, Check], ...], tuple[Broken, ...]]:
    """(label of the plug-in, check) of all that plug-ins add, and the plug-ins that are left out."""
    loaded, broken = plugins(CHECKS)
    found: list[tuple[str, Check]] = []
    empty: list[Broken] = []
    for plugin in loaded:
        held = _held(plugin.value)
        found.extend((plugin.label, item) for item in held)
        if not held:
            empty.append(Broken(plugin.label, "holds no check; it must point at checks or at a module that holds some"))
    return tuple(found), (*broken, *empty)


def _held(value: object) -> tuple[Check, ...]:
    """The checks that an entry point points at."""
    if isinstance(value, Check):
        return (value,)
    members = vars(value).values() if isinstance(value, ModuleType) else value
    if not isinstance(members, Iterable):
        return ()
    return tuple(dict.fromkeys(member for member in members if isinstance(member, Check)))


@cache
def own_checks() -> tuple[Check, ...]:
    """Every check of nbaudit itself, by issue then slug."""
    import nbaudit.checkers as package

    found: list[Check] = []
    for folder in pkgutil.iter_modules(package.__path__):
        if not folder.ispkg:
            continue
        activity = importlib.import_module(f"{package.__name__}.{folder.name}")
        for module in pkgutil.iter_modules(activity.__path__):
            loaded = importlib.import_module(f"{activity.__name__}.{module.name}")
            found.extend(value for value in vars(loaded).values() if isinstance(value, Check))
    order = {code: number for number, code in enumerate(ISSUES)}
    return tuple(sorted(found, key=lambda item: (order[item.issue], item.slug)))


@cache
def applicability(activity: Activity) -> Callable[[Workflow, Problem], Applies] | None:
    """The activity's `applies` function, None where nobody has written it."""
    try:
        module = importlib.import_module(f"nbaudit.checkers.{activity.value.lower()}.applies")
    except ModuleNotFoundError:
        return None
    function: Callable[[Workflow, Problem], Applies] = module.applies
    return function


@cache
def catalogue() -> dict[str, Check]:
    """The checks by slug."""
    return {item.slug: item for item in all_checks()}


def step(op: Operation, text: str) -> Step:
    """A step of the evidence trail at an operation, with the table row that stands behind it."""
    return Step(op.span, text, op.ref)


def quoted(fact: Fact, most: int = 200) -> Step:
    """A step of the evidence trail that quotes the output, or the reading of a run, that a fact comes from."""
    verb = "the run finds" if fact.probed else "the run prints" if fact.basis is Basis.RUN else "prints"
    return Step(Span(fact.cell, 1), f"{verb}: {fact.quote[:most]}", fact.basis.value)


def at(op: Operation) -> Span:
    """Where a finding about an operation is anchored: where the operation is run from.

    An operation in a function's body is reported at the call, since the function alone does nothing.
    """
    return op.span if op.span.cell == op.site.cell else op.site


def in_code(workflow: Workflow, value: Value) -> str:
    """A value's name or expression in code quotes, plain words where it has none."""
    name = workflow.name_of(value)
    return name if name in ("the table", "the data") else f"`{name}`"


def tested_rows(evaluation: Evaluation) -> str:
    """What the rows are that something learned from before they were measured on."""
    return "the test rows of later folds" if evaluation.folds else "later test rows"


def trail(leak: Leak, what: str) -> tuple[Step, ...]:
    """The steps of a leak: what learned from the rows, what was trained with it, what was measured on them."""
    measured = "scores folds of the same rows" if leak.evaluation.folds else "measures on rows that were seen"
    return (
        step(leak.op, what),
        step(leak.training.op, "trains with what was learned"),
        step(leak.evaluation.op, measured),
    )


__all__ = [
    "Applies",
    "Basis",
    "Check",
    "Example",
    "Finding",
    "Step",
    "Workflow",
    "all_checks",
    "applicability",
    "at",
    "catalogue",
    "check",
    "in_code",
    "quoted",
    "step",
    "tested_rows",
    "trail",
]
