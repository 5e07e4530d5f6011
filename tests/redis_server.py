"""A real redis-server on a free port of 127.0.0.1, which can be killed and started again on what it has kept."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as NoConnectionError
from redis.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_POLL = 0.01
_DEADLINE = 30.0


class RedisServer:
    """One server in a folder of its own; every write is in its append-only file, synced as `fsync` says."""

    def __init__(self, folder: Path, fsync: Literal["always", "everysec", "no"], options: tuple[str, ...]) -> None:
        self._folder = folder
        self._fsync = fsync
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.log = folder / "redis.log"

    def start(self) -> None:
        """Start it, on the port and in the folder it had before, and wait until it answers. Raises RuntimeError."""
        command = [
            _program(), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._folder),
            "--appendonly", "yes", "--appendfsync", self._fsync, "--save", "", *self._options,
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + _DEADLINE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"redis-server does not answer; its log:\n{self.log.read_text(encoding='utf-8')}")
            time.sleep(_POLL)

    def kill(self) -> None:
        """SIGKILL: what it has not written to its append-only file is lost."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM: it ends in order. Nothing happens where it does not run."""
        self._end(signal.SIGTERM)

    def client(self) -> Redis:
        """A client that tries everything once, to be closed by the caller."""
        return Redis.from_url(self.url, retry=Retry(NoBackoff(), 0))

    def _answers(self) -> bool:
        with self.client() as client:
            try:
                return bool(client.ping())
            except AuthenticationError:
                return True  # it asks for a password
            except NoConnectionError:
                return False  # not there yet, or still reading its file

    def _end(self, how: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(how)
            self._process.wait(_DEADLINE)
            self._process = None


@contextmanager
def redis_server(
    folder: Path, *options: str, fsync: Literal["always", "everysec", "no"] = "everysec"
) -> Iterator[RedisServer]:
    """A running server, ended at exit; `options` as on redis-server's command line. Raises RuntimeError."""
    server = RedisServer(folder, fsync, options)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _program() -> str:
    """Raises RuntimeError where it is not installed: a test that needs it must not pass without."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    raise RuntimeError("redis-server is not installed, and this test needs it: apt-get install redis-server")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
