"""`scrapy …`, which the first touch of the network ends."""

from __future__ import annotations

import os
import sys

TOUCHED_THE_NETWORK = 99
"""The exit status then."""


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        os.write(2, f"network: {event} {arguments}".encode())
        # Nothing that a run does to keep its errors from ending it keeps this from ending it.
        os._exit(TOUCHED_THE_NETWORK)


if __name__ == "__main__":
    sys.addaudithook(_watch)
    from scrapy.cmdline import execute

    execute(["scrapy", *sys.argv[1:]])
