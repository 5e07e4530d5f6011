"""How the page of a capture is read, as far as the capture itself says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slqncy.reading.page import read_list_page, read_part_page, read_story_page
from slqncy.reasons import PageKind
from slqncy.spiders.responses import is_not_modified, is_refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from slqncy.reading.page import AnyReading, Served
    from slqncy.sites import Address
    from slqncy.spiders.opened import Opened
    from slqncy.warc.read import Capture

_KINDS = frozenset(PageKind)
WAYS: dict[PageKind | None, Callable[[Served], AnyReading]] = {
    PageKind.STORY: read_story_page, PageKind.PART: read_part_page,
    PageKind.FRONT: read_list_page, PageKind.LIST: read_list_page,
}  # fmt: skip
"""By the kind of the page."""


def is_page(opened: Opened) -> bool:
    """Whether a capture has a page of a site that we know, and may be read."""
    if opened.address is None or opened.response is None or opened.failure:
        return False
    return not is_not_modified(opened.response) and not is_refused(opened.response)


def asked_for(capture: Capture, address: Address) -> tuple[str, PageKind] | None:
    """The page that a capture of ours was asked for as, and its kind; None where that is of another site."""
    page, kind = capture.notes["page"], capture.notes.get("kind")
    if kind not in _KINDS or address.canonical(page) != page:
        return None
    story = address.story(page)
    if kind in {PageKind.STORY, PageKind.PART} and (story is None or (story.page == 1) is not (kind == PageKind.STORY)):
        return None
    return page, PageKind(kind)
