"""An archive that has everything the pages show: the demo site's, and stories that no site should have."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

from slqncy.archive import ArchiveWriter
from slqncy.records import content_hash
from tests.samples import duplicate, gone, keep, returned, story

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.records import Story

LATER = "2099-01-01T00:00:00Z"
EDITED, GONE, HOSTILE, COPY, REWRITE = 90001, 90002, 90003, 90004, 90005
BEFORE = "湖滨路的梧桐树昨天种下,一共120棵。\n居民周敏说,夏天会凉快许多。"
AFTER = "湖滨路的梧桐树昨天种下,一共210棵。\n居民周敏说,夏天会凉快许多。\n养护由社区负责。"
RETOLD = "昨天,湖滨路种下了210棵梧桐。\n周敏住在附近,她盼着夏天的树荫。"
MARKUP = '<script>document.title="taken"</script>'
TEXT = f"第一行{MARKUP}\u2028第二行\u202e反过来\n<img src=x onerror=alert(1)>&amp;<b>粗</b>"


def make(demo: Path, root: Path) -> Path:
    """A copy of the demo site's archive, and more."""
    shutil.copytree(demo, root)
    with closing(ArchiveWriter(root)) as writer:
        keep(writer, _dated(story(EDITED, BEFORE, downloaded=LATER)), story(GONE, "已经撤下的一条。", downloaded=LATER))
        keep(writer, _dated(story(EDITED, AFTER, version=2, downloaded=LATER)), _hostile(), _copy())
        keep(writer, _dated(story(REWRITE, RETOLD, downloaded=LATER)), original=EDITED)
        writer.write(gone(EDITED, LATER))
        writer.write(returned(EDITED, LATER, version=2))
        writer.write(gone(GONE, LATER))
    return root


def _dated(page: Story) -> Story:
    page.date_published = "2026-11-01T08:30:00+08:00"
    page.declared_delta = 0
    return page


def _copy() -> Story:
    page = duplicate(COPY, EDITED, downloaded=LATER)
    page.text = AFTER
    page.duplicate_evidence = "equal normal form"
    return page


def _hostile() -> Story:
    page = story(HOSTILE, TEXT, downloaded=LATER)
    page.title = f"标题{MARKUP}\u202e"
    page.canonical_url = page.url
    page.byline_raw = f'"{MARKUP}'
    page.authors = [MARKUP]
    page.language = '"><script>'
    page.date_published_raw = MARKUP
    page.images[0].url = "javascript:alert(1)"
    page.declared_delta = 7
    page.content_hash = content_hash(page.title, page.text)
    return page
