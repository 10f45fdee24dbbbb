"""SP-W: evident imbalance, split without stratification."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, at, check, quoted, step
from nbaudit.model.vocabulary import Task
from nbaudit.workflow.balance import imbalance
from nbaudit.workflow.in_time import time_sign
from nbaudit.workflow.splits import Split, splits

_COUNTS = {1: "left\n0    940\n1     60\nName: count, dtype: int64"}
FLAGS = (
    Example(
        "6 % of the rows are positive",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
churn = pd.read_csv("churn.csv")
# %%
churn["left"].value_counts()
# %%
X, y = churn.drop(columns="left"), churn["left"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)  # expect
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
        _COUNTS,
    ),
    Example(
        "plain shuffled folds",
        """
# %%
import pandas as pd
from sklearn.model_selection import KFold, cross_val_score
from sklearn.ensemble import RandomForestClassifier
churn = pd.read_csv("churn.csv")
# %%
churn["left"].value_counts()
# %%
folds = KFold(5, shuffle=True, random_state=1)  # expect
print(cross_val_score(RandomForestClassifier(), churn[["age", "fee"]], churn["left"], cv=folds, scoring="f1"))
""",
        _COUNTS,
    ),
)
PASSES = (
    Example(
        "another question, about numbers, on the same table",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import f1_score
churn = pd.read_csv("churn.csv")
# %%
churn["left"].value_counts()
# %%
A, B, a, b = train_test_split(churn[["age"]], churn["fee"], random_state=1)
fees = RandomForestRegressor(random_state=1).fit(A, a)
X, y = churn.drop(columns="left"), churn["left"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)), fees.score(B, b))
""",
        _COUNTS,
    ),
    Example(
        "stratified",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
churn = pd.read_csv("churn.csv")
# %%
churn["left"].value_counts()
# %%
X, y = churn.drop(columns="left"), churn["left"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
        _COUNTS,
    ),
    Example(
        "the classes are nearly even",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
churn = pd.read_csv("churn.csv")
# %%
churn["left"].value_counts()
# %%
X, y = churn.drop(columns="left"), churn["left"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
        {1: "left\n0    540\n1    460\nName: count, dtype: int64"},
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def imbalanced_split_without_stratification(workflow: Workflow) -> Iterator[Finding]:
    """Classes of very different size are split without stratification.

    Why it is debt: by chance the test rows hold too few or too many of the rare class, and the score moves with it.
    Instead: pass the target as `stratify=`, or use stratified folds.
    Blind spots: an imbalance that no output shows.
    """
    found = imbalance(workflow)
    if found is None:
        return
    for split in splits(workflow):
        if split.stratifies or split.grouped or not _for_classes(workflow, split):
            continue
        if not split.shuffles and (split.folds or time_sign(workflow, split) is not None):
            continue  # folds of a row of numbers, or a cut in time
        steps = [step(split.op, "splits without looking at the classes")]
        if found.fact is not None:
            shown = quoted(found.fact)
            steps.insert(0, shown)
        elif found.said is not None:
            steps.insert(0, Step(found.said.span, f"says: {found.said.text[:100]}"))
        yield Finding(
            "SP-W",
            "imbalanced-split-without-stratification",
            at(split.op),
            f"the classes are uneven ({found.words}) and `{split.op.text}` does not stratify by them",
            tuple(steps),
            confidence=min(found.sure, 0.85 if split.shuffles else 0.65) * split.op.trust,
            basis=Basis.OUTPUT if found.fact is not None else Basis.CODE,
            root=f"imbalanced-split-without-stratification:{split.op.site.cell}",
        )


def _for_classes(workflow: Workflow, split: Split) -> bool:
    """False where only models of numbers are trained on what the split gives."""
    mine = [t for t in workflow.supervised if any(v.upstream & split.op.bit for v in t.op.data)]
    return not mine or any(workflow.task_of(t) not in (Task.REGRESSION, Task.FORECASTING) for t in mine)
