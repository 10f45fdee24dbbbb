"""Fingerprints outlive what does not touch the fault, and tell different faults apart."""

from __future__ import annotations

import pytest

from nbaudit.fingerprints import anchor_code, normalised
from nbaudit.model.source import Span


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("model.fit(X_train, y_train)", "model.fit(\n    X_train,\n    y_train,\n)"),
        ("f('a', \"b\")", 'f("a", "b")'),
        ("x = a.b(c).d(e)", "x = (\n    a.b(c)  # first\n    .d(e)\n)"),
        ("f(u'a')", 'f("a")'),
        ("f(R'a\\d')", 'f(r"a\\d")'),
        ("total = a + \\\n    b", "total = a + b"),
        ("rows[1:2]", "rows[1 : 2]"),
        ("f([1, 2,])", "f([1, 2])"),
        ("f('it\\'s')", 'f("it\'s")'),
    ],
)
def test_layout_plays_no_part(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("model.fit(X, y)", "model.fit(X_train, y)"),
        ("f('a b')", "f('ab')"),
        ("f('#1')", "f('#2')"),
        ("a.b", "a . b2"),
        ("ab", "a b"),
        ("f(b'a')", "f('a')"),
    ],
)
def test_words_do(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


def test_any_text_is_taken() -> None:
    for text in ("'", '"""', "f('", "\\", "x = 'a\nb'", "(((", "\x00é€"):
        assert isinstance(normalised(text), str)


def test_the_anchor_is_cut_at_its_columns() -> None:
    source = "a = 1\nb = f(a)\nc = g(\n    b\n)"
    assert anchor_code(source, Span(0, 2, 4, 2, 8)) == "f(a)"
    assert anchor_code(source, Span(0, 3, 4, 5, 1)) == "g(\n    b\n)"
    assert anchor_code(source, Span(0, 2)) == "b = f(a)"
    assert anchor_code(source, Span(0, 9)) == ""
