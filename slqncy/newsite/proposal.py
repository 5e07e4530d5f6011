"""What a few pages of a site say of its profile, and on how many of them each rule holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slqncy.extract.links import page_links
from slqncy.extract.pagination import list_pages
from slqncy.newsite.banner import find_banner
from slqncy.newsite.evidence import Fit, encodings_of, hosts_of, own_names, remarks, site_name
from slqncy.newsite.grammar import USUAL_MARK, families, is_name, page_marks, section_rule, story_rule
from slqncy.newsite.refusal import NoProposalError, known_site, no_stories, refuse
from slqncy.newsite.sample import linked_paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slqncy.newsite.banner import Banner
    from slqncy.newsite.grammar import SectionRule, StoryRule
    from slqncy.newsite.sample import Sample
    from slqncy.sites import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A profile, with its evidence."""

    name: str
    scheme: str
    hosts: dict[str, str]
    """The canonical one first, each with why it is the site's."""
    stories: StoryRule
    stories_fit: Fit
    """Story pages whose addresses are stories by the rule."""
    others_fit: Fit
    """Pages that are no stories whose addresses are none by the rule."""
    parted: Fit
    """Story pages that link the second page of their story."""
    sections: SectionRule
    section_titles: dict[str, str]
    """The sections a run starts from, each as the navigation names it."""
    further_lists: Fit
    """Lists on which links to further pages were found."""
    further_list: str
    """Such a link, or ""."""
    banner: Banner
    trailers: Fit
    """Stories that end with their title and address."""
    encodings: list[str]
    """What pages are encoded in, and what they say, in sentences."""
    remarks: list[str]
    """What the profile does not cover, in sentences."""
    samples: list[Sample]
    """The stories that were read and that the rule accepts."""
    linked: list[str]
    """Other paths that the pages link, in the order in which they were found."""


def propose(samples: Sequence[Sample], site: Site) -> Proposal:
    """The profile that fits pages of a site, of which `site` has scheme and host names. Raises NoProposalError."""
    refuse(samples)
    stories = {sample.path: sample for sample in samples if sample.is_story}
    others = {sample.path: sample for sample in samples if not sample.is_story}
    headed = linked_paths(samples, by_length=True)
    found = families(headed, stories, others)
    best = next((family for family in found if family.holds(stories)), None)
    if best is None:
        raise NoProposalError(no_stories(samples))
    marks = page_marks({path: {urlsplit(link.url).path for link in stories[path].links} for path in stories})
    mark = marks.most_common(1)[0][0] if marks else USUAL_MARK
    rule = story_rule(best, headed, stories, others, mark)
    lists = {path: _stories_on(sample, rule) for path, sample in others.items() if path != "/"}
    named = linked_paths(samples, by_length=False)
    fronts = section_rule(named, lists, rule)
    if fronts is None:
        raise NoProposalError("stories were found, but no section page that lists them: a profile names one at least")
    accepted = [sample for path, sample in stories.items() if rule.accepts(path)]
    if all(sample.noarchive for sample in accepted):
        raise NoProposalError(f"stories say {accepted[0].noarchive!r}, and a crawl would archive none of them")
    hosts = hosts_of(samples, accepted, site)
    if known := next(filter(None, map(known_site, [*hosts, *own_names(accepted)])), ""):
        raise NoProposalError(
            f"the pages are those of a site that has a profile: scrapy crawl stories -a site={known} -a base_url=URL"
        )
    further = [pages for path in lists if (pages := list_pages(others[path].page, page_links(others[path].page)))]
    return Proposal(
        name=site_name(next(iter(hosts))),
        scheme=site.scheme,
        hosts=hosts,
        stories=rule,
        stories_fit=Fit(len(accepted), sum(not rule.is_part(path) for path in stories)),
        parted=Fit(marks[mark], len(stories)),
        others_fit=Fit(sum(not rule.accepts(path) for path in others), len(others)),
        sections=fronts,
        section_titles=_titles(named, fronts),
        further_lists=Fit(len(further), sum(count > 0 for count in lists.values())),
        further_list=further[0][0] if further else "",
        banner=find_banner(accepted, site),
        trailers=Fit(sum(bool(sample.told.trailer_address) for sample in accepted), len(accepted)),
        encodings=encodings_of(samples),
        remarks=remarks(samples, found, rule, hosts),
        samples=[sample for sample in accepted if not sample.noarchive],
        linked=[path for path in named if path not in stories],
    )


def _stories_on(sample: Sample, rule: StoryRule) -> int:
    """How many stories a page links."""
    return len({path for link in sample.links if rule.accepts(path := urlsplit(link.url).path)})


def _titles(named: Mapping[str, str], fronts: SectionRule) -> dict[str, str]:
    found = ((fronts.section_of(path), text) for path, text in named.items() if fronts.accepts(path))
    titles = {section: text for section, text in reversed(list(found)) if is_name(text)}
    return {section: titles.get(section, "") for section in fronts.names}
