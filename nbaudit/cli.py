"""The command line: reads options, calls the stages, writes what they give. Exit codes:

0 nothing found, 1 findings, 2 an input or option is wrong, 3 a check (or nbaudit itself) crashed. The highest wins.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from msgspec import Struct

from nbaudit import __version__, cli_annotate
from nbaudit.config import FAIL_ON, Config, config_for, load_config, reject_unknown, word
from nbaudit.errors import NbauditError, NothingToAudit, PluginError, UsageError
from nbaudit.limits import MEMORY_MB, SECONDS, limited
from nbaudit.model.vocabulary import DROPPED_ISSUES, ISSUES, Activity

if TYPE_CHECKING:
    from nbaudit.evidence.running.options import RunOptions
    from nbaudit.loading.discovery import Source
    from nbaudit.model.result import AuditResult
    from nbaudit.report import Format
    from nbaudit.report.summary import Audit, CheckText, Context

CLEAN, FINDINGS, BAD_INPUT, CRASHED = 0, 1, 2, 3
FOLDER = "nbaudit-report"
"""Where the HTML reports of several notebooks go by default."""

_STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"bold": True},
    "high": {"fg": "red", "bold": True},
    "low": {"fg": "yellow", "bold": True},
    "good": {"fg": "green"},
    "dim": {"dim": True},
    "mark": {"bold": True},
    "error": {"fg": "red", "bold": True},
}

_EPILOG = "Exit codes: 0 nothing found, 1 findings, 2 an input or option is wrong, 3 a check crashed; the highest wins."


class _Group(click.Group):
    """A group whose user errors are one sentence on standard error, without a traceback.

    The commands of `cli_scan` are loaded when one of them, or the list of all, is asked for: making their options
    takes as long as half an audit.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._late()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or self._late().get(cmd_name)

    @staticmethod
    def _late() -> Mapping[str, click.Command]:
        from nbaudit.cli_scan import COMMANDS

        return {str(command.name): command for command in COMMANDS}

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except click.ClickException as error:
            _say(error.format_message())
            sys.exit(BAD_INPUT)
        except click.Abort:
            _say("stopped")
            sys.exit(130)
        except NbauditError as error:
            _say(str(error))
            sys.exit(BAD_INPUT)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _say(f"{place}{error.strerror or error}; check the path and its permissions")
            sys.exit(BAD_INPUT)
        sys.exit(code if isinstance(code, int) else 0)


@click.group(cls=_Group, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="nbaudit", message="%(prog)s %(version)s")
def app() -> None:
    """Find the issues that put technical debt into machine-learning notebooks.

    \b
    nbaudit audit NOTEBOOK     audit it; prints a summary and writes an HTML report
    nbaudit scan REPOSITORY    audit whole repositories, night by night
    nbaudit issues             the 30 issues
    nbaudit explain SC-W       what an issue or check means, and what to do instead
    nbaudit graph NOTEBOOK     the dataflow graph behind the verdicts
    nbaudit lab NOTEBOOK       open it in JupyterLab with its audit shown
    nbaudit plugins            what other packages add
    """


