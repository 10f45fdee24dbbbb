"""The HTTP side of the server extension. Every handler is authenticated and authorised, and keeps Jupyter's XSRF check.

A notebook travels as the bare body of a request, its path and options as query arguments: so its bytes go to a worker
process as they are, and the server's loop parses none of it. Errors are JSON with a `message` of one sentence.
"""

from __future__ import annotations

import asyncio
import json
import posixpath
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import tornado.web
from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join

from nbaudit import __version__
from nbaudit.config import find_table, rule_paths
from nbaudit.errors import ConfigError, NbauditError
from nbaudit.jupyter.false_findings import FILE, FalseFindings
from nbaudit.jupyter.pool import Cache, Pool, TaskFailed
from nbaudit.jupyter.settings import NbAudit
from nbaudit.jupyter.suppression import insertion

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

_STATUS = {"input": 422, "crash": 500, "timeout": 504}
_SKIPPED = frozenset(("node_modules", "__pycache__", "site-packages"))
SOURCE_LIMIT = 1_000_000
"""Characters of a cell into which a comment is written."""
RULE_FILES = 100
"""Files of house rules that one configuration may name."""


@dataclass(slots=True)
class _Service:
    """What the handlers share."""

    settings: NbAudit
    pool: Pool
    cache: Cache
    false_findings: FalseFindings
    open_at_start: str


class _Handler(APIHandler):
    auth_resource: ClassVar[str] = "contents"
    _task: asyncio.Task[bytes] | None = None

    def initialize(self, service: _Service) -> None:
        self.service = service

    async def prepare(self) -> None:  # type: ignore[override]
        await super().prepare()
        if len(self.request.body) > self.service.settings.megabytes * 1e6:
            raise tornado.web.HTTPError(
                413, reason=f"this is larger than {self.service.settings.megabytes:g} MB, the limit of this server"
            )

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Our own sentence where there is one; Jupyter's answer has the name of the status in its place."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        if isinstance(error, tornado.web.HTTPError) and error.reason:
            self.set_header("Content-Type", "application/json")
            self.finish(json.dumps({"message": error.reason}))
        else:
            super().write_error(status_code, **kwargs)

    def on_connection_close(self) -> None:
        """The user has gone or has cancelled: what was being done for the answer ends."""
        if self._task is not None:
            self._task.cancel()

    async def answered(self, work: Callable[[], Awaitable[bytes]], content_type: str = "application/json") -> None:
        """Finish with what `work` gives, or with its error as one sentence."""
        self._task = asyncio.ensure_future(work())
        try:
            body = await self._task
        except asyncio.CancelledError:
            return
        except TaskFailed as error:
            if error.kind == "crash":
                self.log.error("nbaudit: %s", error)
            await self.refused(_STATUS[error.kind], str(error))
            return
        except NbauditError as error:
            await self.refused(422, str(error))
            return
        self.set_header("Content-Type", content_type)
        self.set_header("Cache-Control", "no-store")
        await self.finish(body)

    async def refused(self, status: int, sentence: str) -> None:
        self.set_status(status)
        await self.finish(json.dumps({"message": sentence}))

    async def asked(self, task: str, options: Mapping[str, Any], notebooks: list[bytes], seconds: float) -> bytes:
        """A task's answer, from the cache where the same was asked before."""
        loop = asyncio.get_running_loop()
        everything = {**options, "task": task}
        key = await loop.run_in_executor(None, Cache.key, everything, notebooks)
        known = self.service.cache.get(key)
        self.set_header("X-Nbaudit-Cached", "yes" if known is not None else "no")
        if known is not None:
            return known
        found = await self.service.pool.run(everything, notebooks, seconds)
        self.service.cache.put(key, found)
        return found

    async def stored(self, path: str) -> bytes:
        """The notebook at `path` of the contents manager, as JSON."""
        model = await ensure_async(self.contents_manager.get(path, content=True, type="notebook"))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, lambda: json.dumps(model["content"]).encode("ascii"))

    async def configuration(self, path: str) -> list[Any] | None:
        """[file, text, [[name, text] of its house rules]] of the nearest pyproject.toml with a `[tool.nbaudit]` table,
        beside or above `path` up to the server's root; None where there is none.

        Raises:
            ConfigError: it can't be read, or names a file of rules that isn't there.
        """
        folder = path.strip("/")
        while folder:
            folder = folder.rpartition("/")[0]
            file = f"{folder}/pyproject.toml".lstrip("/")
            if not await ensure_async(self.contents_manager.file_exists(file)):
                continue
            text = await self.text(file)
            table = find_table(text, file)
            if table is not None:
                rules = [[name, await self.text(name)] for name in await self.rule_names(table, file, folder)]
                return [file, text, rules]
        return None

    async def rule_names(self, table: Mapping[str, Any], file: str, folder: str) -> list[str]:
        """The files of house rules that a configuration in `folder` names, as paths of the contents manager."""
        found: list[str] = []
        for pattern in rule_paths(table.get("rules", []), file):
            name = posixpath.normpath(posixpath.join("/", folder, pattern.replace("\\", "/"))).strip("/")
            if folder and not name.startswith(f"{folder}/"):
                raise ConfigError(f'{file}: "{pattern}" under "rules" lies outside the folder of the configuration')
            if await ensure_async(self.contents_manager.dir_exists(name)):
                model = await ensure_async(self.contents_manager.get(name, content=True, type="directory"))
                found += sorted(item["path"] for item in model["content"] if item["path"].endswith((".yml", ".yaml")))
            elif await ensure_async(self.contents_manager.file_exists(name)):
                found.append(name)
            else:
                raise ConfigError(f'{file}: "{pattern}" under "rules" is not there; name a YAML file or a folder')
        if len(found) > RULE_FILES:
            raise ConfigError(f"{file}: names {len(found)} files of house rules; at most {RULE_FILES} are read")
        return list(dict.fromkeys(found))

    async def text(self, file: str) -> str:
        """The text of a file of the contents manager."""
        model = await ensure_async(self.contents_manager.get(file, content=True, type="file", format="text"))
        return str(model["content"])

    def choices(self) -> dict[str, Any]:
        """The user's settings of JupyterLab, which came as query arguments."""
        confidence = self.get_query_argument("min_confidence", "")
        ignore = self.get_query_argument("ignore", "")
        try:
            number = float(confidence) if confidence else None
        except ValueError:
            number = -1.0
        if number is not None and not 0 <= number <= 1:
            raise tornado.web.HTTPError(400, reason="min_confidence must be a number from 0 to 1")
        return {"min_confidence": number, "ignore": [name for name in ignore.split(",") if name.strip()]}

    def document(self) -> dict[str, Any]:
        """The JSON object in the request's body."""
        body = self.get_json_body()
        if not isinstance(body, dict):
            raise tornado.web.HTTPError(400, reason="the body must be a JSON object")
        return body


