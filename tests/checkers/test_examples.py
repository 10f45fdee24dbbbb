"""Every check's own examples: what must be flagged, where; and the near-misses that must pass."""

from __future__ import annotations

import pytest

from nbaudit.checkers.base import Check, Example, all_checks
from nbaudit.testing import complaint, expected_places, notebook_from_text

FLAGS = [(check, example) for check in all_checks() for example in check.flags]
PASSES = [(check, example) for check in all_checks() for example in check.passes]


def _name(case: tuple[Check, Example]) -> str:
    return f"{case[0].slug}[{case[1].title}]"


@pytest.mark.parametrize("case", FLAGS, ids=_name)
def test_flagged(case: tuple[Check, Example]) -> None:
    check, example = case
    assert expected_places(notebook_from_text(example.source)), "the example marks no line with `# expect`"
    assert complaint(check, example) == ""


@pytest.mark.parametrize("case", PASSES, ids=_name)
def test_passed(case: tuple[Check, Example]) -> None:
    check, example = case
    assert not expected_places(notebook_from_text(example.source))
    assert complaint(check, example) == ""


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.slug)
def test_has_two_examples_of_each_kind(check: Check) -> None:
    assert len(check.flags) >= 2
    assert len(check.passes) >= 2
