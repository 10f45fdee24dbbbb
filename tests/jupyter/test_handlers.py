"""The server extension over HTTP, in a real Jupyter server that found it by the files of the package alone."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest

import nbaudit
from jupyter.running import TOKEN, Server
from nbaudit.report.schema import result_schema

pytest.importorskip("jupyter_server")
pytestmark = pytest.mark.xdist_group("jupyter")

NOTEBOOKS = Path(__file__).parents[2] / "fixtures" / "notebooks"
CHURN = "binary_churn_indebted.ipynb"
ENDPOINTS = (
    ("info", "GET"),
    ("audit", "POST"),
    ("report", "POST"),
    ("folder", "POST"),
    ("suppression", "POST"),
    ("false-findings", "GET"),
    ("false-findings", "POST"),
    ("false-findings", "DELETE"),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("jupyter")
    running = Server(
        folder,
        "--ServerApp.jpserver_extensions={'nbaudit.jupyter': True}",
        "--NbAudit.megabytes=1",
        "--NbAudit.seconds=20",
        base="/user/ada/",
    )
    (running.root / "deep").mkdir()
    shutil.copy(NOTEBOOKS / CHURN, running.root / "deep" / CHURN)
    shutil.copy(NOTEBOOKS / "binary_churn_clean.ipynb", running.root / "clean.ipynb")
    yield running
    running.stop()


def notebook(*cells: str) -> dict[str, Any]:
    return {
        "cells": [
            {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None}
            for cell in cells
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.mark.parametrize(("name", "method"), ENDPOINTS)
@pytest.mark.parametrize("token", ["", "wrong"])
def test_nothing_without_the_right_token(server: Server, name: str, method: str, token: str) -> None:
    answer = server.ask(f"nbaudit/api/{name}", {} if method == "POST" else None, method=method, token=token, path="x")
    assert answer.status == 403
    assert b"nbaudit" not in answer.body


def test_a_cookie_alone_cannot_post(server: Server) -> None:
    """XSRF: a foreign page can make the browser send the cookie, but not the token's header or the form's secret."""
    page = server.ask("api/status", headers={"Accept": "text/html"})
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    cookies = {"Cookie": cookie}
    assert server.ask("nbaudit/api/info", token="", headers=cookies).status == 200
    refused = server.ask("nbaudit/api/audit", notebook("x = 1"), token="", headers=cookies, path="x.ipynb")
    assert refused.status == 403
    assert b"XSRF" in refused.body or b"_xsrf" in refused.body


def test_info_has_the_catalogue(server: Server) -> None:
    info = server.ask("nbaudit/api/info").json()
    assert info["version"] == nbaudit.__version__
    assert len(info["issues"]) == 30
    assert info["issues"]["SC-W"]["phase"] == "data pre-processing"
    assert info["checks"]["scaler-fitted-on-test-rows"]["why"]


def test_a_posted_notebook_gives_the_public_json(server: Server) -> None:
    document = (NOTEBOOKS / CHURN).read_bytes()
    answer = server.ask("nbaudit/api/audit", document, path="deep/edited.ipynb")
    assert answer.status == 200
    result = answer.json()
    jsonschema.validate(result, result_schema())
    expected = nbaudit.audit(NOTEBOOKS / CHURN).to_dict()
    expected["notebook"]["name"] = "deep/edited.ipynb"
    assert result == expected


def test_a_saved_notebook_is_read_through_the_contents_manager(server: Server) -> None:
    result = server.ask("nbaudit/api/audit", b"", method="POST", path=f"deep/{CHURN}").json()
    assert result["findings"] == nbaudit.audit(NOTEBOOKS / CHURN).to_dict()["findings"]


def test_the_same_content_is_audited_once(server: Server) -> None:
    first, second = (
        server.ask("nbaudit/api/audit", notebook("kept = 1"), path="kept.ipynb", min_confidence="0.3") for _ in range(2)
    )
    assert [first.headers["X-Nbaudit-Cached"], second.headers["X-Nbaudit-Cached"]] == ["no", "yes"]
    assert first.body == second.body
    other = server.ask("nbaudit/api/audit", notebook("kept = 2"), path="kept.ipynb", min_confidence="0.3")
    assert other.headers["X-Nbaudit-Cached"] == "no"


@pytest.mark.parametrize("path", ["../../etc/passwd", "deep/../../../etc/passwd", "/etc/passwd", "none.ipynb"])
def test_a_path_does_not_leave_the_root(server: Server, path: str) -> None:
    assert server.ask("nbaudit/api/audit", b"", method="POST", path=path).status == 404
    answer = server.ask("nbaudit/api/folder", {"paths": [path]})
    assert answer.status == 404 or (answer.json()["pages"] == {} and "not audited" in answer.json()["index"])


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "x.ipynb: ends too early"),
        (b"[]", "x.ipynb: is JSON but no notebook"),
        (b"\xff\xfe", "x.ipynb: "),
    ],
)
def test_what_is_no_notebook_gets_one_sentence(server: Server, body: bytes, sentence: str) -> None:
    answer = server.ask("nbaudit/api/audit", body, path="x.ipynb")
    assert answer.status == 422
    assert answer.json()["message"].startswith(sentence)


def test_a_notebook_over_the_limit_is_refused(server: Server) -> None:
    answer = server.ask("nbaudit/api/audit", notebook("x = 1  # " + "y" * 1_000_000), path="x.ipynb")
    assert answer.status == 413
    assert answer.json() == {"message": "this is larger than 1 MB, the limit of this server"}


@pytest.mark.parametrize("confidence", ["2", "-1", "high", "nan"])
def test_a_wrong_confidence_is_refused(server: Server, confidence: str) -> None:
    answer = server.ask("nbaudit/api/audit", notebook("x = 1"), path="x.ipynb", min_confidence=confidence)
    assert answer.status == 400
    assert answer.json() == {"message": "min_confidence must be a number from 0 to 1"}


def test_the_nearest_configuration_holds(server: Server) -> None:
    folder = server.root / "configured" / "inner"
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "no-table-of-ours"\n')
    (folder.parent / "pyproject.toml").write_text('[tool.nbaudit]\nselect = ["SC"]\n')
    document = (NOTEBOOKS / CHURN).read_bytes()
    result = server.ask("nbaudit/api/audit", document, path="configured/inner/a.ipynb").json()
    assert {finding["issue"] for finding in result["findings"]} == {"SC-W"}
    result = server.ask("nbaudit/api/audit", document, path="configured/inner/a.ipynb", ignore="sc-w").json()
    assert result["findings"] == []
    (folder.parent / "pyproject.toml").write_text('[tool.nbaudit]\nselct = ["SC"]\n')
    answer = server.ask("nbaudit/api/audit", document, path="configured/inner/a.ipynb")
    assert answer.status == 422
    assert answer.json()["message"].startswith('configured/pyproject.toml: unknown key "selct"')


RULE = """\
id: no-global-seed
severity: warning
message: "`np.random.seed($SEED)` seeds the whole process"
note: make a generator with `np.random.default_rng`
rule:
  pattern: np.random.seed($SEED)
