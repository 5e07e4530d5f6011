"""What is proposed for the demo site under other addresses, and the file that says so."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, NamedTuple

import pytest

from slqncy.newsite.evidence import site_name
from slqncy.newsite.profile import BASE, as_toml
from slqncy.newsite.proposal import Proposal, propose
from slqncy.newsite.recorded import PAGES, chosen
from slqncy.newsite.refusal import NoProposalError
from slqncy.sites import Address, load_site
from tests.crawling import Pages, links, story_page, text_of
from tests.newsite.renamed import HOST, Renamed
from tests.newsite.walking import ADDRESS, NOW, sample, walk

if TYPE_CHECKING:
    from pathlib import Path

    from slqncy.sites import Site


def page_of(number: int) -> str:
    """A story of the site."""
    return story_page(number, text_of(number)).replace("www.slqncy.com", HOST)


class Looked(NamedTuple):
    """A site that was looked at."""

    site: Renamed
    asked: list[str]
    proposal: Proposal


@pytest.fixture(scope="module")
def looked() -> Looked:
    site = Renamed()
    samples, asked = walk(site)
    return Looked(site, asked, propose(samples, ADDRESS.site))


def test_few_pages_are_asked_for_and_each_once(looked: Looked) -> None:
    assert looked.asked[0] == "/"
    assert len(looked.asked) == len(set(looked.asked)) <= 24
    assert {"/shizheng/", "/bendi-xinwen/", "/keji/"} < set(looked.asked)


def test_the_rule_fits_all_stories_and_nothing_else(looked: Looked) -> None:
    accepted = {path for path in looked.site.old_paths if looked.proposal.stories.accepts(path)}
    assert accepted == set(looked.site.stories.values())


def test_each_rule_says_on_how_many_pages_it_holds(looked: Looked) -> None:
    proposal = looked.proposal
    read = len(proposal.samples)
    assert read >= 8
    assert (proposal.stories_fit.right, proposal.stories_fit.of) == (read, read)
    assert (proposal.banner.pages, proposal.banner.whole) == (read, read)
    assert (proposal.trailers.right, proposal.trailers.of) == (read, read)
    assert proposal.others_fit.right == proposal.others_fit.of > 0


def test_sections_have_the_names_that_the_navigation_shows(looked: Looked) -> None:
    assert looked.proposal.section_titles == {"shizheng": "市政新闻", "bendi-xinwen": "本地新闻", "keji": "科技新闻"}


def test_hosts_and_encodings(looked: Looked) -> None:
    assert list(looked.proposal.hosts) == [HOST]
    assert {line.partition("pages ")[2] for line in looked.proposal.encodings} == {
        "are in utf-8, and say utf-8", "are in gb18030, and say gb2312",
    }  # fmt: skip


def test_the_pages_to_record_are_of_different_sections(looked: Looked) -> None:
    sections = {looked.proposal.stories.section_of(page.path) for page in chosen(looked.proposal)}
    assert len(sections) == PAGES


def load(proposal: Proposal, path: Path) -> Site:
    path.write_text(as_toml(proposal, load_site(BASE), NOW), encoding="utf-8")
    return load_site(str(path))


def test_the_file_is_a_profile_that_says_the_same(looked: Looked, tmp_path: Path) -> None:
    site = load(looked.proposal, tmp_path / "mine.toml")
    assert (site.name, site.scheme, site.hosts) == ("qinghexinwen", "http", (HOST,))
    assert site.sections == ("shizheng", "bendi-xinwen", "keji")
    assert site.story.pattern == looked.proposal.stories.story
    address = Address(site)
    url = f"http://{HOST}/keji/content_9471.shtml"
    story = address.story(address.canonical(f"{url}?x=1") or "")
    assert story
    assert address.story_url(story) == url
    assert address.story_name(story) == "qinghexinwen/keji/9471"
    assert [address.section(address.section_url(name)) for name in site.sections] == list(site.sections)


@pytest.mark.parametrize(
    ("form", "rule"),
    [
        (
            "/{section}/{date:%Y%m}/t{date:%Y%m%d}_{number}.htm",
            r"/(?P<section>[a-z][a-z0-9_-]*)/(?P<story_id>\d{6}/t\d{8}_\d+)\.htm",
        ),
        ("/{date:%Y}/{date:%m-%d}/{number}.shtml", r"/(?P<story_id>\d{4}/\d{2}-\d{2}/\d+)\.shtml"),
    ],
    ids=["date and section", "no section"],
)
def test_other_grammars(form: str, rule: str) -> None:
    site = Renamed(form)
    samples, _ = walk(site)
    proposal = propose(samples, ADDRESS.site)
    assert proposal.stories.story == rule
    assert {path for path in site.old_paths if proposal.stories.accepts(path)} == set(site.stories.values())
    assert list(proposal.section_titles) == ["shizheng", "bendi-xinwen", "keji"]


def test_what_is_as_in_the_extended_profile_is_left_out(tmp_path: Path) -> None:
    pages = {f"/szxw/{number}.html": page_of(number) for number in range(100, 106)}
    front = links(*pages, "/szxw/list_2.html")
    home = f'<html><body><a href="/szxw/">时政新闻</a>{links(*pages)}</body></html>'
    samples, _ = walk(Pages({"/": home, "/szxw/": front, **pages}))
    proposal = propose(samples, ADDRESS.site)
    text = as_toml(proposal, load_site(BASE), NOW)
    assert tomllib.loads(text) == {
        "name": "qinghexinwen", "extends": "slqncy",
        "urls": {
            "scheme": "http", "hosts": [HOST], "sections": ["szxw"],
            "paths": {"story": "/{section}/{story_id}.html", "section": "/{section}/"},
        },
    }  # fmt: skip
    assert "A sister site by its template" in text
    assert load(proposal, tmp_path / "mine.toml").story == load_site(BASE).story


def test_what_a_page_says_is_a_comment_and_nothing_else(tmp_path: Path) -> None:
    pages = {f"/szxw/{number}.html": page_of(number) for number in range(100, 106)}
    evil = "时政\x1b[2J\u2028]x="
    home = f'<html><body><a href="/szxw/">{evil}</a>{links(*pages)}</body></html>'
    samples, _ = walk(Pages({"/": home, "/szxw/": links(*pages), **pages}))
    proposal = propose(samples, ADDRESS.site)
    assert "时政" in "".join(proposal.section_titles.values())
    assert load(proposal, tmp_path / "mine.toml").sections == ("szxw",)
    text = as_toml(proposal, load_site(BASE), NOW)
    assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("called", "hosts", "remarks"),
    [
        ("www.victim.example", [HOST], ["6 of 6 stories call themselves pages of www.victim.example; if the site is"]),
        ("www.elsewhere.com", [HOST], ["6 of 6 stories call themselves pages of www.elsewhere.com; if the site is"]),
        ("news.qinghexinwen.com", ["news.qinghexinwen.com", HOST], []),
    ],
    ids=["another suffix", "the same suffix", "the same domain"],
)
def test_a_page_names_no_site_of_others_for_us_to_crawl(called: str, hosts: list[str], remarks: list[str]) -> None:
    pages = {
        f"/szxw/{number}.html": page_of(number).replace(
            "<head>", f'<head><link rel="canonical" href="http://{called}/szxw/{number}.html">'
        )
        for number in range(100, 106)
    }
    home = f'<html><body><a href="/szxw/">时政新闻</a>{links(*pages)}</body></html>'
    samples, _ = walk(Pages({"/": home, "/szxw/": links(*pages), **pages}))
    proposal = propose(samples, ADDRESS.site)
    assert [host for host in proposal.hosts if not host.startswith("qing")] == hosts
    assert [remark[: len(start)] for remark, start in zip(proposal.remarks, remarks, strict=True)] == remarks


def test_stories_of_another_kind_are_named() -> None:
    of_one_kind = {f"/szxw/{number}.html": page_of(number) for number in range(100, 108)}
    of_another = {f"/a/20240420/{number}.htm": page_of(number) for number in range(200, 204)}
    pages = of_one_kind | of_another
    home = f'<html><body><a href="/szxw/">时政新闻</a>{links(*pages)}</body></html>'
    samples, _ = walk(Pages({"/": home, "/szxw/": links(*of_one_kind), **pages}))
    proposal = propose(samples, ADDRESS.site)
    assert proposal.stories.accepts("/szxw/777.html")
    assert proposal.stories_fit.right < proposal.stories_fit.of
    (remark,) = proposal.remarks
    assert remark.startswith("4 addresses like /a/20240420/20")
    assert f"Not covered: {remark}" in as_toml(proposal, load_site(BASE), NOW)


def test_an_encoding_that_a_page_denies() -> None:
    body = page_of(100).replace("<head>", '<head><meta charset="gb2312">')
    pages = [sample(links("/szxw/100.html", "/szxw/101.html", "/szxw/102.html"), "/szxw/")]
    pages += [sample(body, f"/szxw/{number}.html", "text/html") for number in range(100, 103)]
    pages.append(sample('<a href="/szxw/">时政新闻</a>' + "湖滨新闻" * 9))
    assert propose(pages, ADDRESS.site).encodings == [
        "3 of 5 pages are in utf-8, and say gb2312, which is wrong",
        "2 of 5 pages are in utf-8, and say utf-8",
    ]


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.qinghexinwen.com", "qinghexinwen"),
        ("news.example.com.cn", "news_example"),
        ("www.163.com", "site163"),
        ("www.slqncy.org", "slqncy_org"),
        ("com.cn", "com"),
    ],
)
def test_names(host: str, name: str) -> None:
    assert site_name(host) == name


def test_a_mirror_of_a_site_that_has_a_profile() -> None:
    pages = [sample(story_page(n, text_of(n)), f"/szxw/{n}.html") for n in range(100, 103)]
    pages.append(sample(links(*(page.path for page in pages)), "/szxw/"))
    pages.append(sample('<a href="/szxw/">时政新闻</a>' + "湖滨新闻" * 9))
    with pytest.raises(NoProposalError, match="-a site=slqncy -a base_url=URL"):
        propose(pages, ADDRESS.site)


def test_pages_that_ask_not_to_be_archived_are_not_recorded() -> None:
    asking = '<head><meta name="robots" content="noarchive">'
    bodies = [page_of(n).replace("<head>", asking if n < 103 else "<head>") for n in range(100, 106)]
    stories = [sample(body, f"/szxw/{number}.html") for number, body in enumerate(bodies, 100)]
    lists = [
        sample(links(*(page.path for page in stories)), "/szxw/"),
        sample('<a href="/szxw/">时政新闻</a>' + "湖滨新闻" * 9),
    ]
    proposal = propose([*lists, *stories], ADDRESS.site)
    assert [page.path for page in chosen(proposal)] == ["/szxw/103.html", "/szxw/104.html", "/szxw/105.html"]
    assert proposal.remarks == ["3 of 6 stories say 'noarchive', and would not be archived"]
    with pytest.raises(NoProposalError, match="would archive none of them"):
        propose([*lists, *stories[:3]], ADDRESS.site)


def test_a_kind_of_which_nothing_is_a_story_is_passed_over() -> None:
    films = {f"/film/a{number}.html": "<html><body><p>放映" for number in range(1000, 1040)}
    pages = {f"/szxw/{number}.html": page_of(number) for number in range(100, 106)}
    home = f'<html><body><a href="/szxw/">时政新闻</a>{links(*films, *pages)}</body></html>'
    samples, asked = walk(Pages({"/": home, "/szxw/": links(*pages), **films, **pages}))
    assert propose(samples, ADDRESS.site).stories.accepts("/szxw/777.html")
    assert sum(path.startswith("/film/") for path in asked) == 3


def test_an_address_is_no_pattern(tmp_path: Path) -> None:
    folder = "/(x.+)+$'"
    pages = {f"{folder}/{number}.html": page_of(number) for number in range(100, 106)}
    home = f'<html><body><a href="/szxw/">时政新闻</a>{links(*pages)}</body></html>'
    samples, _ = walk(Pages({"/": home, "/szxw/": links(*pages), **pages}))
    address = Address(load(propose(samples, ADDRESS.site), tmp_path / "mine.toml"))
    for path in (f"{folder}/777.html", "/(xy+)+$'/777.html", "/xyxy/777.html"):
        url = address.canonical(f"http://{HOST}{path}")
        assert url
        assert (address.story(url) is not None) is path.startswith(folder)


def test_further_pages_are_no_stories_of_another_kind() -> None:
    pages = {f"/szxw/{number}.html": page_of(number) for number in range(100, 106)}
    more = {f"/szxw/{number}-2.html": page_of(number) for number in range(100, 106)}
    linking = {
        path: page.replace("</body>", f'<a href="{path.replace(".html", "-2.html")}">下一页</a></body>')
        for path, page in pages.items()
    }
    home = f'<html><body><a href="/szxw/">时政新闻</a>{links(*pages, *more)}</body></html>'
    samples, _ = walk(Pages({"/": home, "/szxw/": links(*pages), **linking, **more}))
    proposal = propose(samples, ADDRESS.site)
    assert proposal.stories.story_page.endswith(r"(?P<story_id>\d+)-(?P<page>\d+)\.html")
    assert proposal.parted.right == proposal.stories_fit.right == proposal.stories_fit.of == 6
    assert proposal.remarks == []
