"""What travels through the pipelines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slqncy.extract.boilerplate import join_pages, strip
from slqncy.records import Duplicate, Rejected, Warc, rewrite_line, story_fields

if TYPE_CHECKING:
    from datetime import datetime

    from slqncy.dedup import Compared
    from slqncy.extract.boilerplate import Stripped
    from slqncy.extract.directives import Directives
    from slqncy.extract.walls import Wall
    from slqncy.reasons import Rejection
    from slqncy.records import Rewrite, Story
    from slqncy.sites import Site


@dataclass(frozen=True, slots=True)
class Fetched:
    """When a response was asked for, and where it is kept: a request's `meta["fetched"]`."""

    at: datetime
    warc: Warc = field(default_factory=Warc)
    status: int = 0
    """What the response begins with, also where it is not whole; 0 where nothing came that is HTTP."""
    refused: Rejection | None = None
    """Why nobody is to read it, where it is a page, and not asked for again at once."""
    directives: Directives | None = None
    """What it asks of robots, where it was looked into for that."""


@dataclass(slots=True, kw_only=True)
class StoryItem:
    """A fetched story page on its way to the archive: each pipeline fills in its part of `story`."""

    story: Story
    lines: list[str] = field(default_factory=list)
    """The page's lines in reading order, banner and trailer included; after `Strip`, the paragraphs of the body."""
    stripped: Stripped | None = None
    """What is left of the lines, where that was worked out; who changes them takes it away."""
    parts: int = 1
    """Pages the story was read from."""
    is_truncated: bool = False
    """Whether a web archive has only the beginning of the page."""
    notice: str = ""
    """All that the page says, where no story was found on it."""
    wall: Wall | None = None
    """What seems to stand in place of the page."""
    rejection: Rejection | None = None
    """Set where the page is not a story; the first reason found stands."""
    rejection_detail: str = ""
    compared: Compared | None = None
    """The story as it is compared with others, where that was worked out."""
    duplicate: dict[str, Any] | None = None
    """The duplicate_… fields, where the archive already has the story."""
    rewrite: dict[str, Any] | None = None
    """The rewrite_… fields, where the story tells what an archived one tells."""

    def add_page(self, lines: list[str], site: Site) -> None:
        """The story goes on with the lines of a further page."""
        self.lines, self.stripped, self.compared = join_pages(self.lines, lines, site), None, None
        self.parts += 1

    def strip(self, site: Site) -> Stripped:
        """What is left of the page's lines without boilerplate."""
        self.stripped = self.stripped or strip(self.lines, self.story.title, site)
        return self.stripped

    def reject(self, reason: Rejection, detail: str = "") -> None:
        """Mark the page as no story, unless it is so marked already."""
        if self.rejection is None:
            self.rejection, self.rejection_detail = reason, detail

    def record(self) -> Story:
        """The line to write: a Rejected, a Duplicate or a Story."""
        fields = story_fields(self.story)
        if self.rejection:
            return Rejected(**fields, reason=self.rejection, reason_detail=self.rejection_detail)
        if self.duplicate:
            return Duplicate(**fields, **self.duplicate)
        return self.story

    def rewrite_record(self) -> Rewrite | None:
        """The line to write with that of a story, once its version is known: what it rewrites, if anything."""
        if self.rejection or self.duplicate or not self.rewrite:
            return None
        return rewrite_line(self.story, self.rewrite, self.story.provenance.run_id)
