"""The commands that look at many notebooks, or at one repository over time."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbaudit.errors import NbauditError, UsageError

if TYPE_CHECKING:
    from nbaudit.baseline import Known
    from nbaudit.scan.cache import Cache
    from nbaudit.scan.changes import Delta, Outcome, Report
    from nbaudit.scan.engine import Engine
    from nbaudit.scan.progress import Counter
    from nbaudit.scan.repository import Repository
    from nbaudit.scan.run import Finish, Options, RepositoryScan
    from nbaudit.scan.store import Store

CLEAN, FINDINGS, BAD_INPUT, CRASHED, STOPPED = 0, 1, 2, 3, 130
GATES = ("never", "any", "high", "new", "new-high")
ENGINES = ("pool", "serial", "dask")
BASELINE = "nbaudit-baseline.json"
TRENDS = "nbaudit-trends.html"
KINDS = ("github", "gitlab", "pre-commit", "cron", "systemd")
FORMATS = ("text", "json", "csv", "markdown", "html", "sarif", "gitlab", "github")
_SUMMED = frozenset(("text", "markdown"))
"""Formats that need no single notebook."""

_EPILOG = (
    "Exit codes: 0 nothing that --fail-on counts, 1 such findings, 2 a target can't be read or an option is wrong, "
    "3 nbaudit crashed on a notebook, 130 stopped by Ctrl-C. A notebook that can't be read is listed and changes no "
    "exit code."
)


@dataclass(frozen=True, slots=True)
class Common:
    """The options that all commands share which audit many notebooks."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    min_confidence: float | None
    config_file: str | None
    own_config: bool
    engine: str
    scheduler: str | None
    workers: int | None
    timeout: float
    memory: int
    max_size: float
    cache_file: str | None
    no_cache: bool
    quiet: bool


_COMMON = (
    click.option("--select", "-s", multiple=True, metavar="NAMES", help="Only these issues, activities or checks."),
    click.option("--ignore", "-i", multiple=True, metavar="NAMES", help="All but these; beats --select."),
    click.option(
        "--min-confidence",
        type=click.FloatRange(0, 1),
        metavar="SHARE",
        help="Leave out findings less sure (0 to 1; default 0.5).",
    ),
    click.option(
        "--config",
        "config_file",
        metavar="FILE",
        help="[tool.nbaudit] of this file holds for repositories that have none of their own.",
    ),
    click.option(
        "--own-config/--no-own-config",
        default=True,
        help="Whether a repository's own configuration wins (default) or is left aside.",
    ),
    click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default="pool",
        show_default=True,
        help="Worker processes on this machine, this process alone, or a Dask cluster.",
    ),
    click.option("--scheduler", metavar="ADDRESS", help="With --engine dask: where it is, as tcp://host:8786."),
    click.option(
        "--workers",
        "-j",
        type=click.IntRange(min=1),
        metavar="N",
        help="How many worker processes (default: the cores of this machine).",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="The longest that one notebook may take.",
    ),
    click.option(
        "--memory",
        type=click.IntRange(min=128),
        default=2048,
        show_default=True,
        metavar="MB",
        help="The most memory that a worker may take.",
    ),
    click.option(
        "--max-size",
        type=click.FloatRange(min=0, min_open=True),
        default=100.0,
        show_default=True,
        metavar="MB",
        help="Larger notebooks are listed as failed, unread.",
    ),
    click.option(
        "--cache",
        "cache_file",
        metavar="FILE",
        help="Where audited notebooks are remembered (default: in the user's cache folder).",
    ),
    click.option("--no-cache", is_flag=True, help="Audit everything anew."),
    click.option("--quiet", "-q", is_flag=True, help="Show no progress."),
)


