"""What a profiler saw, by room of the project and by function: pure functions from its stacks to a short text."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from benchmarks.speed.contenders import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST = 30
"""Lines of one table."""
_FRAME = re.compile(r"(?P<function>.+) \((?P<file>.+?)(?::\d+)?\)")


def room(stack: Sequence[str]) -> str:
    """The innermost room of the project that is at work; what else a process does by another name.

    `stack` holds files as `short` gives them, the innermost last. Scrapy's loop runs within our command.
    """
    if any(file.startswith("<frozen importlib") for file in stack):
        return "imports"
    ours = next((file for file in reversed(stack) if file.startswith("slqncy/")), "slqncy/commands/")
    return "Scrapy, Twisted" if ours.startswith("slqncy/commands/") else "/".join(ours.split("/")[:2])


def short(file: str) -> str:
    """A file within its package, or within Python."""
    return re.sub(r".*/(?:site-packages|lib/python[\d.]+)/", "", file).removeprefix(f"{ROOT}/")


def shares(counts: Counter[str], total: int) -> str:
    """A line a name with its share of a total, the largest first; those below a thousandth are left out."""
    lines = [f"{count / total:6.1%}  {name}" for name, count in counts.most_common(MOST) if count * 1000 >= total]
    return "\n".join(lines) + "\n"


def time_text(title: str, lines: Iterable[str]) -> str:
    """What stands in py-spy's raw lines, `function (file);function (file) samples` each, as a short text."""
    rooms, own, within = Counter[str](), Counter[str](), Counter[str]()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        frames = [match for frame in stack.split(";") if (match := _FRAME.fullmatch(frame))]
        if not frames:
            continue
        files = [short(frame["file"]) for frame in frames]
        names = [f"{frame['function']} ({file})" for frame, file in zip(frames, files, strict=True)]
        rooms[room(files)] += int(count)
        own[names[-1]] += int(count)
        ours = (name for name in names if "(slqncy/" in name and "(slqncy/commands/" not in name)
        within.update(dict.fromkeys(ours, int(count)))
    total = rooms.total()
    return (
        f"{title}: {total:,} samples\n\nby room\n{shares(rooms, total)}\nby function, itself\n{shares(own, total)}\n"
        f"by function of the project, with what it calls\n{shares(within, total)}"
    )
