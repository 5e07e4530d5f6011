"""`scrapy browse`: the archive in a browser."""

from __future__ import annotations

import sys
import webbrowser
from threading import Thread
from typing import TYPE_CHECKING, ClassVar

from slqncy.cli import ArchiveCommand, UsageError, needs_extra
from slqncy.exitcodes import ExitStatus
from slqncy.visible import visible

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

_PORTS = 65_536


class Command(ArchiveCommand):
    """Exit status 0 once it is stopped by ^C; 64 for a wrong port or without Datasette.

    65 for a line that cannot be read; 74 without an archive, or where the database cannot be written or the port is
    taken; 75 while another process writes the database.
    """

    arguments = "[--port N] [--no-open]"
    about = "Open the archive in a browser, on this machine only: search, versions, copies side by side, captures"
    example: ClassVar[str] = "scrapy browse\nscrapy browse --port 8001 --no-open -s ARCHIVE_DIR=/srv/news"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's own, --port and --no-open."""
        super().add_options(parser)
        parser.add_argument(
            "--port", metavar="N", type=int, default=0, help="a port of 127.0.0.1; unless given, a free one"
        )
        parser.add_argument("--no-open", action="store_true", help="print the address, and open no browser")

    def work(self, root: Path, args: list[str], opts: argparse.Namespace) -> ExitStatus:
        """Bring the database up to date, and serve it until ^C."""
        from slqncy.browse.database import up_to_date

        if not 0 <= opts.port < _PORTS:
            raise UsageError(f"--port {opts.port}: a port is a number from 0 to {_PORTS - 1}")
        try:
            from slqncy.browse.server import serve
        except ModuleNotFoundError as error:
            raise UsageError(needs_extra("this command", str(error.name), "browse")) from error
        path = up_to_date(root, _say)

        def tell(address: str, once: str) -> None:
            print(f"{address}  ^C stops it", flush=True)
            if not opts.no_open:
                # What a program is started with, everybody on the machine can see.
                # Some are waited for until they are closed, and nothing is served before this is over.
                Thread(target=webbrowser.open, args=(once,), daemon=True).start()

        try:
            serve(root, path, opts.port, tell)
        except KeyboardInterrupt:
            sys.stderr.write("\n")
        return ExitStatus.OK


def _say(text: str) -> None:
    sys.stderr.write(visible(text) + "\n")
