"""A proposal as a file: TOML, with the evidence for each rule above it."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

from slqncy.visible import blanked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from slqncy.newsite.proposal import Proposal
    from slqncy.sites import Site

BASE = "slqncy"
"""The profile that every proposed one extends."""


def as_toml(proposal: Proposal, base: Site, at: datetime) -> str:
    """The profile; what is as in `base`, the profile that it extends, is left out."""
    lines = chain(
        _head(proposal, at), _urls(proposal), _stories(proposal, base), _sections(proposal, base), _banner(proposal),
        _rest(proposal),
    )  # fmt: skip
    return "\n".join(lines) + "\n"


def _head(proposal: Proposal, at: datetime) -> Iterator[str]:
    canonical = next(iter(proposal.hosts))
    yield f"# {canonical}, as proposed by `scrapy newsite` on {at:%Y-%m-%d}. Above each rule stands what speaks for it."
    yield f'name = "{proposal.name}"'
    yield _why_extends(proposal)
    yield f'extends = "{BASE}"'
    for remark in proposal.remarks:
        yield _comment(f"Not covered: {remark}.")


def _urls(proposal: Proposal) -> Iterator[str]:
    yield "\n[urls]"
    yield f'scheme = "{proposal.scheme}"'
    for host, why in proposal.hosts.items():
        yield _comment(f"{host}: {why}.")
    yield f"hosts = {_texts(proposal.hosts)}"


def _stories(proposal: Proposal, base: Site) -> Iterator[str]:
    stories = proposal.stories
    yield _comment(
        f"Accepts {proposal.stories_fit} story pages that were read, {proposal.samples[0].path} for one, "
        f"and refuses {proposal.others_fit} other pages."
    )
    if (stories.story, stories.story_page) == (base.story.pattern, base.story_page.pattern):
        yield f"# The rule is that of {BASE}."
    else:
        yield f"story = {_quoted(stories.story)}"
        yield _comment(f"{proposal.parted} story pages link a second page of theirs{_usual(proposal)}.")
        yield f"story_page = {_quoted(stories.story_page)}"
    if not stories.names_sections:
        yield "# Addresses of stories name no section, and so section is empty in the archive."


def _sections(proposal: Proposal, base: Site) -> Iterator[str]:
    if proposal.sections.section != base.section.pattern:
        yield f"section = {_quoted(proposal.sections.section)}"
    yield "# Front pages that list stories, or whose name stands in the addresses of stories."
    yield "sections = ["
    for section, title in proposal.section_titles.items():
        yield f"    {_text(section)},{f'  {_comment(title)}' if title else ''}"
    yield "]"
    further = f", {proposal.further_list} for one; how they go on need not be said" if proposal.further_list else ""
    yield _comment(f"{proposal.further_lists} lists link further pages{further}.")
    yield "\n[urls.paths]"
    yield f"story = {_text(proposal.stories.path)}"
    yield f"section = {_text(proposal.sections.path)}"


def _banner(proposal: Proposal) -> Iterator[str]:
    banner = proposal.banner
    if not banner.pages:
        yield "\n# No story has a banner that counts its characters, so nothing proves that a story is whole."
        return
    example = f", {banner.example}" if banner.example else ""
    yield "\n" + _comment(f"{banner.pages} of {len(proposal.samples)} stories have a banner{example}.")
    if banner.inexpressible:
        yield _comment(f"It is not in this profile: {banner.inexpressible}.")
        return
    yield _comment(f"{banner.whole} of these are whole by it: declared_delta is 0.")
    if banner.pattern or banner.constant is not None:
        yield "[banner]"
    if banner.pattern:
        yield f"pattern = {_quoted(banner.pattern)}"
    if banner.constant is not None:
        yield f"constant = {banner.constant}"


def _rest(proposal: Proposal) -> Iterator[str]:
    yield _comment(f"{proposal.trailers} stories end with their title and address.")
    for encoding in proposal.encodings:
        yield _comment(f"{encoding}.")
    yield f"# The gate is that of {BASE}: a run is a success if it sees a story, and if at least half can be read."


def _usual(proposal: Proposal) -> str:
    return "" if proposal.parted.right else "; the form is the usual one"


def _why_extends(proposal: Proposal) -> str:
    is_sister = proposal.banner.whole and not proposal.banner.pattern
    if is_sister:
        return "# A sister site by its template: it has the same banner, and counts as that does."
    return "# For what is not said here: how a banner, a trailer and a source line would read, and the gate."


def _comment(text: str) -> str:
    return f"# {blanked(text)}"


def _quoted(pattern: str) -> str:
    return f"'{pattern}'" if "'" not in pattern and pattern.isprintable() else _text(pattern)


def _text(text: str) -> str:
    # What JSON escapes, and how, is TOML too.
    return json.dumps(text, ensure_ascii=False)


def _texts(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"
