"""What the documentation site is built with besides its Markdown: the navigation, and the picture of the layers.

The pages of issues and checks are many and change, so their part of the navigation comes from nbaudit itself. Mermaid
would be drawn by a script from the network; the one picture that we have is drawn here instead.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from nbaudit.checkers.base import own_checks
from nbaudit.model.vocabulary import ISSUES, Activity

HAND_WRITTEN = {
    "Use": [
        "reading-a-verdict.md",
        "debt-estimate.md",
        "formats.md",
        "in-a-notebook.md",
        "jupyterlab.md",
        "scanning.md",
        "configuration.md",
        "suppression.md",
        "house-rules.md",
        "security.md",
        "performance.md",
        "limits.md",
    ],
    "Extend": ["plug-ins.md", "writing-a-check.md", "library-tables.md", "knowledge-check.md"],
}

PLACED = ("index.md", "tutorial.md", "architecture.md")
"""Pages with a place of their own."""

MERMAID = re.compile(r"(?s)```mermaid\n(flowchart TB\n.*?)```")


def on_config(config: Any) -> Any:
    """Set the navigation; pages that are not there are left out, and those that nobody names come last under "Use"."""
    there = sorted(path.name for path in Path(config["docs_dir"]).glob("*.md"))
    use, extend = ([name for name in names if name in there] for names in HAND_WRITTEN.values())
    use += [name for name in there if name not in {*use, *extend, *PLACED}]
    config["nav"] = [
        {"Home": "index.md"},
        "tutorial.md",
        {"Use": use},
        {"Issues": ["issues/README.md", *_issues()]},
        {"Checks": ["checks/README.md", *_checks()]},
        {"Extend": extend},
        "architecture.md",
    ]
    return config


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Draw the picture of the layers."""
    return MERMAID.sub(lambda found: picture(found[1]), markdown)


def on_post_page(output: str, **_: Any) -> str:
    """Let tables of many short columns fit."""
    narrow = "th { min-width: 0; padding: .7em .8em } .md-typeset table:not([class]) td { padding: .7em .8em }"
    return output.replace("</head>", f"<style>.md-typeset table:not([class]) {narrow}</style></head>")


Section = dict[str, list[dict[str, str]]]


def _issues() -> list[Section]:
    return [
        {
            f"{activity.value} {activity.label}": [
                {f"{code} {issue.title}": f"issues/{code}.md"}
                for code, issue in ISSUES.items()
                if issue.activity is activity
            ]
        }
        for activity in Activity
    ]


def _checks() -> list[Section]:
    return [
        {
            f"{activity.value} {activity.label}": [
                {check.slug: f"checks/{check.slug}.md"}
                for check in own_checks()
                if ISSUES[check.issue].activity is activity
            ]
        }
        for activity in Activity
    ]


# The picture: a band for each layer, the lowest at the bottom, a box for each part, and an arrow for each import.

WIDTH, BAND, BOX, GAP, LABEL = 760, 92, 52, 14, 130


def picture(text: str) -> str:
    """The flowchart of architecture.md as SVG: `subgraph L0["title"]` blocks of `part["name<br>words"]`, and arrows."""
    layers = [
        (title, re.findall(r'(?m)^\s+(\w+)\["(.*?)"\]', block))
        for title, block in re.findall(r'(?s)subgraph L\d+\["(.*?)"\]\n(.*?)\n    end', text)
    ]
    arrows = re.findall(r"(?m)^    (\w+) --> (\w+)$", text)
    height = BAND * len(layers)
    places: dict[str, tuple[float, float, float]] = {}  # part -> left, top, width
    shapes: list[str] = []
    for number, (title, parts) in enumerate(layers):
        top = height - BAND * (number + 1)
        shade = ' fill-opacity="0.06"' if number % 2 else ' fill-opacity="0.02"'
        shapes.append(f'<rect x="0" y="{top}" width="{WIDTH}" height="{BAND}" fill="currentColor"{shade}/>')
        shapes.append(f'<text x="10" y="{top + BAND / 2 + 4}" font-size="12" opacity="0.75">{_text(title)}</text>')
        width = min((WIDTH - LABEL - GAP * (len(parts) + 1)) / len(parts), 210)
        for place, (part, label) in enumerate(parts):
            left = LABEL + GAP + place * (width + GAP)
            places[part] = (left, top + (BAND - BOX) / 2, width)
            shapes += _box(label, *places[part])
    lines = [_arrow(places[one], places[other]) for one, other in arrows if one in places and other in places]
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="The layers of nbaudit and what they import" '
        f'style="width: 100%; max-width: {WIDTH}px" font-family="inherit" fill="currentColor">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 z"/></marker></defs>{"".join(lines)}{"".join(shapes)}</svg>\n'
    )


def _box(label: str, left: float, top: float, width: float) -> list[str]:
    name, _, words = label.partition("<br>")
    line = top + (22 if words else 31)
    return [
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{BOX}" rx="5" '
        'fill="var(--md-default-bg-color, white)" stroke="currentColor"/>',
        f'<text x="{left + width / 2:.0f}" y="{line:.0f}" text-anchor="middle" font-size="13" font-weight="bold">'
        f"{_text(name)}</text>",
        f'<text x="{left + width / 2:.0f}" y="{top + 40:.0f}" text-anchor="middle" font-size="10" opacity="0.8" '
        f'textLength="{min(width - 10, 5.1 * len(html.unescape(words))):.0f}" lengthAdjust="spacingAndGlyphs">'
        f"{_text(words)}</text>"
        if words
        else "",
    ]


def _arrow(one: tuple[float, float, float], other: tuple[float, float, float]) -> str:
    """A line from the box that imports to the one that is imported; beside each other it goes round above."""
    x1, x2 = one[0] + one[2] / 2, other[0] + other[2] / 2
    if one[1] == other[1]:
        return _path(f"M{x1:.0f} {one[1]:.0f} Q{(x1 + x2) / 2:.0f} {one[1] - 22:.0f} {x2:.0f} {other[1] - 2:.0f}")
    y1, y2 = one[1] + BOX, other[1] - 2
    return _path(f"M{x1:.0f} {y1:.0f} C{x1:.0f} {y1 + 30:.0f} {x2:.0f} {y2 - 30:.0f} {x2:.0f} {y2:.0f}")


def _path(data: str) -> str:
    return f'<path d="{data}" fill="none" stroke="currentColor" opacity="0.45" marker-end="url(#tip)"/>'


def _text(label: str) -> str:
    return html.escape(html.unescape(label))
