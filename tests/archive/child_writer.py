"""A process that writes stories, each a rewrite of the first, until it is killed: `child_writer.py ARCHIVE HOW`.

Stories are acknowledged three at a time; the numbers are printed when they are. HOW is `on` (write on and on),
`append:N` (kill itself when the N-th append to a file is on disk), `commit:N` (kill itself in place of the N-th commit
of the ledger), `full:BYTES:LENGTH` (files may grow to BYTES, texts are LENGTH long) or `hold` (open, say so, and wait
for the end of standard input).
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from typing import TYPE_CHECKING, Any

from slqncy.archive import ArchiveError, ArchiveWriter, disk
from slqncy.archive.ledger import Ledger
from tests.samples import keep, story, story_url

if TYPE_CHECKING:
    from collections.abc import Callable

GROUP = 3


def say(text: object) -> None:
    os.write(1, f"{text}\n".encode())


def write(writer: ArchiveWriter, length: int = 0) -> None:
    group: list[int] = []
    for number in count(1):
        if writer.known(story_url(number)) is None:
            keep(writer, story(number, "文" * length), original=1)
            group.append(number)
            if len(group) == GROUP:
                writer.commit()
                say(" ".join(map(str, group)))
                group = []


def dying(function: Callable[..., Any], calls: int, *, before: bool) -> Callable[..., Any]:
    """The function, and the end of the process with its N-th call."""
    numbers = count(1)

    def die(*args: Any) -> Any:
        is_last = next(numbers) == calls
        if not (is_last and before):
            function(*args)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)

    return die


def fill(root: str, most_bytes: int, length: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    writer = ArchiveWriter(root)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        write(writer, length)
    except ArchiveError as error:
        say(f"refused: {error}")
    # There is room again, but a file may end in half a line: nothing more may be appended behind it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    actions: list[Callable[[], object]] = [lambda: keep(writer, story(1000)), writer.commit]
    for again in actions:
        try:
            again()
        except ArchiveError as error:
            say(f"refused: {error}")
    writer.close()


def main(root: str, how: str) -> None:
    what, *numbers = how.split(":")
    if what == "full":
        fill(root, *map(int, numbers))
        return
    writer = ArchiveWriter(root)
    if what == "hold":
        say("open")
        sys.stdin.read()
        writer.close()
        return
    # From here on, so that opening is not counted.
    if what == "append":
        disk.append = dying(disk.append, int(numbers[0]), before=False)
    elif what == "commit":
        Ledger.commit = dying(Ledger.commit, int(numbers[0]), before=True)  # type: ignore[method-assign]
    write(writer)


if __name__ == "__main__":
    main(*sys.argv[1:])
