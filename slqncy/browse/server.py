"""The pages, served to this machine."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from slqncy.archive import ArchiveError
from slqncy.browse.database import opened
from slqncy.browse.guard import Guard, Keys
from slqncy.browse.pages import DATABASE, TIME_LIMIT, Pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOST = "127.0.0.1"
_CACHE = 65_536
"""KB of the database that a thread keeps in memory."""
_CELL = 200
"""Characters of a text that a table shows."""
_ABOUT: dict[str, Any] = {
    "title": "The archive as tables",
    "description": "Read-only. The pages for reading are at the address without a path.",
    "databases": {
        DATABASE: {
            "tables": {
                "stories": {"label_column": "title", "sort_desc": "row"},
                "duplicates": {"label_column": "title", "sort_desc": "row"},
            }
        }
    },
}


def serve(root: Path, path: Path, port: int, tell: Callable[[str, str], None]) -> None:
    """Serve the pages of an archive, from its database, until somebody presses ^C.

    `tell` is told the address, with a key, and another one to start a browser with, which opens once.
    Port 0 is a free one. Raises ArchiveError where the port cannot be had.
    """
    with closing(_listening(port)) as listening, _pages(root, path) as datasette:
        port = listening.getsockname()[1]
        keys = Keys(port)
        app = Guard(datasette.app(), path, [f"{HOST}:{port}", f"localhost:{port}"], keys)
        config = uvicorn.Config(app, log_level="error", ws="none", server_header=False, access_log=False)
        # Whoever comes now is answered once the server runs.
        tell(*(f"http://{HOST}:{port}/?key={key}" for key in (keys.key, keys.once)))
        uvicorn.Server(config).run(sockets=[listening])


class _Tables(Database):  # type: ignore[misc]  # it has no types
    async def execute(self, *args: Any, **options: Any) -> Any:
        """What a question has wrong is told to whoever asks, and not on the terminal."""
        return await super().execute(*args, **{**options, "log_sql_errors": False})

    async def table_names(self) -> list[str]:
        """Tables to list, and to count the rows of, which an index without content refuses."""
        return [name for name in await super().table_names() if name != "grams"]


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise ArchiveError(f"port {port} of {HOST}: {why}; without --port a free one is taken") from error


@contextmanager
def _pages(root: Path, path: Path) -> Iterator[Datasette]:
    with closing(opened(path)) as db:
        plugin = Pages(root, db)
    # Its own prints a traceback with all variables for each word that SQLite does not know.
    default = pm.unregister(name="datasette.handle_exception")
    pm.register(plugin)
    try:
        datasette = Datasette(
            metadata=_ABOUT,
            settings={"sql_time_limit_ms": TIME_LIMIT, "cache_size_kb": _CACHE, "default_cache_ttl": 0,
                      "truncate_cells_html": _CELL},
        )  # fmt: skip
        # Opened to be read only.
        datasette.add_database(_Tables(datasette, path=str(path), is_mutable=True), name=DATABASE)
        asyncio.run(datasette.invoke_startup())
        yield datasette
    finally:
        pm.unregister(plugin)
        pm.register(default, "datasette.handle_exception")
