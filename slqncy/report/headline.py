"""What happened, and what is to be done: the first thing that somebody wants to know in the morning."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from slqncy.display.quantities import plural
from slqncy.exitcodes import SEVERITY, ExitStatus
from slqncy.report.history import last_of_sites, site_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slqncy.run_report import AnyRun


class Headline(NamedTuple):
    """A run in words."""

    sign: str
    words: str
    to_do: str


_MOST_NAMES = 5
_UNUSUAL = Headline("!", "Finished, and something is otherwise than as a rule", "")
_UNKNOWN = Headline("!", "Ended with a status that this version does not know", "Look at the log of the run.")
_HEADLINES: dict[int, Headline] = {
    ExitStatus.OK: Headline("✓", "All is well", "There is nothing to do."),
    ExitStatus.DATA: Headline(
        "!", "Pages came, and they are not what was expected",
        "Look at the rejections and at declared_delta below: has the template of the site changed?",
    ),
    ExitStatus.UNAVAILABLE: Headline(
        "!", "The site could not be reached, or answers with errors only",
        "Run again; if it recurs, see whether the site answers a browser, and what the failures below have in common.",
    ),
    ExitStatus.SOFTWARE: Headline(
        "✗", "An error in the program",
        "The log has the traceback: please report it. The stories concerned stay due, and the next run asks for them.",
    ),
    ExitStatus.TEMPORARY: Headline("!", "Not finished", "Run again: it goes on where this one has stopped."),
    ExitStatus.FORBIDDEN: Headline(
        "!", "The site forbids it", "Read its robots.txt, and write to those who run the site."
    ),
}  # fmt: skip
"""Of the statuses a run has that leaves a report."""


def headline(report: AnyRun, *, is_usual: bool = True) -> Headline:
    """What the exit status of a run means, or that all went well, and something is otherwise than as a rule."""
    if report.exit_status == ExitStatus.OK and not is_usual:
        return _UNUSUAL
    usual = _HEADLINES.get(report.exit_status, _UNKNOWN)
    if report.exit_status == ExitStatus.OK and (odd := report.requests.get("incomplete", 0)):
        stories = plural(odd, "story", "stories")
        return usual._replace(to_do=f"{stories} of another length than declared: `scrapy browse` finds them.")
    return usual


def headline_of(reports: Sequence[AnyRun]) -> Headline:
    """What those of several runs mean together: what is to be done is what the last one on each site leaves to do."""
    wrong = sum(report.exit_status != ExitStatus.OK for report in reports)
    last, lasts = headline(reports[-1]), last_of_sites(reports)
    if not wrong:
        return Headline(last.sign, f"All of {len(reports)} runs went well", last.to_do)
    to_do = _to_do_of(lasts) if len(lasts) > 1 else f"The last run, {reports[-1].run_id}: {last.words}. {last.to_do}"
    return Headline(_UNUSUAL.sign, f"{wrong} of {len(reports)} runs did not go well", to_do)


def _to_do_of(lasts: Sequence[AnyRun]) -> str:
    """What the last runs on several sites leave to do, those with the most severe status first."""
    failed = sorted(
        (run for run in lasts if run.exit_status != ExitStatus.OK), key=lambda run: (-_severity(run), site_of(run))
    )
    if not failed:
        return f"The last runs on all of {len(lasts)} sites went well. There is nothing to do."
    told = [f"{len(failed)} of {len(lasts)} sites did not go well in their last run."]
    for _, group in groupby(failed, lambda run: run.exit_status):
        runs = list(group)
        names = ", ".join(site_of(run) for run in runs[:_MOST_NAMES])
        more = f" and {len(runs) - _MOST_NAMES} more" if len(runs) > _MOST_NAMES else ""
        said = headline(runs[0])
        told.append(f"{names}{more}: {said.words}. {said.to_do}")
    return " ".join(told)


def _severity(run: AnyRun) -> int:
    return next((place for place, status in enumerate(SEVERITY) if status == run.exit_status), len(SEVERITY))
