"""Text files are the pages' own text, byte for byte."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slqncy.archive import Archive
from slqncy.export import FORMATS, export
from slqncy.export.text_files import as_page, path_of
from tests.crawling import ROOT
from tests.export.samples import stories
from tests.samples import story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import DemoCrawl


def test_the_seed_comes_out_as_it_went_in(demo_crawl: DemoCrawl, tmp_path: Path) -> None:
    rows = export(Archive(demo_crawl.archive), FORMATS["text"], tmp_path / "text")
    assert (tmp_path / "text/slqncy/szxw/9538.v1.txt").read_bytes() == (ROOT / "slqncy/demo/seed.txt").read_bytes()
    assert len([*(tmp_path / "text").rglob("*.txt")]) == rows > 100


def test_a_page_that_declared_nothing_gets_no_banner() -> None:
    undeclared = stories()[2]
    assert as_page(undeclared) == (
        "第3条新闻的正文。\n\n(王宇)\n\n标题:第3条新闻\n\n地址:http://www.slqncy.com/szxw/3.html"
    )


def test_a_count_is_what_the_page_declared() -> None:
    declared = replace(story(1, "短。"), declared_chars=4, declared_minutes=9)
    assert as_page(declared).startswith("本篇文章4字,读完约9分钟\n\n短。\n\n标题:")


@pytest.mark.parametrize(
    "name",
    [
        "a/b/..",
        "../x/1",
        "./x/1",
        "~/x/1",
        "a/b/\0",
        "a/b/1\n2",
        f"a/b/{'新' * 300}",
        "A/b/1",
        "a/b/c.txt",
        "a/b/ ",
        "a/-rf/1",
        "a/b/--version",
    ],
)
def test_no_id_leads_elsewhere(name: str, tmp_path: Path) -> None:
    path = path_of(replace(story(1), id=name))
    assert len(path.parts) == 3
    assert all(len(part) < 100 and set(part) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-.") for part in path.parts)
    assert (tmp_path / path).resolve().is_relative_to(tmp_path.resolve())
    assert not {".", ".."} & set(path.parts)
    assert not any(part.startswith("-") for part in path.parts)


def test_ids_that_differ_have_files_that_differ() -> None:
    names = ["a/b/1", "A/b/1", "a/B/1", "a/b/..", "a/b/.", "a/b/1.v1"]
    paths = {str(path_of(replace(story(1), id=name))).lower() for name in names}
    assert len(paths) == len(names)
