"""Tables looked at, read whole, joined and kept."""

from __future__ import annotations

import ast

from nbaudit.model.flow import Kind
from nbaudit.model.vocabulary import Role
from nbaudit.repairs.code import added, bound
from nbaudit.workflow.names import Names, keywords


def redundant(names: Names) -> str:
    """Features that say the same as another are dropped, as the training rows show them."""
    parts = names.parts
    if parts.op is None:
        return ""
    train, test = parts.train, parts.test
    return "\n".join(
        [
            f"related = {train}.corr(numeric_only=True).abs()",
            "upper = related.where(np.triu(np.ones(related.shape, bool), 1))",
            "redundant = [name for name in upper if (upper[name] > 0.95).any()]",
            f"{train}, {test} = {train}.drop(columns=redundant), {test}.drop(columns=redundant)",
        ]
    )


def clipped(names: Names) -> str:
    column = next(iter(names.finding.columns), "")
    if not column or '"' in column:
        return ""
    frame, cell = names.frame, f'["{column}"]'
    return "\n".join(
        [
            f"low, high = {frame}{cell}.quantile([0.01, 0.99])",
            f"print((~{frame}{cell}.between(low, high)).sum())  # how many, and are they errors?",
            f"{frame}{cell} = {frame}{cell}.clip(low, high)  # or say in a sentence why they stay",
        ]
    )


def whole_read(names: Names) -> str:
    """The same read without a limit on its rows."""
    op = next((item for item in names.operations if "rows" in item.text and keywords(item.text)), None)
    text = names.text(op)
    tree = ast.parse(text, mode="eval").body if text else None
    if op is None or not isinstance(tree, ast.Call):
        return ""
    kept = [item for item in tree.keywords if item.arg not in ("nrows", "n_rows")]
    if len(kept) == len(tree.keywords):
        return ""
    tree.keywords = kept
    line, target = names.statement(op), bound(names, op)
    if op.text in line:
        return line.replace(op.text, ast.unparse(tree)) + "  # all rows; or say why these are enough"
    return f"{target} = {ast.unparse(tree)}  # all rows; or say why these are enough" if target else ""


def looked_at(names: Names) -> str:
    """A first look at what was read: tables, or a batch of pictures."""
    op = names.operation(Role.LOAD, Role.BUNDLED) or names.operation()
    name = bound(names, op) if op is not None else ""
    if op is None or not name:
        return ""
    if ".flow_from_" in op.text:
        lines = [
            f"examples, labels = next({name})",
            "print(examples.shape, examples.min(), examples.max())",
            f"print({name}.class_indices, labels.sum(axis=0))  # are the classes even?",
        ]
    elif op.call.startswith("pandas.") and all(value.kind is Kind.TABLE for value in op.outputs):
        lines = [
            f"{name}.info()  # types and gaps",
            f'{name}.describe(include="all")  # ranges, and how many values',
            f"{name}.sample(5, random_state=0)",
        ]
    else:
        return ""
    return "\n".join(lines)


def kept(names: Names) -> str:
    """The result that was thrown away, under the name of what it was made of."""
    op = names.operation()
    text = names.text(op)
    tree = ast.parse(text, mode="eval").body if text else None
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Attribute):
        return ""
    owner: ast.expr = tree.func.value
    while isinstance(owner, ast.Attribute) and owner.attr in ("str", "dt", "cat"):
        owner = owner.value
    if not isinstance(owner, (ast.Name, ast.Subscript)):
        return ""
    return f"{ast.unparse(owner)} = {text}"


def checked_join(names: Names) -> str:
    op = names.operation(Role.JOIN)
    if op is None:
        return ""
    call = added(added(names.text(op), "indicator=True") or names.text(op), 'validate="many_to_one"')
    target = next((item.name for item in names.workflow.graph.bindings if item.value.made_by == op.id), "merged")
    if not call or not target.isidentifier():
        return ""
    return f'{target} = {call}\n{target}["_merge"].value_counts()  # which rows found no partner?'


def portable_path(names: Names) -> str:
    """The same read, from a folder that each machine names for itself."""
    op = names.operation(Role.LOAD)
    call = names.text(op)
    tree = ast.parse(call, mode="eval").body if call else None
    file = _file_name(names)
    if op is None or not isinstance(tree, ast.Call) or not tree.args or not file:
        return ""
    tree.args[0] = ast.parse(f"DATA / {file!r}", mode="eval").body
    target = next((item.name for item in names.workflow.graph.bindings if item.value.made_by == op.id), "")
    return "\n".join(
        [
            "import os",
            "from pathlib import Path",
            "",
            'DATA = Path(os.environ.get("DATA", "data"))  # each machine says where its data is',
            (f"{target} = " if target.isidentifier() else "") + ast.unparse(tree),
        ]
    )


def _file_name(names: Names) -> str:
    op = names.operation(Role.LOAD)
    for value in op.args.values() if op is not None else ():
        if isinstance(value.constant, str) and "\n" not in value.constant:
            name = value.constant.replace("\\", "/").rstrip("/").rpartition("/")[2]
            if "." in name and len(name) < 80:
                return name
    return ""
