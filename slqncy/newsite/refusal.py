"""Why no profile can be proposed for a site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slqncy.exitcodes import ExitStatus
from slqncy.newsite.grammar import is_headline
from slqncy.newsite.shapes import take_apart
from slqncy.reasons import Rejection
from slqncy.sites import load_site, site_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slqncy.newsite.sample import Sample

_FEW_WORDS = 200
"""Characters that a page may show which leaves the rest to a script."""
_FEW_LINKS = 5
_CHINESE = re.compile("[\u3400-\u9fff]")
_LEAST_CHINESE = 0.2
"""Of all letters; menus, names and figures are in Latin letters on Chinese pages too."""
_FEWEST_BY_QUERY = 3
_WALLS = {
    Rejection.CHALLENGE: "a test for browsers", Rejection.LOGIN: "a login", Rejection.WAITING_ROOM: "a waiting room",
}  # fmt: skip


class NoProposalError(ValueError):
    """No profile can be proposed; the message says why, and `status` what a command returns."""

    def __init__(self, message: str, status: ExitStatus = ExitStatus.DATA) -> None:
        super().__init__(message)
        self.status = status


def refuse(samples: Sequence[Sample]) -> None:
    """Raises NoProposalError where the pages are none of a Chinese news site that can be read."""
    if not samples:
        raise NoProposalError("no page of the site could be read")
    if (wall := samples[0].wall) and not any(sample.is_story for sample in samples):
        status = ExitStatus.DATA if wall.reason is Rejection.LOGIN else ExitStatus.TEMPORARY
        raise NoProposalError(f"in place of the site stands {_WALLS[wall.reason]}: {wall.words}", status)
    texts = [sample.text for sample in samples]
    if all(map(_is_shell, samples, texts)):
        raise NoProposalError(
            "the pages are empty without JavaScript, which is not run here; is there a site for phones?"
        )
    text = "".join(texts)
    letters = sum(map(str.isalpha, text))
    if len(_CHINESE.findall(text)) < _LEAST_CHINESE * letters:
        raise NoProposalError("the pages are not Chinese; banner, dates and bylines are read in Chinese only")


def no_stories(samples: Sequence[Sample]) -> str:
    """Why the pages hold no story that a profile could describe."""
    told_by_query = [
        link.url
        for sample in samples
        for link in sample.links
        if urlsplit(link.url).query and is_headline(link.text) and not take_apart(urlsplit(link.url).path).is_numbered
    ]
    if len(set(told_by_query)) >= _FEWEST_BY_QUERY:
        return f"what tells stories apart is the query, as in {told_by_query[0]}, and a profile knows paths only"
    return f"of {len(samples)} pages read, none is a story, with title, date and text, at an address that has a number"


def known_site(host: str) -> str:
    """The profile that comes with the package and has the host, or ""."""
    return next((name for name in site_names() if host in load_site(name).hosts), "")


def _is_shell(sample: Sample, text: str) -> bool:
    return (
        len(text) <= _FEW_WORDS and len(sample.links) <= _FEW_LINKS and sample.page.root.find(".//script") is not None
    )
