"""A process that writes stories until it is killed: `child_writer.py ARCHIVE HOW`; each acknowledged number is printed.

HOW is `on` (write on and on), `N` (kill itself between the N-th line's append and its commit), `full:BYTES:LENGTH`
(files may grow to BYTES, texts are LENGTH long) or `hold` (open, say so, and wait for the end of standard input).
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from typing import TYPE_CHECKING

from slqncy.archive import ArchiveError, ArchiveWriter
from slqncy.archive.layout import Kind
from slqncy.dedup import fingerprint
from tests.samples import story

if TYPE_CHECKING:
    from slqncy.records import Story


def say(text: object) -> None:
    os.write(1, f"{text}\n".encode())


def write(writer: ArchiveWriter, length: int = 0) -> None:
    for number in count(1):
        if writer.latest(Kind.STORY, f"slqncy/szxw/{number}") is None:
            writer.store(story(number, "文" * length))
            say(number)


def dying_fingerprint(calls: int) -> object:
    left = iter(range(calls - 1))

    def take(record: Story) -> bytes:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return fingerprint(record)

    return take


def fill(root: str, most_bytes: int, length: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    writer = ArchiveWriter(root, fingerprint)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        write(writer, length)
    except ArchiveError as error:
        say(f"refused: {error}")
    # There is room again, but the file may end in half a line: nothing more may be appended behind it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    try:
        writer.store(story(1000))
    except ArchiveError as error:
        say(f"refused: {error}")
    writer.close()


def main(root: str, how: str) -> None:
    if how.startswith("full:"):
        fill(root, *map(int, how.split(":")[1:]))
    elif how == "hold":
        writer = ArchiveWriter(root, fingerprint)
        say("open")
        sys.stdin.read()
        writer.close()
    elif how == "on":
        write(ArchiveWriter(root, fingerprint))
    else:
        write(ArchiveWriter(root, dying_fingerprint(int(how))))  # type: ignore[arg-type]


if __name__ == "__main__":
    main(*sys.argv[1:])
