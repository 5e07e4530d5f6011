"""`python -W error -m MODULE …` without the second of processor time that every start takes to import what it runs.

A process imports all of it once, and forks a child for each command. The child has standard streams, an environment,
an exit status and, if it wants, a reactor of its own: it is the process that a shell would have started, less the
imports. What those do is tested by the commands that are started in the common way: `demo_crawl`, and all that a
test has to signal.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from functools import cache
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).parent.parent
_PRELOADED = (
    "slqncy", "scrapy.commands", "scrapy.core.engine", "scrapy.downloadermiddlewares", "scrapy.spidermiddlewares",
    "scrapy.extensions.remote_control", "scrapy.extensions.telnet", "scrapy.pqueues", "scrapy.squeues",
)  # fmt: skip
"""Packages and modules that commands import."""
_ORDER_SIZE = 1 << 18
"""Bytes of a module's name, its arguments and its environment; Linux refuses to send as many at once."""


def run(module: str, *arguments: str, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a module in the project, warnings as errors. Raises TimeoutExpired after so many seconds."""
    return next(_servers()).run([module, *arguments], timeout)


@cache
def _servers() -> Iterator[_Server]:
    # Two, in turn: each has a hash seed of its own, and what depends on that differs from one command to the next.
    return cycle((_Server(), _Server()))


class _Server:
    """The process that forks, as those see it who give it orders."""

    def __init__(self) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-W", "error", "-m", __name__, str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
            )
        atexit.register(self.close)

    def run(self, command: list[str], timeout: float) -> subprocess.CompletedProcess[str]:
        order = json.dumps([command, dict(os.environ)]).encode()
        with TemporaryFile() as output, TemporaryFile() as errors:
            socket.send_fds(self._orders, [order], [output.fileno(), errors.fileno()])
            pid = self._answer()
            self._orders.settimeout(timeout)
            try:
                status = self._answer()
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._answer()
                raise subprocess.TimeoutExpired(command, timeout) from None
            finally:
                self._orders.settimeout(None)
            for stream in (output, errors):
                stream.seek(0)
            return subprocess.CompletedProcess(command, status, output.read().decode(), errors.read().decode())

    def _answer(self) -> int:
        return int(self._orders.recv(_ORDER_SIZE))

    def close(self) -> None:
        self._orders.close()
        self._process.wait()


def _serve(orders: socket.socket) -> None:
    """Fork a child for each order until there are no more to come; returns then."""
    with orders:
        while (received := socket.recv_fds(orders, _ORDER_SIZE, 2))[0]:
            order, (output, errors), _, _ = received
            if not (pid := os.fork()):
                orders.close()
                _become(output, errors, *json.loads(order))
                return
            for stream in (output, errors):
                os.close(stream)
            orders.send(str(pid).encode())
            orders.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())


def _become(output: int, errors: int, command: list[str], environment: dict[str, str]) -> None:
    """Run a module in this process, and exit; other exceptions than its exit go up to the interpreter."""
    for stream, standard in ((output, 1), (errors, 2)):
        os.dup2(stream, standard)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = command
    try:
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    except SystemExit as told:
        if not isinstance(told.code, int):
            raise
        status = told.code
    else:
        status = 0
    _exit(status)


def _exit(status: int) -> NoReturn:
    """Do what an interpreter does at its end, but for taking every module apart: a child shares them with its parent.

    That would take as long as all the rest of most commands.
    """
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.main_thread():
            thread.join()
    atexit._run_exitfuncs()
    gc.collect()  # what was never closed says so
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    from scrapy.utils.misc import walk_modules_iter

    from slqncy.report import page

    for package in _PRELOADED:
        deque(walk_modules_iter(package), maxlen=0)
    # What each process makes once.
    page._environment().get_template("page.html")
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])))
