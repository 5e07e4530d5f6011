"""A job: what is made of each shard, kept in a folder until all of it is there.

    .output.dedup-job/
      0a1b2c3d4e5f6071/     a hash of what the job is of: another one begins anew
        pages/000012/       an output, whole: it was made under another name, synced, and renamed

A worker that is killed leaves nothing under that name, and its shard is done again; so is what two workers have done,
of which one is first. Who runs a job again that was cut short goes on with the outputs that are missing.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import shutil
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from slqncy.archive import ArchiveError, ArchiveLockedError, disk
from slqncy.jobs.code import code_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from distributed import Client

logger = logging.getLogger(__name__)

_LOCK = ".lock"


class Job:
    """A job that is being done."""

    def __init__(self, folder: Path, client: Client) -> None:
        self.folder = folder
        self._client = client

    def each(self, step: str, function: Callable[..., None], shards: Sequence[Any]) -> list[Path]:
        """Have `function(shard, path)` fill a directory for each shard, where there is none yet; gives these, in order.

        The function and the shards are pickled. What it raises for a shard is raised, once; and ArchiveError where a
        shard has ended several workers.
        """
        from distributed import KilledWorker, as_completed  # noqa: PLC0415  # an extra

        folder = self.folder / step
        with _disk_errors(folder):
            disk.make_directory(folder)
            outputs = outputs_in(folder, len(shards))
            missing = [number for number, output in enumerate(outputs) if not output.exists()]
            logger.info("%s: %d of %d shards to do", folder, len(missing), len(shards))
            make = partial(_make, function, code_hash())
            futures = self._client.map(
                make, [shards[number] for number in missing], [outputs[number] for number in missing], pure=False
            )
            try:
                for future in as_completed(futures):
                    if error := future.result():
                        raise error
            except KilledWorker as error:
                raise ArchiveError(
                    f"{folder}: a shard has ended {error.allowed_failures + 1} workers: {error}"
                ) from error
            finally:
                self._client.cancel(futures)
        return outputs


def outputs_in(folder: Path, count: int) -> list[Path]:
    """The outputs of a step that has so many shards, in their order."""
    return [folder / f"{number:06}" for number in range(count)]


@contextmanager
def job(folder: Path, said: Any, client: Client) -> Iterator[Job]:
    """A job whose outputs are kept in `folder`, which is taken away once it is done.

    `said` is all that they depend on besides the code, as JSON: what was made for another job is taken away first.
    Raises ArchiveLockedError while another process does it, and ArchiveError where the disk will not have it.
    """
    name = hashlib.sha256(msgspec.json.encode([code_hash(), said], order="deterministic")).hexdigest()[:16]
    with _disk_errors(folder):
        disk.make_directory(folder)
        lock = _locked(folder)
    with lock:
        with _disk_errors(folder):
            for other in folder.iterdir():
                if other.is_dir() and other.name != name:
                    # A worker of it may still be at work, and finds no place for what it has made.
                    shutil.rmtree(other, ignore_errors=True)
            disk.make_directory(folder / name)
        yield Job(folder / name, client)
        with _disk_errors(folder):
            shutil.rmtree(folder)


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{folder}: the job is not done: {error}; run it again, and it goes on from here") from error


def _locked(folder: Path) -> BinaryIO:
    """The lock, to be closed. Raises ArchiveLockedError."""
    lock = (folder / _LOCK).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ArchiveLockedError(f"{folder}: another process is doing this job; wait for it to end") from None
    return lock


def _make(function: Callable[[Any, Path], None], code: str, shard: Any, output: Path) -> Exception | None:
    """What a worker does. Gives what went wrong: of what is raised, a worker logs the traceback."""
    if code_hash() != code:
        return ArchiveError(
            f"process {os.getpid()} has another version of slqncy than who has it work; install the same"
        )
    try:
        if not output.exists():
            _make_whole(partial(function, shard), output)
    except (ArchiveError, OSError) as error:
        return error
    return None


def _make_whole(fill: Callable[[Path], None], output: Path) -> None:
    with TemporaryDirectory(prefix=".", dir=output.parent) as folder:
        made = Path(folder, output.name)
        made.mkdir()
        fill(made)
        for path in (*made.rglob("*"), made):
            disk.sync_file(path)
        try:
            disk.replace(made, output)
        except OSError:
            # Who was thought dead may have been first.
            if not output.exists():
                raise
