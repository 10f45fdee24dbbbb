"""Runs of tiny notebooks in real kernels."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nbaudit.cli import app
from nbaudit.dataflow.interpret import build_graph
from nbaudit.errors import UsageError
from nbaudit.evidence.link import link_facts
from nbaudit.evidence.running.options import RunOptions
from nbaudit.loading.notebook import load
from nbaudit.model.facts import (
    Balance,
    Basis,
    Counts,
    Describe,
    Duplicates,
    Fact,
    Fitted,
    Giveaway,
    IdleColumns,
    Missing,
    OutlierShares,
    Overlap,
    ScaleRatio,
    ShapeFact,
    Skews,
)
from nbaudit.model.run import RunResult
from nbaudit.model.vocabulary import State
from nbaudit.pipeline import audit_notebook
from nbaudit.workflow import Workflow

pytest.importorskip("ipykernel")
LINUX = sys.platform.startswith("linux")


def run_notebook(path: Path, **options: Any) -> RunResult:
    from nbaudit.evidence.run import run_notebook as run

    return run(path, RunOptions(**{"cell_timeout": 20.0, "total_timeout": 40.0, **options}))


def write(folder: Path, *sources: str, outputs: dict[int, str] | None = None, kernel: str = "python3") -> Path:
    cells = []
    for number, source in enumerate(sources):
        text = (outputs or {}).get(number)
        saved = [{"output_type": "stream", "name": "stdout", "text": text}] if text is not None else []
        cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": saved, "execution_count": number + 1}
        cells.append(cell)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "it.ipynb"
    metadata = {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
    document = {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": cells}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def state_of(folder: Path) -> dict[str, str]:
    """Path -> hash of contents and time of change, for all files below `folder`."""
    return {
        str(path.relative_to(folder)): f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mtime_ns}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def said(result: RunResult) -> str:
    return "\n".join(note.text for note in result.notes)


def fact_of(result: RunResult, kind: type[Fact], name: str, cell: int) -> Any:
    found = [f for f in result.facts if isinstance(f, kind) and f.expression == name and f.cell == cell]
    assert found, f"no {kind.__name__} of {name} after cell {cell}"
    return found[0]


SOURCE_AND_SPLIT = (
    """import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
rng = np.random.default_rng(0)
df = pd.DataFrame({"a": rng.normal(size=200), "b": 1000 * rng.normal(size=200), "k": 1, "y": [0] * 180 + [1] * 20})
df["c"] = df["a"]
df.loc[:9, "b"] = np.nan
df.loc[20, "a"] = df.loc[20, "c"] = 50.0
df = pd.concat([df, df.iloc[:100]], ignore_index=True)""",
    "df.dropna(inplace=True)",
    """X = df[["a", "b"]]
