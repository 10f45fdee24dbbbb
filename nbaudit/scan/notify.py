"""Tells a webhook what is new, as JSON of our own or in the shape that Slack and its kin take."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from nbaudit import __version__
from nbaudit.report.clean import one_line
from nbaudit.scan.changes import Report, is_high
from nbaudit.scan.report import counted, known_dict

SECONDS = 15
MOST = 50
"""Findings that a message lists; it counts them all."""


def post(url: str, shape: str, report: Report) -> str:
    """Post where there is something new. Gives "" or, where it could not be delivered, the reason in words."""
    message = to_slack(report) if shape == "slack" else to_json(report)
    if message is None:
        return ""
    headers = {"Content-Type": "application/json", "User-Agent": f"nbaudit/{__version__}"}
    request = Request(url, json.dumps(message).encode("ascii"), headers, method="POST")
    try:
        with build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
            return "" if answer.status < 300 else f"it answered {answer.status}"
    except (URLError, OSError, ValueError) as error:
        return one_line(str(error), 200)


class _NoRedirect(HTTPRedirectHandler):
    """What is posted is for the address that was named, and no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


def to_json(report: Report) -> dict[str, Any] | None:
    """What is new, by repository; None where nothing is."""
    repositories = [
        {
            "name": item.name,
            "revision": item.revision,
            "against": item.delta.against,
            "new": len(item.delta.new),
            "new_high": sum(is_high(one.issue) for one in item.delta.new),
            "fixed": len(item.delta.fixed),
            "persisting": len(item.delta.persisting),
            "findings": [known_dict(one) for one in item.delta.new[:MOST]],
        }
        for item in report.outcomes
        if item.delta and item.delta.new
    ]
    return {"tool": "nbaudit", "version": __version__, "repositories": repositories} if repositories else None


def to_slack(report: Report) -> dict[str, Any] | None:
    """One text message; None where nothing is new."""
    lines = []
    for item in report.outcomes:
        if not item.delta or not item.delta.new:
            continue
        new = item.delta.new
        high = sum(is_high(one.issue) for one in new)
        lines.append(
            f"*{_plain(item.name)}*: {counted(len(new), 'new finding')} in its notebooks, {high} of high relevance"
        )
        places = Counter((one.issue, one.path) for one in sorted(new, key=lambda one: not is_high(one.issue)))
        for (issue, path), number in list(places.items())[:10]:
            times = f" ({number} places)" if number > 1 else ""
            lines.append(f"• {issue} {_plain(path)}{times}")
        if len(places) > 10:
            lines.append(f"• and {len(places) - 10} more")
    return {"text": "\n".join(lines)} if lines else None


def _plain(text: str) -> str:
    """Nothing that the message's markup could take for a link, a mention or a format."""
    escaped = one_line(text, 200).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join("\u2217" if letter == "*" else "\u02cb" if letter == "`" else letter for letter in escaped)
