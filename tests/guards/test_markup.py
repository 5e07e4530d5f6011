"""What would take minutes to parse is seen before, whatever hides it, in a time that is that of its length."""

from __future__ import annotations

import random
from time import process_time

import pytest
from lxml import etree

from slqncy.extract.page import parse_page
from slqncy.guards.markup import Limits, excess

FEW = Limits(size=10_000, attributes=10, tags=20, links=8)
FLOOD = "<p " + " ".join(f"a{n}" for n in range(12)) + ">"
MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("<p>" + "字" * 3000, ""),
        ("<p>" + "字" * 4000, "size"),
        ("<p>" * 20, ""),
        ("<P>" * 21, "tags"),
        ("<a href=x>" * 8, ""),
        ("<A\nhref=x>" * 9, "links"),
        ("<abbr>" * 9, ""),
        ("1 < 2 <- 3" * 9, ""),
        (FLOOD, "attributes"),
        (FLOOD.upper(), "attributes"),
        ("<p " + "a=b " * 10 + ">", ""),
        ('<p class="' + "a " * 50 + '">', ""),
        ("<p class='" + "a=b " * 50 + "'>", ""),
        ("<p a b c d e f g>" * 10, "attributes"),
        ("<script>" + "a b " * 99 + "</script><pre>" + "a b " * 99, ""),
        ("<p>x\n" * 15, ""),
        ("<pre>x\n" * 15, "tags"),
        (f"<!-- {FLOOD} -->", ""),
        (f"<script>{FLOOD}</script>", ""),
        (f"<title>{FLOOD}</title>", ""),
    ],
)
def test_limits(page: str, name: str) -> None:
    assert excess(page.encode(), FEW) == name


@pytest.mark.parametrize(
    "before",
    [
        '<!-- <a b=" -->', "<!--><a b='--><c d='>", '<!-- <a b=" --!>', '<?php <a b=" ?>', '<![CDATA[ <a b=" ]]>',
        '<!DOCTYPE html PUBLIC "a>', '</ <a b=">', '<script> <a b=" </script>', "<script>'</style><a b=\"</script>",
        '<script/> <a b=" c">', '<script src=a/> <a b=" </script>', '<script><!-- <a b=" </script>',
        '<script><!--<script></script> <a b="--></script>', '<title><a b="</title>', "<textarea><a b='</textarea>",
        '<xmp><a b="</xmp >', '<style></script><a b="</style>', '<iframe><a b="</iframe>', "<a b='\"'>", '<a =">',
        '<p title="a > b">', '<p title=a">', "</p a=b>", "<title/>", '<noembed><a b="</noembed>',
    ],
)  # fmt: skip
def test_nothing_hides_a_flood(before: str) -> None:
    # It is in the tree, so that it was parsed.
    page = f"<html><body>{before}{FLOOD}"
    tree = etree.fromstring(page.encode(), etree.HTMLParser(encoding="utf-8"))
    assert any(len(element.attrib) == 12 for element in tree.iter(etree.Element))
    assert excess(page.encode(), FEW) == "attributes"


PIECES = [
    "<", "</", ">", "/>", "/", "a", "p", " ", "\n", "=", '"', "'", "-", "-->", "--!>", "<!--", "<!", "<?", "<![CDATA[",
    "]]>", "<script", "</script", "<style>", "</style>", "<title>", "</title", "<textarea>", "</textarea>", "<xmp>",
    "</xmp>", "<iframe>", "</iframe>", "<plaintext>", "<noscript>", "b='", 'c="', "e=f", " a b c", FLOOD, "<SCRIPT>",
    "</ScRiPt>", "<svg>", "<math>", "</noembed >", "<noembed>", '<!DOCTYPE html PUBLIC "', "<script/>", "<script a=b/>",
]  # fmt: skip


def test_no_soup_hides_a_flood() -> None:
    some = random.Random(11)
    floods = many = 0
    for _ in range(20_000):
        page = "<html><body>" + "".join(some.choices(PIECES, k=some.randrange(1, 25)))
        try:
            tree = etree.fromstring(page.encode(), etree.HTMLParser(encoding="utf-8", huge_tree=True))
        except etree.LxmlError:
            continue
        # The scan does not count an attribute that is called `=`, of which there is one at most.
        counts = [len(element.attrib) - ("=" in element.attrib) for element in tree.iter(etree.Element)]
        if max(counts) > FEW.attributes:
            floods += 1
            assert excess(page.encode(), Limits(attributes=FEW.attributes)) == "attributes", page
        if total := sum(counts) // 3:
            limit = excess(page.encode(), Limits(tags=total - 1, attributes=99))
            assert limit in {"tags", "attributes"}, page
            many += limit == "attributes"
    assert floods > 1000
    assert many > 100


UNFRIENDLY = [
    "<", "<a ", "<a", '<a b="', "<a b='\"", "<!--", "<!---", "--!", "<script>", "<script><!--", "<script><!--<script>",
    "<script></script>", "<title><", "<title></title", "<a =", "a=", "<style><title>", "<a b='", "<?", "</", "<!",
    '<a b="c" d="e" f="g" h', "<plaintext/", "<script/ ", "-", "<textarea ", "</a ", "=\"'", "<p>",
]  # fmt: skip


@pytest.mark.parametrize("piece", UNFRIENDLY)
def test_no_page_takes_longer_than_its_length(piece: str) -> None:
    def seconds(size: int) -> float:
        source = b"<p>x</p><a " + (piece * (size // len(piece))).encode()
        began = process_time()
        excess(source, Limits(tags=size, links=size))
        return process_time() - began

    # Were it quadratic, it would be 64 times as long; one attempt may be disturbed.
    assert any(seconds(MIB) < 25 * max(seconds(MIB // 8), 0.001) for _ in range(3))


def test_what_is_put_together_by_taking_away_is_seen() -> None:
    # libxml2 is given the source without the ends of the document, and in need without formatting.
    for gap in ("</body>", "</html >"):
        page = f'<!-{gap}- <a b=" -->{FLOOD}'
        assert parse_page(page.encode(), "http://news.example/", limits=FEW).refused == "attributes"
    deep = "<b>" * 2100 + f'<!-<b>- <a b=" -->{FLOOD}'
    limits = Limits(attributes=FEW.attributes)
    assert parse_page(deep.encode(), "http://news.example/", limits=limits).refused == "attributes"
