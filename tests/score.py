#!/usr/bin/env python3
"""Holds the audit against reviewers' labels: agreement per issue, and every disagreement with both sides' reasons.

    python tests/score.py --labels ../shared/labels/dev.json --notebooks FOLDER [--codes SC,MV-W] [--only ID] [--table]
    python tests/score.py --fixtures
    python tests/score.py --labels LABELS.json --notebooks FOLDER --json docs/figures.json

LABELS is a list of objects with `id`, `issues` (code -> `state`, `cells`, `why`, `sure`) and `phases` (cell -> phase);
FOLDER holds `<id>.ipynb`. With --json the counts are written for the pages of the documentation. With --fixtures the
notebooks of fixtures/notebooks are held against their expected.json.

Agreement is Cohen's kappa on present against not present: 1 is a perfect match, 0 is what chance earns. `place` is the
share of agreed present issues with a finding in a cell that the reviewers named. The mean is over the issues that at
least 3 notebooks have and 3 have not.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the sources beside this script are scored, not an installed copy

from nbaudit.errors import NbauditError  # noqa: E402
from nbaudit.loading.notebook import load  # noqa: E402
from nbaudit.model.vocabulary import ISSUES, Activity  # noqa: E402
from nbaudit.pipeline import audit_notebook  # noqa: E402

FIXTURES = ROOT / "fixtures" / "notebooks"
FEWEST = 3
"""An issue counts for the mean where at least so many notebooks have it, and so many have not."""
CLOSE = 0.65
"""Labels less sure than this are close calls."""

Label = Mapping[str, Any]
Result = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One issue's agreement: numbers of notebooks, and the agreed ones that were also found in the right cell."""

    code: str
    labelled: int
    found: int
    both: int
    placed: int
    total: int

    @property
    def counts(self) -> bool:
        return FEWEST <= self.labelled <= self.total - FEWEST

    @property
    def precision(self) -> float | None:
        return share(self.both, self.found)

    @property
    def recall(self) -> float | None:
        return share(self.both, self.labelled)

    @property
    def kappa(self) -> float | None:
        return kappa(self.labelled, self.found, self.both, self.total)

    @property
    def place(self) -> float | None:
        return share(self.placed, self.both)


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def kappa(labelled: int, found: int, both: int, total: int) -> float | None:
    """Cohen's kappa of two yes/no answers to `total` questions; None where neither side ever varies."""
    agree = (total - labelled - found + 2 * both) / total
    truth, guess = labelled / total, found / total
    chance = truth * guess + (1 - truth) * (1 - guess)
    return None if chance == 1 else (agree - chance) / (1 - chance)


def is_present(label: Label, code: str) -> bool:
    return bool(label["issues"][code]["state"] == "present")


def is_found(result: Result | None, code: str) -> bool:
    return result is not None and result["verdicts"][code]["state"] == "present"


def is_placed(label: Label, result: Result, code: str) -> bool:
    """Whether one of the findings is in a cell that the reviewers named."""
    cells = {finding["cell"] for finding in result["findings"] if finding["issue"] == code}
    return bool(cells & set(label["issues"][code]["cells"]))


def row_of(code: str, labels: Sequence[Label], results: Mapping[str, Result]) -> Row:
    agreed = [label for label in labels if is_present(label, code) and is_found(results.get(label["id"]), code)]
    return Row(
        code,
        labelled=sum(is_present(label, code) for label in labels),
        found=sum(is_found(results.get(label["id"]), code) for label in labels),
        both=len(agreed),
        placed=sum(is_placed(label, results[label["id"]], code) for label in agreed),
        total=len(labels),
    )


def figures(labels: Sequence[Label], results: Mapping[str, Result]) -> dict[str, Any]:
    """The counts of notebooks that the pages of issues and checks show.

    For each issue: how many have it by the labels (`labelled`) and by the audit (`found`), by both (`both`), and of
    these in a cell that the reviewers named (`placed`). For each check that reports anywhere: on how many notebooks it
    reports (`reported`), how many of these have its issue by the labels (`both`), and of these in a named cell
    (`placed`).
    """
    rows = [row_of(code, labels, results) for code in ISSUES]
    checks: dict[str, dict[str, int]] = {}
    for label in labels:
        findings = results.get(label["id"], {}).get("findings", [])
        for check, code in sorted({(finding["check"], finding["issue"]) for finding in findings}):
            counts = checks.setdefault(check, {"reported": 0, "both": 0, "placed": 0})
            cells = {finding["cell"] for finding in findings if finding["check"] == check}
            both = is_present(label, code)
            counts["reported"] += 1
            counts["both"] += both
            counts["placed"] += both and bool(cells & set(label["issues"][code]["cells"]))
    return {
        "notebooks": len(labels),
        "issues": {
            row.code: {"labelled": row.labelled, "found": row.found, "both": row.both, "placed": row.placed}
            for row in rows
        },
        "checks": dict(sorted(checks.items())),
    }


