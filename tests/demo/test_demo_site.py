"""The site's pages against its ground truth."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest
from parsel import Selector

from slqncy.demo import DemoSite, Expected, build_site
from slqncy.demo.links import href

CODECS = {"szxw": "gbk", "bdxw": "utf-8", "kjxw": "utf-8"}
BANNER = re.compile(r"本篇文章\s*(\d+)\s*字\s*[,，]\s*读完约\s*(\d+)\s*分钟")
HOSTS = {"www.slqncy.com", "slqncy.com"}
SEED = "/szxw/9538.html"


def page(site: DemoSite, path: str) -> str:
    section = path.split("/")[1]
    return site.respond(path).body.decode(CODECS.get(section, "gbk" if section == "nbxw" else "utf-8"))


def lines(site: DemoSite, path: str) -> list[str]:
    """Lines of text as a reader sees them."""
    broken = re.sub(r"<(?:br|/p|/td|/div|/h\d)[^>]*>", "\n", page(site, path))
    text = "".join(Selector(broken).xpath("//body//text()").getall())
    return [line.strip() for line in text.split("\n") if line.strip()]


def links(site: DemoSite, path: str) -> set[str]:
    """Request targets a page links to."""
    base = urljoin("http://www.slqncy.com", path)
    found = Selector(page(site, path)).xpath("//@href | //@src | //option/@value").getall()
    urls = [urlsplit(urljoin(base, link)) for link in found if not link.startswith("javascript:")]
    assert {url.netloc for url in urls} <= HOSTS
    return {url.path + (f"?{url.query}" if url.query else "") for url in urls}


def pages(site: DemoSite) -> list[str]:
    return [path for path in site.paths if site.respond(path).headers["Content-Type"].startswith("text/html")]


def told(site: DemoSite) -> list[Expected]:
    return [line for line in site.expected if line.outcome in ("archived", "duplicate")]


def outcome(site: DemoSite, reason: str) -> str:
    [path] = [line.path for line in site.expected if reason in (line.reason, line.outcome)]
    return path


def test_what_is_expected_of_the_site(site: DemoSite) -> None:
    assert Counter((line.outcome, line.reason) for line in site.expected) == {
        ("archived", ""): 120,
        ("duplicate", ""): 6,
        ("rejected", "not_found"): 1,
        ("rejected", "soft_404"): 1,
        ("rejected", "empty"): 1,
        ("excluded", ""): 1,
    }


def test_a_site_is_the_same_every_time(site: DemoSite) -> None:
    other = build_site()
    assert other.expected == site.expected
    assert all(other.respond(path) == site.respond(path) for path in site.paths)


def test_too_few_stories() -> None:
    with pytest.raises(ValueError, match="20"):
        build_site(19)


def test_the_seed_story(site: DemoSite) -> None:
    [seed] = [line for line in site.expected if line.path == SEED]
    assert seed.outcome == "archived"
    assert (len(seed.text), seed.declared_chars, seed.declared_minutes, seed.declared_delta) == (2660, 2662, 7, 0)
    assert (seed.byline_raw, seed.authors) == ("(张彪朱晓)", ("张彪", "朱晓"))
    assert seed.text in lines(site, SEED)


def test_declared_counts_agree_with_the_bodies(site: DemoSite) -> None:
    for line in told(site):
        paragraphs = line.text.split("\n")
        counted = sum(map(len, paragraphs)) + len(paragraphs) + 1
        assert line.declared_chars is not None
        assert line.declared_chars - counted == line.declared_delta
        assert line.declared_minutes == max(1, round(line.declared_chars / 400))


def test_one_banner_is_wrong(site: DemoSite) -> None:
    assert [line.outcome for line in told(site) if line.declared_delta] == ["archived"]


def test_story_pages_say_what_is_expected(site: DemoSite) -> None:
    for line in told(site):
        shown = lines(site, line.path)
        [match] = filter(None, map(BANNER.fullmatch, shown))
        assert (int(match[1]), int(match[2])) == (line.declared_chars, line.declared_minutes)
        body = shown[shown.index(match[0]) + 1 : shown.index(f"地址:{line.url}") - 1]
        noise = {line.title, f"来源:{line.source_name}", "广告:青荷超市周年庆,全场满百减三十"}
        assert "\n".join(text for text in body if text not in noise) == line.text
        assert shown[shown.index(f"地址:{line.url}") - 1].replace("标题: ", "标题:") == f"标题:{line.title}"


def test_no_two_distinct_stories_share_a_text(site: DemoSite) -> None:
    texts = [line.text for line in site.expected if line.outcome == "archived"]
    assert len(set(texts)) == len(texts)


def test_copies_and_originals_name_each_other(site: DemoSite) -> None:
    by_path = {line.path: line for line in site.expected}
    copies = [line for line in site.expected if line.outcome == "duplicate"]
    for copy in copies:
        original = by_path[copy.twin]
        assert (original.outcome, original.twin) == ("archived", copy.path)
        assert original.text.startswith(copy.text[:100])
        assert (original.section, original.story_id) != (copy.section, copy.story_id)
    assert sum(bool(line.twin) for line in site.expected) == 2 * len(copies)
    assert 0 < sum(by_path[copy.twin].text == copy.text for copy in copies) < len(copies), "some are shortened"


def test_a_higher_number_is_an_older_story(site: DemoSite) -> None:
    dated = sorted((int(line.story_id), line.date_published) for line in told(site))
    assert [date for _, date in dated] == sorted((date for _, date in dated), reverse=True)
    assert len({number for number, _ in dated}) == len(dated)


@pytest.mark.parametrize(("section", "content_type"), [("szxw", "text/html"), ("bdxw", "text/html; charset=utf-8")])
def test_content_types(site: DemoSite, section: str, content_type: str) -> None:
    assert site.respond(f"/{section}/").headers["Content-Type"] == content_type


def test_old_pages_call_gbk_gb2312(site: DemoSite) -> None:
    old = [line.path for line in told(site) if line.section == "szxw"]
    assert all(b"charset=gb2312" in site.respond(path).body for path in old)
    assert all("&#" not in page(site, path).replace("&#x27;", "") for path in old)
    with pytest.raises(UnicodeDecodeError):
        b"".join(site.respond(path).body for path in old).decode("gb2312")


def test_statuses(site: DemoSite) -> None:
    gone = outcome(site, "not_found")
    assert {path: site.respond(path).status for path in site.paths} == {
        path: 404 if path == gone else 200 for path in site.paths
    }
    assert site.respond("/nowhere.html").status == 404
    assert "页面不存在" in page(site, outcome(site, "soft_404"))


def test_every_link_is_served(site: DemoSite) -> None:
    gone = outcome(site, "not_found")
    for path in pages(site):
        dead = {target for target in links(site, path) if site.respond(target).status != 200}
        # The section of the disallowed story has no list.
        assert dead <= {gone, "/nbxw/"}, path


def test_all_but_the_orphan_can_be_reached_by_links(site: DemoSite) -> None:
    linked = {target for path in pages(site) for target in links(site, path) if target != path}
    [orphan] = {line.path for line in site.expected} - linked
    assert orphan in site.respond("/sitemap.xml").body.decode()


def test_one_story_is_linked_by_its_neighbours_only(site: DemoSite) -> None:
    lists = [path for path in pages(site) if path not in {line.path for line in site.expected}]
    listed = {target for path in lists for target in links(site, path)}
    mapped = site.respond("/sitemap.xml").body.decode()
    [hidden] = [line for line in site.expected if line.path not in listed and line.path not in mapped]
    assert hidden.outcome == "archived"


def test_robots_and_sitemap(site: DemoSite) -> None:
    robots = site.respond("/robots.txt").body.decode()
    assert "Disallow: /nbxw/\n" in robots
    assert "Sitemap: http://www.slqncy.com/sitemap.xml\n" in robots
    assert "/nbxw/" not in site.respond("/sitemap.xml").body.decode()
    assert outcome(site, "excluded") in links(site, "/szxw/")


def test_the_endless_list_repeats_its_last_page(site: DemoSite) -> None:
    last = max(int(path[12:-5]) for path in site.paths if path.startswith("/bdxw/index_"))
    stories = {line.path for line in site.expected}
    assert links(site, f"/bdxw/index_{last}.html") & stories == links(site, "/bdxw/index_500.html") & stories
    assert "/bdxw/index_501.html" in links(site, "/bdxw/index_500.html")
    assert site.respond("/szxw/list_1_99.html").status == 404


def test_links_are_written_in_four_ways() -> None:
    forms = {href("/szxw/list_1_2.html", f"/szxw/{number}.html").partition("szxw")[0] for number in range(9500, 9600)}
    assert {"/", "http://www.slqncy.com/", "http://slqncy.com/"} < forms
    assert any(re.fullmatch(r"\d+\.html", form) for form in forms)