"""


def test_house_rules_are_read_through_the_contents_manager(server: Server) -> None:
    folder = server.root / "ruled"
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "house.yml").write_text(RULE)
    (folder / "pyproject.toml").write_text('[tool.nbaudit]\nrules = ["rules"]\nignore = ["RB"]\n')
    document = notebook("import numpy as np\nnp.random.seed(7)")
    (match,) = server.ask("nbaudit/api/audit", document, path="ruled/a.ipynb").json()["house_rules"]
    assert (match["rule"], match["cell"], match["line"]) == ("no-global-seed", 0, 2)
    assert match["message"] == "`np.random.seed(7)` seeds the whole process"
    quiet = server.ask("nbaudit/api/audit", document, path="ruled/a.ipynb", ignore="no-global-seed")
    assert quiet.json()["house_rules"] == []


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ("../other.yml", "lies outside the folder of the configuration"),
        ("/etc/passwd", "lies outside the folder of the configuration"),
        ("gone.yml", "is not there"),
        ("pyproject.toml", "pyproject.toml: is not valid YAML"),
    ],
)
def test_house_rules_that_cant_be_read_are_said(server: Server, rules: str, sentence: str) -> None:
    folder = server.root / "misruled"
    folder.mkdir(exist_ok=True)
    (server.root / "other.yml").write_text(RULE)
    (folder / "pyproject.toml").write_text(f'[tool.nbaudit]\nrules = ["{rules}"]\n')
    answer = server.ask("nbaudit/api/audit", notebook("x = 1"), path="misruled/a.ipynb")
    assert answer.status == 422
    assert sentence in answer.json()["message"]


def test_a_broken_configuration_costs_its_notebooks_alone(server: Server) -> None:
    for name, text in (("sound", ""), ("unsound", '[tool.nbaudit]\nrules = ["gone.yml"]\n')):
        (server.root / name).mkdir()
        (server.root / name / "pyproject.toml").write_text(text)
        (server.root / name / "a.ipynb").write_text(json.dumps(notebook("x = 1")))
    answer = server.ask("nbaudit/api/folder", {"paths": ["sound", "unsound"]}).json()
    assert len(answer["pages"]) == 1
    assert "gone.yml" in answer["index"]


def test_the_report_is_a_page_that_cannot_act_as_the_server_s(server: Server) -> None:
    answer = server.ask("nbaudit/api/report", (NOTEBOOKS / CHURN).read_bytes(), path="a.ipynb")
    assert answer.body.startswith(b"<!DOCTYPE html>")
    assert b"scaler-fitted-on-test-rows" in answer.body
    assert "sandbox allow-scripts" in answer.headers["Content-Security-Policy"]


def test_a_folder_gives_an_index_with_a_page_for_each(server: Server) -> None:
    (server.root / "deep" / "broken.ipynb").write_text("{")
    answer = server.ask("nbaudit/api/folder", {"paths": ["deep", "clean.ipynb"]}).json()
    assert len(answer["pages"]) == 2
    for name in answer["pages"]:
        assert f'href="{name}"' in answer["index"]
    assert "broken.ipynb" in answer["index"] and "not audited" in answer["index"]


@pytest.mark.parametrize("paths", [None, [], "deep", [1]])
def test_wrong_paths_are_refused(server: Server, paths: object) -> None:
    assert server.ask("nbaudit/api/folder", {"paths": paths}).status == 400


def test_where_a_suppression_goes(server: Server) -> None:
    body = {"source": "a = 1\nscaler.fit(X)", "line": 2, "names": ["SC-W"], "reason": "known limits"}
    answer = server.ask("nbaudit/api/suppression", body)
    assert answer.json() == {"line": 2, "column": 13, "text": "  # nbaudit: ignore[SC-W] known limits"}
    assert server.ask("nbaudit/api/suppression", {**body, "names": ["] x"]}).status == 400
    assert server.ask("nbaudit/api/suppression", {**body, "line": "2"}).status == 400


def test_false_findings_are_kept_in_a_file_of_the_root(server: Server) -> None:
    entry = {
        "key": "k1",
        "notebook": "a.ipynb",
        "issue": "SC-W",
        "check": "scaler-fitted-on-test-rows",
        "message": "m",
        "code": "scaler.fit(X)",
        "reason": "",
    }
    answer = server.ask("nbaudit/api/false-findings", entry)
    file = server.root / answer.json()["file"]
    assert json.loads(file.read_text()) == {**entry, "version": nbaudit.__version__}
    server.ask("nbaudit/api/false-findings", {**entry, "reason": "the limits are constants"})
    entries = server.ask("nbaudit/api/false-findings", path="a.ipynb").json()["entries"]
    assert [kept["reason"] for kept in entries] == ["the limits are constants"]
    assert server.ask("nbaudit/api/false-findings", path="b.ipynb").json()["entries"] == []
    server.ask("nbaudit/api/false-findings", method="DELETE", path="a.ipynb", key="k1")
    assert server.ask("nbaudit/api/false-findings", path="a.ipynb").json()["entries"] == []
    assert server.ask("nbaudit/api/false-findings", {**entry, "key": 1}).status == 422


def slow(server: Server) -> bytes:
    """A notebook that takes some seconds and is below the server's size limit."""
    lines = "\n".join(f"t{number} = df.merge(df, on='k').fillna(0)" for number in range(1500))
    return json.dumps(notebook("import pandas as pd\ndf = pd.read_csv('a.csv')", *[lines] * 9)).encode()