y = df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)""",
    "model = LogisticRegression(max_iter=50).fit(X_train, y_train)",
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    path = write(tmp_path_factory.mktemp("told"), *SOURCE_AND_SPLIT)
    return path, run_notebook(path)


def test_facts_are_those_of_the_data(told: tuple[Path, RunResult]) -> None:
    _, result = told
    assert result.failed is None
    assert result.ran == 4
    shape = fact_of(result, ShapeFact, "df", 0)
    assert (shape.rows, shape.columns, shape.basis) == (300, 5, Basis.RUN)
    assert fact_of(result, Missing, "df", 0).some() == {"b": 20}
    assert fact_of(result, Missing, "df", 1).some() == {}
    assert fact_of(result, Duplicates, "df", 0).count == 100
    idle = fact_of(result, IdleColumns, "df", 1)
    assert (idle.constant, idle.copies) == (("k",), (("c", "a"),))
    assert fact_of(result, Describe, "df", 0).stats["a"]["max"] == 50.0
    assert fact_of(result, Skews, "df", 0).skews["a"] > 5
    assert 0 < fact_of(result, OutlierShares, "df", 0).shares["a"] < 0.1
    ratio = fact_of(result, ScaleRatio, "X", 2)
    assert (ratio.largest, ratio.smallest) == ("b", "a")
    assert ratio.ratio > 100


def test_figures_are_those_of_pandas(tmp_path: Path) -> None:
    pandas, numpy = pytest.importorskip("pandas"), pytest.importorskip("numpy")
    make = "pd.DataFrame({'a': np.random.default_rng(1).exponential(size=501), 'b': np.arange(501) % 7})"
    frame = eval(make, {"pd": pandas, "np": numpy})
    frame.loc[3, "a"] = None
    result = run_notebook(write(tmp_path, f"import numpy as np, pandas as pd\ndf = {make}\ndf.loc[3, 'a'] = None"))
    stats = fact_of(result, Describe, "df", 0).stats
    for column, expected in frame.describe().items():
        assert stats[column] == pytest.approx(expected.to_dict())
    assert fact_of(result, Skews, "df", 0).skews == pytest.approx(frame.skew().to_dict())
    assert fact_of(result, Counts, "df", 0).counts == {str(k): v for k, v in frame["b"].value_counts().items()}


def test_facts_of_parts_and_models(told: tuple[Path, RunResult]) -> None:
    _, result = told
    counts = fact_of(result, Counts, "y", 2)
    assert (counts.counts, counts.column) == ({"0": 260.0, "1": 20.0}, "y")
    assert fact_of(result, Balance, "y", 2).minority == pytest.approx(20 / 280)
    overlap = fact_of(result, Overlap, "X_test", 2)
    assert (overlap.train, overlap.of) == ("X_train", 70)
    assert 0 < overlap.rows < 70
    fitted = fact_of(result, Fitted, "model", 3)
    assert (fitted.features, fitted.classes) == (2, 2)
    assert fitted.type.endswith("LogisticRegression")


def test_facts_are_told_when_they_change_and_only_then(told: tuple[Path, RunResult]) -> None:
    _, result = told
    assert {fact.cell for fact in result.facts if fact.expression == "df"} == {0, 1}


def test_facts_speak_of_the_value_that_the_variable_has_then(told: tuple[Path, RunResult]) -> None:
    path, result = told
    graph = build_graph(load(path))
    drop = next(op for op in graph.operations if op.call.endswith("dropna"))
    gaps = [f for f in link_facts(result.facts, graph) if isinstance(f, Missing) and f.expression == "df"]
    upstream = {value.id: value.upstream for op in graph.operations for value in (*op.data, *op.outputs)}
    for fact in gaps:
        assert fact.about is not None
        assert bool(upstream[fact.about] & drop.bit) is (fact.cell == 1), f"after cell {fact.cell}"


def test_what_was_probed_is_no_look(told: tuple[Path, RunResult]) -> None:
    """Nothing in the notebook looks at the data, and that a run does so must not hide it."""
    path, result = told
    notebook = load(path)
    workflow = Workflow(notebook, build_graph(notebook), result.facts)
    assert workflow.facts_of(Missing) == []
    assert {fact.expression for fact in workflow.facts_of(Missing, probed=True)} >= {"df", "X_train"}


def test_a_large_table_is_sampled_and_says_so(tmp_path: Path) -> None:
    result = run_notebook(write(tmp_path, "import pandas as pd\ndf = pd.DataFrame({'a': range(120_000), 'b': 0.5})"))
    assert fact_of(result, ShapeFact, "df", 0).complete
    assert fact_of(result, Missing, "df", 0).complete
    figures = fact_of(result, Describe, "df", 0)
    assert not figures.complete
    assert figures.quote.endswith("(from 50,000 of 120,000 rows)")


def test_a_run_changes_neither_files_nor_results(tmp_path: Path) -> None:
    """Random numbers, warnings shown once, names, the history and all outputs are as without probes."""
    sources = (
        "import random, warnings\nimport numpy as np\nimport pandas as pd\nrandom.seed(3); np.random.seed(4)\n"
        "frame = pd.DataFrame(np.random.rand(60, 4))",
        "def loud():\n    warnings.warn('only once', UserWarning)\nloud()\nother = frame * 2",
        "for _ in range(2): loud()\nprint(np.random.rand(), random.random())\nframe.sample(2)",
        "open('beside.txt', 'w').write('x')\nopen('data.csv', 'a').write('changed')\nprint(sorted(globals()))",
        "print(np.random.rand(), random.random(), len(In), frame.sum().sum())",
    )
    path = write(tmp_path, *sources)
    (tmp_path / "data.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    before = state_of(tmp_path)
    plain, probed = (_outputs(path, probe) for probe in (False, True))
    assert state_of(tmp_path) == before
    assert plain == probed
    assert json.dumps(plain[2]).count("UserWarning: only once") == 1


def _outputs(path: Path, probe: bool) -> list[Any]:
    """The outputs of a run by cell. The kernel's process number, which warnings quote, is blanked, and the two streams
    stand in one order: a busy machine may deliver them either way round."""
    from nbaudit.evidence import run

    documents: list[Any] = []
    make = run._document

    class Plain(run._Run):
        async def _prepare(self, kernel: Any) -> None:
            self.probing = False

    def keep(notebook: Any) -> Any:
        documents.append(make(notebook))
        return documents[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_document", keep)
        if not probe:
            patch.setattr(run, "_Run", Plain)
        result = run.run_notebook(path, RunOptions(cell_timeout=20.0))
    assert result.failed is None
    assert any(fact.expression == "frame" for fact in result.facts) is probe
    for output in (output for cell in documents[0]["cells"] for output in cell["outputs"]):
        if output.get("name") == "stderr":
            output["text"] = output["text"].rpartition("/")[2]
    return [sorted(cell["outputs"], key=lambda output: output.get("name", "~")) for cell in documents[0]["cells"]]


def test_a_hanging_cell_ends_the_run(tmp_path: Path) -> None:
    result = run_notebook(write(tmp_path, "x = 1", "while True: pass", "y = 2"), cell_timeout=1.0)
    assert result.failed is not None
    assert (result.failed.cell, result.failed.error) == (1, "TimeoutError")
    assert "longer than 1 seconds" in result.failed.text
    assert result.ran == 1


def test_the_run_as_a_whole_has_a_limit(tmp_path: Path) -> None:
    path = write(tmp_path, *["import time; time.sleep(1.2)"] * 4)
    result = run_notebook(path, total_timeout=4.0, cell_timeout=30.0)
    assert result.failed is not None
    assert "4 seconds were over" in result.failed.text


@pytest.mark.skipif(not LINUX, reason="only Linux enforces the limit")
def test_memory_has_a_limit(tmp_path: Path) -> None:
    path = write(tmp_path, "kept = b'x' * (50 << 20)", "much = b'x' * (3 << 30)")
    result = run_notebook(path, memory_mb=1024)
    assert result.failed is not None
    assert (result.failed.cell, result.failed.error) == (1, "MemoryError")
    assert "limit of 1,024 MB" in result.failed.text


def test_output_has_a_limit(tmp_path: Path) -> None:
    path = write(tmp_path, "for i in range(3000): print('x' * 100)", "print('short')")
    result = run_notebook(path, max_output=5000)
    assert result.failed is None
    assert [note.cell for note in result.notes if "prints more than 5,000" in note.text] == [0]


def test_files_outside_the_copy_stay(tmp_path: Path) -> None:
    """By an absolute path a notebook reaches the user's own files; they are shielded where the system can."""
    data = tmp_path / "own" / "data.csv"
    path = write(tmp_path / "own", f"open({str(data)!r}, 'w').write('gone')")
    data.write_text("a\n1\n", encoding="utf-8")
    before = state_of(tmp_path)
    result = run_notebook(path)
    assert "could not be protected" in said(result) or state_of(tmp_path) == before