@app.command(epilog=_EPILOG)
@click.argument("inputs", nargs=-1, metavar="INPUT...")
@click.option(
    "--format",
    "-f",
    "--output-format",
    "formats",
    multiple=True,
    metavar="FORMAT[:FILE]",
    help="html, json, text, markdown, sarif, github, gitlab, junit or csv; to standard output unless a FILE is named. "
    "Repeatable: -f html:report.html -f sarif:out.sarif. For html of several notebooks name a folder: -f html:reports/",
)
@click.option(
    "--output", "-o", metavar="FILE", help="Where the format without a FILE goes; alone, its ending says the format."
)
@click.option(
    "--annotate",
    metavar="FILE",
    help="Also write a copy of the notebook with the findings as markdown cells above the code; for several notebooks "
    "name a folder, as copies/.",
)
@click.option(
    "--select",
    "-s",
    multiple=True,
    metavar="NAMES",
    help="Only these issues (SC-W), activities (SC) or checks; by comma.",
)
@click.option("--ignore", "-i", multiple=True, metavar="NAMES", help="All but these; beats --select.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Leave out findings less sure (0 to 1; default 0.5).",
)
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    help="Which findings make the exit code 1: any (default), or of high relevance.",
)
@click.option("--exit-zero", is_flag=True, default=None, help="Exit with 0 although there are findings.")
@click.option(
    "--config",
    "config_file",
    metavar="FILE",
    help="Read [tool.nbaudit] from here instead of the nearest pyproject.toml.",
)
@click.option(
    "--history",
    metavar="URL|FILE",
    envvar="NBAUDIT_STORE",
    help="The history of `nbaudit scan`, for the trend in the HTML report (default: the user's, where there is one).",
)
@click.option("--no-history", is_flag=True, help="Show no trend.")
@click.option("--traceback", is_flag=True, help="Show the traceback of a crash of nbaudit itself.")
@click.option(
    "--run",
    "run_it",
    is_flag=True,
    help="Also execute a copy of each notebook, in a kernel and a copy of its folder of its own, and use what its data "
    "says. Only for notebooks that you trust.",
)
@click.option("--kernel", metavar="NAME", help="With --run: this kernel instead of the notebook's own.")
@click.option("--cwd", metavar="FOLDER", help="With --run: a copy of this folder instead of the notebook's own.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="With --run: the longest that a cell may take (default 120); all of them five times as long.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=128),
    metavar="MB",
    help="With --run: the most memory that the kernel may take (default 8192).",
)
@click.option("--network", is_flag=True, help="With --run: leave the network on.")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0),
    default=SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="The longest that the audit of one notebook may take; 0 for no limit. A run has its own.",
)
@click.option(
    "--memory-limit",
    type=click.IntRange(min=0),
    default=MEMORY_MB,
    show_default=True,
    metavar="MB",
    help="The most memory that the audit of one notebook may take (Linux); 0 for no limit.",
)
def audit(
    inputs: tuple[str, ...],
    formats: tuple[str, ...],
    output: str | None,
    annotate: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    min_confidence: float | None,
    fail_on: str | None,
    exit_zero: bool | None,
    config_file: str | None,
    history: str | None,
    no_history: bool,
    traceback: bool,
    run_it: bool,
    kernel: str | None,
    cwd: str | None,
    timeout: float | None,
    memory: int | None,
    network: bool,
    time_limit: float,
    memory_limit: int,
) -> int:
    """Audit notebooks: files, folders, or - for standard input.

    Without --format it prints a summary and writes an HTML report into the current folder: NOTEBOOK.nbaudit.html, or
    nbaudit-report/index.html with a page per notebook where there are several.

    \b
    nbaudit audit churn.ipynb
    nbaudit audit notebooks/ --fail-on high -f sarif:nbaudit.sarif
    nbaudit audit - -f json < churn.ipynb
    nbaudit audit --run churn.ipynb
    """
    if not inputs:
        raise NothingToAudit("no input is named; give a notebook, a folder, or - for standard input")
    run = _run_options(run_it, kernel, cwd, timeout, memory, network)
    targets = _targets(formats, output)
    selected, ignored = _words(select), _words(ignore)
    options: dict[str, object] = {
        "select": selected,
        "ignore": ignored,
        "min_confidence": min_confidence,
        "fail_on": fail_on,
        "exit_zero": exit_zero,
    }
    checks = catalogue()
    fixed = load_config(Path(config_file)) if config_file is not None else None
    _reject_unknown((selected or ()) + (ignored or ()), checks, fixed)
    sources, errors = _sources(inputs)
    if not sources and not errors:
        raise NothingToAudit(
            f"no notebook found in {', '.join(inputs)}; name an .ipynb file or a folder that holds one"
        )
    single = len(inputs) == 1 and not (inputs[0] and Path(inputs[0]).is_dir())
    if not targets:
        several = len(sources) > 1 or not single
        html = f"{FOLDER}/" if several else _report_name(sources[0].name) if sources else ""
        html = "" if annotate else html
        targets = (_Target(_format("text"), ""), *((_Target(_format("html"), html),) if html else ()))
    _check_targets(targets, len(sources))
    cli_annotate.protect(sources, [*(target.file for target in targets), annotate or ""])
    copies = cli_annotate.copies(annotate, sources)

    raw_wanted = any(target.format.wants_raw for target in targets)
    audits: list[Audit] = []
    failed: dict[str, str] = {error.partition(": ")[0]: error for error in errors}
    code = BAD_INPUT if errors else CLEAN
    for source in sources:
        try:
            config = (fixed or _config_of(source)).with_options(**options)
            reject_unknown(config.words(), (*checks, *(word(rule.id) for rule in config.rules)))
            item = _audited(source, config, raw_wanted, run, partial(limited, source.name, time_limit, memory_limit))
        except NbauditError as error:
            _say(str(error))
            failed[source.name] = str(error)
            code = max(code, BAD_INPUT)
        except Exception as error:  # one notebook that breaks nbaudit must not cost the others
            if traceback:
                raise
            sentence = f"{source.name}: nbaudit crashed ({type(error).__name__}: {error}); --traceback shows where"
            _say(sentence)
            failed[source.name] = sentence
            code = CRASHED
        else:
            audits.append(item)
            code = max(code, _code(item.result, config))
    if not no_history and any(target.format.per_notebook for target in targets):
        audits = _with_trends(audits, sources, history)
    context = _context(checks, single, tuple(failed.values()))
    if audits or not single:
        code = max(code, _write(targets, audits, failed, context))
    return max(code, cli_annotate.write(audits, sources, copies, context, _say))


