"""Ready files for scheduled use: workflows for CI, a pre-commit hook, cron and systemd."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from nbaudit.errors import UsageError
from nbaudit.report.templates import find_templates

FILES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "github": (("github.yml", ".github/workflows/nbaudit.yml"),),
    "gitlab": (("gitlab.yml", ".gitlab/nbaudit.yml"),),
    "pre-commit": (("pre-commit.yml", ".pre-commit-config.yaml"),),
    "cron": (("crontab", "nbaudit.crontab"),),
    "systemd": (("nbaudit.service", "nbaudit.service"), ("nbaudit.timer", "nbaudit.timer")),
}
"""What can be written: template and place, relative to the folder that the user names."""

INSTALL = "nbaudit[scan]"
_INSTALLABLE = re.compile(r"[\w.\[\],=<>~!@:/+#&%-]+( @ [\w.:/+@#&%=-]+)?")
_FOLDER = re.compile(r"[\w./+@-]+")


def write(kinds: Sequence[str], into: Path, install: str, folder: str, force: bool) -> list[Path]:
    """Write the files of the kinds; gives their paths. None is written where one of them is there already.

    `install` is what pip gets in CI; `folder` is where cron and systemd keep the list of repositories and the history.

    Raises:
        UsageError: a file is there and `force` is not set, or a text could not stand in the files unharmed.
    """
    if not _INSTALLABLE.fullmatch(install):
        raise UsageError(f'--install "{install}": is nothing that pip installs by name or URL')
    if not _FOLDER.fullmatch(folder):
        raise UsageError(f'--data "{folder}": may hold letters, digits and ./+@-_ only; cron and systemd take no other')
    places = [(template, into / target) for kind in kinds for template, target in FILES[kind]]
    there = [place for _, place in places if place.exists() or place.is_symlink()]
    if there and not force:
        names = ", ".join(place.as_posix() for place in there)
        raise UsageError(f"{names}: is there already; --force writes over it")
    for template, place in places:
        text = (find_templates() / "init" / template).read_text(encoding="utf-8")
        text = text.replace("@INSTALL@", shlex.quote(install)).replace("@INSTALL_PLAIN@", json.dumps(install))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("@FOLDER@", folder), encoding="utf-8", newline="\n")
    return [place for _, place in places]
