"""What a run says at its end: one screen of what happened, what is wrong, and what to do."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from rich.filesize import decimal

from slqncy.display.facts import LABEL, beside, cut, folded, labelled, spelt
from slqncy.display.quantities import plural, span
from slqncy.exitcodes import ExitStatus
from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slqncy.summary import Summary

LINES, WIDTH = 24, 80
"""Of the least terminal there is."""
_MOST_LINES = 3
"""Of a command."""
_OPTION = re.compile(r"--?[a-zA-Z-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run that is over, and that has a report."""

    summary: Summary
    counters: Mapping[str, Any]
    """Scrapy's statistics."""
    examples: Mapping[str, str]
    """The first story id or URL that a counter has counted, by its name without slqncy/."""
    status: ExitStatus
    reason: str
    seconds: float
    report: str
    """Path of the report."""
    command: Sequence[str]
    """The words that were typed; none where a secret is among them."""
    settings: Sequence[str]
    """The words by which another command finds the same archive; none where it is where it is looked for."""
    held_until: str
    """When the site wants to be asked again (RFC 3339, UTC), or ""."""


class Closing(NamedTuple):
    """Lines of a terminal."""

    account: list[str]
    trouble: list[str]
    """What is wrong."""
    advice: list[str]
    """What to do."""


def closing(ended: Ended) -> Closing:
    """One screen, with room left for the sentence that tells an exit status, however long that is."""
    account = folded(ended.summary.sentence().split(" + "), "+", WIDTH)
    report = spelt("report", visible(ended.report), WIDTH, _MOST_LINES)
    wrong, advice = list(trouble(ended)), [*run_again(ended), *look_at(ended)]
    sentence = cell_len(visible(ended.reason)) // WIDTH + 2
    room = LINES - sentence - sum(map(len, (account, report, wrong, advice)))
    details = [line for label, facts in _details(ended) if facts for line in labelled(label, facts, WIDTH)]
    return Closing([*account, *details[: max(0, room)], *report], wrong, advice)


def _details(ended: Ended) -> Iterator[tuple[str, list[str]]]:
    summary, counters = ended.summary, ended.counters
    yield "archived", _sorts(summary.archived, counters, "store/archived")
    versions = [
        (summary.changed, "changed"), (summary.earlier, "earlier"), (summary.gone, "gone"),
        (summary.returned, "returned"),
    ]  # fmt: skip
    yield "versions", [f"{count} {name}" for count, name in versions if count]
    yield "duplicates", _sorts(summary.duplicates, counters, "store/duplicate")
    if summary.rewrites:
        yield "rewrites", [f"{summary.rewrites} of what is new, told by another story in other words"]
    yield "rejected", _sorts(summary.rejected, counters, "store/rejected")
    if declared := summary.complete + summary.incomplete:
        yield "complete", [f"{summary.complete} of {declared} stories, by the count that their pages declare"]
    yield "traffic", traffic(*sent_and_received(counters), ended.seconds)


def sent_and_received(counters: Mapping[str, Any]) -> tuple[int, int]:
    """How many requests left, and how many bytes came."""
    return int(counters.get("downloader/request_count", 0)), int(counters.get("downloader/response_bytes", 0))


def traffic(requests: int, received: int, seconds: float) -> list[str]:
    """The same in words."""
    return [plural(requests, "request"), f"{decimal(received)} received", span(seconds)]


def _sorts(total: int, counters: Mapping[str, Any], prefix: str) -> list[str]:
    """How many of each sort, the most frequent first."""
    begin = f"slqncy/{prefix}/"
    counted = {name.removeprefix(begin): count for name, count in counters.items() if name.startswith(begin)}
    sorts = sorted(counted.items(), key=lambda sort: (-sort[1], sort[0]))
    # Sites whose addresses name no section have stories without one.
    told = [f"{count} {visible(name)}".rstrip() for name, count in sorts]
    return [f"{total}: {told[0]}", *told[1:]] if len(told) > 1 else told


def trouble(ended: Ended) -> Iterator[str]:
    """What is wrong: a line for each kind of it, with one example."""
    summary, counters = ended.summary, ended.counters
    hung, walls = (int(counters.get(f"slqncy/guard/{guard}", 0)) for guard in ("watchdog", "wall"))
    incomplete, failures = summary.incomplete, ", ".join(_sorts(summary.failures, counters, "failed"))
    for label, count, what, counter in (
        ("incomplete", incomplete, f"{incomplete}, by the count that their pages declare", "check/incomplete"),
        ("no answer", summary.failures, f"{failures}; asked for again later", "outcome/failed"),
        ("walls", walls, plural(walls, "captcha or waiting room", "captchas or waiting rooms"), "guard/wall"),
        ("robots.txt", summary.forbidden, f"forbids {plural(summary.forbidden, 'page')}", "outcome/robots"),
        ("hung", hung, f"{hung} left out, as reading them hung", "guard/watchdog"),
    ):
        if count:
            # What another worker counted has no example here.
            example = ended.examples.get(counter)
            yield from beside(label, [cut(f"{what}: {visible(example)}" if example else what, WIDTH - LABEL)])
    if ended.held_until:
        yield from beside("held", [f"nothing may be asked of the site before {ended.held_until}"])


def run_again(ended: Ended) -> Iterator[str]:
    """The next command where the run has left something to do, as it can be typed."""
    if ended.status is ExitStatus.TEMPORARY or ended.summary.unsent:
        command = ended.command and _command("run again", ended.command)
        yield from command or beside("run again", ["with the same command"])


def look_at(ended: Ended) -> Iterator[str]:
    """A command that says more of what is wrong."""
    looked_at = ["check/incomplete", "outcome/failed", *["outcome/rejected"] * (ended.status is ExitStatus.DATA)]
    if example := next(filter(None, map(ended.examples.get, looked_at)), None):
        yield from _command("look at", ["scrapy", "explain", example, *ended.settings])


def _command(label: str, words: Sequence[str]) -> list[str]:
    """A command as a shell reads it, or nothing where that is no sight for a screen."""
    lines = [""]
    for word in _arguments(list(map(shlex.quote, map(visible, words)))):
        if lines[-1] and cell_len(f"{lines[-1]} {word} \\") > WIDTH - LABEL:
            lines[-1] += " \\"
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".lstrip()
    fits = len(lines) <= _MOST_LINES and all(cell_len(line) <= WIDTH - LABEL for line in lines)
    return beside(label, lines) if fits else []


def _arguments(words: list[str]) -> list[str]:
    """Words, but each option as one with its value."""
    joined: list[str] = []
    for word in words:
        if joined and _OPTION.fullmatch(joined[-1]):
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined
