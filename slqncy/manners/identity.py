"""Who asks: the User-Agent, with a way to reach the operator."""

from __future__ import annotations

import re

# What may stand in a comment of the header (RFC 9110, 5.6.5), less blanks.
_CONTACT = re.compile(r"[!-'*-\[\]-~]+")


def user_agent(version: str, contact: str) -> str:
    """The User-Agent header, with a contact or without. Raises ValueError where the contact cannot stand in it."""
    if not contact:
        return f"slqncy/{version}"
    if not _CONTACT.fullmatch(contact):
        raise ValueError(
            f"OPERATOR_CONTACT={contact!r} must be a mail address or URL: printable ASCII, "
            "without blanks, parentheses and backslashes"
        )
    return f"slqncy/{version} (+{contact})"
