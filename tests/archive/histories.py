"""Random histories of some addresses: what a site says of them in turn, and what is written of that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slqncy.archive import ArchiveWriter
from slqncy.archive.layout import Kind, kind_of
from slqncy.archive.ledger import next_version
from slqncy.dedup import Thresholds
from slqncy.dedup.archived import ArchivedStories
from slqncy.pipelines.store import judge_page
from slqncy.reasons import UNSETTLED, Exclusion, Rejection, State
from slqncy.records import Duplicate, Rejected, Story, content_hash, rewrite_line, story_fields
from tests.crawling import text_of
from tests.samples import RUN_ID, excluded, failed, found, happened, not_modified, story, story_url

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from slqncy.records import Event, Rewrite

_STEPS, _ADDRESSES = 60, 6
_CAPTURED = 0.2
"""How many pages come out of a web archive."""
_SAYS = ("page", "page", "page", "another's", "nothing", "garbled", "no answer", "not modified", "forbidden")


class Histories:
    """One history, written to an archive, and line by line to any of the parts of a cluster as well."""

    def __init__(self, random: Random, one: Path, parts: list[Path]) -> None:
        self._random = random
        self._one = ArchiveWriter(one)
        self._parts = [ArchiveWriter(part) for part in parts]
        self._stories = ArchivedStories(self._one, Thresholds())

    def write(self) -> None:
        """Write it, and close all archives."""
        for step in range(1, 2 * _STEPS, 2):
            self._step(
                self._random.randint(1, _ADDRESSES),
                *(f"2026-11-02T00:{n // 60:02}:{n % 60:02}Z" for n in (step - 1, step)),
            )
        for writer in (self._one, *self._parts):
            writer.close()
        self._stories.close()

    def _step(self, number: int, before: str, at: str) -> None:
        if self._one.known(story_url(number)) is None:
            self._write(found(number, before))
        known = self._one.known(story_url(number))
        assert known is not None
        says = self._random.choice(_SAYS)
        if says == "no answer":
            self._write(failed(number, at, is_settled=known.state not in UNSETTLED))
        elif says == "not modified":
            if known.state in {State.ARCHIVED, State.DUPLICATE}:
                self._write(not_modified(number, at))
        elif says == "forbidden":
            if known.state in UNSETTLED:
                self._write(excluded(number, Exclusion.ROBOTS, at))
        else:
            self._answered(known.state, self._page(number, says, at))

    def _page(self, number: int, says: str, at: str) -> Story:
        page = self._said(number, says, at)
        if self._random.random() < _CAPTURED:
            captured = f"2026-0{self._random.randint(1, 9)}-01T00:00:00Z"
            page.provenance = replace(page.provenance, web_archive="wayback", date_captured=captured)
        return page

    def _said(self, number: int, says: str, at: str) -> Story:
        if says in {"nothing", "garbled"}:
            reason = Rejection.NOT_FOUND if says == "nothing" else Rejection.GARBLED
            return Rejected(**story_fields(_story(number, "", "", at)), reason=reason)
        about = number if says == "page" else self._random.randint(1, _ADDRESSES)
        text = text_of(about) + self._random.choice(("", "", "\n又及。", "\n再及。"))
        return _story(number, f"东渚街道第{about}次志愿服务活动举行", text, at)

    def _answered(self, was: State, page: Story) -> None:
        """As the pipelines do."""
        said = {}
        if not isinstance(page, Rejected) and not self._one.latest(Kind.STORY, page.canonical_url):
            before = self._one.latest(Kind.DUPLICATE, page.canonical_url)
            original = self._stories.find(page)
            if before and before.content_hash == page.content_hash:
                page = replace(self._one.story_at(before.place), date_downloaded=page.date_downloaded)
            elif original and original.sets_apart(divert_rewrites=False):
                page = Duplicate(**story_fields(page), **original.fields("duplicate"))
            elif original:
                said = original.fields("rewrite")
        versions = self._one.versions(kind_of(page), page.canonical_url)
        outcome, version = judge_page(page, was, versions)
        page.version = next_version(versions)
        event = happened(
            outcome.event, int(page.story_id), page.date_downloaded, state=outcome.state, version=version,
            reason=page.reason if isinstance(page, Rejected) else "", http_status=200,
            date_captured=page.provenance.date_captured,
        )  # fmt: skip
        if outcome.is_line:
            self._write(event, page, rewrite_line(page, said, RUN_ID) if said else None)
        else:
            self._write(event)

    def _write(self, event: Event, page: Story | None = None, rewrite: Rewrite | None = None) -> None:
        self._random.choice(self._parts).write(event, page, rewrite)
        place = self._one.write(event, page, rewrite)
        if page and place and kind_of(page) is Kind.STORY:
            self._stories.add(place, page)


def _story(number: int, title: str, text: str, at: str) -> Story:
    return replace(
        story(number, downloaded=at), title=title, text=text, char_count=len(text),
        content_hash=content_hash(title, text), date_published=f"2026-10-{30 - number}",
    )  # fmt: skip