def test_data_above_the_folder_is_there_too(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "it.csv").write_text("a\n1\n", encoding="utf-8")
    path = write(tmp_path / "notebooks", "text = open('../data/it.csv').read()", "open('../data/new', 'w').write('')")
    before = state_of(tmp_path)
    assert run_notebook(path).failed is None
    assert state_of(tmp_path) == before


def test_the_network_is_off(tmp_path: Path) -> None:
    source = "import urllib.request\nurllib.request.urlopen('http://192.0.2.1/', timeout=3)"
    result = run_notebook(write(tmp_path, source))
    assert result.failed is not None
    assert "needs the network" in result.failed.text or "network could not be turned off" in said(result)


def test_a_system_without_namespaces_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from nbaudit.evidence.running import launcher

    class NoNamespaces:
        def unshare(self, flags: int) -> int:
            return -1

    monkeypatch.setattr(launcher.ctypes, "CDLL", lambda *_args, **_options: NoNamespaces())
    monkeypatch.setattr(launcher.ctypes, "get_errno", lambda: 1)
    monkeypatch.setattr(launcher.sys, "platform", "linux")
    assert all(launcher.isolate({"network": False}).values())
    assert launcher.isolate({"network": True})["network"] == ""
    monkeypatch.setattr(launcher.sys, "platform", "darwin")
    assert all(launcher.isolate({"network": False}).values())


