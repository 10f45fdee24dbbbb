"""New, fixed and persisting: through edits elsewhere, reformatting, moved cells and renamed files."""

from __future__ import annotations

from pathlib import Path

import pytest
from scan.helpers import INDEBTED, notebook_text

from nbaudit.baseline import Changes, Known, compare, dumps, load
from nbaudit.errors import UsageError
from nbaudit.scan.records import Record
from nbaudit.scan.work import Settings, audit_bytes


def record(cells: tuple[str, ...], ids: bool = True) -> Record:
    return audit_bytes(notebook_text(cells, ids).encode(), Settings())


def known(path: str, cells: tuple[str, ...], ids: bool = True) -> list[Known]:
    return [item.known(path) for item in record(cells, ids).findings]


def issues(items: tuple[Known, ...]) -> list[str]:
    return [item.issue for item in items]


def unchanged(changes: Changes) -> bool:
    return not changes.new and not changes.fixed and bool(changes.persisting)


BEFORE = known("a.ipynb", INDEBTED)


def test_there_is_something_to_compare() -> None:
    assert {"SC-W", "SP-W", "AL-M", "HT-M"} <= {item.issue for item in BEFORE}


@pytest.mark.parametrize("ids", [True, False])
def test_edits_elsewhere_change_nothing(ids: bool) -> None:
    before = known("a.ipynb", INDEBTED, ids)
    cells = (INDEBTED[0], "print('hello')", *INDEBTED[1:-1], "# the score\n" + INDEBTED[-1])
    assert unchanged(compare(before, known("a.ipynb", cells, ids)))


@pytest.mark.parametrize("ids", [True, False])
def test_reformatting_changes_nothing(ids: bool) -> None:
    cells = list(INDEBTED)
    cells[2] = (
        'X = (\n    StandardScaler()\n    .fit_transform(\n        df.drop(columns=["left"],)\n    )\n)\ny = df["left"]'
    )
    cells[3] = (
        "X_train, X_test, y_train, y_test = train_test_split(\n    X,\n    y,\n)\n\n\n"
        "model = SVC()\nmodel.fit(\n    X_train,\n    y_train,\n)"
    )
    assert unchanged(compare(known("a.ipynb", INDEBTED, ids), known("a.ipynb", tuple(cells), ids)))


def test_moved_cells_change_nothing() -> None:
    cells = ("# a title that has been moved up", *INDEBTED[:1], "pd.options.display.max_rows = 9", *INDEBTED[1:])
    assert unchanged(compare(known("a.ipynb", INDEBTED, ids=False), known("a.ipynb", cells, ids=False)))


def test_a_renamed_notebook_takes_its_findings_along() -> None:
    assert unchanged(compare(BEFORE, known("folder/b.ipynb", INDEBTED)))


def test_a_copy_is_new_and_the_original_persists() -> None:
    changes = compare(BEFORE, [*BEFORE, *known("copy.ipynb", INDEBTED)])
    assert {item.path for item in changes.new} == {"copy.ipynb"}
    assert len(changes.new) == len(BEFORE) == len(changes.persisting)


def test_a_removed_notebook_is_not_taken_for_one_that_was_there_all_along() -> None:
    other = known("other.ipynb", INDEBTED)
    changes = compare([*BEFORE, *other], other)
    assert {item.path for item in changes.fixed} == {"a.ipynb"}


def test_an_edit_of_the_faulty_line_is_the_same_finding_by_the_cell() -> None:
    cells = list(INDEBTED)
    cells[2] = cells[2].replace("columns=['left']", "columns=['left', 'day']")
    changes = compare(BEFORE, known("a.ipynb", tuple(cells)))
    assert unchanged(changes)


def test_what_is_missing_persists_wherever_it_is_marked() -> None:
    cells = (*INDEBTED[:3], INDEBTED[3].replace("model", "machine"), INDEBTED[4].replace("model", "machine"))
    changes = compare(known("a.ipynb", INDEBTED, ids=False), known("a.ipynb", cells, ids=False))
    assert not {item.issue for item in (*changes.new, *changes.fixed)} & {"AL-M", "HT-M"}


def test_a_repair_is_fixed_and_a_fault_is_new() -> None:
    cells = list(INDEBTED)
    cells[3] = cells[3].replace("train_test_split(X, y)", "train_test_split(X, y, random_state=1)")
    seeded = known("a.ipynb", tuple(cells))
    there = compare(BEFORE, seeded)
    assert issues(there.new) == []
    assert "split-without-seed" in {item.check for item in there.fixed}
    back = compare(seeded, BEFORE)
    assert issues(back.fixed) == []
    assert "split-without-seed" in {item.check for item in back.new}


def test_equal_faults_are_counted() -> None:
    twice = [*BEFORE, *BEFORE]
    assert len(compare(BEFORE, twice).new) == len(BEFORE)
    assert len(compare(twice, BEFORE).fixed) == len(BEFORE)


def test_a_baseline_file_gives_its_findings_back(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(dumps(BEFORE), encoding="utf-8")
    assert unchanged(compare(load(file), BEFORE))
    assert dumps(reversed(BEFORE)) == dumps(BEFORE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "is no baseline"),
        ('{"nbaudit-baseline": 9, "notebooks": {}}', "version 9"),
        ('{"nbaudit-baseline": 1, "notebooks": {"a": [1]}}', "an entry is broken"),
        ('{"nbaudit-baseline": 1}', "an entry is broken"),
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        load(file)
