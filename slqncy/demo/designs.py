"""Three page designs: what the same story looks like in an old CMS, in a layout of about 2015 and in a modern one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, ClassVar

from .links import href

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from .story import DemoStory

NOT_FOUND_TITLE = "页面不存在"
NOT_FOUND_MESSAGE = "对不起,您访问的页面不存在或已被删除。"
ADVERTISEMENT = (
    '<div class="ad"><a href="javascript:;"><img src="/static/dot.gif" alt="" />'
    "广告:青荷超市周年庆,全场满百减三十</a></div>"
)


@dataclass(frozen=True, slots=True)
class Link:
    """A story as other pages show it."""

    path: str
    title: str
    published: datetime
    teaser: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands in the site."""

    path: str
    section: str
    section_title: str
    menu: tuple[tuple[str, str], ...]
    """(path, title) of every section."""
    hot: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story page before it has a design."""

    place: Place
    story: DemoStory
    address: str
    published: datetime
    banner: tuple[int, int] | None
    """Declared characters and minutes; None on an empty page."""
    image: str
    """Path of the picture, or ""."""
    clicks: int
    newer: Link | None
    older: Link | None
    related: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """One page of a list before it has a design."""

    place: Place
    items: tuple[Link, ...]
    page: int
    """From 1; may exceed `pages` on a list that never ends."""
    pages: int


@cache
def template(design: str, name: str) -> Template:
    """A template file of a design."""
    return Template((files(__package__) / "designs" / design / f"{name}.html").read_text("utf-8"))


def stylesheet(design: str) -> bytes:
    """The design's style.css."""
    return (files(__package__) / "designs" / design / "style.css").read_bytes()


def anchor(path: str, link: Link, before: str = "", after: str = "") -> str:
    """An <a> from the page at `path` to a story."""
    return f'{before}<a href="{href(path, link.path)}">{escape(link.title.strip())}</a>{after}'


class Design:
    """What the designs share: the frame, and the fields a template may name."""

    name: ClassVar[str]
    site_name: ClassVar[str]
    content_type: ClassVar[str] = "text/html"
    codec: ClassVar[str] = "utf-8"
    day_format: ClassVar[str] = "%Y-%m-%d"
    time_format: ClassVar[str] = "%Y-%m-%d %H:%M"
    box_line: ClassVar[tuple[str, str]] = ("<li>", "</li>")
    menu_gap: ClassVar[str] = " "

    def story(self, view: StoryView) -> bytes:
        """The page of a story."""
        place, title = view.place, view.story.title.strip()
        main = template(self.name, "story").substitute(
            section=place.section,
            section_title=place.section_title,
            headline=escape(title),
            time=view.published.strftime(self.time_format),
            iso=view.published.isoformat(),
            source=escape(view.story.source_name),
            clicks=view.clicks,
            body="\n".join(self.body(view)),
            neighbours=self.neighbours(view),
            related=self.box(place.path, view.related),
            hot=self.box(place.path, place.hot),
            tags=" ".join(view.story.keywords),
        )
        return self.frame(place, f"{title}{self.suffix(place)}", main, view)

    def listing(self, view: ListView) -> bytes:
        """One page of a list."""
        place = view.place
        main = template(self.name, "list").substitute(
            section_title=place.section_title,
            items=self.items(place.path, view.items),
            pager=self.pager(view),
            hot=self.box(place.path, place.hot),
        )
        return self.frame(place, f"{place.section_title}{self.suffix(place)}", main)

    def not_found(self, place: Place) -> bytes:
        """The site's own 页面不存在 page."""
        main = template(self.name, "message").substitute(headline=NOT_FOUND_TITLE, message=NOT_FOUND_MESSAGE)
        return self.frame(place, f"{NOT_FOUND_TITLE}{self.suffix(place)}", main)

    def frame(self, place: Place, title: str, main: str, view: StoryView | None = None) -> bytes:
        """A whole page, encoded."""
        menu = self.menu_gap.join(f'<a href="{path}">{name}</a>' for path, name in (("/", "首页"), *place.menu))
        page = template(self.name, "frame").substitute(
            title=escape(title),
            keywords=",".join(view.story.keywords) if view else "",
            description=escape(view.story.text[:60].replace("\n", " ")) if view else "",
            head=self.head(view) if view else "",
            menu=menu,
            main=main,
        )
        return page.encode(self.codec, "xmlcharrefreplace")

    def items(self, path: str, links: Sequence[Link]) -> str:
        """The entries of a list."""
        return "".join(
            template(self.name, "item").substitute(
                href=href(path, link.path),
                headline=escape(link.title.strip()),
                teaser=escape(link.teaser),
                day=link.published.strftime(self.day_format),
                iso=link.published.isoformat(),
            )
            for link in links
        )

    def box(self, path: str, links: Sequence[Link]) -> str:
        """Headlines of a hot list or a related box."""
        return "\n".join(anchor(path, link, *self.box_line) for link in links)

    def suffix(self, place: Place) -> str:
        """What follows the headline in <title>."""
        return f"_{place.section_title}_{self.site_name}"

    def head(self, view: StoryView) -> str:
        """Markup of one story's own for <head>."""
        del view
        return ""

    def body(self, view: StoryView) -> list[str]:
        """The lines of the body from banner to trailer."""
        raise NotImplementedError

    def neighbours(self, view: StoryView) -> str:
        """Links to the stories before and after."""
        raise NotImplementedError

    def pager(self, view: ListView) -> str:
        """Links to the other pages of a list."""
        raise NotImplementedError