def phases(labels: Sequence[Label], results: Mapping[str, Result]) -> Iterator[tuple[str, str, str, str | None, str]]:
    """(notebook, cell, labelled phase, our phase, our reason) of every labelled code cell."""
    for label in labels:
        cells = {str(cell["index"]): cell for cell in results.get(label["id"], {}).get("cells", [])}
        for cell, phase in label["phases"].items():
            ours = cells.get(cell, {})
            yield label["id"], cell, phase, ours.get("phase"), ours.get("reason", "")


def table(rows: Sequence[Row]) -> Iterator[str]:
    yield f"{'issue':6}{'labels':>7}{'found':>7}{'both':>6}{'precision':>11}{'recall':>8}{'kappa':>7}{'place':>7}"
    for row in rows:
        yield (
            f"{row.code:6}{row.labelled:7}{row.found:7}{row.both:6}{_number(row.precision):>11}{_number(row.recall):>8}"
            f"{_number(row.kappa):>7}{_number(row.place):>7}{'' if row.counts else '   (too few to count)'}"
        )


def summary(rows: Sequence[Row]) -> str:
    kappas = [row.kappa or 0.0 for row in rows if row.counts]
    labelled, found, both, placed, total = (
        sum(getattr(row, name) for row in rows) for name in ("labelled", "found", "both", "placed", "total")
    )
    mean = f"{sum(kappas) / len(kappas):.3f}" if kappas else "-"
    return (
        f"mean kappa {mean} over {len(kappas)} issues; pooled kappa {_number(kappa(labelled, found, both, total), 3)}; "
        f"pooled precision {_number(share(both, found), 3)}, recall {_number(share(both, labelled), 3)}; "
        f"place {_number(share(placed, both), 3)}"
    )