def _common(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the shared options to a command and hands them over as one `Common`."""
    names = [field.name for field in fields(Common)]

    @functools.wraps(command)
    def wrapped(**options: Any) -> int:
        shared = Common(**{name: options.pop(name) for name in names})
        return command(common=shared, **options)

    for option in reversed(_COMMON):
        wrapped = option(wrapped)
    return wrapped


@click.command(epilog=_EPILOG)
@click.argument("targets", nargs=-1, metavar="TARGET...")
@click.option("--rev", metavar="REV", help="Read this revision through git, without a checkout.")
@click.option(
    "--since",
    metavar="REV|DATE",
    help='Only what differs from this revision, or from the last before a date (2026-01-31, "3 days ago").',
)
@click.option("--name", metavar="NAME", help="What the repository is called in reports and in the history.")
@click.option(
    "--format",
    "-f",
    "formats",
    multiple=True,
    metavar="FORMAT[:FILE]",
    help="text (default), json, csv, markdown, html, sarif, gitlab or github; to standard output unless a FILE is "
    "named. Repeatable.",
)
@click.option(
    "--against",
    metavar="FILE|REV",
    help="Tell new, fixed and persisting findings against a baseline file or a revision (default: the last scan).",
)
@click.option(
    "--store",
    metavar="URL|FILE",
    envvar="NBAUDIT_STORE",
    help="The history: an SQLite file or a database URL (default: in the user's data folder).",
)
@click.option("--no-store", is_flag=True, help="Keep no history, and compare with none.")
@click.option(
    "--authors", is_flag=True, help="Keep in the history who changed the notebooks, for new and for fixed findings."
)
@click.option(
    "--notify",
    metavar="URL",
    envvar="NBAUDIT_WEBHOOK",
    help="Post to this webhook where something is new, and only then.",
)
@click.option(
    "--notify-format",
    type=click.Choice(("json", "slack")),
    default="json",
    show_default=True,
    help="The shape of what is posted.",
)
@click.option(
    "--fail-on",
    type=click.Choice(GATES),
    default="never",
    show_default=True,
    help="Which findings make the exit code 1; the new ones are those that --against doesn't know.",
)
@_common
def scan(
    targets: tuple[str, ...],
    rev: str | None,
    since: str | None,
    name: str | None,
    formats: tuple[str, ...],
    against: str | None,
    store: str | None,
    no_store: bool,
    authors: bool,
    notify: str | None,
    notify_format: str,
    fail_on: str,
    common: Common,
) -> int:
    """Audit whole repositories: folders, git repositories, lists of them, and storage URLs.

    A TARGET is a folder, a git repository (a work tree is read as it stands on disk; a bare one at HEAD; any revision
    with --rev), notebooks, a text file that lists targets one a line, or a URL as s3://bucket/notebooks.

    \b
    nbaudit scan .
    nbaudit scan repo.git --rev main --since "1 day ago"
    nbaudit scan repositories.txt -f json:scan.json
    nbaudit scan . --against nbaudit-baseline.json --fail-on new-high
    """
    from nbaudit.scan.targets import Choice, repositories

    if not targets:
        raise UsageError("no target is named; give a folder, a git repository, a list of them, or a URL")
    outputs = _outputs(formats)
    history = None if no_store else _history(store)
    if fail_on.startswith("new") and against is None and history is None:
        raise UsageError(f"--fail-on {fail_on} needs something to compare with; add --against or --store")
    if notify is not None:
        _check_webhook(notify)
    keep = any(kind not in _SUMMED for kind, _ in outputs)
    ledger = _Ledger(against, history, keep, authors, common)
    stopped, errors, watch, trouble = _run(repositories(targets, Choice(rev, since), name), ledger.take, common)
    report = ledger.report(errors, stopped, [f"cache: {trouble}"] if trouble else [])
    _write(outputs, report)
    if not common.quiet:
        _say(_speed(watch))
    if notify is not None:
        _notify(notify, notify_format, report)
    return _code(report, fail_on)


@click.command(epilog=_EPILOG)
@click.argument("target", default=".", metavar="[TARGET]")
@click.option("--rev", metavar="REV", help="Read this revision through git, without a checkout.")
@click.option("--output", "-o", metavar="FILE", default=BASELINE, show_default=True, help="The file to write.")
@_common
def baseline(target: str, rev: str | None, output: str, common: Common) -> int:
    """Write the findings that are there now to a file, to be told of new ones only from now on.

    \b
    nbaudit baseline                      # nbaudit-baseline.json; commit it
    nbaudit scan . --against nbaudit-baseline.json --fail-on new-high
    """
    from nbaudit.baseline import dumps
    from nbaudit.scan.targets import Choice, repositories

    scans: list[RepositoryScan] = []
    stopped, errors, _, _ = _run(repositories([target], Choice(rev)), scans.append, common)
    for error in errors:
        _say(error)
    if stopped or len(scans) != 1:
        if not errors and not stopped:
            _say(f"{target}: a baseline is for one repository; name one")
        return STOPPED if stopped else BAD_INPUT
    found = scans[0].known()
    file = Path(output)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dumps(found), encoding="utf-8", newline="\n")
    _say(f"wrote {file.as_posix()} with {len(found)} {'finding' if len(found) == 1 else 'findings'}")
    return CLEAN


@click.command(epilog=_EPILOG)
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", default="HEAD")
@click.argument("target", metavar="[REPOSITORY]", default=".")
@click.option(
    "--format",
    "-f",
    "formats",
    multiple=True,
    metavar="FORMAT[:FILE]",
    help="markdown (default), html, text, json, csv, sarif, gitlab or github; to standard output unless a FILE is "
    "named. Repeatable.",
)
@click.option("--fail-on", type=click.Choice(GATES), default="never", show_default=True, help="As for `nbaudit scan`.")
@_common
def diff(before: str, after: str, target: str, formats: tuple[str, ...], fail_on: str, common: Common) -> int:
    """Compare two revisions: what a pull request adds and repairs. Reads only the notebooks that differ.

    \b
    nbaudit diff main
    nbaudit diff v1.0 v1.1 path/to/repository -f html:diff.html
    """
    from nbaudit.scan.targets import Choice, repositories

    outputs = _outputs(formats or ("markdown",))
    ledger = _Ledger(before, None, any(kind not in _SUMMED for kind, _ in outputs), False, common, False)
    stopped, errors, _, _ = _run(repositories([target], Choice(after, before)), ledger.take, common)
    report = ledger.report(errors, stopped, [])
    for error in report.errors:
        _say(error)
    _write(outputs, report)
    return _code(report, fail_on)


@click.group(epilog=_EPILOG)
def history() -> None:
    """The history that scans keep: list it, export it, make it smaller."""


_STORE = click.option(
    "--store",
    metavar="URL|FILE",
    envvar="NBAUDIT_STORE",
    help="The history: an SQLite file or a database URL (default: in the user's data folder).",
)


@history.command("list")
@_STORE
def history_list(store: str | None) -> int:
    """The scans, oldest first."""
    from nbaudit.report.clean import one_line

    for row in _opened(store).scans():
        revision = row.revision[:12] or "-"
        click.echo(
            f"{row.at:%Y-%m-%d %H:%M}  {revision:<12}  {row.scope:<7}  {row.notebooks:>6} notebooks  "
            f"{row.findings:>6} findings  +{row.new} -{row.fixed}  {one_line(row.repository, 200)}"
        )
    return CLEAN


@history.command("export")
@click.argument("folder", metavar="FOLDER")
@click.option("--format", "-f", "format_", type=click.Choice(("parquet", "csv")), default="parquet", show_default=True)
@_STORE
def history_export(folder: str, format_: str, store: str | None) -> int:
    """Write the history as tables into FOLDER: scans, findings with their life, verdicts per scan and notebook."""
    from nbaudit.scan.export import export

    for file in export(_opened(store), Path(folder), format_):
        _say(f"wrote {file.as_posix()}")
    return CLEAN


@history.command("prune")
@click.option(
    "--keep-days",
    type=click.FloatRange(min=0),
    required=True,
    metavar="DAYS",
    help="Details of older scans go, and the texts of findings that were fixed before.",
)
@_STORE
def history_prune(keep_days: float, store: str | None) -> int:
    """Drop old details. The newest scan of each repository always keeps its own."""
    scans, findings = _opened(store).prune(keep_days, datetime.now(timezone.utc))
    _say(f"dropped the details of {scans} scans, and of {findings} findings that were fixed before")
    return CLEAN


@click.command(epilog=_EPILOG)
@_STORE
@click.option("--repository", "-r", "names", multiple=True, metavar="NAME", help="Only this one; repeatable.")
@click.option(
    "--format",
    "-f",
    "formats",
    multiple=True,
    metavar="FORMAT[:FILE]",
    help="html (default, to nbaudit-trends.html), json or csv; to standard output unless a FILE is named. Repeatable.",
)
@click.option("--authors", is_flag=True, help="Also by whom, where scans have kept it.")
def trends(store: str | None, names: tuple[str, ...], formats: tuple[str, ...], authors: bool) -> int:
    """Show the debt over time from the history: a page, or the figures behind it."""
    from nbaudit.scan import pages
    from nbaudit.scan import trends as course

    outputs = _outputs(formats or (f"html:{TRENDS}",), ("html", "json", "csv"))
    opened = _opened(store)
    found = course.trends(opened.scans(names), opened.debt(names), authors)
    if not found.scans:
        _say("the history has no scan of it; run `nbaudit scan` first")
    known = {"html": pages.trends_page, "json": course.to_json, "csv": course.to_csv}
    for kind, file in outputs:
        _put(known[kind](found), file)
    return CLEAN


@click.command(epilog=_EPILOG)
@click.argument("kinds", nargs=-1, metavar="WHAT...", type=click.Choice(KINDS))
@click.option("--into", default=".", show_default=True, metavar="FOLDER", help="The repository to write into.")
@click.option(
    "--install", default="nbaudit[scan]", show_default=True, metavar="SPEC", help="What pip is to install in CI."
)
@click.option(
    "--data",
    metavar="FOLDER",
    help="For cron and systemd: where repositories.txt and the history are (default: the folder itself).",
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
def init(kinds: tuple[str, ...], into: str, install: str, data: str | None, force: bool) -> int:
    """Write ready files for scheduled use. WHAT is github, gitlab, pre-commit, cron or systemd.

    \b
    nbaudit init github pre-commit
    nbaudit init systemd --into ~/nbaudit
    """
    from nbaudit.scan.init import write

    if not kinds:
        if not sys.stdin.isatty():
            raise UsageError(f"name what to write: {', '.join(KINDS)}")
        kinds = tuple(kind for kind in KINDS if click.confirm(f"Write the files for {kind}?", default=False))
    folder = Path(into)
    for file in write(kinds, folder, install, data or folder.resolve().as_posix(), force):
        _say(f"wrote {file.as_posix()}")
    return CLEAN


COMMANDS: Sequence[click.Command] = (scan, baseline, diff, trends, history, init)


# What the commands share.


def _run(
    found: Iterable[Repository | NbauditError], finish: Finish, common: Common
) -> tuple[bool, list[str], Counter, str]:
    """Scan; gives whether it was stopped, the errors, the counter, and what was wrong with the cache."""
    from nbaudit.scan.progress import counter
    from nbaudit.scan.run import Scan

    options, engine, cache = _options(common), _engine(common), _cache(common)
    try:
        with counter(common.quiet) as watch:
            one = Scan(engine, finish, options, cache, watch)
            one.run(found)
    finally:
        if cache is not None:
            cache.close()
    return one.stopped, one.errors, watch, cache.trouble if cache is not None else ""


def _options(common: Common) -> Options:
    from nbaudit.checkers.base import catalogue
    from nbaudit.config import Config, load_config, reject_unknown, word
    from nbaudit.scan.run import Options

    def words(given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({word(name) for option in given for name in option.split(",") if name.strip()}))

    override: dict[str, object] = {}
    if common.select:
        override["select"] = words(common.select)
    if common.ignore:
        override["ignore"] = words(common.ignore)
    if common.min_confidence is not None:
        override["min_confidence"] = common.min_confidence
    reject_unknown((*words(common.select), *words(common.ignore)), catalogue())
    default = load_config(Path(common.config_file)) if common.config_file else Config()
    reject_unknown(default.words(), catalogue())
    return Options(default, override, common.own_config, int(common.max_size * (1 << 20)))


def _engine(common: Common) -> Engine:
    from nbaudit.scan.engine import Limits, Pool, Serial

    if (common.scheduler is not None) != (common.engine == "dask"):
        raise UsageError("--engine dask and --scheduler ADDRESS go together")
    limits = Limits(common.timeout, common.memory)
    if common.scheduler is not None:
        from nbaudit.scan.dask_engine import Dask

        return Dask(common.scheduler, limits)
    if common.engine == "serial":
        return Serial()
    return Pool(common.workers, limits)


def _cache(common: Common) -> Cache | None:
    from nbaudit.scan.cache import Cache, default_file

    if common.no_cache:
        return None
    return Cache(Path(common.cache_file) if common.cache_file else default_file())


class _Ledger:
    """Takes each repository as it is finished: compares it, writes it to the history, and keeps what reports need.

    `against` is a baseline file (where `files`) or a revision; without it the last scan in the history counts.
    """

    def __init__(
        self,
        against: str | None,
        history: Store | None,
        keep: bool,
        authors: bool,
        common: Common,
        files: bool = True,
    ) -> None:
        self._against = against
        self._history = history
        self._keep = keep
        self._authors = authors
        self._common = common
        self._started = datetime.now(timezone.utc)
        self._outcomes: list[Outcome] = []
        self._errors: list[str] = []
        self._later: list[RepositoryScan] = []
        self._file: tuple[Known, ...] | None = None
        if files and against is not None and Path(against).is_file():
            from nbaudit.baseline import load

            self._file = load(Path(against))

    def take(self, scan: RepositoryScan) -> None:
        from nbaudit.scan.changes import delta

        before = self._stored(scan)
        if self._against is None:
            self._keep_one(scan, before)
        elif self._file is not None:
            self._keep_one(scan, delta(scan, self._file, f"the baseline {Path(self._against).name}"))
        else:
            # Reading the earlier state is a scan of its own; it waits until this one is through.
            self._later.append(scan)

    def report(self, errors: Sequence[str], stopped: bool, notes: Sequence[str]) -> Report:
        from nbaudit.scan.changes import Report, against_revision

        for scan in self._later:
            try:
                before = _before(scan, str(self._against), self._common)
            except NbauditError as error:
                self._errors.append(str(error))
                self._keep_one(scan, None)
            else:
                self._keep_one(scan, against_revision(scan, *before, f"revision {self._against}"))
        self._outcomes.sort(key=lambda item: (item.name, item.revision))
        return Report(tuple(self._outcomes), (*errors, *self._errors), stopped, tuple(notes))

    def _keep_one(self, scan: RepositoryScan, change: Delta | None) -> None:
        from nbaudit.scan.changes import outcome

        self._outcomes.append(outcome(scan, change, self._keep))

    def _stored(self, scan: RepositoryScan) -> Delta | None:
        """Write the scan to the history; gives the comparison with the last one."""
        if self._history is None:
            return None
        names: Mapping[str, str] = {}
        try:
            if self._authors and scan.repository.git is not None and scan.revision:
                last = self._history.last_revision(scan.name)
                names = scan.repository.git.authors(last or None, scan.revision)
            return self._history.add(scan, self._started, names)
        except NbauditError as error:
            self._errors.append(str(error))
            return None


def _before(scan: RepositoryScan, revision: str, common: Common) -> tuple[list[Known], frozenset[str]]:
    """The findings at a revision in what was different there, and the paths that were the same.

    Raises:
        UsageError, Unreadable: there is no such revision, or it can't be read.
    """
    from nbaudit.scan.targets import at_revision

    base, same = at_revision(scan, revision)
    scans: list[RepositoryScan] = []
    _, errors, _, _ = _run([base], scans.append, common)
    if errors:
        raise UsageError(errors[0])
    return [item for one in scans for item in one.known()], same


def _history(store: str | None) -> Store | None:
    """The history; None where the extra for it is not installed and none was asked for.

    Raises:
        UsageError, StoreError: it can't be used.
    """
    from nbaudit.scan import places

    if store is None and not places.is_available():
        _say("no history is kept: pip install 'nbaudit[scan]' for it, or add --no-store")
        return None
    return _opened(store)


def _opened(store: str | None) -> Store:
    from nbaudit.scan import places
    from nbaudit.scan.store import Store

    return Store(store or places.default_url())


def _check_webhook(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise UsageError("--notify: the webhook must be an http:// or https:// URL")


def _notify(url: str, shape: str, report: Report) -> None:
    from nbaudit.scan.notify import post

    trouble = post(url, shape, report)
    if trouble:
        _say(f"the webhook could not be told: {trouble}")


def _outputs(formats: Sequence[str], known: Sequence[str] = FORMATS) -> list[tuple[str, str]]:
    """(format, file or "") in the order given; the summary alone where none is.

    Raises:
        UsageError: a format is unknown, or two go to standard output.
    """
    outputs = []
    for text in formats or ("text",):
        kind, colon, file = text.partition(":")
        if kind not in known:
            raise UsageError(f'"{kind}" is no format here; choose from {", ".join(known)}')
        if colon and not file:
            raise UsageError(f'"{text}": a file name is missing after the colon')
        outputs.append((kind, file))
    if sum(not file for _, file in outputs) > 1:
        raise UsageError("only one format can go to standard output; name files for the others, as -f json:out.json")
    return outputs


def _renderers() -> Mapping[str, Callable[[Report], str]]:
    from nbaudit.scan import ci_formats, pages, report

    return {
        "sarif": ci_formats.to_sarif,
        "gitlab": ci_formats.to_gitlab,
        "github": ci_formats.to_github,
        "html": pages.changes_page,
        "text": report.to_text,
        "json": report.to_json,
        "csv": report.to_csv,
        "markdown": report.to_markdown,
    }


def _write(outputs: Sequence[tuple[str, str]], report: Report) -> None:
    known = _renderers()
    for kind, file in outputs:
        _put(known[kind](report), file)


def _code(report: Report, gate: str) -> int:
    if report.stopped:
        return STOPPED
    crashed = any(item.crashed or any(_is_crash(why) for _, why in item.failed) for item in report.outcomes)
    if crashed:
        return CRASHED
    if report.errors:
        return BAD_INPUT
    return FINDINGS if any(item.fails(gate) for item in report.outcomes) else CLEAN


def _is_crash(reason: str) -> bool:
    return reason.startswith("nbaudit crashed")


def _speed(watch: Counter) -> str:
    from nbaudit.scan.progress import span

    cached = f", {watch.cached} of them from the cache" if watch.cached else ""
    return f"{watch.finished} notebooks in {span(watch.seconds)} ({watch.rate:.1f} a second){cached}"


def _put(text: str, file: str) -> None:
    """Write to a file, or to standard output where `file` is ""."""
    if not file:
        click.echo(text.encode("utf-8", "replace"), nl=False)
        return
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n", errors="replace")
    _say(f"wrote {path.as_posix()}")


def _say(sentence: str) -> None:
    from nbaudit.report.clean import one_line

    click.echo(f"nbaudit: {one_line(sentence)}".encode("utf-8", "replace"), err=True)
    sys.stderr.flush()