def test_the_network_can_be_left_on(tmp_path: Path) -> None:
    source = "import socket; print(len(socket.if_nameindex()))"
    result = run_notebook(write(tmp_path, source, outputs={0: f"{len(socket.if_nameindex())}\n"}), network=True)
    assert (result.ran, result.changed) == (1, ())


def test_sys_exit_ends_the_run(tmp_path: Path) -> None:
    result = run_notebook(write(tmp_path, "x = 1", "import sys; sys.exit(1)", "y = 2"))
    assert result.failed is not None
    assert (result.failed.cell, result.failed.error) == (1, "SystemExit")


def test_a_dying_kernel_ends_the_run(tmp_path: Path) -> None:
    result = run_notebook(write(tmp_path, "x = [1]", "import os; os._exit(1)", "y = 2"))
    assert result.failed is not None
    assert (result.failed.cell, result.failed.error) == (1, "DeadKernel")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    result = run_notebook(write(tmp_path, "import pandas as pd", "df = pd.read_csv('data/sales.csv')", "df"))
    assert result.failed is not None
    assert result.failed.cell == 1
    assert result.failed.text.startswith("needs data/sales.csv, which is not there")
    assert [note.cell for note in result.notes if "sales.csv" in note.text] == [1]


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "try:\n    import surely_not_a\nexcept ImportError:\n    pass\nimport surely_not_b.c")
    result = run_notebook(path)
    assert result.missing == ("surely_not_b",)
    assert result.failed is not None and "surely_not_b" in result.failed.text


def test_a_wrong_kernel_is_an_error_of_the_user(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1")
    with pytest.raises(UsageError, match=r'no kernel "pyhton3", perhaps python3; installed are: .*python3'):
        run_notebook(path, kernel="pyhton3")


def test_an_unknown_kernel_of_the_notebook_is_replaced(tmp_path: Path) -> None:
    result = run_notebook(write(tmp_path, "x = 1", kernel="my-old-venv"))
    assert result.ran == 1
    assert '"my-old-venv" is not installed' in said(result)


def test_outputs_that_change_are_told(tmp_path: Path) -> None:
    sources = ("print('accuracy:', 0.91)", "print('rows:', 10)", "print(object())", "print('took 3.1 s')")
    saved = {0: "accuracy: 0.87\n", 1: "rows: 10\n", 2: "<object object at 0x7f001>\n", 3: "took 2.9 s\n"}
    result = run_notebook(write(tmp_path, *sources, outputs=saved))
    assert result.changed == (0,)
    assert "does not reproduce" in said(result)


def test_the_saved_order_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1", "y = 2", "z = 3")
    document = json.loads(path.read_text(encoding="utf-8"))
    for cell, count in zip(document["cells"], (7, 3, 9), strict=True):
        cell["execution_count"] = count
    path.write_text(json.dumps(document), encoding="utf-8")
    result = run_notebook(path)
    assert result.out_of_order == (1,)
    assert result.hidden_state


def test_the_command_line_runs_and_audits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, *SOURCE_AND_SPLIT, "open('nowhere.csv')")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["audit", "--run", "--timeout", "20", "it.ipynb", "-f", "json"])
    assert done.exit_code in (0, 1), done.output
    notes = json.loads(done.stdout)["notes"]
    assert [note["cell"] for note in notes if "nowhere.csv" in note["text"]] == [4]


