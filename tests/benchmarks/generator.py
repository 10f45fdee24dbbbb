"""Makes notebooks of any length that look like real ones, the same from the same seed.

Four styles: "straight" reads, looks, cleans, splits, trains and measures on a few tables, each step in cells of its
own; "mutating" changes one table in place in every cell, by column, by mask, in loops and through functions, so that
every value depends on all before; "models" trains and measures one model after the other on one split; "fills" fills
one column of a table after the other. The last two ask the checks about as many pairs as there can be.
`python -m tests.benchmarks.generator 300 mutating > notebook.ipynb` prints one.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from typing import Any

STYLES = ("straight", "mutating", "models", "fills")
_COLUMNS = ("age", "income", "city", "visits", "plan", "joined", "score", "balance")
_IMPORTS = """import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.preprocessing import StandardScaler
%matplotlib inline
"""


def make(cells: int, style: str = "straight", seed: int = 0) -> dict[str, Any]:
    """A notebook (nbformat 4.4) of exactly so many cells, every sixth of them markdown.

    Raises:
        ValueError: an unknown style.
    """
    if style not in STYLES:
        raise ValueError(f"no style {style}")
    chance = random.Random(f"{seed} {style}")
    made: list[dict[str, Any]] = [_code(_IMPORTS), _code("df = pd.read_csv('customers.csv')\ndf.head()", _TABLE)]
    if style == "models":
        made.append(_code(_SPLIT))
    step = 0
    write = {"straight": _straight, "mutating": _mutating, "models": _models, "fills": _fills}[style]
    while len(made) < cells:
        if len(made) % 6 == 5:
            made.append({"cell_type": "markdown", "metadata": {}, "source": f"## Step {step}\n\nWe look at the data."})
        else:
            made.append(write(step, chance))
            step += 1
    return {"cells": made[:cells], "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 4}


def text(cells: int, style: str = "straight", seed: int = 0) -> bytes:
    """The same as the bytes of a file."""
    return json.dumps(make(cells, style, seed), indent=1).encode()


def _code(source: str, output: str = "") -> dict[str, Any]:
    outputs = [{"output_type": "stream", "name": "stdout", "text": output.splitlines(keepends=True)}] if output else []
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": outputs,
        "source": source.splitlines(keepends=True),
    }


_SPLIT = """X, y = df.drop(columns='target'), df['target']
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
scaler = StandardScaler()
X_train, X_test = scaler.fit_transform(X_train), scaler.transform(X_test)
"""
_METADATA = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
_TABLE = "   age  income    city\n0   31   52000    Bonn\n1   45   61000    Kiel\n2   27   48000    Ulm\n"
_GAPS = "age       12\nincome     0\ncity       3\ndtype: int64\n"


def _straight(step: int, chance: random.Random) -> dict[str, Any]:
    n, column, other = step // 12, chance.choice(_COLUMNS), chance.choice(_COLUMNS)
    lines: tuple[Callable[[], tuple[str, str]], ...] = (
        lambda: (f"df{n} = pd.read_csv('part_{n}.csv', sep=';')\ndf{n}.shape", ""),
        lambda: (f"print(df{n}.isnull().sum())", _GAPS),
        lambda: (f"df{n}.describe()\nprint(df{n}['{column}'].value_counts())", f"{column}\n1    320\n0     80\n"),
        lambda: (f"df{n}['{column}'] = df{n}['{column}'].fillna(df{n}['{column}'].median())", ""),
        lambda: (f"plt.hist(df{n}['{other}'], bins={chance.randint(10, 60)})\nplt.show()", ""),
        lambda: (f"df{n} = df{n}[df{n}.{other} < {chance.randint(10, 99)}].drop_duplicates()", ""),
        lambda: (f"df{n} = pd.get_dummies(df{n}, columns=['{column}'])", ""),
        lambda: (f"X{n}, y{n} = df{n}.drop(columns=['target']), df{n}['target']", ""),
        lambda: (
            f"X{n}_train, X{n}_test, y{n}_train, y{n}_test = train_test_split(X{n}, y{n}, random_state={n})",
            "",
        ),
        lambda: (f"scaler{n} = StandardScaler()\nX{n}_train = scaler{n}.fit_transform(X{n}_train)", ""),
        lambda: (f"model{n} = LogisticRegression(C={chance.random():.2f}).fit(X{n}_train, y{n}_train)", ""),
        lambda: (
            f"predicted{n} = model{n}.predict(scaler{n}.transform(X{n}_test))\n"
            f"print('accuracy:', accuracy_score(y{n}_test, predicted{n}))",
            f"accuracy: {chance.random():.3f}\n",
        ),
    )
    return _code(*lines[step % 12]())


def _mutating(step: int, chance: random.Random) -> dict[str, Any]:
    column, other = chance.choice(_COLUMNS), chance.choice(_COLUMNS)
    lines: tuple[Callable[[], tuple[str, str]], ...] = (
        lambda: (f"df['{column}_{step}'] = df['{column}'] * {chance.randint(2, 9)} + df['{other}']", ""),
        lambda: (f"df.loc[df['{column}'] > {chance.randint(1, 99)}, '{other}'] = np.nan", ""),
        lambda: (f"df.fillna({{'{column}': df['{column}'].mean()}}, inplace=True)\ndf.shape", ""),
        lambda: (f"for column in ['{column}', '{other}']:\n    df[column] = df[column].fillna(0).astype(float)", ""),
        lambda: (
            f"def clean_{step}(frame, limit={chance.randint(1, 9)}):\n"
            f"    frame['{column}'] = frame['{column}'].clip(0, limit)\n"
            f"    return frame.dropna(subset=['{other}'])\n\ndf = clean_{step}(df)",
            "",
        ),
        lambda: (f"df = df[df['{column}'].between(0, {chance.randint(100, 999)})].reset_index(drop=True)", ""),
        lambda: (f"df = pd.concat([df, df.sample(frac=0.1, random_state={step})])\nprint(len(df))", f"{step}\n"),
        lambda: (
            f"a, b = train_test_split(df, random_state={step})\n"
            f"m = RandomForestClassifier().fit(a[['{column}', '{other}']], a['target'])\n"
            f"print('f1', f1_score(b['target'], m.predict(b[['{column}', '{other}']])))",
            f"f1 {chance.random():.3f}\n",
        ),
    )
    return _code(*lines[step % 8]())


def _models(step: int, chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(("RandomForestClassifier(max_depth={})", "LogisticRegression(C={})"))
    return _code(
        f"model{step} = {kind.format(step + 1)}.fit(X_train, y_train)\n"
        f"print('accuracy:', accuracy_score(y_test, model{step}.predict(X_test)))",
        f"accuracy: {chance.random():.3f}\n",
    )


def _fills(step: int, chance: random.Random) -> dict[str, Any]:
    if step % 50 == 20:
        return _code(
            f"a, b = train_test_split(df)\nmodel{step} = LogisticRegression().fit(a[['age']], a['target'])\n"
            f"print(model{step}.score(b[['age']], b['target']))"
        )
    column = f"{chance.choice(_COLUMNS)}_{step % 50}"
    fill = f"df['{column}'] = df['{column}'].fillna(df['{column}'].{chance.choice(('mean', 'median'))}())"
    return _code(f"{fill}\nprint(df.isnull().sum())", _GAPS)


if __name__ == "__main__":
    sys.stdout.buffer.write(text(int(sys.argv[1]), *sys.argv[2:3]))
