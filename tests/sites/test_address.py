"""Which URLs are the site's own, what they name, and where they are served."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urljoin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from w3lib.url import canonicalize_url, safe_url_string

from slqncy.sites import Address, StoryAddress, load_site
from slqncy.sites.address import PLAIN

SITE = load_site("slqncy")
LIVE = Address(SITE)
SECURE = Address(replace(load_site("slqncy"), scheme="https"))
MIRROR = Address(SITE, "http://127.0.0.1:8080/mirror")
STORY = "http://www.slqncy.com/szxw/9538.html"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        (STORY, STORY),
        ("https://slqncy.com/szxw/9538.html?from=list#top", STORY),
        ("http://slqncy.com:80/szxw/9538.html", STORY),
        ("https://www.slqncy.com:443/szxw/9538.html", STORY),
        ("HTTP://WWW.SLQNCY.COM/szxw/9538.html", STORY),
        ("http://user:secret@www.slqncy.com/szxw/9538.html", STORY),
        ("http://www.slqncy.com//szxw///9538.html", STORY),
        ("http://www.slqncy.com/%73zxw/9538.html?a=b", STORY),
        ("http://www.slqncy.com/jkyw/../szxw/9538.html", STORY),
        (" http://www.slqncy.com/szxw/9538.html ", STORY),
        ("http://www.slqncy.com", "http://www.slqncy.com/"),
        ("http://www.slqncy.com/szxw", "http://www.slqncy.com/szxw/"),
        ("http://www.slqncy.com/szxw/index.html", "http://www.slqncy.com/szxw/"),
        ("http://www.slqncy.com/szxw/index.htm?page=2", "http://www.slqncy.com/szxw/?page=2"),
        ("http://www.slqncy.com/szxw/?b=2&a=1#x", "http://www.slqncy.com/szxw/?b=2&a=1"),
        ("http://www.slqncy.com/szxw/list_2.html", "http://www.slqncy.com/szxw/list_2.html"),
        ("http://www.slqncy.com/szxw/9538_2.html", "http://www.slqncy.com/szxw/9538_2.html"),
        ("http://www.slqncy.com/搜索", "http://www.slqncy.com/%E6%90%9C%E7%B4%A2"),
        ("http://other.example/szxw/9538.html", None),
        ("http://m.slqncy.com/szxw/9538.html", None),
        ("http://www.slqncy.com.evil.example/szxw/9538.html", None),
        ("http://www.slqncy.com@evil.example/szxw/9538.html", None),
        ("http://www.slqncy.com:8080/szxw/9538.html", None),
        ("http://www.slqncy.com:99999/szxw/9538.html", None),
        ("ftp://www.slqncy.com/szxw/9538.html", None),
        ("javascript:alert(1)", None),
        ("mailto:a@www.slqncy.com", None),
        ("http://[::1", None),
        ("", None),
        ("/szxw/9538.html", None),
        ("http://127.0.0.1:8080/mirror/szxw/9538.html", None),
    ],
)
def test_canonical(url: str, canonical: str | None) -> None:
    assert LIVE.canonical(url) == canonical


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://127.0.0.1:8080/mirror/szxw/9538.html", STORY),
        ("http://127.0.0.1:8080/mirror", "http://www.slqncy.com/"),
        ("http://127.0.0.1:8080/mirror/", "http://www.slqncy.com/"),
        ("http://127.0.0.1:8080/szxw/9538.html", STORY),
        ("http://127.0.0.1:8080/mirrored/", "http://www.slqncy.com/mirrored/"),
        (STORY, STORY),
        ("http://127.0.0.1:8081/mirror/szxw/9538.html", None),
        ("http://127.0.0.1/mirror/szxw/9538.html", None),
        ("http://localhost:8080/mirror/szxw/9538.html", None),
    ],
)
def test_canonical_on_a_mirror(url: str, canonical: str | None) -> None:
    assert MIRROR.canonical(url) == canonical


PIECES = st.sampled_from(
    [
        "/",
        "//",
        "szxw",
        "%73zxw",
        "index.html",
        "9538",
        "_2",
        ".html",
        ".",
        "..",
        "%2F",
        "%2e",
        "%",
        "?",
        "&",
        "=",
        "#",
        "a=1",
        "+",
        " ",
        "搜",
        "\\",
        ";",
        ":",
        "@",
        "%E6%90",
        "[",
        "]",
        "|",
        "\t",
        "\x00",
        "?page=2",
    ]
)


@given(st.sampled_from(["http://www.slqncy.com", "https://slqncy.com:443", "http://127.0.0.1:8080/mirror"]),
       st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join))  # fmt: skip
@example("http://www.slqncy.com", "/%73zxw/1.html?x=1")
@example("http://www.slqncy.com", "/%73zxw?x=1")
def test_a_canonical_url_is_its_own_canonical_form(host: str, rest: str) -> None:
    canonical = MIRROR.canonical(host + rest)
    if canonical is not None:
        assert canonical.startswith("http://www.slqncy.com/")
        assert "#" not in canonical
        assert canonical.isascii()
        assert MIRROR.canonical(canonical) == canonical
        assert MIRROR.canonical(MIRROR.served(canonical)) == canonical
        if (story := MIRROR.story(canonical)) and story.page == 1 and "_" not in canonical:
            assert MIRROR.story_url(story) == canonical


@given(st.from_regex(PLAIN, fullmatch=True))
def test_what_is_plain_is_left_as_it_is(url: str) -> None:
    path = url.partition("?")[0]
    assert safe_url_string(url) == url
    assert urljoin("https://elsewhere.cn/a/b", url) == url
    # An empty path is the same as the root.
    assert canonicalize_url(path) in {path, f"{path}/"}


@given(st.text())
def test_no_text_is_too_strange_to_ask_about(url: str) -> None:
    for address in (LIVE, MIRROR):
        address.canonical(url)
        address.is_served_at(url)


def test_served() -> None:
    assert LIVE.served(STORY) == STORY
    assert MIRROR.served(STORY) == "http://127.0.0.1:8080/mirror/szxw/9538.html"
    assert MIRROR.served("http://www.slqncy.com/szxw/?page=2") == "http://127.0.0.1:8080/mirror/szxw/?page=2"
    assert Address(SITE, "http://127.0.0.1:8080/").served(LIVE.home_url()) == "http://127.0.0.1:8080/"


@pytest.mark.parametrize(
    ("address", "url", "is_served"),
    [
        (LIVE, STORY, True),
        (LIVE, "https://slqncy.com/anything", True),
        (LIVE, "http://www.slqncy.com:8080/", False),
        (LIVE, "http://www.slqncy.com:99999/", False),
        (LIVE, "ftp://www.slqncy.com/", False),
        (LIVE, "http://127.0.0.1:8080/", False),
        (LIVE, "http://www.slqncy.com@127.0.0.1/", False),
        (LIVE, "http://127.0.0.1:80@www.slqncy.com/", False),
        (SECURE, "https://www.slqncy.com/", True),
        (SECURE, "http://www.slqncy.com/", False),
        (MIRROR, "http://127.0.0.1:8080/robots.txt", True),
        (MIRROR, "https://127.0.0.1:8080/", False),
        (MIRROR, "http://127.0.0.1/", False),
        (MIRROR, STORY, False),
    ],
)
def test_is_served_at(address: Address, url: str, is_served: bool) -> None:
    assert address.is_served_at(url) is is_served


@pytest.mark.parametrize(
    ("url", "story"),
    [
        (STORY, StoryAddress("szxw", "9538")),
        ("http://www.slqncy.com/szxw/9538_1.html", StoryAddress("szxw", "9538", 1)),
        ("http://www.slqncy.com/szxw/9538_12.html", StoryAddress("szxw", "9538", 12)),
        ("http://www.slqncy.com/szxw/", None),
        ("http://www.slqncy.com/", None),
        ("http://www.slqncy.com/szxw/list_2.html", None),
        ("http://www.slqncy.com/szxw/9538.htmlx", None),
        ("http://www.slqncy.com/a/szxw/9538.html", None),
        ("http://www.slqncy.com/9538.html", None),
    ],
)
def test_story(url: str, story: StoryAddress | None) -> None:
    assert LIVE.story(url) == story


@pytest.mark.parametrize(
    ("url", "section"),
    [
        ("http://www.slqncy.com/szxw/", "szxw"),
        ("http://www.slqncy.com/szxw/?page=2", None),
        ("http://www.slqncy.com/szxw/list_2.html", None),
        ("http://www.slqncy.com/2019/", None),
        ("http://www.slqncy.com/", None),
        (STORY, None),
    ],
)
def test_section(url: str, section: str | None) -> None:
    assert LIVE.section(url) == section


def test_urls_of_the_site() -> None:
    assert LIVE.home_url() == "http://www.slqncy.com/"
    assert LIVE.section_url("szxw") == "http://www.slqncy.com/szxw/"
    assert LIVE.story_url(StoryAddress("szxw", "9538", 3)) == STORY


# Other grammars


def site_with(story: str, path: str) -> Address:
    page = story.replace(r"\.html", r"_(?P<page>\d+)\.html")
    return Address(replace(SITE, story=re.compile(story), story_page=re.compile(page), story_path=path))


DATED = site_with(
    r"/(?P<section>[a-z]+(?:/[a-z]+)?)/(?P<story_id>\d{4}/\d{2}/\d{2}/\d+)\.html", "/{section}/{story_id}.html"
)
WITHOUT_SECTIONS = site_with(r"/content_(?P<story_id>\d+)\.html", "/content_{story_id}.html")


@pytest.mark.parametrize(
    ("address", "path", "story", "name"),
    [
        (DATED, "/gn/2024/04/20/7.html", StoryAddress("gn", "2024~04~20~7"), "slqncy/gn/2024~04~20~7"),
        (DATED, "/a/b/2024/04/20/7_2.html", StoryAddress("a~b", "2024~04~20~7", 2), "slqncy/a~b/2024~04~20~7"),
        (WITHOUT_SECTIONS, "/content_123.html", StoryAddress("", "123"), "slqncy/-/123"),
    ],
)
def test_a_number_over_several_folders_and_a_story_without_a_section(
    address: Address, path: str, story: StoryAddress, name: str
) -> None:
    url = f"http://www.slqncy.com{path}"
    assert address.canonical(f"{url}?from=list") == (url if story.page == 1 else f"{url}?from=list")
    assert address.story(url) == story
    assert address.story_url(story) == url.replace("_2.html", ".html")
    assert address.story_name(story) == name


def test_a_section_in_several_folders() -> None:
    section = r"/(?P<section>[a-z]+(?:/[a-z]+)?)/"
    address = Address(replace(SITE, section=re.compile(section)))
    assert address.section("http://www.slqncy.com/news/gn/") == "news~gn"
    assert address.section_url("news~gn") == "http://www.slqncy.com/news/gn/"
