"""What all HTML pages share: the layout, style and script with their hashes in the policy, and escaped prose.

A page is a template that extends `layout.html`; its style starts with `{% include "base.css" %}` and its script with
`{% include "base.js" %}`. Both are fixed files: no data ever stands in a script, a style or an event attribute.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

from markupsafe import Markup, escape

from nbaudit.model.vocabulary import Phase
from nbaudit.patterns import regex
from nbaudit.report.clean import cut, visible
from nbaudit.report.templates import environment

PROSE_LIMIT = 6000
"""Characters of one markdown cell or text that are shown."""

_CODE = regex(r"(``?)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)

PHASE_KEYS: Mapping[Phase, tuple[str, str]] = {
    Phase.PROBLEM: ("problem", "PU"),
    Phase.COLLECTION: ("collection", "DC"),
    Phase.PREPROCESSING: ("preprocessing", "PP"),
    Phase.TRAINING: ("training", "TR"),
    Phase.EVALUATION: ("evaluation", "EV"),
    Phase.DEPLOYMENT: ("deployment", "DE"),
    Phase.MONITORING: ("monitoring", "MO"),
    Phase.SETUP: ("setup", "SE"),
}
"""CSS class and two letters of each phase."""


def page(template: str, style: str = "base.css", script: str = "base.js", **values: object) -> str:
    """The template filled, with the style and script files put in and their hashes as all that the policy admits."""
    env = environment()
    css = env.get_template(style).render()
    code = env.get_template(script).render()
    policy = (
        f"default-src 'none'; style-src 'sha256-{_digest(css)}'; script-src 'sha256-{_digest(code)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    # The two files are the package's own text, without any value put in.
    return env.get_template(template).render(
        policy=policy, style=Markup(css), script=Markup(code), phase_keys=PHASE_KEYS, **values
    )


def prose(text: str) -> Markup:
    """Text with `code` set as code, everything escaped."""
    shown = cut(visible(text), PROSE_LIMIT)
    parts: list[Markup] = []
    position = 0
    for match in _CODE.finditer(shown):
        parts.append(escape(shown[position : match.start()]))
        parts.append(Markup("<code>{}</code>").format(match[2].strip()))
        position = match.end()
    parts.append(escape(shown[position:]))
    return Markup("").join(parts)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
