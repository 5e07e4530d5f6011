"""Which of the addresses that pages link are stories, and which are lists."""

from __future__ import annotations

import pytest

from slqncy.newsite.grammar import StoryRule, families, is_front, page_marks, section_rule, story_rule, words

TITLE = "湖滨社区办起邻里读书会"


def rule_of(links: dict[str, str], stories: set[str] = frozenset(), others: set[str] = frozenset()) -> StoryRule:  # type: ignore[assignment]
    return story_rule(families(links, stories, others)[0], links, stories, others)


def test_stories_are_what_headlines_lead_to() -> None:
    links = {f"/szxw/{number}.html": TITLE for number in range(100, 105)}
    links |= {f"/bdxw/{number}.html": TITLE for number in range(200, 205)}
    links |= {f"/tag/{number}/": "读书会" for number in range(10, 30)} | {"/szxw/": "时政", "/szxw/list_2.html": "2"}
    rule = rule_of(links)
    assert rule.story == r"/(?P<section>[a-z][a-z0-9]*)/(?P<story_id>\d+)\.html"
    assert rule.story_page == r"/(?P<section>[a-z][a-z0-9]*)/(?P<story_id>\d+)_(?P<page>\d+)\.html"
    assert rule.path == "/{section}/{story_id}.html"
    assert rule.section_of("/bdxw/7.html") == "bdxw"
    assert [path for path in links if not rule.accepts(path)] == [path for path in links if "tag" in path] + [
        "/szxw/",
        "/szxw/list_2.html",
    ]


def test_what_was_read_outweighs_what_links_say() -> None:
    films = {f"/film/a{number}.html": TITLE for number in range(1000, 1020)}
    stories = {f"/szxw/{number}.html": "读书会" for number in range(100, 105)}
    assert rule_of(films | stories).accepts("/film/a7777.html")
    assert rule_of(films | stories, set(stories), set(films)).accepts("/szxw/777.html")


def test_folders_in_which_nothing_is_a_story_are_left_out() -> None:
    links = {f"/{section}/{number}.html": TITLE for section in ("szxw", "bdxw") for number in range(100, 105)}
    links |= {f"/list/{number}.html": "更多" for number in range(100, 103)} | {"/special/100.html": TITLE}
    rule = rule_of(links, {"/szxw/100.html"}, {"/special/100.html"})
    assert rule.story == r"/(?!(?:list|special)/)(?P<section>[a-z][a-z0-9]*)/(?P<story_id>\d+)\.html"
    assert not rule.accepts("/list/7.html")
    assert rule.accepts("/lists/7.html")


def test_one_folder_of_all_stories_is_no_section() -> None:
    links = {f"/system/2012/04/24/0{number}.shtml": TITLE for number in range(100, 105)}
    rule = rule_of(links | {"/gn/": "国内"})
    assert rule.story == r"/system/(?P<story_id>\d{4}/\d{2}/\d{2}/\d+)\.shtml"
    assert (rule.path, rule.names_sections) == ("/system/{story_id}.shtml", False)
    assert rule_of(links | {"/system/": "国内"}).names_sections


def test_fronts_are_those_that_list_stories_or_that_stories_name() -> None:
    links = {f"/szxw/{number}.html": TITLE for number in range(100, 105)}
    links |= {"/bdxw/1.html": TITLE, "/bdxw/7777.html": TITLE}
    named = links | {
        "/": "首页",
        "/szxw/": "时政",
        "/bdxw/": "本地",
        "/kjxw/": "科技",
        "/about/": "关于我们",
        "/qt/": "",
    }
    rule = section_rule(named, {"/kjxw/": 3, "/about/": 0}, rule_of(links | {"/szxw/": "时政"}))
    assert rule is not None
    assert rule.names == ("szxw", "bdxw", "kjxw")
    assert rule.path == "/{section}/"
    assert all(map(rule.accepts, ("/szxw", "/szxw/", "/szxw/index.html")))


def test_fronts_by_the_name_of_their_file() -> None:
    links = {f"/news/gn/{number}.html": TITLE for number in range(100, 105)}
    fronts = {"/news/gn/index.shtml": "国内", "/news/gj/index.shtml": "国际", "/ent/index.shtml": "娱乐"}
    lists = dict.fromkeys(fronts, 9)
    rule = section_rule(links | fronts, lists, rule_of(links))
    assert rule is not None
    assert rule.names == ("news/gn", "news/gj", "ent")
    assert rule.path == "/{section}/index.shtml"
    assert all(map(rule.accepts, (*fronts, "/news/gn/")))
    assert not rule.accepts("/a/b/c/")


def test_fronts_that_have_numbers() -> None:
    links = {f"/show/{number}.html": TITLE for number in range(1000, 1005)}
    fronts = {"/list/12.html": "国内", "/list/13.html": "国际"}
    rule = section_rule(links | fronts, dict.fromkeys(fronts, 9), rule_of(links))
    assert rule is not None
    assert (rule.section, rule.path, rule.names) == (
        r"/list/(?P<section>\d+)\.html", "/list/{section}.html", ("12", "13"),
    )  # fmt: skip


def test_no_list_but_the_home_page() -> None:
    links = {f"/show/{number}.html": TITLE for number in range(1000, 1005)}
    assert section_rule(links | {"/about/": "关于我们"}, {"/about/": 0}, rule_of(links)) is None


@pytest.mark.parametrize(
    ("names", "pattern"),
    [
        (["szxw", "kj2"], "[a-z][a-z0-9]*"),
        (["szxw", "bendi-xinwen"], "[a-z][a-z0-9_-]*"),
        (["GB", "szxw"], "[A-Za-z0-9][A-Za-z0-9_-]*"),
        (["a/b", "c/d"], "[a-z][a-z0-9]*/[a-z][a-z0-9]*"),
        (["a", "b/c/d"], "[a-z][a-z0-9]*(?:/[a-z][a-z0-9]*){0,2}"),
    ],
)
def test_names_of_folders(names: list[str], pattern: str) -> None:
    assert words(names) == pattern


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/szxw/", True), ("/szxw", True), ("/szxw/index.html", True), ("/news/gn/index.shtml", True), ("/", False),
        ("/szxw/9538.html", False), ("/about.html", False), ("/list_2.html", False),
    ],
)  # fmt: skip
def test_front_pages(path: str, is_one: bool) -> None:
    assert is_front(path) is is_one


def test_further_pages_of_stories_tell_their_form() -> None:
    marks = page_marks(
        {
            "/szxw/1.html": {"/szxw/1-2.html", "/szxw/1-3.html", "/szxw/2.html"},
            "/szxw/2.html": {"/szxw/2-2.html", "/szxw/1_2.html"},
            "/szxw/3.html": {"/szxw/4.html", "/szxw/3.html"},
        }
    )
    assert marks == {"-": 2}
    links = {f"/szxw/{number}.html": TITLE for number in range(100, 105)} | {"/szxw/": "时政"}
    rule = story_rule(families(links, (), ())[0], links, (), (), "-")
    assert rule.story_page == r"/(?P<section>[a-z][a-z0-9]*)/(?P<story_id>\d+)-(?P<page>\d+)\.html"
