"""Sections and numbers of stories that go over several folders: /news/gn/2024/0420/7.html is news~gn, 2024~0420~7."""

_SIGN = "~"
"""In an id, / stands between site, section and number, and nowhere else; this one may be in the name of a file."""


def as_name(path: str) -> str:
    """The part of a path that names a section or a story, as names have it."""
    return path.replace("/", _SIGN)


def as_path(name: str) -> str:
    """The same as it stands in an address."""
    return name.replace(_SIGN, "/")
