"""DC-W: data read from a place that exists on one person's machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Step, Workflow, at, check, step
from nbaudit.model.flow import Kind
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow.sources import location_of

_PERSONAL = regex(
    r"^\s*(?:file://+)?(?:"
    r"[A-Za-z]:[\\/]"  # a drive letter
    r"|/home/(?!jovyan\b)[^/]+/"
    r"|/Users/[^/]+/"
    r"|~[\w.-]*/"
    r"|/(?:content|gdrive|drive)/(?:[\w-]*drive|MyDrive|My Drive)\b"
    r"|(?:\.{0,2}/)*(?:content/)?(?:google)?[gG]?drive/My ?Drive/"
    r"|/(?:mnt|media)/(?:[a-z]/)?(?:Users|home)/"
    r")",
    re.IGNORECASE,
)

_WORD = regex(r"\"[^\"]*\"|'[^']*'|\S+")
_READING = frozenset({"cp", "unzip", "tar", "rsync", "mv", "cd", "ln", "cat", "7z", "unrar", "gunzip"})

FLAGS = (
    Example(
        "a shell line that copies from a personal Drive",
        """
# %%
!unzip -q "/content/drive/MyDrive/shop/sales.zip"  # expect
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
sales = pd.read_csv("sales.csv")
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
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
folder = "/home/anna/shop/"
# %%
sales = pd.read_csv(folder + "sales.csv")  # expect
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
    Example(
        "a mounted personal Drive, named from the folder that the notebook starts in",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
sales = pd.read_csv("drive/MyDrive/shop/sales.csv")  # expect
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
    Example(
        "a text file in a home folder",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
with open("/home/anna/shop/sales.txt") as lines:
    sales = pd.DataFrame([line.split() for line in lines.readlines()])  # expect
DecisionTreeClassifier().fit(sales[[0, 1]], sales[2])
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
        "a move to a personal folder where nothing is read",
        """
# %%
%cd /content/drive/MyDrive/plots
from sklearn.datasets import make_blobs
from sklearn.tree import DecisionTreeClassifier
X, y = make_blobs(random_state=0)
DecisionTreeClassifier().fit(X, y)
""",
    ),
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


def _first_path(name: str, text: str) -> str:
    """The path that a shell line or `%cd` reads from, where it is a personal one."""
    words = [word.strip("\"'") for word in _WORD.findall(text)]
    given = [word for word in words if not word.startswith("-")]
    if name == "!":
        given = given[1:] if given and given[0] in _READING else []
    elif name != "%cd":
        given = []
    return given[0] if given and _PERSONAL.match(given[0]) else ""


@check("DC-W", flags=FLAGS, passes=PASSES)
def personal_path(workflow: Workflow) -> Iterator[Finding]:
    """Data is read from a path that exists on one person's machine or account.

    Why it is debt: nobody else, and no scheduled run, can read the data; the results can't be repeated.
    Instead: read from a path relative to the notebook, or take the folder from an environment variable.
    Blind spots: paths put together by functions outside the notebook.
    """
    seen: set[str] = set()
    for cell in workflow.notebook.cells:
        for magic in cell.magics:
            source = _first_path(magic.name, magic.text)
            if source and source[:12] not in seen and workflow.loads:
                seen.add(source[:12])
                span = Span(cell.index, magic.line)
                yield Finding(
                    "DC-W",
                    "personal-path",
                    span,
                    f"the data is taken from `{source[:100]}`, a path of one person's machine",
                    (Step(span, f"takes `{source[:100]}`"),),
                    confidence=0.9,
                    root="personal-path",
                )
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