def test_options_of_a_run_need_one(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["audit", "--kernel", "python3", str(write(tmp_path, "x = 1"))])
    assert done.exit_code == 2
    assert "add --run" in done.output


def test_an_audit_without_a_run_executes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "open('made.txt', 'w').write('x')")
    code = (
        "import sys\nfrom nbaudit.pipeline import audit\naudit(sys.argv[1])\n"
        "loaded = {'nbclient', 'jupyter_client', 'nbaudit.evidence.run'} & set(sys.modules)\nassert not loaded, loaded"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=root)
    assert not list(tmp_path.rglob("made.txt")) and not (root / "made.txt").exists()


GIVEN_AWAY = (
    """import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
rng = np.random.default_rng(0)
df = pd.DataFrame({"a": rng.normal(size=400), "kind": rng.choice(list("xyz"), size=400)})
df["late"] = (df["a"] + rng.normal(size=400) > 0).astype(int)
df["fee"] = np.where(df["late"] == 1, rng.uniform(5, 9, size=400), 0.0)
df["paid"] = df["fee"] * 1.2 + 3
df.to_csv("late.csv", index=False)""",
    """bills = pd.read_csv("late.csv")
X, y = bills[["a", "fee"]], bills["late"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)""",
    "forest = RandomForestClassifier(n_estimators=5, random_state=0).fit(X_train, y_train)",
    """from sklearn.linear_model import LinearRegression
Z, paid = bills[["a", "fee"]], bills["paid"]
line = LinearRegression().fit(Z, paid)""",
)


def test_a_feature_that_gives_the_target_away_is_found(tmp_path: Path) -> None:
    path = write(tmp_path, *GIVEN_AWAY)
    result = run_notebook(path)
    found = {(fact.column, fact.target): fact.share for fact in result.facts if isinstance(fact, Giveaway)}
    assert found == {("fee", "y_train"): 1.0, ("fee", "paid"): pytest.approx(1.0)}


def test_what_a_run_finds_decides(tmp_path: Path) -> None:
    path = write(tmp_path, *GIVEN_AWAY)
    audited = audit_notebook(load(path), None, run_notebook(path))
    leak = next(finding for finding in audited.findings if finding.check == "feature-gives-target-away")
    assert (leak.cell, leak.columns, leak.basis) == (2, ("fee",), Basis.RUN)
    assert audited.verdicts["MV-M"].state is State.ABSENT  # the run counted no gaps
    assert audit_notebook(load(path)).verdicts["MV-M"].state is State.PRESENT


def test_rows_on_both_sides_are_found_by_a_run(tmp_path: Path) -> None:
    source = """import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
rng = np.random.default_rng(1)
once = pd.DataFrame({"a": rng.normal(size=150), "b": rng.normal(size=150)})
once["c"] = (once["a"] > 0).astype(int)
pd.concat([once, once]).to_csv("twice.csv", index=False)
df = pd.read_csv("twice.csv")"""
    split = """X_train, X_test, y_train, y_test = train_test_split(df[["a", "b"]], df["c"], random_state=0)
model = KNeighborsClassifier(3).fit(X_train, y_train)
print(model.score(X_test, y_test))"""
    path = write(tmp_path, source, split)
    audited = audit_notebook(load(path), None, run_notebook(path))
    shared = next(finding for finding in audited.findings if finding.check == "rows-shared-by-parts")
    assert (shared.cell, shared.line, shared.basis) == (1, 1, Basis.RUN)
    assert "also occur" in shared.evidence[-1].text
