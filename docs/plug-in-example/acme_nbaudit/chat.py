"""A report for a chat channel: one line per notebook, one per finding."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.plugin import Audit, Context, Format, entries, one_line

FORMAT = Format("acme-chat", __name__, (".chat.txt",), "a few lines for the chat")


def render_all(audits: Sequence[Audit], context: Context) -> str:
    """The text to post. `one_line` makes hidden characters and line breaks of the notebook harmless."""
    lines = [f"not audited: {one_line(error)}" for error in context.errors]
    for audit in audits:
        found = entries(audit.result, context)
        lines.append(f"{one_line(audit.result.notebook.name, 200)}: {len(found) or 'no'} findings")
        lines += [f"- cell {entry.span.cell}: {one_line(entry.message, 200)}" for entry in found]
    return "".join(line + "\n" for line in lines)
