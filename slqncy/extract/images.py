"""The pictures of a story and their captions."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from slqncy.extract.lines import collapse
from slqncy.extract.links import absolute_url

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from slqncy.extract.lines import Block, Line

_LAZY = ("data-src", "data-original", "data-lazy-src", "data-echo", "original", "src")
_NO_PICTURE = ("data:", "javascript:", "about:")
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|avif)(?:[?#]|$)", re.IGNORECASE)
_ICON_SIZE = 60
_MOST_IMAGES = 200


_ICON_NAME = re.compile(
    r"(?:^|[/_-])(?:ico|icon|logo|btn|button|arrow|spacer|blank|loading|dot|line|qrcode|ewm|share)s?[_\d-]*\.\w+(?:[?#]|$)",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(r"[\w.()-]+\.(?:jpe?g|png|gif|webp|bmp)|(?:图片?|image|img|pic)?\s*\d*", re.IGNORECASE)
_CAPTION = re.compile(
    r"[(（]?(?:(?:图为|图片说明|图[:：]|[▲△↑]).{2,80}|.{2,80}(?:\s[摄攝]|(?:记者|通讯员).{2,12}[摄攝]|供图|资料图片?))[)）]?"
)
_MOST_LEVELS = 4
_MOST_PIECES = 8
_LONGEST_CAPTION = 1000


def story_images(body: list[Line], base: str, title: str = "") -> list[tuple[str, str]]:
    """Return (absolute URL, caption) of the pictures among the body's lines, in page order, without repeats.

    What a system fills in, the story's `title` or a file's name, is no caption.
    """
    if not body:
        return []
    container = _common_container(body)
    found: dict[str, str] = {}
    for image in container.iter("img"):
        url = _url(image, base)
        if url and url not in found and not _is_icon(image, url) and not _leads_away(image):
            found[url] = _caption(image, title)
        if len(found) == _MOST_IMAGES:
            break
    return list(found.items())


def _common_container(body: list[Line]) -> Element:
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


def _url(image: Element, base: str) -> str:
    values = (image.get(name, "").strip() for name in _LAZY)
    return next(
        (absolute_url(value, base, "utf-8") for value in values if value and not value.startswith(_NO_PICTURE)), ""
    )


def _is_icon(image: Element, url: str) -> bool:
    return bool(_ICON_NAME.search(url)) or any(
        value.isdigit() and int(value[:6]) <= _ICON_SIZE
        for name in ("width", "height")
        if (value := (image.get(name) or "").strip().removesuffix("px"))
    )


def _leads_away(image: Element) -> bool:
    """Whether a picture is a link to something other than a larger picture: an advertisement, or another story's."""
    link = next(image.iterancestors("a"), None)
    href = "" if link is None else (link.get("href") or "").strip()
    return bool(href) and not href.startswith("#") and not _PICTURE_FILE.search(href)


def _caption(image: Element, title: str) -> str:
    figure = next(image.iterancestors("figure"), None)
    if figure is not None:
        caption = next(figure.iter("figcaption"), None)
        if caption is not None:
            return _beginning(caption)
    words = collapse(image.get("alt") or image.get("title") or "")
    if words and words != title and not _FILE_NAME.fullmatch(words):
        return words
    below = _words_below(image)
    return below if _CAPTION.fullmatch(below) else ""


def _words_below(image: Element) -> str:
    """The text that follows a picture first, in its own block or in one of the next."""
    element: Element | None = image
    for _ in range(_MOST_LEVELS):
        if element is None:
            break
        if tail := collapse(element.tail or ""):
            return tail
        following = element.getnext()
        if following is None:
            element = element.getparent()
        elif words := _beginning(following, _MOST_PIECES):
            return words
        else:
            element = following
    return ""


def _beginning(element: Element, most: int | None = None) -> str:
    """What a caption may be of an element's text, or of its first pieces; many pictures may share it."""
    text = ""
    for piece in islice(element.itertext(), most):
        text += str(piece)
        if len(text) > _LONGEST_CAPTION:
            break
    return collapse(text[:_LONGEST_CAPTION])
