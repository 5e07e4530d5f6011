"""What became of a case, by what is on disk and what the server heard."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from slqncy.archive import Archive
from slqncy.archive.layout import LEDGER
from slqncy.archive.ledger import Ledger
from slqncy.reasons import State
from tests.hostile.mazes import MOST_REQUESTS
from tests.hostile.outcomes import UNREACHED, Outcome
from tests.hostile.texts import story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hostile.case import Case
    from tests.hostile.server import HostileServer
    from tests.hostile.site import HostileSite

_HOME = "http://www.slqncy.com"


def outcome(case: Case, hostile: HostileServer, archive: Path) -> str:
    """The outcome of a case, an Outcome where it is one that is foreseen."""
    return _by_requests(case, hostile) or _by_archive(case, hostile, archive)


def _by_requests(case: Case, hostile: HostileServer) -> str:
    """The outcome of a case that is judged by what the server heard, or ""."""
    if case.robots and all(served.target == "/robots.txt" for served in hostile.server.served):
        return Outcome.FORBIDDEN
    heard = hostile.heard(case)
    if Outcome.BOUNDED in case.expected:
        return Outcome.BOUNDED if 0 < len(heard) <= MOST_REQUESTS else f"{len(heard)} requests"
    if Outcome.NOT_ASKED in case.expected:
        return Outcome.NOT_ASKED if not heard else f"asked for {heard[0].target}"
    return ""


def _by_archive(case: Case, hostile: HostileServer, archive: Path) -> str:
    url = (f"http://{case.host}" if case.host else _HOME) + hostile.site.subject_of(case)
    with closing(Ledger(archive / LEDGER, read_only=True)) as ledger:
        known = ledger.known(url)
    if known is None:
        return "unknown"
    if known.state is State.ARCHIVED and len(hostile.heard(case)) > case.runs:
        return f"archived, asked for {len(hostile.heard(case))} times"
    if case.runs > 1 and sum(told.canonical_url == url for told in Archive(archive).stories()) == case.runs:
        return Outcome.SECOND_VERSION
    return f"{known.state}/{known.reason}" if known.reason else str(known.state)


def faults(hostile: HostileServer, archive: Path) -> list[str]:
    """What is wrong with a crawl, whatever became of its cases: a sentence each."""
    found = [f"the wrong server was asked for {served.target}" for served in hostile.elsewhere.served]
    found += [
        f"{case}: its connection was used again" for case in hostile.site.numbers if _is_used_again(case, hostile)
    ]
    for served in hostile.server.served:
        said = served.received.lower()
        if b"\r\ncookie:" in said or b"\r\nauthorization:" in said:
            found.append(f"a secret was told with {served.target}")
        if hostile.server.base_url.startswith("https:") and not served.is_tls:
            found.append(f"asked for {served.target} without TLS")
    told = {record.story_id: record for record in Archive(archive).stories(latest=True)}
    found += [f"story {story_id} is not whole" for story_id, record in told.items() if record.declared_delta != 0]
    for number in good_expected(hostile.site):
        if (record := told.get(str(number))) is None:
            found.append(f"good story {number} is not archived")
        elif record.text != story(number).text:
            found.append(f"good story {number} has another text")
    return found


def _is_used_again(case: Case, hostile: HostileServer) -> bool:
    """Whether something is asked for over a connection on which nobody can tell any more where an answer begins."""
    served = hostile.server.served
    ends = {
        one.connection: place for place, one in enumerate(served) if case.ends_connection and one in hostile.heard(case)
    }
    return any(ends.get(one.connection, place) < place for place, one in enumerate(served))


def good_expected(site: HostileSite) -> range:
    """Good stories that are to be archived: all, or none where nothing of the site can be had."""
    expected = {outcome for case in site.numbers for outcome in case.expected}
    return site.good if UNREACHED.isdisjoint(expected) else range(0)
