"""How `scrapy crawl` says what happened; there is no command in here."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from scrapy.settings import SETTINGS_PRIORITIES

from slqncy.exitcodes import ExitStatus
from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrapy.crawler import Crawler

    from slqncy.display.closing import Closing, Ended
    from slqncy.extensions.run import Run
    from slqncy.notify import Outcome, SiteOutcome
    from slqncy.summary import Summary

_Stream = Literal["stdout", "stderr"]


def ended_of(run: Run, summary: Summary, crawler: Crawler) -> Ended:
    """What the closing screen is made of."""
    from slqncy.archive.layout import RUNS
    from slqncy.display.closing import Ended
    from slqncy.report.secrets import sets_secret

    assert crawler.stats is not None
    directory = crawler.settings["ARCHIVE_DIR"]
    page = run.archive.root / RUNS / f"{run.id}.html"
    is_typed = crawler.settings.getpriority("ARCHIVE_DIR") == SETTINGS_PRIORITIES["cmdline"]
    return Ended(
        summary=summary, counters=crawler.stats.get_stats(), examples=run.examples,
        status=run.status, reason=run.reason, held_until=run.waiting.until,
        seconds=(datetime.now(UTC) - run.started).total_seconds(),
        report=str(page if page.exists() else page.with_suffix(".json")),
        command=[] if any(map(sets_secret, sys.argv)) else ["scrapy", "crawl", *sys.argv[1:]],
        settings=["-s", f"ARCHIVE_DIR={directory}"] if is_typed else [],
    )  # fmt: skip


def told(status: ExitStatus, reason: str, said: Closing | None, sites: Mapping[str, SiteOutcome]) -> Outcome:
    """Say it, and how a crawl ended. `sites` are for those who watch from afar.

    What went wrong is on standard error, which cron mails; of a crawl that went well all is on standard output.
    """
    from slqncy.notify import Outcome

    words: list[str] = []
    if said:
        trouble: _Stream = "stdout" if status is ExitStatus.OK else "stderr"
        _put(said.account, "stdout")
        _put(said.trouble, trouble, "red")
        _put(said.advice, trouble, "bold")
        words = [line for part in said for line in part]
    if status is not ExitStatus.OK:
        return complain(status, reason, *words)._replace(sites=sites)
    last = visible(reason)
    _put([last], "stdout")
    return Outcome(status, (*words, last), sites)


def complain(status: ExitStatus, reason: str, *words: str) -> Outcome:
    """A crawl ended without success, or did not begin; `words` is what was said before that."""
    from slqncy.notify import Outcome

    last = visible(f"scrapy crawl: {reason} (exit status {status})")
    _put([last], "stderr")
    return Outcome(status, (*words, last))


def _put(lines: Sequence[str], name: _Stream, style: str = "") -> None:
    """Lines on a stream. Where nobody reads it any more they are lost, and how the run went is not."""
    from slqncy.display.terminal import take_any_character

    stream = getattr(sys, name)
    try:
        if stream:
            take_any_character(stream)
            if stream.isatty():
                from slqncy.display.console import write_lines

                write_lines(lines, stream, style)
            else:
                stream.writelines(f"{line}\n" for line in lines)
            stream.flush()
    except OSError:
        # Python would complain once more on its way out.
        setattr(sys, name, None)