def _number(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def disagreements(label: Label, result: Result, codes: Iterable[str], sure: float) -> Iterator[str]:
    """What the reviewers and the audit see differently in one notebook, as lines; labels less sure are left out."""
    for code in codes:
        truth, guess = is_present(label, code), is_found(result, code)
        says = label["issues"][code]
        if truth == guess and not (truth and not is_placed(label, result, code)):
            continue
        if says.get("sure", 1.0) < sure:
            continue
        kind = "MISSED" if truth and not guess else "NOISY" if guess and not truth else "MISPLACED"
        yield f"{label['id']}  {code}  {kind}  {ISSUES[code].title}"
        close = "  (a close call)" if says.get("sure", 1.0) < CLOSE else ""
        cells = f" in {_cells(says['cells'])}" if says.get("cells") else ""
        yield from _wrapped(f"reviewers: {says['state']}{cells}{close}. {says.get('why', '')}")
        verdict = result["verdicts"][code]
        if not guess:
            yield from _wrapped(f"audit: {verdict['state']}: {verdict['reason']}")
        for finding in result["findings"]:
            if finding["issue"] == code:
                yield from _trail(finding)
        yield ""


def _cells(numbers: Sequence[int]) -> str:
    return ("cell " if len(numbers) == 1 else "cells ") + ", ".join(map(str, numbers))


def _trail(finding: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrapped(
        f"audit: cell {finding['cell']} line {finding['line']}, {finding['check']} "
        f"({finding['confidence']:.2f}, {finding['basis']}): {finding['message']}"
    )
    for step in finding["evidence"]:
        source = f" [{step['source']}]" if step["source"] else ""
        yield from _wrapped(f"cell {step['cell']} line {step['line']}: {step['text']}{source}", "      ")


def _wrapped(text: str, indent: str = "   ") -> list[str]:
    return textwrap.wrap(text.strip(), 118, initial_indent=indent, subsequent_indent=indent + "   ")


def read_labels(file: Path, folder: Path) -> tuple[list[Label], dict[str, Path]]:
    """The labels, and the notebook of each that is there. Exits with a sentence where there is nothing to score."""
    if not file.is_file():
        sys.exit(f"{file}: there is no such file; name the reviewers' labels with --labels")
    if not folder.is_dir():
        sys.exit(f"{folder}: there is no such folder; name the folder of the labelled notebooks with --notebooks")
    labels: list[Label] = json.loads(file.read_text(encoding="utf-8"))
    paths = {label["id"]: folder / f"{label['id']}.ipynb" for label in labels}
    there = {name: path for name, path in paths.items() if path.is_file()}
    if not there:
        sys.exit(f"{folder}: holds none of the {len(labels)} labelled notebooks (as {next(iter(paths))}.ipynb)")
    return labels, there


def read_fixtures() -> tuple[list[Label], dict[str, Path]]:
    """The fixtures' expected.json in the form of reviewers' labels."""
    file = FIXTURES / "expected.json"
    if not file.is_file():
        sys.exit(f"{file}: there is no such file; run this from a checkout that has the fixtures")
    labels: list[Label] = []
    for name, says in json.loads(file.read_text(encoding="utf-8")).items():
        issues: dict[str, Any] = {code: {"state": "absent"} for code in ISSUES}
        issues.update({code: {"state": "n/a"} for code in says["not_applicable"]})
        issues.update({code: {"state": "present", **more} for code, more in says["issues"].items()})
        labels.append({"id": name.removesuffix(".ipynb"), "issues": issues, "phases": says["phases"]})
    return labels, {label["id"]: FIXTURES / f"{label['id']}.ipynb" for label in labels}


def audited(paths: Mapping[str, Path]) -> dict[str, Result]:
    """The audit's JSON for each notebook; what can't be read, and every crash, is said on standard error."""
    results: dict[str, Result] = {}
    for name, path in paths.items():
        try:
            result = audit_notebook(load(path, path.name)).to_dict()
        except NbauditError as error:
            print(error, file=sys.stderr)
            continue
        for failure in result["failures"]:
            print(f"{name}: {failure['check']} crashed: {failure['error']}", file=sys.stderr)
        results[name] = result
    return results


def chosen(text: str) -> list[str]:
    """The issue codes behind "SC,MV-W"; all for ""."""
    words = [word.strip().upper() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in ISSUES and word not in Activity.__members__:
            sys.exit(f'"{word}" is no issue or activity; `nbaudit issues` lists them')
    return [code for code in ISSUES if not words or code in words or code[:2] in words]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--labels", type=Path, default=ROOT.parent / "shared" / "labels" / "dev.json")
    parser.add_argument("--notebooks", type=Path, help="folder with <id>.ipynb for each label")
    parser.add_argument("--fixtures", action="store_true", help="score fixtures/notebooks against expected.json")
    parser.add_argument("--codes", default="", metavar="NAMES", help="only these issues or activities; by comma")
    parser.add_argument("--only", default="", metavar="ID", help="only this notebook")
    parser.add_argument("--sure", type=float, default=0.0, metavar="SHARE", help="hide labels less sure than this")
    parser.add_argument("--table", action="store_true", help="the figures only, no disagreements")
    parser.add_argument("--phases", action="store_true", help="list the cells whose phase differs, too")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="keep the audits there, as <id>.json")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the counts per issue and check there")
    options = parser.parse_args(arguments)
    if options.fixtures:
        labels, paths = read_fixtures()
    elif options.notebooks is None:
        sys.exit("name the folder of the labelled notebooks with --notebooks, or score the fixtures with --fixtures")
    else:
        labels, paths = read_labels(options.labels, options.notebooks)
    codes = chosen(options.codes)
    if options.only:
        labels = [label for label in labels if label["id"] == options.only]
        if not labels:
            sys.exit(f"{options.only}: no such id among the labels")
    results = audited({label["id"]: paths[label["id"]] for label in labels if label["id"] in paths})
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        for name, result in results.items():
            (options.write / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(figures(labels, results), indent=1) + "\n", encoding="utf-8")
    if not options.table:
        for label in labels:
            if label["id"] in results:
                for line in disagreements(label, results[label["id"]], codes, options.sure):
                    print(line)
    cells = list(phases(labels, results))
    if options.phases:
        for name, cell, truth, guess, reason in cells:
            if truth != guess:
                print(f"{name}  cell {cell}: reviewers {truth}; audit {guess}: {reason}")
        print()
    missing = [label["id"] for label in labels if label["id"] not in results]
    print(f"{len(labels)} labelled notebooks, {len(missing)} without a result {' '.join(missing[:8])}".rstrip())
    rows = [row_of(code, labels, results) for code in codes]
    print("\n".join(table(rows)))
    print()
    print(summary(rows))
    right = sum(truth == guess for _, _, truth, guess, _ in cells)
    print(f"phases: {right} of {len(cells)} code cells as labelled ({_number(share(right, len(cells)), 3)})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
