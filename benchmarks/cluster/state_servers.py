"""A PostgreSQL in a folder of its own, on a free port of loopback; and what Redis does with its append-only file."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from time import sleep
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from redis import Redis

_PATIENCE = 200
"""Tenths of a second that a server has to begin or to end something."""
_POSTGRES_USER = "postgres"
"""Who PostgreSQL runs as where we are root, which it will not be."""


@contextmanager
def without_log(client: Redis) -> Iterator[None]:
    """No append-only file meanwhile; at the end it is written anew, as short as it can be."""
    client.config_set("appendonly", "no")
    yield
    client.config_set("appendonly", "yes")
    while True:
        told = client.info("persistence")
        if not told["aof_rewrite_in_progress"] and not told["aof_rewrite_scheduled"]:
            return
        sleep(0.1)


@contextmanager
def postgres_server(folder: Path, binaries: Path) -> Iterator[psycopg.Connection]:
    """A PostgreSQL as it is configured without anybody's doing; each statement is a transaction."""
    user = _POSTGRES_USER if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    name = user or "slqncy"
    initialize = [binaries / "initdb", "--pgdata", data, "--auth=trust", f"--username={name}", "--encoding=UTF8"]
    subprocess.run(initialize, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)  # noqa: S603
    # A socket in the folder, and no port.
    serve = [binaries / "postgres", "-D", data, "-h", "", "-k", folder]
    with subprocess.Popen(serve, stderr=subprocess.DEVNULL, user=user, cwd=folder) as process:  # noqa: S603
        try:
            with _connected(f"host={folder} user={name} dbname=postgres") as connection:
                yield connection
        finally:
            process.terminate()


def _connected(address: str) -> psycopg.Connection:
    for _ in range(_PATIENCE):
        try:
            return psycopg.connect(address, autocommit=True)
        except psycopg.OperationalError:
            sleep(0.1)
    raise TimeoutError("postgres did not begin")


def size_of(folder: Path) -> int:
    """Bytes of all files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
