"""Deep indentation must not make a pattern try all ways to part the spaces."""

from __future__ import annotations

import pytest

from nbaudit.workflow.tuning import _KEEPS_BEST


@pytest.mark.timeout(20)
def test_a_best_score_in_deeply_indented_code_is_looked_for_once() -> None:
    lines = "".join(f"{' ' * 60}print({number})\n" for number in range(12))
    assert _KEEPS_BEST.search(f"{' ' * 56}if score > best_score:\n{lines}") is None
    kept = _KEEPS_BEST.search(f"        if score > best_score:\n{lines[:150]}            torch.save(net, 'a')\n")
    assert kept is not None and kept[1] == "best_score"