def body_lines(story: DemoStory) -> list[tuple[str, bool]]:
    """(line, is a repeated title) in reading order, escaped."""
    return [
        (escape(line), repeated)
        for number, paragraph in enumerate(story.paragraphs)
        for line, repeated in ([(story.title, True)] if number in story.title_lines else []) + [(paragraph, False)]
    ]


class OldDesign(Design):
    """Nested tables and <font>, GBK bytes that call themselves gb2312, a body of <br><br> in one cell."""

    name = "old"
    site_name = "青荷新闻网"
    codec = "gbk"
    box_line = ("·", "<br>")
    menu_gap = " | "

    def body(self, view: StoryView) -> list[str]:
        lines = [f"本篇文章{view.banner[0]}字,读完约{view.banner[1]}分钟<br><br>"] if view.banner else []
        if view.image:
            lines.append(f'<center><img src="{view.image}" border="0"></center>')
        for line, repeated in body_lines(view.story):
            lines.append(f"<b>{line}</b><br><br>" if repeated else f"\u3000\u3000{line}<br><br>")
        return [*lines, f"标题:{escape(view.story.title)}<br><br>", f"地址:{view.address}<br>"]

    def neighbours(self, view: StoryView) -> str:
        path = view.place.path
        newer = anchor(path, view.newer, "上一篇:") if view.newer else "上一篇:没有了"
        older = anchor(path, view.older, "下一篇:") if view.older else "下一篇:没有了"
        return f"{newer}<br>{older}"

    def pager(self, view: ListView) -> str:
        name = (
            f"list_{view.place.menu.index((f'/{view.place.section}/', view.place.section_title)) + 1}_{{}}.html".format
        )
        numbers = [str(n) if n == view.page else f'<a href="{name(n)}">{n}</a>' for n in range(1, view.pages + 1)]
        back = (
            f'<a href="{name(1)}">首页</a> <a href="{name(view.page - 1)}">上一页</a>'
            if view.page > 1
            else "首页 上一页"
        )
        on = (
            f'<a href="{name(view.page + 1)}">下一页</a> <a href="{name(view.pages)}">末页</a>'
            if view.page < view.pages
            else "下一页 末页"
        )
        jump = "".join(f'<option value="{name(n)}">第{n}页</option>' for n in range(1, view.pages + 1))
        select = f'<select onchange="location.href=this.value">{jump}</select>'
        return f"{back} {' '.join(numbers)} {on} {select} 共{view.pages}页"


