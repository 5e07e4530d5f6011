"""What sites put in place of a page, and stories about the same things: `walls.toml` has them."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from slqncy.extract.page import Page, parse_page
from slqncy.extract.reading import read_story
from slqncy.extract.walls import Wall, find_wall
from slqncy.reasons import Rejection
from slqncy.sites import load_site

SITE = load_site("slqncy")
SAID: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("walls.toml").read_text(encoding="utf-8")
)
WALLS = [
    pytest.param(said, Rejection(kind), id=f"{kind}-{name}")
    for kind, walls in SAID.items()
    if kind != "story"
    for name, said in walls.items()
]
NAVIGATION = "".join(f'<a href="/{name}/">{name}</a> ' for name in ("szxw", "bdxw", "kjxw", "tyxw"))
FOOT = '<div>版权所有 © 2026 本地新闻网 <a href="/about.html">关于我们</a></div>'


def page_of(said: dict[str, Any]) -> Page:
    title = said.get("title", "")
    body = "".join(f"<p>{line}</p>" for line in said.get("lines", [])) + said.get("html", "")
    if said.get("within_a_site"):
        body, title = f"<div>{NAVIGATION}</div><div><h1>{title}</h1>{body}</div>{FOOT}", f"{title}_本地新闻网"
    source = (
        f"<html><head><title>{title}</title></head><body>{body}<script>{said.get('script', '')}</script></body></html>"
    )
    return parse_page(source.encode(), "http://www.slqncy.com/szxw/1.html", "text/html; charset=utf-8")


def wall_of(said: dict[str, Any]) -> Wall | None:
    page = page_of(said)
    story = read_story(page, SITE, datetime(2026, 11, 26, tzinfo=UTC))
    return find_wall(page, story.title, "\n".join(story.paragraphs))


@pytest.mark.parametrize(("said", "reason"), WALLS)
def test_in_place_of_a_story(said: dict[str, Any], reason: Rejection) -> None:
    wall = wall_of(said)
    assert wall is not None
    assert wall.reason is reason
    assert wall.words


@pytest.mark.parametrize(("said", "reason"), WALLS)
def test_in_place_of_a_list(said: dict[str, Any], reason: Rejection) -> None:
    wall = find_wall(page_of(said))
    assert wall is not None
    assert wall.reason is reason


@pytest.mark.parametrize("name", SAID["story"])
def test_stories(name: str) -> None:
    assert wall_of(SAID["story"][name]) is None


def test_a_long_text_is_a_story() -> None:
    lines = [
        "请输入验证码",
        *(f"第{number}位读者说,验证码越来越难认,老人看不清,孩子也看不清。" for number in range(12)),
    ]
    assert wall_of({"lines": lines[:2]}) is not None
    assert wall_of({"lines": lines}) is None


@pytest.mark.parametrize("words", ["，\n", "提示信息,", "正在处于进行暂时", "请您先", "系统"])
def test_endless_words_are_soon_read(words: str) -> None:
    page = page_of({"title": words * 50_000, "html": f"<pre>{words * 50_000}</pre>"})
    assert find_wall(page) is None
