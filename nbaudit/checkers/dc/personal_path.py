"""DC-W: data read from a place that exists on one person's machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow_sources import location_of

_PERSONAL = re.compile(
    r"^\s*(?:file://+)?(?:"
    r"[A-Za-z]:[\\/]"  # a drive letter
    r"|/home/(?!jovyan\b)[^/]+/"
    r"|/Users/[^/]+/"
    r"|~[\w.-]*/"
    r"|/(?:content|gdrive|drive)/(?:[\w-]*drive|MyDrive|My Drive)\b"
    r"|/(?:mnt|media)/(?:[a-z]/)?(?:Users|home)/"
    r")",
    re.IGNORECASE,
)

FLAGS = (
    Example(
        "a drive letter",
        r"""
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
sales = pd.read_csv(r"D:\projects\shop\sales.csv")  # expect
# %%
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
    Example(
        "a home folder held in a variable",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
folder = "/home/anna/work/"
# %%
sales = pd.read_csv(folder + "sales.csv")  # expect
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
    Example(
        "a mounted personal Drive",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
sales = pd.read_csv("/content/drive/MyDrive/shop/sales.csv")  # expect
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
)
PASSES = (
    Example(
        "a relative path",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
sales = pd.read_csv("../data/sales.csv")
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
    Example(
        "a platform's shared folder",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
sales = pd.read_csv("/kaggle/input/shop/sales.csv")
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
    Example(
        "a personal path that is only written to",
        r"""
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
sales = pd.read_csv("sales.csv")
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
sales.to_csv(r"C:\Users\anna\copy.csv")
""",
    ),
)


@check("DC-W", flags=FLAGS, passes=PASSES)
def personal_path(workflow: Workflow) -> Iterator[Finding]:
    """Data is read from a path that exists on one person's machine or account.

    Why it is debt: nobody else, and no scheduled run, can read the data; the results can't be repeated.
    Instead: read from a path relative to the notebook, or take the folder from an environment variable.
    Blind spots: paths put together by functions outside the notebook.
    """
    seen: set[str] = set()
    for op in workflow.ops(Role.LOAD, Role.LOAD_MODEL):
        location = location_of(op)
        match = _PERSONAL.match(location)
        if match is None or match[0] in seen or Trait.WEIGHTS in op.traits:
            continue
        if op.role is Role.LOAD_MODEL and not any(
            value.upstream & op.bit and value.kind is not Kind.MODEL
            for training in workflow.trainings
            for value in training.op.data
        ):
            continue
        seen.add(match[0])
        file = re.split(r"[\\/]", location.rstrip("\\/"))[-1]
        yield Finding(
            "DC-W",
            "personal-path",
            at(op),
            f"the data is read from `{location[:100]}`, a path of one person's machine",
            (step(op, f"reads `{location[:100]}`"),),
            confidence=0.95,
            instead=f'DATA = pathlib.Path(os.environ.get("DATA", "data"))\n... DATA / "{file}"' if file else "",
            root="personal-path",
        )