class InfoHandler(_Handler):
    """What this server has: versions, the issues and checks, and a notebook to open at once if one was asked for."""

    @tornado.web.authenticated
    @authorized
    async def get(self) -> None:
        async def work() -> bytes:
            known = json.loads(await self.asked("catalogue", {}, [], self.service.settings.seconds))
            opened, self.service.open_at_start = self.service.open_at_start, ""
            return json.dumps({**known, "open": opened, "false_findings": FILE}).encode("ascii")

        await self.answered(work)


class AuditHandler(_Handler):
    """The public JSON of the notebook in the body, or of the one saved at `path` where the body is empty."""

    task: ClassVar[str] = "audit"
    content_type: ClassVar[str] = "application/json"

    @tornado.web.authenticated
    @authorized
    async def post(self) -> None:
        path = self.get_query_argument("path")
        choices = self.choices()

        async def work() -> bytes:
            notebook = self.request.body or await self.stored(path)
            options = {**choices, "name": path, "config": await self.configuration(path)}
            return await self.asked(self.task, options, [notebook], self.service.settings.seconds)

        await self.answered(work, self.content_type)


class ReportHandler(AuditHandler):
    """The same audit as an HTML page. The policy keeps it from acting as this server's page if it is opened as one."""

    task: ClassVar[str] = "page"
    content_type: ClassVar[str] = "text/html; charset=utf-8"

    @property
    def content_security_policy(self) -> str:
        return f"{super().content_security_policy}; sandbox allow-scripts"


