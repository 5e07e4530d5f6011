"""Stories to tell, and pages to tell them on."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING

from slqncy.demo.designs import DESIGNS, Place, StoryView
from slqncy.demo.links import address
from slqncy.demo.story import minutes
from slqncy.demo.writing import write_stories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slqncy.demo.story import DemoStory


@cache
def _stories() -> list[DemoStory]:
    return write_stories(400, seed=68)


def story(number: int) -> DemoStory:
    """The story of a number: those below 200, and those from 9000 on to 9199."""
    return _stories()[number % 9000 + 200 * (number >= 9000)]


def good_page(number: int) -> tuple[str, bytes]:
    """Content-Type and body of a story page as the demo site has them, in one design after the other."""
    told, design, path = story(number), DESIGNS[number % len(DESIGNS)], f"/szxw/{number}.html"
    view = StoryView(
        place=Place(path, "szxw", "市政新闻", (("/szxw/", "市政新闻"),), ()),
        story=told,
        address=address(path),
        published=told.published,
        banner=(told.chars, minutes(told.chars)),
        image="",
        clicks=number,
        newer=None,
        older=None,
        related=(),
    )
    return design.content_type, design.story(view)


def plain_page(
    number: int, *, title: str = "", paragraphs: Sequence[str] = (), head: str = "", dateline: str = "", more: str = ""
) -> str:
    """A story page in a plain design, with banner and trailer.

    `title` is markup; `paragraphs` are text, counted by the banner; `head` stands in the head, `more` behind it all.
    """
    told = story(number)
    title = title or escape(told.title.strip())
    texts = paragraphs or told.paragraphs
    chars = sum(map(len, texts)) + len(texts) + 1
    body = "".join(f"<p>{escape(text)}</p>\n" for text in texts)
    return (
        f"<html><head><title>{title}_本地新闻</title>{head}</head>\n<body><h1>{title}</h1>{dateline}\n<div>"
        f"<p>本篇文章{chars}字,读完约{minutes(chars)}分钟</p>\n{body}"
        f"<p>标题:{title}</p><p>地址:{address(f'/szxw/{number}.html')}</p></div>{more}</body></html>"
    )


def links_page(links: Sequence[str], more: str = "") -> str:
    """A page of links, each with a title of its own."""
    items = "".join(f'<li><a href="{link}">第{index}条新闻的标题</a></li>\n' for index, link in enumerate(links, 1))
    return f"<html><head><title>市政新闻</title></head><body><ul>{items}</ul>{more}</body></html>"
