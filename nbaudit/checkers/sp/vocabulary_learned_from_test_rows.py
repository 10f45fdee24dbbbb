"""SP-W: a vectoriser or tokenizer has learned its vocabulary from test rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, tested_rows, trail
from nbaudit.model.vocabulary import Role

_HEAD = """
# %%
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer, CountVectorizer
from sklearn.model_selection import train_test_split, cross_val_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
tickets = pd.read_csv("tickets.csv")
# %%
"""
FLAGS = (
    Example(
        "tf-idf before the split",
        _HEAD
        + """
X = TfidfVectorizer().fit_transform(tickets["text"])  # expect
X_train, X_test, y_train, y_test = train_test_split(X, tickets["team"], random_state=1)
model = MultinomialNB().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "counts before a cross-validation",
        _HEAD
        + """
X = CountVectorizer().fit_transform(tickets["text"])  # expect
print(cross_val_score(MultinomialNB(), X, tickets["team"], cv=5, scoring="f1_macro").mean())
""",
    ),
)
PASSES = (
    Example(
        "the vocabulary is that of the training rows",
        _HEAD
        + """
t_train, t_test, y_train, y_test = train_test_split(tickets["text"], tickets["team"], random_state=1)
words = TfidfVectorizer()
model = MultinomialNB().fit(words.fit_transform(t_train), y_train)
print(model.score(words.transform(t_test), y_test))
""",
    ),
    Example(
        "inside the folds",
        _HEAD
        + """
model = make_pipeline(CountVectorizer(), MultinomialNB())
print(cross_val_score(model, tickets["text"], tickets["team"], cv=5, scoring="f1_macro").mean())
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def vocabulary_learned_from_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """A vectoriser, or a tokenizer's vocabulary, is learned from rows on which the model is later measured.

    Why it is debt: words that only the test rows hold are known in advance, which new texts will not grant.
    Instead: split first and learn the vocabulary from the training texts, or make it a step of a Pipeline.
    Blind spots: a vocabulary that a pre-trained model brings along is not learned here.
    """
    for op in workflow.ops(Role.VECTORISE, Role.TOKENISE):
        leak = next(workflow.leaks(op), None)
        if leak is None:
            continue
        learned = in_code(workflow, leak.learned)
        yield Finding(
            "SP-W",
            "vocabulary-learned-from-test-rows",
            at(op),
            f"`{op.text}` learns its vocabulary from {learned}, which holds {tested_rows(leak.evaluation)}",
            trail(leak, f"learns the vocabulary from {learned}"),
            confidence=(0.9 if leak.certain else 0.75) * op.trust,
            root=f"vocabulary-learned-from-test-rows:{op.site.cell}",
        )
