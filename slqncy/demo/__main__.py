"""`python -m slqncy.demo [--host HOST] [--port PORT]`: serve the demo site until Ctrl-C."""

from __future__ import annotations

import argparse
from contextlib import suppress
from threading import Event

from .server import serve
from .site import build_site


def main() -> None:
    """Print the address and wait."""
    parser = argparse.ArgumentParser(prog="python -m slqncy.demo", description="Serve the demo news site until Ctrl-C.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port (default)")
    arguments = parser.parse_args()
    with suppress(KeyboardInterrupt), serve(build_site(), arguments.host, arguments.port) as url:
        print(url, flush=True)  # noqa: T201
        Event().wait()


if __name__ == "__main__":
    main()