def test_the_loop_is_free_and_a_gone_client_ends_its_audit(server: Server) -> None:
    body = slow(server)
    head = (
        f"POST {server.base}nbaudit/api/audit?path=slow.ipynb HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: token {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    assert server.ask("nbaudit/api/audit", notebook("before = 1"), path="x.ipynb").status == 200  # a worker is there
    before = workers(server)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(head.encode() + body)
        time.sleep(0.5)
        busy = workers(server)
        start = time.monotonic()
        assert server.ask("api/status").status == 200
        assert time.monotonic() - start < 0.5
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and workers(server) & busy == busy:
        time.sleep(0.05)
    assert before and len(busy - workers(server)) == 1
    assert server.ask("nbaudit/api/audit", notebook("after = 1"), path="x.ipynb").status == 200


def workers(server: Server) -> set[int]:
    """The process ids of the server's workers."""
    found: set[int] = set()
    for child in psutil.Process(server.process.pid).children():
        with suppress(psutil.NoSuchProcess):
            if any("nbaudit.jupyter.worker" in word for word in child.cmdline()):
                found.add(child.pid)
    return found


def test_an_audit_over_the_time_limit_ends(tmp_path: Path) -> None:
    running = Server(tmp_path, "--ServerApp.jpserver_extensions={'nbaudit.jupyter': True}", "--NbAudit.seconds=0.4")
    try:
        answer = running.ask("nbaudit/api/audit", slow(running), path="slow.ipynb")
    finally:
        running.stop()
    assert answer.status == 504
    assert "longer than 0.4 seconds" in answer.json()["message"]
