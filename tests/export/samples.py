"""An archive with what readers and writers of other formats stumble over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slqncy.archive import ArchiveWriter
from slqncy.records import content_hash
from tests.samples import FIRST, SECOND, duplicate, keep, rejected, story

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.records import Story

HOSTILE = '=HYPERLINK("http://evil.example/","点我")</script>&\u202e'


def stories() -> list[Story]:
    """Six versions of five stories."""
    return [
        # Half an hour after midnight in Beijing is the day before in UTC; and a number that is no number.
        replace(story(1, downloaded=FIRST), story_id="00000001", date_published="2026-06-01T00:30:00+08:00"),
        # A day, and no time.
        replace(story(2, downloaded=FIRST), date_published="2026-06-01", declared_minutes=1, declared_delta=0),
        # Neither, and nothing declared.
        replace(story(3), declared_chars=None, authors=[], images=[]),
        replace(
            story(4, '写“他说,"好"”的人。\n\n\u2028第二段,\t有制表符。'),
            authors=["王宇", "李 雷"],
            keywords=["一", "二"],
        ),
        replace(
            story(5, "-1度。", version=1),
            date_published="2026-05-31T23:59:59+08:00",
            date_modified="2026-06-02",
            declared_delta=-3,
            source_name="东渚晚报",
        ),
        titled(replace(story(5, "改过的正文。", version=2), date_published="2026-05-31T23:59:59+08:00"), HOSTILE),
    ]


def titled(record: Story, title: str) -> Story:
    """The same under another title."""
    return replace(record, title=title, content_hash=content_hash(title, record.text))


def make_archive(root: Path) -> Path:
    """An archive of them with a closed month, and with a duplicate and a rejected page, which are not exported."""
    writer = ArchiveWriter(root)
    keep(writer, *stories(), duplicate(6), rejected(7))
    writer.close_months(SECOND[:7])
    writer.close()
    return root
