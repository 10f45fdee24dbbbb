"""Questions to a run: what the data was found to hold between the cells. Without a run each answer is None or empty.

What a run read was never shown to the author: it can say what the data is like, not that somebody looked.
"""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.model.facts import Duplicates, Giveaway, Missing, Overlap
from nbaudit.workflow.core import Training, Workflow


def gaps_found(workflow: Workflow, trainings: tuple[Training, ...]) -> Missing | None:
    """The first reading that shows gaps in a table that the trainings' rows come from, else one that shows that each
    such table is whole; None where the run does not tell."""
    sources: set[int] = set()
    last = -1
    for training in trainings:
        if training.rows is None:
            return None
        sources |= training.rows.sources()
        last = max(last, training.op.site.cell)
    whole: dict[int, Missing] = {}
    for fact in workflow.facts_of(Missing, probed=True):
        about = workflow.value_of(fact.about)
        if not fact.probed or fact.cell > last or not isinstance(fact, Missing) or about is None or about.rows is None:
            continue
        mine = about.rows.sources() & sources
        if not mine or not fact.counts:
            continue
        if fact.any():
            return fact
        if fact.complete:
            whole.update(dict.fromkeys(mine, fact))
    return next(iter(whole.values())) if whole.keys() >= sources and sources else None


def shared_rows(workflow: Workflow) -> Iterator[Overlap]:
    """Test parts of which rows also occur, value for value, in the training part, as last read."""
    newest: dict[tuple[str, str], Overlap] = {}
    for fact in workflow.facts_of(Overlap, probed=True):
        if isinstance(fact, Overlap):
            newest[fact.train, fact.test] = fact
    return iter(newest.values())


def duplicates_found(workflow: Workflow) -> int:
    """The largest number of duplicate rows that any table was found to hold."""
    counts = [fact.count for fact in workflow.facts_of(Duplicates, probed=True) if isinstance(fact, Duplicates)]
    return max(counts, default=0)


def giveaways(workflow: Workflow) -> Iterator[Giveaway]:
    """Features that alone give the target away, once per column."""
    seen: set[str] = set()
    for fact in workflow.facts_of(Giveaway, probed=True):
        if isinstance(fact, Giveaway) and fact.column not in seen:
            seen.add(fact.column)
            yield fact
