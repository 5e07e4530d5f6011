"""What parsing a page would cost, found in one pass over its source: a parser only tells when it is too late."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Limits:
    """What a page may have at most to be parsed."""

    size: int = 12 * 1024 * 1024
    """Bytes of UTF-8."""
    attributes: int = 1000
    """Of one tag: libxml2 looks at all that it has for each new one, and takes two minutes for 80,000."""
    tags: int = 150_000
    links: int = 30_000


_ATTRIBUTES_A_TAG = 3
"""So many take as much memory as a tag with text."""


def excess(source: bytes, limits: Limits) -> str:
    """The name of the first limit that a page in UTF-8 passes, or ""."""
    if len(source) > limits.size:
        return "size"
    # Each takes a byte at least, a link three. A line of preformatted text is read as if it had a tag.
    if len(source) > limits.tags:
        lines = source.count(b"\n") if _PRE.search(source) else 0
        if lines + len(_TAG.findall(source)) > limits.tags:
            return "tags"
    if len(source) > 3 * limits.links and len(_LINK.findall(source)) > limits.links:
        return "links"
    # Each takes two bytes at least.
    if len(source) > 2 * limits.attributes and not _has_fewer_attributes(source, limits.attributes):
        return "attributes"
    most = _ATTRIBUTES_A_TAG * limits.tags
    if len(source) > 2 * most and not _has_fewer_words(source, most) and _attributes(source, limits.attributes) > most:
        return "attributes"
    return ""


_TAG = re.compile(rb"<[a-zA-Z]")
_LINK = re.compile(rb"<[aA][\s/>]")
_PRE = re.compile(rb"<[pP][rR][eE][\s/>]")


def _has_fewer_words(source: bytes, most: int) -> bool:
    """Whether there are no more words than that, of which each attribute is one."""
    words = re.match(rb"""(?:[^\s/"']*+[\s/"']++){0,%d}+[^\s/"']*+""" % most, source)
    return words is not None and words.end() == len(source)


def _has_fewer_attributes(source: bytes, most: int) -> bool:
    """Whether no tag has more than so many attributes, as HTML tells where tags begin and end (WHATWG, 13.2.5).

    Where it ends is what hides a flood of them: in what a comment, a script or a quoted value has swallowed.
    """
    tame = _tame(most).match(source)
    return tame is not None and tame.end() == len(source)


_ATTRIBUTE = r"""[\s/=]*+[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+)?+"""
_COMMENT = r"<!--(?:-?+>|[^-]*+(?:-(?!-!?>)[^-]*+)*+(?:--!?+>|\Z))"
_BOGUS_COMMENT = r"<(?:[!?]|/(?![a-z]))[^>]*+(?:>|\Z)"
_END = r"(?=[\s/>])"
# In a comment within a script, a script may begin, and its end tag is not that of the script around it.
_ESCAPED = (
    rf"<!--(?:-*+>|(?:[^<-]++|-(?!->)|<(?!/?script{_END})"
    rf"|<script{_END}(?:[^<-]++|-(?!->)|<(?!/script{_END}))*+(?:</script)?+)*+(?:-->)?+)"
)


_TEXTS = {
    name: rf"(?:[^<]++|<(?!/{name}{_END}))*+"
    for name in ("style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
} | {"script": rf"(?:[^<]++|{_ESCAPED}|<(?!/script{_END}|!--))*+", "plaintext": r"[\s\S]*+"}
"""What stands in elements that hold text and no tags."""
# A fast path: most tags are written like this.
_NEAT_TAG = rf"""</[a-z]\w*+>|<(?!{"|".join(_TEXTS)})[a-z]\w*+(?:\s++[\w:-]++="[^"]*+"){{0,99}}+>"""


def _opened(most: int) -> str:
    """The rest of a tag that does not close itself, behind its name: only then does a text follow."""
    return rf"(?:{_ATTRIBUTE}){{0,{most}}}+(?:>|\Z|[\s/=]*+(?:(?<=[\s=])>|\Z))"


def _closed(most: int) -> str:
    """The rest of any tag, behind its name."""
    return rf"(?:{_ATTRIBUTE}){{0,{most}}}+[\s/=]*+(?:>|\Z)"


@cache
def _tame(most: int) -> re.Pattern[bytes]:
    texts = "|".join(rf"<{name}{_END}{_opened(most)}{text}" for name, text in _TEXTS.items())
    tag = rf"</?[a-z][^\s/>]*+{_closed(most)}"
    return re.compile(
        rf"[^<]*+(?:(?:{_NEAT_TAG}|<(?![a-z/!?])|{_COMMENT}|{_BOGUS_COMMENT}|{texts}|{tag})[^<]*+)*+".encode(),
        re.IGNORECASE,
    )


def _attributes(source: bytes, most: int) -> int:
    """How many attributes all tags have together, none of which has more than `most`."""
    position = total = 0
    while tag := _next_tag(most).search(source, position):
        position = tag.end()
        total += len(_ONE_ATTRIBUTE.findall(tag["rest"] or b""))
        name = (tag["opens"] or b"").decode("latin-1").lower()
        if name in _TEXTS and _is_opened(most).fullmatch(tag["rest"]) and (text := _text(name).match(source, position)):
            position = text.end()
    return total


_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE.encode())


@cache
def _next_tag(most: int) -> re.Pattern[bytes]:
    pattern = rf"{_COMMENT}|{_BOGUS_COMMENT}|<(?:(?P<opens>[a-z][^\s/>]*+)|/[a-z][^\s/>]*+)(?P<rest>{_closed(most)})"
    return re.compile(pattern.encode(), re.IGNORECASE)


@cache
def _is_opened(most: int) -> re.Pattern[bytes]:
    return re.compile(_opened(most).encode())


@cache
def _text(name: str) -> re.Pattern[bytes]:
    return re.compile(_TEXTS[name].encode(), re.IGNORECASE)
