"""IC-W: a replacement whose pattern takes more than it should."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, check, step
from nbaudit.workflow.raw_tables import on_tables
from nbaudit.workflow.repairs import patterns_too_wide

_HEAD = """
# %%
import re
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC
posts = pd.read_csv("posts.csv")
posts.info()
# %%
"""
_FIT = """
# %%
X = TfidfVectorizer().fit_transform(posts["body"])
model = LinearSVC().fit(X, posts["topic"])
"""
FLAGS = (
    Example(
        "from the first bracket to the last",
        _HEAD + 'posts["body"] = posts["body"].str.replace(r"\\(.*\\)", "", regex=True)  # expect\n' + _FIT,
    ),
    Example(
        "words in the brackets of a character class",
        _HEAD
        + 'def clean(text):\n    return re.sub(r"[https|www]", " ", text.lower())  # expect\n'
        + 'posts["body"] = posts["body"].apply(clean)\n'
        + _FIT,
    ),
)
PASSES = (
    Example(
        "the repeat is a lazy one",
        _HEAD + 'posts["body"] = posts["body"].str.replace(r"\\(.*?\\)", "", regex=True)\n' + _FIT,
    ),
    Example(
        "words in a group, ranges in a class",
        _HEAD
        + 'def clean(text):\n    return re.sub(r"(https|www)|[^a-zA-Z|0-9]", " ", text.lower())\n'
        + 'posts["body"] = posts["body"].apply(clean)\n'
        + _FIT,
    ),
)


@check("IC-W", flags=FLAGS, passes=PASSES)
def pattern_matches_too_much(workflow: Workflow) -> Iterator[Finding]:
    """A pattern deletes or replaces more than it says: a greedy repeat between brackets, words in a character class.

    Why it is debt: true content is lost or bent without an error, and the cleaned text looks plausible.
    Instead: repeat lazily (`\\(.*?\\)`) or exclude the closing sign (`\\([^)]*\\)`); put words in a group.
    Blind spots: patterns that are compiled first or put together at run time; texts with one pair of brackets at most.
    """
    if not on_tables(workflow):
        return
    seen: set[tuple[int, int]] = set()
    for op, pattern, why in patterns_too_wide(workflow):
        place = (op.span.cell, op.span.line)
        if place in seen or not workflow.reaches_model(op):
            continue
        seen.add(place)
        yield Finding(
            "IC-W",
            "pattern-matches-too-much",
            op.span,
            f"`{pattern}` matches more than it says: {why}",
            (step(op, "replaces what the pattern matches"),),
            confidence=0.65 * op.trust,
            root=f"pattern-matches-too-much:{op.span.cell}",
        )
