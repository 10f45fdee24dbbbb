"""Why a run ended, in one sentence for the reader."""

from __future__ import annotations

from nbaudit.evidence.running.options import RunOptions
from nbaudit.model.run import FailedCell
from nbaudit.patterns import regex

_FILE = regex(r"No such file or directory: '([^'\n]+)'|[Ff]ile b?'([^'\n]+)' does not exist|(\S+\.\w+) not found")
_MODULE = regex(r"No module named '([^'.\n]+)")
_NETWORK = ("URLError", "gaierror", "ConnectionError", "ConnectTimeout", "MaxRetryError", "NameResolutionError")
_NETWORK_WORDS = ("name resolution", "Name or service not known", "Network is unreachable", "Max retries exceeded")


def failure(cell: int, error: str, message: str, options: RunOptions) -> FailedCell:
    """`error` is the exception's name in the notebook, `message` its text."""
    return FailedCell(cell, error, _sentence(error, message, options))


def _sentence(error: str, message: str, options: RunOptions) -> str:
    line = message.strip().split("\n", 1)[0][:200]
    offline = any(word in message for word in _NETWORK_WORDS) or error in _NETWORK
    if offline and not options.network:
        return f"needs the network, which is off in a run ({error}); --network turns it on"
    if error in ("FileNotFoundError", "LookupError", "OSError", "BadZipFile"):
        match = _FILE.search(message)
        if match:
            name = next(group for group in match.groups() if group)
            return f"needs {name}, which is not there; put it where the notebook looks, or name its folder with --cwd"
    if error == "ModuleNotFoundError":
        match = _MODULE.search(message)
        package = match[1] if match else line
        return f"needs the package {package}, which its kernel does not have; install it or choose another --kernel"
    if "MemoryError" in error or "DefaultCPUAllocator" in message:
        return f"needs more memory than the run's limit of {options.memory_mb:,} MB; --memory raises it"
    if error == "SystemExit":
        return "ends the program (sys.exit)"
    if error == "OSError" and "Read-only file system" in message:
        return f"writes outside the notebook's folder, which a run does not allow ({line})"
    if error == "StdinNotImplementedError":
        return "asks for input, which a run can't give"
    return f"fails with {error}: {line}" if line else f"fails with {error}"


def timed_out(cell: int, options: RunOptions, whole: bool) -> FailedCell:
    if whole:
        return FailedCell(
            cell, "TimeoutError", f"was still running when the run's {options.total_timeout:g} seconds were over"
        )
    return FailedCell(
        cell, "TimeoutError", f"takes longer than {options.cell_timeout:g} seconds; --timeout allows more"
    )


def died(cell: int, options: RunOptions) -> FailedCell:
    limit = f" (perhaps at the memory limit of {options.memory_mb:,} MB)" if options.memory_mb else ""
    return FailedCell(cell, "DeadKernel", f"killed the kernel{limit}")