class FolderHandler(_Handler):
    """The index report of notebooks and folders: JSON with `index` and `pages`."""

    @tornado.web.authenticated
    @authorized
    async def post(self) -> None:
        paths = self.document().get("paths")
        if not isinstance(paths, list) or not paths or not all(isinstance(path, str) for path in paths):
            raise tornado.web.HTTPError(400, reason='"paths" must be a list of paths')
        choices = self.choices()
        most = self.service.settings.notebooks

        async def work() -> bytes:
            names: list[str] = []
            for path in paths:
                names += await self.notebooks(path.strip("/"), most - len(names))
            names = list(dict.fromkeys(names))
            if not names:
                raise TaskFailed("input", f"{', '.join(paths)}: no notebook found")
            read: list[bytes] = []
            good: list[str] = []
            configs: list[list[Any] | None] = []
            unread: list[tuple[str, str]] = []
            for name in names:
                try:
                    config = await self.configuration(name)
                    read.append(await self.stored(name))
                    good.append(name)
                    configs.append(config)
                except ConfigError as error:
                    unread.append((name, str(error)))
                except tornado.web.HTTPError as error:
                    unread.append((name, error.log_message or str(error)))
            options = {
                **choices,
                "names": good,
                "configs": configs,
                "unread": unread,
            }
            return await self.asked("folder", options, read, self.service.settings.folder_seconds)

        await self.answered(work)

    async def notebooks(self, path: str, most: int) -> list[str]:
        """The paths of up to `most` notebooks at or below `path`, sorted within a folder."""
        if most <= 0:
            return []
        if path and not await ensure_async(self.contents_manager.dir_exists(path)):
            return [path]
        model = await ensure_async(self.contents_manager.get(path, content=True, type="directory"))
        found: list[str] = []
        for entry in sorted(model["content"], key=lambda item: str(item["name"])):
            name = entry["name"]
            if name.startswith(".") or name in _SKIPPED or len(found) >= most:
                continue
            if entry["type"] == "notebook":
                found.append(entry["path"])
            elif entry["type"] == "directory":
                found += await self.notebooks(entry["path"], most - len(found))
        return found


class SuppressionHandler(_Handler):
    """Where a comment that switches a finding off goes in a cell, and its text. Nothing is written here."""

    @tornado.web.authenticated
    @authorized
    async def post(self) -> None:
        body = self.document()
        source, line, names, reason = (body.get(name) for name in ("source", "line", "names", "reason"))
        if (
            not isinstance(source, str)
            or not isinstance(line, int)
            or not isinstance(names, list)
            or not all(isinstance(name, str) and name.replace("-", "").isalnum() for name in names)
            or not names
            or not isinstance(reason, str)
        ):
            raise tornado.web.HTTPError(400, reason="source, line, names or reason is missing or of the wrong kind")
        if len(source) > SOURCE_LIMIT:
            raise tornado.web.HTTPError(413, reason=f"the cell has more than {SOURCE_LIMIT} characters")

        async def work() -> bytes:
            place = insertion(source, line, tuple(names), reason)
            return json.dumps({"line": place.line, "column": place.column, "text": place.text}).encode("ascii")

        await self.answered(work)


class FalseFindingsHandler(_Handler):
    """The findings of the notebook at `path` that were marked as false: get, post one, delete one."""

    @tornado.web.authenticated
    @authorized
    async def get(self) -> None:
        async def work() -> bytes:
            entries = await self.service.false_findings.of(self.get_query_argument("path"))
            return json.dumps({"file": FILE, "entries": entries}).encode("ascii")

        await self.answered(work)

    @tornado.web.authenticated
    @authorized
    async def post(self) -> None:
        body = self.document()

        async def work() -> bytes:
            await self.service.false_findings.add({**body, "version": __version__})
            return json.dumps({"file": FILE}).encode("ascii")

        await self.answered(work)

    @tornado.web.authenticated
    @authorized
    async def delete(self) -> None:
        path, key = self.get_query_argument("path"), self.get_query_argument("key")

        async def work() -> bytes:
            await self.service.false_findings.remove(path, key)
            return json.dumps({"file": FILE}).encode("ascii")

        await self.answered(work)


def load(server: ServerApp) -> None:
    """Add the handlers to a server that starts."""
    settings = NbAudit(parent=server)
    service = _Service(
        settings=settings,
        pool=Pool(settings.workers, settings.memory_mb),
        cache=Cache(int(settings.cache_megabytes * 1e6)),
        false_findings=FalseFindings(server.contents_manager),
        open_at_start=settings.open_at_start,
    )
    base = url_path_join(server.web_app.settings["base_url"], "nbaudit", "api")
    handlers: dict[str, type[_Handler]] = {
        "info": InfoHandler,
        "audit": AuditHandler,
        "report": ReportHandler,
        "folder": FolderHandler,
        "suppression": SuppressionHandler,
        "false-findings": FalseFindingsHandler,
    }
    server.web_app.add_handlers(
        ".*$", [(url_path_join(base, name), handler, {"service": service}) for name, handler in handlers.items()]
    )
    server.log.info("nbaudit %s audits notebooks", __version__)
