"""What parsing a page would cost, found in one pass over its source: a parser only tells when it is too late."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Limits:
    """What a page may have at most to be parsed."""

    size: int = 8 * 1024 * 1024
    """Bytes of UTF-8."""
    attributes: int = 1000
    """Of one tag: libxml2 looks at all that it has for each new one, and takes two minutes for 80,000."""
    tags: int = 200_000
    links: int = 30_000


def excess(source: bytes, limits: Limits) -> str:
    """The name of the first limit that a page in UTF-8 passes, or ""."""
    if len(source) > limits.size:
        return "size"
    if len(_TAG.findall(source)) > limits.tags:
        return "tags"
    if len(_LINK.findall(source)) > limits.links:
        return "links"
    # Each takes two bytes at least.
    if len(source) > 2 * limits.attributes and not _has_fewer_attributes(source, limits.attributes):
        return "attributes"
    # Nor may there be too many of them over all tags; that many words are more than a line of the archive takes.
    if len(source) > 2 * _WORDS * limits.tags and not _has_fewer_words(source, _WORDS * limits.tags):
        return "attributes"
    return ""


_TAG = re.compile(rb"<[a-zA-Z]")
_LINK = re.compile(rb"<[aA][\s/>]")
_WORDS = 3
"""Times as many words as tags: each attribute is one at least, and takes as much memory as a tag with text."""


def _has_fewer_words(source: bytes, most: int) -> bool:
    words = re.match(rb"""(?:[^\s/"']*+[\s/"']++){0,%d}+[^\s/"']*+""" % most, source)
    return words is not None and words.end() == len(source)


def _has_fewer_attributes(source: bytes, most: int) -> bool:
    """Whether no tag has more than so many attributes, as HTML tells where tags begin and end (WHATWG, 13.2.5).

    Where it ends is what hides a flood of them: in what a comment, a script or a quoted value has swallowed.
    """
    tame = _tame(most).match(source)
    return tame is not None and tame.end() == len(source)


# A fast path: most tags are written like this.
_RAW = ("style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
"""Elements that hold text and no tags; of some other kind are script and plaintext."""
_NEAT_TAG = rf"""<(?!{"|".join(_RAW)}|script|plaintext)[a-z]\w*+(?:\s++[\w:-]++="[^"]*+"){{0,99}}+>"""
_ATTRIBUTE = r"""[\s/=]*+[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+)?+"""
_COMMENT = r"<!--(?:-?+>|[^-]*+(?:-(?!-!?>)[^-]*+)*+(?:--!?+>|\Z))"
_BOGUS_COMMENT = r"<(?:[!?]|/(?![a-z]))[^>]*+(?:>|\Z)"
_END = r"(?=[\s/>])"
# In a comment within a script, a script may begin, and its end tag is not that of the script around it.
_ESCAPED = (
    rf"<!--(?:-*+>|(?:[^<-]++|-(?!->)|<(?!/?script{_END})"
    rf"|<script{_END}(?:[^<-]++|-(?!->)|<(?!/script{_END}))*+(?:</script)?+)*+(?:-->)?+)"
)


@cache
def _tame(most: int) -> re.Pattern[bytes]:
    attributes = rf"(?:{_ATTRIBUTE}){{0,{most}}}+"
    tag = rf"</?[a-z][^\s/>]*+{attributes}[\s/=]*+(?:>|\Z)"
    # A tag that closes itself has no text.
    opened = rf"{attributes}(?:>|\Z|[\s/=]*+(?:(?<=[\s=])>|\Z))"
    script = rf"<script{_END}{opened}(?:[^<]++|{_ESCAPED}|<(?!/script{_END}|!--))*+"
    raw = (rf"<{name}{_END}{opened}(?:[^<]++|<(?!/{name}{_END}))*+" for name in _RAW)
    texts = "|".join((*raw, script, rf"<plaintext{_END}{opened}[\s\S]*+"))
    return re.compile(
        rf"(?:[^<]++|<(?![a-z/!?])|{_NEAT_TAG}|{_COMMENT}|{_BOGUS_COMMENT}|{texts}|{tag})*+".encode(), re.IGNORECASE
    )
