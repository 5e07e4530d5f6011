"""Site profiles, right and wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import slqncy.sites
from slqncy.sites import SiteError, load_site, site_names

OWN = (Path(slqncy.sites.__file__).parent / "slqncy.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "host", "section"),
    [
        ("slqncy", "www.slqncy.com", "szxw"),
        ("ar7y", "ar7y.com", "aelxw"),
        ("jinchengblades", "www.jinchengblades.com", "jzxw"),
        ("longtansi", "www.longtansi.com.cn", "lsbly"),
    ],
)
def test_the_profiles_that_come_with_the_package(name: str, host: str, section: str) -> None:
    site = load_site(name)
    assert (site.name, site.hosts[0], site.sections) == (name, host, (section,))
    assert site.banner.fullmatch("本篇文章2662字,读完约7分钟")
    assert name in site_names()


def test_no_profile_goes_untested() -> None:
    assert site_names() == ["ar7y", "jinchengblades", "longtansi", "slqncy"]


def test_characters_are_counted_as_the_banner_does() -> None:
    assert load_site("slqncy").count(["文" * 2660]) == 2662
    assert load_site("slqncy").count(["a b", "。"]) == 7


def test_a_profile_of_ones_own_extends_another(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nextends = "slqncy"\n[urls]\nhosts = ["News.Example.CN"]\nsections = ["a", "b"]\n')
    site = load_site(str(path))
    assert (site.name, site.hosts, site.sections, site.scheme) == ("mine", ("news.example.cn",), ("a", "b"), "http")
    assert site.story == load_site("slqncy").story
    assert site.section_path == "/{section}/"


def test_a_profile_is_read_once_in_a_run(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nextends = "slqncy"\n')
    site = load_site(str(path))
    path.write_text("changed meanwhile")
    assert load_site(str(path)) is site


@pytest.mark.parametrize("name", ["nobody", "", "../sites/slqncy", "Slqncy", "slqncy/", "slqncy\0"])
def test_an_unknown_name(name: str) -> None:
    with pytest.raises(SiteError, match="known are ar7y, jinchengblades, longtansi, slqncy"):
        load_site(name)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"none\.toml: cannot be read: No such file"):
        load_site(str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "slqncy"', "name = ", "is not TOML in UTF-8"),
        ('name = "slqncy"', "", "name is missing"),
        ('name = "slqncy"', "name = 5", "name = 5 must be of type str"),
        ('name = "slqncy"', 'name = "A B"', "must be lower-case letters"),
        ('name = "slqncy"', 'name = "slqncy"\nextends = "nobody"', "extends = 'nobody' names no profile"),
        ('name = "slqncy"', 'name = "slqncy"\nmood = 1', "unknown key mood"),
        ('scheme = "http"', 'scheme = "ftp"', "urls.scheme = 'ftp' must be http or https"),
        ('scheme = "http"', 'scheme = "http"\nshemes = 1', "unknown key urls.shemes"),
        ('sections = ["szxw"]', "sections = []", "urls.sections = [] must be a list of at least one text"),
        ('sections = ["szxw"]', 'sections = [""]', "must be a list of at least one text"),
        ('sections = ["szxw"]', "sections = [1]", "must be a list of at least one text"),
        ('sections = ["szxw"]', 'sections = "szxw"', "urls.sections = 'szxw' must be of type list"),
        (r"(?P<story_id>\d+)\.html'", r"(\d+)\.html'", "urls.story lacks the group (?P<story_id>"),
        ("story = '/(?P<section>", "story = '/(", "urls.story and urls.story_page: one has the group (?P<section>"),
        ("_(?P<page>", "_(?P<number>", "urls.story_page lacks the group (?P<page>"),
        ("section = '/(", "section = '/((", "urls.section is not a regular expression"),
        ('"/{section}/{story_id}.html"', '"/{section}/{number}.html"', "urls.paths.story"),
        ('"/{section}/"', '"{section}/"', "urls.paths.section = '{section}/' must start with /"),
        ('"/{section}/"', '"/{section/"', "urls.paths.section"),
        ("constant = 1", "constant = true", "banner.constant = True must be of type int"),
        ("constant = 1", 'constant = "1"', "banner.constant = '1' must be of type int"),
        ("(?P<chars>", "(?P<signs>", "banner.pattern lacks the group (?P<chars>"),
        ("[source]", "[sources]", "source.pattern is missing"),
    ],
)
def test_a_wrong_profile_is_named_with_its_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in OWN
    path = tmp_path / "wrong.toml"
    path.write_text(OWN.replace(old, new, 1), "utf-8")
    with pytest.raises(SiteError) as caught:
        load_site(str(path))
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_profile_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "gbk.toml"
    path.write_bytes(OWN.encode("gbk"))
    with pytest.raises(SiteError, match="is not TOML in UTF-8"):
        load_site(str(path))


def test_a_format_with_a_section_that_no_address_names(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(OWN.replace("(?P<section>", "(", 2), "utf-8")
    with pytest.raises(SiteError, match=r"urls\.paths\.story has \{section\}, and urls\.story lacks the group"):
        load_site(str(path))
