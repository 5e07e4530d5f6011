"""Why there is nothing to propose."""

from __future__ import annotations

import pytest

from slqncy.exitcodes import ExitStatus
from slqncy.newsite.proposal import propose
from slqncy.newsite.refusal import NoProposalError, known_site
from slqncy.newsite.stranger import stranger
from tests.crawling import links, story_page, text_of
from tests.newsite.walking import ADDRESS, sample

ENGLISH = "".join(f'<li><a href="/news/{n}.html">The council meets on Monday {n}</a></li>' for n in range(100, 130))
BY_QUERY = "".join(f'<li><a href="/show.php?id={n}">湖滨社区办起第{n}次邻里读书会</a></li>' for n in range(100, 110))


@pytest.mark.parametrize(
    ("body", "message", "status"),
    [
        ("<p>请完成安全验证后继续访问", "a test for browsers", ExitStatus.TEMPORARY),
        ("<title>系统维护中</title><p>系统维护中,请稍后访问", "a waiting room", ExitStatus.TEMPORARY),
        ("<p>请登录后查看", "a login", ExitStatus.DATA),
        ("<title>湖滨</title><div id=app></div><script src=/app.js></script>", "JavaScript", ExitStatus.DATA),
        (ENGLISH, "not Chinese", ExitStatus.DATA),
        (BY_QUERY, "the query, as in http://www.qinghexinwen.com/show.php?id=100", ExitStatus.DATA),
        (links("/a.html", "/b.html", "/c.html"), "of 1 pages read, none is a story", ExitStatus.DATA),
    ],
    ids=["challenge", "waiting room", "login", "shell", "english", "query", "no stories"],
)
def test_a_page_to_begin_with(body: str, message: str, status: ExitStatus) -> None:
    with pytest.raises(NoProposalError) as caught:
        propose([sample(f"<html><body>{body}</body></html>")], ADDRESS.site)
    assert message in str(caught.value)
    assert caught.value.status is status


def test_stories_without_a_list() -> None:
    pages = [sample(story_page(n, text_of(n)).replace("</h1>", "</h1>2020-03-15"), f"/szxw/{n}.html") for n in (10, 11)]
    with pytest.raises(NoProposalError, match="no section page that lists them"):
        propose(pages, ADDRESS.site)


def test_a_site_that_has_a_profile() -> None:
    assert known_site("longtansi.com.cn") == "longtansi"
    assert known_site("www.example.com") == ""


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://www.example.com/", "must be an address like"),
        ("www.example.com", "must be an address like"),
        ("http://localhost/", "must be an address like"),
        ("http://[::1]/", "must be an address like"),
        ("http://www.example.com:99999/", "Port out of range"),
        ("http://127.0.0.1:8080/", "-a base_url=http://127.0.0.1:8080"),
    ],
)
def test_addresses_of_no_site(url: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        stranger(url)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://www.example.com/news/", ("www.example.com", "example.com")),
        ("http://example.com:80/", ("example.com", "www.example.com")),
    ],
)
def test_a_site_with_and_without_www(url: str, hosts: tuple[str, ...]) -> None:
    assert stranger(url).site.hosts == hosts
