"""What a worker process does: a task's name, its options and the bytes of notebooks in, the bytes of the answer out."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nbaudit import __version__
from nbaudit.config import Config, find_table, from_table, reject_unknown, word
from nbaudit.errors import NbauditError
from nbaudit.model.result import SCHEMA_VERSION, AuditResult
from nbaudit.model.vocabulary import ISSUES

Options = Mapping[str, Any]


def audit(options: Options, notebooks: Sequence[bytes]) -> bytes:
    """The public JSON of one notebook; `name`, `config`, `ignore` and `min_confidence` are read from the options.

    Raises:
        NbauditError: the notebook or the configuration can't be used.
    """
    return _dumps(_audited(options, options["name"], notebooks[0]).to_dict())


def page(options: Options, notebooks: Sequence[bytes]) -> bytes:
    """The HTML report of one notebook.

    Raises:
        NbauditError: as `audit`.
    """
    from nbaudit.report import html

    return _utf8(html.render(_audited(options, options["name"], notebooks[0]), _context()))


def folder(options: Options, notebooks: Sequence[bytes]) -> bytes:
    """JSON with the `index` page of several notebooks and `pages` by file name.

    `names` and `configs` in the options go with the notebooks. One that can't be read is a row that says so.
    """
    from nbaudit.report import html

    context = _context()
    pages: dict[str, str] = {}
    rows: list[html.IndexRow] = []
    results: list[AuditResult] = []
    for number, (name, config, data) in enumerate(zip(options["names"], options["configs"], notebooks, strict=True)):
        try:
            result = _audited({**options, "config": config}, name, data)
        except NbauditError as error:
            rows.append(html.IndexRow(name, None, error=str(error)))
            continue
        link = f"notebook-{number}.nbaudit.html"
        pages[link] = html.render(result, context)
        rows.append(html.index_row(result, link))
        results.append(result)
    rows.extend(html.IndexRow(name, None, error=error) for name, error in options["unread"])
    return _dumps({"index": _telling(html.render_index(rows, results, __version__)), "pages": pages})


def catalogue(options: Options, notebooks: Sequence[bytes]) -> bytes:
    """JSON with the 30 `issues` and the texts of the `checks`, by code and by slug."""
    from nbaudit.checkers.base import catalogue as checks

    return _dumps(
        {
            "version": __version__,
            "schema": SCHEMA_VERSION,
            "issues": {
                code: {
                    "activity": issue.activity.value,
                    "activity_label": issue.activity.label,
                    "phase": issue.activity.phase.value,
                    "problem": issue.problem.value,
                    "problem_label": issue.problem.label,
                    "relevance": issue.relevance.value,
                    "title": issue.title,
                    "question": issue.question,
                }
                for code, issue in ISSUES.items()
            },
            "checks": {
                slug: {"title": check.title, "why": check.why, "instead": check.instead, "blind": check.blind_spots}
                for slug, check in checks().items()
            },
        }
    )


TASKS: Mapping[str, Callable[[Options, Sequence[bytes]], bytes]] = {
    "audit": audit,
    "page": page,
    "folder": folder,
    "catalogue": catalogue,
}

WARM_UP = json.dumps(
    {
        "cells": [
            {
                "cell_type": "code",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": "import pandas as pd\nfrom sklearn.svm import SVC\nframe = pd.read_csv('rows.csv')\n"
                "model = SVC().fit(frame[['a']], frame['b'])\nprint(model.score(frame[['a']], frame['b']))",
            }
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
).encode("ascii")
"""A notebook whose report makes a process load all that others need."""


_TELL = """addEventListener("click", function (event) {
  var link = event.target.closest("a[href$='.nbaudit.html']");
  if (link) {
    event.preventDefault();
    parent.postMessage({ link: link.getAttribute("href"), name: link.textContent }, "*");
  }
});"""
"""In JupyterLab the index stands in a frame that can open nothing: it tells the page around it of links."""


def _telling(index: str) -> str:
    """The index page with `_TELL`, which its policy then admits, too."""
    digest = base64.b64encode(hashlib.sha256(_TELL.encode("ascii")).digest()).decode("ascii")
    head, policy, rest = index.partition("script-src ")
    body, end, tail = rest.rpartition("</body>")
    return f"{head}{policy}'sha256-{digest}' {body}<script>{_TELL}</script>{end}{tail}"


def _audited(options: Options, name: str, data: bytes) -> AuditResult:
    from nbaudit.loading.notebook import loads
    from nbaudit.pipeline import audit_notebook

    return audit_notebook(loads(data, name), _config(options))


def _config(options: Options) -> Config:
    """The nearest configuration's choices, with the user's of JupyterLab on top.

    `config` is None or [file, its text, its files of house rules as [name, text]]; `ignore` adds to what it ignores.
    """
    from nbaudit.checkers.base import catalogue as checks

    config = Config()
    if options.get("config"):
        file, text, rules = options["config"]
        config = from_table(find_table(text, file) or {}, file, [(name, source) for name, source in rules])
    ignore = tuple(word(name) for name in options.get("ignore") or ())
    config = config.with_options(
        ignore=(*config.ignore, *ignore) if ignore else None, min_confidence=options.get("min_confidence")
    )
    reject_unknown(config.words(), (*checks(), *(word(rule.id) for rule in config.rules)))
    return config


def _context() -> Any:
    from nbaudit.checkers.base import catalogue as checks
    from nbaudit.report.summary import Context

    return Context(checks())


def _dumps(document: object) -> bytes:
    return json.dumps(document, allow_nan=False).encode("ascii")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