@app.command()
@click.option("--format", "-f", "--output-format", "format_", type=click.Choice(["text", "json"]), default="text")
def issues(format_: str) -> int:
    """List the 30 issues: activity by kind of problem, with relevance and meaning."""
    if format_ == "json":
        rows = [
            {
                "code": issue.code,
                "phase": issue.activity.phase.value,
                "activity": issue.activity.label,
                "problem": issue.problem.label,
                "relevance": issue.relevance.value,
                "title": issue.title,
                "present_when": issue.question,
            }
            for issue in ISSUES.values()
        ]
        click.echo(json.dumps(rows, indent=2))
        return CLEAN
    for activity in Activity:
        first = next(issue for issue in ISSUES.values() if issue.activity is activity)
        click.echo(click.style(f"{activity.value}  {activity.label}", bold=True) + f"  ({first.activity.phase.value})")
        for issue in ISSUES.values():
            if issue.activity is activity:
                style = _STYLES[issue.relevance.value]
                click.echo(f"  {issue.code}  {click.style(f'{issue.relevance.value:<4}', **style)}  {issue.title}")
    click.echo(f"\n30 issues. Dropped by the study's experts, never reported: {', '.join(DROPPED_ISSUES)}.")
    click.echo("`nbaudit explain SC-W` says more about one.")
    return CLEAN


@app.command()
@click.argument("name", metavar="CODE_OR_CHECK")
def explain(name: str) -> int:
    """Explain an issue (SC-W), an activity (SC) or a check: what it means, why it is debt, what to do instead."""
    checks = catalogue()
    selector = word(name)
    reject_unknown([selector], checks)
    if selector in checks:
        check = checks[selector]
        issue = ISSUES[check.issue]
        _heading(f"{check.slug}  ({issue.code} {issue.title})")
        _explain_check(check)
        return CLEAN
    codes = [selector] if selector in ISSUES else [code for code in ISSUES if code.startswith(selector)]
    for number, code in enumerate(codes):
        issue = ISSUES[code]
        if number:
            click.echo()
        _heading(f"{issue.code}  {issue.title}")
        click.echo(f"{issue.activity.label} / {issue.problem.label}; {issue.relevance.value} relevance")
        click.echo(f"Present when: {issue.question}")
        own = [check for check in checks.values() if check.issue == code]
        if not own:
            click.echo("No check decides it yet; its verdict is undecided, never absent.")
        for check in own:
            click.echo()
            click.echo(click.style(check.slug, bold=True))
            _explain_check(check)
    return CLEAN


@app.command()
@click.argument("notebook", metavar="NOTEBOOK")
@click.option(
    "--format",
    "-f",
    "--output-format",
    "format_",
    type=click.Choice(["mermaid", "dot", "json"]),
    default="mermaid",
    show_default=True,
)
@click.option("--output", "-o", metavar="FILE", help="Write to FILE instead of standard output.")
def graph(notebook: str, format_: str, output: str | None) -> int:
    """Show the dataflow graph of a notebook, with cells and phases as groups."""
    sources, errors = _sources((notebook,))
    if not sources:
        if not errors:
            raise NothingToAudit(f"{notebook}: no notebook found; name an .ipynb file")
        return BAD_INPUT
    if len(sources) > 1:
        raise UsageError(f"{notebook} holds {len(sources)} notebooks; name one of them")
    text = graph_text(sources[0], format_)
    _put(text, output or "")
    return CLEAN


