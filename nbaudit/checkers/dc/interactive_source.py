"""DC-W: data that somebody has to upload, or log in for, by hand."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role, Trait

FLAGS = (
    Example(
        "an upload by hand",
        """
# %%
from google.colab import files
uploaded = files.upload()  # expect
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
sales = pd.read_csv("sales.csv")
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
    Example(
        "an upload whose name is another",
        """
# %%
from google.colab import files as colab_files
colab_files.upload()  # expect
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
sales = pd.read_csv("sales.csv")
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
)
PASSES = (
    Example(
        "a download of the results",
        """
# %%
from google.colab import files
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
sales = pd.read_csv("sales.csv")
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
files.download("predictions.csv")
""",
    ),
    Example(
        "the notebook's own function of that name",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
class Files:
    def upload(self):
        return "sales.csv"
files = Files()
sales = pd.read_csv(files.upload())
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
)


@check("DC-W", flags=FLAGS, passes=PASSES)
def interactive_source(workflow: Workflow) -> Iterator[Finding]:
    """The data comes from an interactive upload, or from an account that somebody logs in to by hand.

    Why it is debt: the notebook can't run unattended, and nothing says which file was uploaded.
    Instead: read from a path or URL that the whole team and the scheduler reach.
    Blind spots: uploads through widgets.
    """
    for op in workflow.graph.operations:
        if op.role is Role.LOAD and op.traits & {Trait.INTERACTIVE, Trait.PERSONAL}:
            yield Finding(
                "DC-W",
                "interactive-source",
                at(op),
                f"the data needs somebody to act by hand at `{op.text}`",
                (step(op, "waits for a person"),),
                confidence=0.85,
                root="interactive-source",
            )
            return
