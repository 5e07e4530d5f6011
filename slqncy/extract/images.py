"""The pictures of a story and their captions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slqncy.extract.lines import collapse
from slqncy.extract.metadata import absolute

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from slqncy.extract.lines import Block, Line

_LAZY = ("data-src", "data-original", "data-lazy-src", "data-echo", "original", "src")
_NO_PICTURE = ("data:", "javascript:", "about:")
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|avif)(?:[?#]|$)", re.IGNORECASE)
_ICON_SIZE = 60
_MOST_IMAGES = 200


def story_images(body: list[Line], base: str) -> list[tuple[str, str]]:
    """Return (absolute URL, caption) of the pictures among the body's lines, in page order, without repeats."""
    if not body:
        return []
    container = _common_container(body)
    found: dict[str, str] = {}
    for image in container.iter("img"):
        url = _url(image, base)
        if url and url not in found and not _is_icon(image) and not _leads_away(image):
            found[url] = _caption(image)
        if len(found) == _MOST_IMAGES:
            break
    return list(found.items())


def _common_container(body: list[Line]) -> HtmlElement:
    """The innermost element around the first and the last line."""
    around = set()
    up: Block | None = body[-1].block
    while up is not None:
        around.add(up.element)
        up = up.parent
    block = body[0].block
    while block.parent is not None and block.element not in around:
        block = block.parent
    if block.element.tag == "p" and block.parent is not None:
        block = block.parent
    return block.element


def _url(image: HtmlElement, base: str) -> str:
    values = (image.get(name, "").strip() for name in _LAZY)
    return next((absolute(base, value) for value in values if value and not value.startswith(_NO_PICTURE)), "")


def _is_icon(image: HtmlElement) -> bool:
    return any(
        value.isdigit() and int(value[:6]) <= _ICON_SIZE
        for name in ("width", "height")
        if (value := (image.get(name) or "").strip().removesuffix("px"))
    )


def _leads_away(image: HtmlElement) -> bool:
    """Whether a picture is a link to something other than a larger picture: an advertisement, or another story's."""
    link = next(image.iterancestors("a"), None)
    href = "" if link is None else (link.get("href") or "").strip()
    return bool(href) and not href.startswith("#") and not _PICTURE_FILE.search(href)


def _caption(image: HtmlElement) -> str:
    figure = next(image.iterancestors("figure"), None)
    if figure is not None:
        caption = next(figure.iter("figcaption"), None)
        if caption is not None:
            return collapse("".join(caption.itertext()))
    return collapse(image.get("alt") or image.get("title") or "")