@app.command(context_settings={"ignore_unknown_options": True})
@click.argument("notebook", metavar="NOTEBOOK")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF JUPYTERLAB]...")
def lab(notebook: str, options: tuple[str, ...]) -> int:
    """Open a notebook in JupyterLab with its audit shown; further options go to JupyterLab."""
    from nbaudit.jupyter.launch import launch

    return launch(notebook, options)


@app.command()
def plugins() -> int:
    """List the plug-ins that are installed: what each adds, or why it is left out."""
    from nbaudit.plugin import installed

    lines, broken = installed()
    click.echo("\n".join((*lines, *broken)) or "No plug-ins are installed.")
    return CRASHED if broken else CLEAN


# What the commands call in the stages below; imported late, so that --version and --help start at once.


def catalogue() -> Mapping[str, CheckText]:
    """The checks by slug."""
    from nbaudit.checkers.base import catalogue as checks

    return checks()


def run_audit(
    source: Source,
    config: Config,
    options: RunOptions | None = None,
    limit: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> AuditResult:
    """Load and audit one notebook; with `options` execute a copy of it first. Each audit is done inside a `limit`.

    Raises:
        NotebookUnreadable: it can't be read, or its audit met a limit.
        UsageError: it can't be run as asked.
    """
    from nbaudit.loading.notebook import load_source
    from nbaudit.pipeline import audit_notebook

    notebook = load_source(source)
    if options is None:
        with limit():
            return _whole(audit_notebook(notebook, config))
    if source.path is None:
        raise UsageError(f"{source.name}: a notebook from standard input can't be run; name its file")
    from nbaudit.evidence.run import run_notebook

    run = run_notebook(source.path, options, _progress(source.name) if sys.stderr.isatty() else None)
    with limit():
        return _whole(audit_notebook(notebook, config, run))


def _whole(result: AuditResult) -> AuditResult:
    """The result of an audit that had enough memory.

    Raises:
        MemoryError: a stage or check had not.
    """
    if any(failure.error.startswith("MemoryError") for failure in result.failures):
        raise MemoryError
    return result


def _progress(name: str) -> Callable[[int, int], None]:
    """A line on the terminal that counts the cells and is gone in the end."""

    def show(done: int, total: int) -> None:
        line = f"{name}: running cell {done + 1} of {total}" if done < total else ""
        click.echo(f"\r\x1b[K{line}", nl=False, err=True)

    return show


def graph_text(source: Source, format_: str) -> str:
    """The graph of one notebook as Mermaid, DOT or JSON text.

    Raises:
        NotebookUnreadable: it can't be read.
    """
    from nbaudit.dataflow import export
    from nbaudit.dataflow.interpret import build_graph
    from nbaudit.loading.notebook import load_source
    from nbaudit.phases.label import label_cells

    notebook = load_source(source)
    flow = build_graph(notebook)
    phases = {label.cell: label.primary.value for label in label_cells(notebook, flow)}
    if format_ == "json":
        return export.to_json(flow, phases)
    return export.to_dot(flow, phases) if format_ == "dot" else export.to_mermaid(flow, phases)


# Options.


class _Target(Struct, frozen=True):
    """A format and where it goes: a file, a folder (ends with "/"), or "" for standard output."""

    format: Format
    file: str

    @property
    def is_folder(self) -> bool:
        return self.file.endswith(("/", "\\")) or bool(self.file and Path(self.file).is_dir())


def _format(name: str) -> Format:
    from nbaudit.report import format_named

    return format_named(name)


def _targets(formats: Sequence[str], output: str | None) -> tuple[_Target, ...]:
    from nbaudit.report import format_of_file

    targets = []
    for text in formats:
        name, colon, file = text.partition(":")
        if colon and not file:
            raise UsageError(f'"{text}": a file name is missing after the colon')
        targets.append(_Target(_format(name), file))
    loose = [number for number, target in enumerate(targets) if not target.file]
    if output is None or output == "-":
        if len(loose) > 1:
            raise UsageError(
                "only one format can go to standard output; name files for the others, as -f json:out.json"
            )
        return tuple(targets)
    if len(loose) > 1 or (targets and not loose):
        raise UsageError(f"--output {output} needs exactly one --format without a file of its own")
    if not targets:
        return (_Target(format_of_file(output), output),)
    targets[loose[0]] = _Target(targets[loose[0]].format, output)
    return tuple(targets)


def _check_targets(targets: Sequence[_Target], notebooks: int) -> None:
    for target in targets:
        if target.format.per_notebook and notebooks > 1 and target.file and not target.is_folder:
            if Path(target.file).suffix:
                raise UsageError(
                    f"{target.file}: {notebooks} notebooks don't fit into one {target.format.name} file; "
                    f"name a folder, as --format {target.format.name}:reports/"
                )
        elif target.format.per_notebook and notebooks > 1 and not target.file:
            raise UsageError(
                f"{notebooks} notebooks don't fit into one {target.format.name} page; "
                f"name a folder, as --format {target.format.name}:reports/"
            )
        elif not target.format.per_notebook and target.is_folder:
            raise UsageError(f"{target.file}: is a folder; {target.format.name} needs a file name")


def _words(options: tuple[str, ...]) -> tuple[str, ...] | None:
    """The names given by one option, None where it was not used."""
    return tuple(word(name) for option in options for name in option.split(",") if name.strip()) if options else None


def _run_options(
    run_it: bool, kernel: str | None, cwd: str | None, timeout: float | None, memory: int | None, network: bool
) -> RunOptions | None:
    """What a run is asked for, None where none is.

    Raises:
        UsageError: an option for a run without --run.
    """
    if not run_it:
        if network or any(option is not None for option in (kernel, cwd, timeout, memory)):
            raise UsageError("--kernel, --cwd, --timeout, --memory and --network say how to run; add --run")
        return None
    from nbaudit.evidence.running.options import RunOptions

    seconds = timeout if timeout is not None else 120.0
    return RunOptions(
        kernel=kernel,
        cwd=Path(cwd) if cwd is not None else None,
        cell_timeout=seconds,
        total_timeout=5 * seconds,
        memory_mb=memory if memory is not None else 8192,
        network=network,
    )


def _reject_unknown(words: Sequence[str], checks: Mapping[str, CheckText], fixed: Config | None) -> None:
    """Check the names of the options before any notebook is read; house rules are looked up only where that matters."""
    if all(name in checks or name in ISSUES or name in Activity.__members__ for name in words):
        return
    rules = (fixed or config_for(Path())).rules
    reject_unknown(words, (*checks, *(word(rule.id) for rule in rules)))


def _config_of(source: Source) -> Config:
    return config_for(source.path if source.path is not None else Path())


# The audit.


def _sources(inputs: Sequence[str]) -> tuple[list[Source], list[str]]:
    """The notebooks, and the sentences about inputs that are none (said on standard error at once)."""
    from nbaudit.loading.discovery import find

    sources: list[Source] = []
    errors: list[str] = []
    for item in find(inputs):
        if isinstance(item, NbauditError):
            _say(str(item))
            errors.append(str(item))
        else:
            sources.append(item)
    return sources, errors


def _audited(
    source: Source,
    config: Config,
    raw_wanted: bool,
    run: RunOptions | None,
    limit: Callable[[], AbstractContextManager[None]],
) -> Audit:
    from nbaudit.report.summary import Audit

    result = run_audit(source, config, run, limit)
    raw = None
    if raw_wanted and source.path is not None:
        # Not "utf-8-sig": columns are counted behind a BOM by viewers as well as by us.
        raw = source.path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
    return Audit(result, raw)


def _with_trends(audits: Sequence[Audit], sources: Sequence[Source], history: str | None) -> list[Audit]:
    """The audits with what the history knows of them. One that can't be used is said, and costs the trend only."""
    from nbaudit.scan import places

    if history is None and not (places.default_file().is_file() and places.is_available()):
        return list(audits)
    from msgspec.structs import replace

    from nbaudit.scan.notebook_trend import notebook_trend
    from nbaudit.scan.store import Store

    paths = {source.name: source.path for source in sources}
    found: list[Audit] = []
    try:
        opened = Store(history or places.default_url())
        for item in audits:
            path = paths.get(item.result.notebook.name)
            trend = notebook_trend(opened, path, item.result) if path is not None else None
            found.append(replace(item, trend=trend) if trend is not None else item)
    except NbauditError as error:
        _say(f"no trend is shown: {error}")
        return list(audits)
    return found


def _code(result: AuditResult, config: Config) -> int:
    if result.failures:
        return CRASHED
    found = any(config.fails(ISSUES[finding.issue].relevance) for finding in result.findings)
    house = any(config.fails_by_rule(item.severity) for item in result.house_rules if item.ignored is None)
    return FINDINGS if found or house else CLEAN


def _context(checks: Mapping[str, CheckText], single: bool, errors: tuple[str, ...]) -> Context:
    from nbaudit.report.summary import Context

    return Context(checks, single, errors)


# Output.


def _write(targets: Sequence[_Target], audits: Sequence[Audit], failed: Mapping[str, str], context: Context) -> int:
    """Write all formats. Gives 3 where a plug-in's format failed, which is said, else 0."""
    code = CLEAN
    for target in targets:
        if target.format.per_notebook and (target.is_folder or (len(audits) > 1 and target.file)):
            _put_folder(Path(target.file), audits, failed, context)
        elif target.format.name == "text" and not target.file:
            _print_text(audits, context)
        else:
            try:
                _put(target.format.render(audits, context), target.file)
            except PluginError as error:
                _say(str(error))
                code = CRASHED
    return code


def _print_text(audits: Sequence[Audit], context: Context) -> None:
    from nbaudit.report import text

    if not _wants_colour():
        _put(text.render_all(audits, context), "")
        return
    for number, item in enumerate(audits):
        if number:
            click.echo()
        for style, piece in text.styled(item.result, context):
            click.echo(click.style(piece, **_STYLES[style]) if style else piece, nl=False, color=True)


def _wants_colour() -> bool:
    """Whether to write colours: to a terminal, or where FORCE_COLOR is set (CI logs); never where NO_COLOR is."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def _put_folder(folder: Path, audits: Sequence[Audit], failed: Mapping[str, str], context: Context) -> None:
    """One page per notebook and an index.html, named after the notebooks."""
    from nbaudit.report import html

    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    taken = {"index.html"}
    for item in audits:
        name = _unused(_report_name(item.result.notebook.name), taken)
        (folder / name).write_text(
            html.render(item.result, context, "index.html", item.trend), encoding="utf-8", newline="\n"
        )
        rows.append(html.index_row(item.result, name))
    rows.extend(html.IndexRow(name, None, error=error) for name, error in failed.items())
    page = html.render_index(rows, [item.result for item in audits], __version__)
    (folder / "index.html").write_text(page, encoding="utf-8", newline="\n")
    _say(f"wrote {(folder / 'index.html').as_posix()} and {len(audits)} {'page' if len(audits) == 1 else 'pages'}")


def _put(text: str, file: str) -> None:
    """Write to a file, or to standard output where `file` is ""."""
    if file:
        path = Path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        _say(f"wrote {path.as_posix()}")
        return
    click.echo(text.encode("utf-8", "replace"), nl=False)


def _report_name(notebook: str) -> str:
    """ "notebooks/churn.ipynb" -> "churn.nbaudit.html"; only characters that every file system takes."""
    stem = notebook.replace("\\", "/").rpartition("/")[2].removesuffix(".ipynb").strip("<>")
    safe = "".join(letter if letter.isalnum() or letter in "-_. ()" else "_" for letter in stem)[:120]
    return f"{safe.strip(' .') or 'notebook'}.nbaudit.html"


def _unused(name: str, taken: set[str]) -> str:
    """`name`, or with a number where it is taken; compared without case, as some file systems do."""
    stem = name.removesuffix(".nbaudit.html")
    number = 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}-{number}.nbaudit.html"
    taken.add(name.lower())
    return name


def _heading(text: str) -> None:
    click.echo(click.style(text, bold=True))


def _explain_check(check: CheckText) -> None:
    for label, text in (
        ("", check.title),
        ("Why it is debt: ", check.why),
        ("Instead: ", check.instead),
        ("Blind spots: ", check.blind_spots),
    ):
        if text:
            click.echo(click.wrap_text(f"{label}{text}", 100, "  ", "    "))


def _say(sentence: str) -> None:
    from nbaudit.report.clean import one_line

    click.echo(f"nbaudit: {one_line(sentence)}".encode("utf-8", "replace"), err=True)


def main() -> NoReturn:
    """The console script."""
    # a start makes many objects that live to the end: looking for garbage among them every 700 costs a tenth of it
    gc.set_threshold(50_000, 20, 20)
    # and looking through all of them once more before the process ends costs a sixth of a cold audit
    atexit.register(gc.freeze)
    app.main(prog_name="nbaudit")
