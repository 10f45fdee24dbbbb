"""DC-W: credentials in the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Step, Workflow, check
from nbaudit.model.source import Span
from nbaudit.patterns import regex

_NAME = regex(r"(?:^|_)(?:password|passwd|pwd|secret|token|api_?key|access_?key|secret_?key)(?:$|_)", re.IGNORECASE)
_URL = regex(r"^[a-z][a-z0-9+.-]*://[^\s/:@{}]+:[^\s/@{}*<>]{3,}@", re.IGNORECASE)
_QUERY = regex(r"(?:^|[?&])(?:api_?key|access_?token|auth_?token|token|secret)=([A-Za-z0-9_\-]{8,})", re.IGNORECASE)
_PLACEHOLDER = regex(
    r"^$|\*{3}|x{4}|<|\.\.\.|your|enter|change|secret|password|token|api|key\b|none|test", re.IGNORECASE
)

FLAGS = (
    Example(
        "a password in a variable",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
db_password = "q8-Zebra-77"  # expect
sales = pd.read_sql("select * from sales", connect("db", db_password))
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
    Example(
        "a key in the query of an address",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
query = "apikey=7QW2K9ZL4XT1"  # expect
sales = pd.read_csv("https://shop.example/sales?" + query)
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
    Example(
        "a password in a connection string",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
engine = "postgresql://anna:q8Zebra77@db/shop"  # expect
sales = pd.read_sql("select * from sales", engine)
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
)
PASSES = (
    Example(
        "a password from the environment",
        """
# %%
import os
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
db_password = os.environ["DB_PASSWORD"]
sales = pd.read_sql("select * from sales", connect("db", db_password))
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
    Example(
        "a placeholder",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
api_key = "<your key here>"
sales = pd.read_csv("sales.csv")
DecisionTreeClassifier().fit(sales.drop("bought", axis=1), sales["bought"])
""",
    ),
)


@check("DC-W", flags=FLAGS, passes=PASSES)
def credentials_in_code(workflow: Workflow) -> Iterator[Finding]:
    """A password, token or key for the data stands in the code.

    Why it is debt: whoever reads the notebook has the key, and the reading breaks when it is changed.
    Instead: take it from the environment or a secret store.
    Blind spots: keys in files that the notebook reads, keys under other names.
    """
    if not workflow.loads:
        return
    for binding in workflow.graph.bindings:
        text = binding.value.constant
        if not isinstance(text, str):
            continue
        named = _NAME.search(binding.name) and len(text) >= 6 and " " not in text and not _PLACEHOLDER.search(text)
        if named or _URL.match(text) or _in_query(text):
            span = Span(binding.span.cell, binding.span.line, binding.span.column, binding.span.line, 0)
            yield Finding(
                "DC-W",
                "credentials-in-code",
                span,
                f"`{binding.name}` holds a credential in plain text",
                (Step(span, "writes a credential into the code"),),
                confidence=0.85,
                instead=f'{binding.name} = os.environ["{binding.name.upper()}"]',
                root="credentials-in-code",
            )
            return


def _in_query(text: str) -> bool:
    """True where a query of an address holds a key: letters and digits, longer than a word."""
    found = _QUERY.search(text)
    return found is not None and not _PLACEHOLDER.search(found[1]) and bool(re.search(r"\d", found[1]))
