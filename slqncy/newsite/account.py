"""What a person is told of a proposal: its rules, and what the archive would have of a few pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slqncy.newsite.proposal import Proposal
    from slqncy.newsite.sample import Sample, Told

_WIDTH = 40
"""Characters of a line of text."""


def rules(proposal: Proposal) -> Iterator[str]:
    """Each rule with the pages that speak for it, a line each."""
    yield f"  hosts      {', '.join(proposal.hosts)}"
    yield f"  stories    {proposal.stories.story}"
    yield f"             fits {proposal.stories_fit} story pages; {proposal.others_fit} other pages are none by it"
    titles = (f"{section} {title}".rstrip() for section, title in proposal.section_titles.items())
    yield f"  sections   {', '.join(titles)}"
    yield f"  lists      {proposal.further_lists} link further pages  {proposal.further_list}".rstrip()
    yield f"  banner     {_banner(proposal)}"
    yield f"  trailer    {proposal.trailers} stories end with their title and address"
    yield from (f"  encoding   {encoding}" for encoding in proposal.encodings)
    yield from (f"  not covered: {remark}" for remark in proposal.remarks)


def stories(samples: Sequence[Sample], told: Sequence[Told]) -> Iterator[str]:
    """What the archive would have of pages, which say `told` by the proposed profile."""
    for sample, said in zip(samples, told, strict=True):
        delta = "no banner" if said.declared_delta is None else f"declared_delta {said.declared_delta}"
        yield f"  {sample.url}"
        yield f"    {said.title}"
        yield f"    {said.date}  {said.byline or 'no byline'}  {said.chars} characters, {delta}"
        first, last = said.paragraphs[0], said.paragraphs[-1]
        yield f"    begins  {first[:_WIDTH]}{'…' if len(first) > _WIDTH else ''}"
        yield f"    ends    {'…' if len(last) > _WIDTH else ''}{last[-_WIDTH:]}"


def _banner(proposal: Proposal) -> str:
    banner, of = proposal.banner, len(proposal.samples)
    if not banner.pages:
        return "none, so nothing proves that a story is whole"
    if banner.inexpressible:
        return f"{banner.example} on {banner.pages} of {of} stories, but {banner.inexpressible}"
    wording = f"{banner.example} " if banner.pattern else "the known one "
    return f"{wording}on {banner.pages} of {of} stories; {banner.whole} are whole by it"
