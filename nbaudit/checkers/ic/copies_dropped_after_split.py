"""IC-W: duplicates are removed when copies already lie on both sides of the split."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.consistency import deduplications_of_parts

FLAGS = (
    Example(
        "the training part only",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
train, test = train_test_split(mail, random_state=0)
train = train.drop_duplicates()  # expect
tree = DecisionTreeClassifier().fit(train.drop(columns="spam"), train["spam"])
print(tree.score(test.drop(columns="spam"), test["spam"]))
""",
    ),
    Example(
        "in place",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
train, test = train_test_split(mail, random_state=0)
# %%
train.drop_duplicates(inplace=True)  # expect
# %%
tree = DecisionTreeClassifier().fit(train.drop(columns="spam"), train["spam"])
print(tree.score(test.drop(columns="spam"), test["spam"]))
""",
    ),
)
PASSES = (
    Example(
        "before the split",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail = mail.drop_duplicates()
train, test = train_test_split(mail, random_state=0)
tree = DecisionTreeClassifier().fit(train.drop(columns="spam"), train["spam"])
print(tree.score(test.drop(columns="spam"), test["spam"]))
""",
    ),
    Example(
        "a training file of its own",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
train = train.drop_duplicates()
tree = DecisionTreeClassifier().fit(train.drop(columns="spam"), train["spam"])
print(tree.score(test.drop(columns="spam"), test["spam"]))
""",
    ),
)


@check("IC-W", flags=FLAGS, passes=PASSES)
def copies_dropped_after_split(workflow: Workflow) -> Iterator[Finding]:
    """Duplicates are removed from a part after the split, so that copies of one row stay on both sides.

    Why it is debt: the model is tested on rows that it has learned by heart.
    Instead: drop duplicates first, then split.
    Blind spots: parts that were made in another notebook.
    """
    for op, split in deduplications_of_parts(workflow):
        yield Finding(
            "IC-W",
            "copies-dropped-after-split",
            at(op),
            f"`{op.text}` comes after the split, so copies of one row may lie in both parts",
            (step(split, "splits rows and their copies at random"), step(op, "drops the copies within one part only")),
            confidence=0.75 * op.trust,
            root=f"copies-dropped-after-split:{op.site.cell}",
        )
