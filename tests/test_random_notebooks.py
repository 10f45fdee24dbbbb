"""Notebooks put together at random from sound and broken cells: no crash, and the JSON keeps its schema."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_hostile import sound

from nbaudit.checkers.base import all_checks
from nbaudit.loading.notebook import loads
from nbaudit.pipeline import audit_notebook

EXAMPLES = sorted({e.source.split("# %%", 2)[-1] for c in all_checks() for e in (*c.flags, *c.passes)})
LINES = sorted({line for source in EXAMPLES for line in source.splitlines() if line.strip()})
NAMES = ("df", "X", "y", "X_train", "X_test", "model", "scaler", "train", "test")

words = st.text(max_size=40)
odd = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words, st.lists(words, max_size=2), st.just({}))
statements = st.one_of(
    st.sampled_from(LINES),
    st.builds("{} = {}".format, st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.builds("{0} = {1}\n{1} = {0}[{0} > 1]".format, st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.builds("for {} in {}:\n    {}".format, st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(LINES)),
    st.builds("def {0}({1}):\n    return {0}({1})".format, st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.builds(lambda line, at: line[:at], st.sampled_from(LINES), st.integers(0, 40)),
    words,
)
sources = st.one_of(st.sampled_from(EXAMPLES), st.lists(statements, max_size=6).map("\n".join), odd)
outputs = st.one_of(
    odd,
    st.fixed_dictionaries(
        {"output_type": st.sampled_from(["stream", "execute_result", "display_data", "error", "x"])},
        optional={"text": odd, "data": st.dictionaries(st.sampled_from(["text/plain", "text/html"]), odd), "name": odd},
    ),
)
cells = st.one_of(
    odd,
    st.fixed_dictionaries(
        {"cell_type": st.sampled_from(["code", "code", "code", "markdown", "raw", "x"]), "source": sources},
        optional={"outputs": st.lists(outputs, max_size=3), "metadata": odd, "execution_count": odd, "id": odd},
    ),
)
notebooks = st.fixed_dictionaries(
    {"cells": st.lists(cells, max_size=8)}, optional={"metadata": odd, "nbformat": st.just(4), "nbformat_minor": odd}
)


@given(notebooks)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_notebook_gives_a_sound_result(document: dict[str, Any]) -> None:
    sound(audit_notebook(loads(json.dumps(document).encode(), "n.ipynb")))
