"""What a crawl may be told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slqncy.sites import SiteError, site_names
from slqncy.spiders.arguments import ArgumentError, parse_arguments, parse_sites

if TYPE_CHECKING:
    from pathlib import Path


def test_defaults() -> None:
    arguments = parse_arguments({})
    assert (arguments.address.site.name, arguments.address.base_url) == ("slqncy", "")
    assert (arguments.sections, arguments.max_pages, arguments.max_stories) == (None, None, None)
    assert arguments.full is False
    assert arguments.ids == ()


def test_all_of_them() -> None:
    arguments = parse_arguments(
        {
            "site": "ar7y",
            "base_url": "http://127.0.0.1:8080/mirror",
            "sections": "aelxw, szxw,,aelxw",
            "max_pages": "2",
            "max_stories": "030",
            "full": "1",
        }
    )
    assert (arguments.address.site.name, arguments.address.base_url) == ("ar7y", "http://127.0.0.1:8080/mirror")
    assert (arguments.sections, arguments.max_pages, arguments.max_stories) == (("aelxw", "szxw"), 2, 30)
    assert arguments.full is True


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("9000-9600", [range(9000, 9601)]),
        ("7", [range(7, 8)]),
        ("0-3", [range(4)]),
        ("9700, 9000-9600", [range(9000, 9601), range(9700, 9701)]),
        ("1-5,3-9,10,12", [range(1, 11), range(12, 13)]),
        ("1-9,3-4", [range(1, 10)]),
        ("1-1000000", [range(1, 1_000_001)]),
        ("1-1000000,5-999999", [range(1, 1_000_001)]),
        (f"{10**15 - 1}", [range(10**15 - 1, 10**15)]),
    ],
)
def test_ids(ids: str, expected: list[range]) -> None:
    assert parse_arguments({"ids": ids}).ids == tuple(expected)


def test_ids_of_a_site_that_has_no_such_numbers(tmp_path: Path) -> None:
    profile = tmp_path / "own.toml"
    story = "'/(?P<section>[a-z]+)/(?P<story_id>[0-9a-f]{8})\\.html'"
    profile.write_text(f'name = "own"\nextends = "slqncy"\n[urls]\nstory = {story}\n')
    with pytest.raises(ArgumentError, match=r"/szxw/9700\.html is no story by the profile of this site"):
        parse_arguments({"site": str(profile), "ids": "9600-9700"})


@pytest.mark.parametrize(
    ("given_arguments", "message"),
    [
        ({"max_page": "1"}, "unknown argument 'max_page'; known are base_url, from, full, ids, max_pages,"),
        ({"base_url": ""}, "base_url='' must be an address"),
        ({"base_url": "127.0.0.1:8080"}, "base_url"),
        ({"base_url": "ftp://127.0.0.1"}, "base_url"),
        ({"base_url": "http://"}, "base_url"),
        ({"base_url": "http://127.0.0.1:x"}, "base_url"),
        ({"base_url": "http://127.0.0.1:0"}, "base_url"),
        ({"base_url": "http://me:word@127.0.0.1:8080"}, "base_url"),
        ({"base_url": "http://127.0.0.1:99999"}, "base_url"),
        ({"base_url": "http://[::1"}, "base_url"),
        ({"base_url": "http://127.0.0.1/?a=b"}, "base_url"),
        ({"base_url": "http://127.0.0.1/#a"}, "base_url"),
        ({"sections": ""}, "sections=''"),
        ({"sections": " , "}, "sections"),
        ({"sections": "szxw,Sport"}, "'Sport' is no section"),
        ({"sections": "szxw/.."}, "'szxw/..' is no section"),
        ({"sections": "要闻"}, "'要闻' is no section"),
        ({"max_pages": "0"}, "max_pages='0' must be a whole number of at least 1"),
        ({"max_pages": "-1"}, "max_pages"),
        ({"max_pages": "1.5"}, "max_pages"),
        ({"max_pages": ""}, "max_pages"),
        ({"max_pages": "٣"}, "max_pages"),
        ({"max_stories": "all"}, "max_stories='all' must be"),
        ({"max_stories": "000"}, "max_stories"),
        ({"max_stories": "9" * 5000}, "max_stories"),
        ({"ids": "9600-9000"}, "ids='9600-9000': '9600-9000' runs backwards; write 9000-9600"),
        ({"ids": "1,x"}, "ids='1,x': 'x' is no number and no range of numbers; write ids=9000-9600,9700"),
        ({"ids": ""}, "ids='': ''"),
        ({"ids": "1,"}, "ids='1,': ''"),
        ({"ids": "-5"}, "ids='-5'"),
        ({"ids": "5-"}, "ids='5-'"),
        ({"ids": "1-2-3"}, "ids='1-2-3'"),
        ({"ids": "007"}, "ids='007'"),
        ({"ids": "٣"}, "ids='٣'"),
        ({"ids": "1e3"}, "ids='1e3'"),
        ({"ids": "1-1000001"}, "ids='1-1000001' are 1000001 numbers; ask for at most 1000000 in one run"),
        ({"ids": "1-600000,700000-1100001"}, "are 1000002 numbers"),
        ({"ids": f"1-{10**15 - 1}"}, "are 999999999999999 numbers"),
        ({"ids": "9" * 5000}, "ids='99999"),
        ({"ids": "1-9", "max_pages": "2"}, "ids and max_pages exclude each other: a sweep reads no lists"),
        ({"full": "yes"}, "full='yes' must be 1 or 0"),
        ({"full": ""}, "full=''"),
    ],
)
def test_wrong_arguments(given_arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        parse_arguments(given_arguments)
    assert message in str(caught.value)


def test_a_wrong_site() -> None:
    with pytest.raises(SiteError, match="no site profile is named 'nobody'"):
        parse_arguments({"site": "nobody"})


def test_a_directory_that_is_not_there_or_for_one_site(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"or by sites= a directory of these$"):
        parse_sites({"sites": f"{tmp_path}/nowhere/"})
    with pytest.raises(SiteError, match=r"or by sites= a directory of these$"):
        parse_arguments({"site": f"{tmp_path}"})


def test_a_site_of_ones_own(tmp_path: Path) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text('name = "own"\nextends = "slqncy"\n')
    assert parse_arguments({"site": str(profile)}).address.site.name == "own"


@given(st.sampled_from(["base_url", "sections", "max_pages", "max_stories", "full", "ids"]), st.text())
def test_no_text_is_too_strange(name: str, text: str) -> None:
    try:
        parse_arguments({name: text})
    except ArgumentError as error:
        assert name in str(error)  # noqa: PT017


@pytest.mark.parametrize("name", ["a, b", "a,b.warc"])
def test_a_name_with_a_comma(tmp_path: Path, name: str) -> None:
    directory = tmp_path / name
    directory.mkdir()
    files = directory / "1.warc.gz", directory / "2,3.warc"
    for file in files:
        file.touch()
    assert parse_arguments({"warc": str(directory)}).warcs == files
    assert parse_arguments({"warc": str(files[1])}).warcs == files[1:]


@pytest.mark.parametrize("wrong", ["a" * 300, f"{'a' * 300},b", "a\0b"])
def test_what_no_file_can_be_called(wrong: str) -> None:
    with pytest.raises(ArgumentError, match="is no file, and no directory"):
        parse_arguments({"warc": wrong})


def test_sites_by_name_file_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other"):
        (tmp_path / f"{name}.toml").write_text(f'name = "{name}"\nextends = "slqncy"\n')
    (tmp_path / "slqncy").mkdir()
    assert parse_sites({}) == []
    assert parse_sites({"sites": "all"}) == site_names()
    assert parse_sites({"sites": str(tmp_path)}) == [str(tmp_path / "one.toml"), str(tmp_path / "other.toml")]
    assert parse_sites({"sites": f"ar7y, {tmp_path / 'one.toml'},ar7y"}) == ["ar7y", str(tmp_path / "one.toml")]
    monkeypatch.chdir(tmp_path)
    assert parse_sites({"sites": "slqncy"}) == ["slqncy"], "not the folder of that name"


@pytest.mark.parametrize(
    ("given_arguments", "message"),
    [
        ({"sites": ","}, "sites=',' names no site"),
        ({"sites": "tests/spiders"}, "there is no profile, no .toml file, in tests/spiders/"),
        ({"sites": "all", "site": "slqncy"}, "site and sites exclude each other"),
        ({"sites": "all", "ids": "1"}, "sites and ids exclude each other"),
    ],
)
def test_wrong_sites(given_arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(message)):
        parse_sites(given_arguments)


def test_two_sites_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('name = "ar7y"\nextends = "slqncy"\n')
    with pytest.raises(ArgumentError, match="are both named 'ar7y'"):
        parse_sites({"sites": f"ar7y,{tmp_path / 'other.toml'}"})