class PlainDesign(Design):
    """Divs and <p>, UTF-8 said in the header only, an advertisement in the body, a source line before the trailer."""

    name = "plain"
    site_name = "青荷在线"
    content_type = "text/html; charset=utf-8"
    time_format = "%Y年%m月%d日 %H:%M"

    def home(self, place: Place, items: tuple[Link, ...]) -> bytes:
        """The page at /."""
        main = template(self.name, "home").substitute(
            items=self.items(place.path, items),
            sections="".join(f'<li><a href="{path}">{title}</a></li>' for path, title in place.menu),
            hot=self.box(place.path, place.hot),
        )
        return self.frame(place, self.site_name, main)

    def body(self, view: StoryView) -> list[str]:
        lines = [f'<p class="tip">本篇文章{view.banner[0]}字，读完约{view.banner[1]}分钟</p>'] if view.banner else []
        if view.image:
            lines.append(f'<p align="center"><img src="{view.image}" alt="{escape(view.story.title.strip())}" /></p>')
        for line, repeated in body_lines(view.story):
            lines.append(f"<p><strong>{line}</strong></p>" if repeated else f"<p>\u3000\u3000{line}</p>")
        lines.insert(2, ADVERTISEMENT)
        return [
            *lines,
            f"<p>来源:{escape(view.story.source_name)}</p>",
            f"<p>标题:{escape(view.story.title)}</p>",
            f"<p>地址:{view.address}</p>",
        ]

    def neighbours(self, view: StoryView) -> str:
        path = view.place.path
        newer = anchor(path, view.newer, "<p>上一篇:", "</p>") if view.newer else ""
        return newer + (anchor(path, view.older, "<p>下一篇:", "</p>") if view.older else "")

    def pager(self, view: ListView) -> str:
        # The CMS never looks whether there is a next page.
        return f'<span>第{view.page}页</span> <a href="/{view.place.section}/index_{view.page + 1}.html">下一页</a>'

    def suffix(self, place: Place) -> str:
        return f" - {place.section_title} - {self.site_name}"


class ModernDesign(Design):
    """HTML5 sections, JSON-LD and og: metadata, pagination with numbers only."""

    name = "modern"
    site_name = "青荷科技观察"
    day_format = "%Y.%m.%d"

    def head(self, view: StoryView) -> str:
        title, when = view.story.title.strip(), view.published.isoformat()
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": title,
            "datePublished": when,
            "mainEntityOfPage": view.address,
            "publisher": {"@type": "Organization", "name": self.site_name},
        }
        meta = {
            "og:type": "article",
            "og:title": title,
            "og:url": view.address,
            "og:site_name": self.site_name,
            "article:published_time": when,
        }
        ld = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
        return "\n".join(
            [
                f'<link rel="canonical" href="{view.address}">',
                *(f'<meta property="{name}" content="{escape(content)}">' for name, content in meta.items()),
                f'<script type="application/ld+json">{ld}</script>',
            ]
        )

    def body(self, view: StoryView) -> list[str]:
        lines = (
            [f'<p class="reading">本篇文章 {view.banner[0]} 字, 读完约 {view.banner[1]} 分钟</p>']
            if view.banner
            else []
        )
        if view.image:
            lines.append(f'<figure><img src="{view.image}" alt=""></figure>')
        lines += [f"<p>{line}</p>" for line, _ in body_lines(view.story)]
        return [
            *lines,
            f"<p>标题:{escape(view.story.title)}</p>",
            f'<p>地址:<a href="{view.address}">{view.address}</a></p>',
        ]

    def neighbours(self, view: StoryView) -> str:
        return "".join(anchor(view.place.path, link) for link in (view.newer, view.older) if link)

    def pager(self, view: ListView) -> str:
        return "".join(
            f'<span aria-current="page">{n}</span>' if n == view.page else f'<a href="?page={n}">{n}</a>'
            for n in range(1, view.pages + 1)
        )

    def suffix(self, place: Place) -> str:
        del place
        return f" | {self.site_name}"


OLD, PLAIN, MODERN = OldDesign(), PlainDesign(), ModernDesign()
DESIGNS: tuple[Design, ...] = (OLD, PLAIN, MODERN)
