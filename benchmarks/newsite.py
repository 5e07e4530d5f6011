"""How well `scrapy newsite` infers the URL grammar of a site from links, and tells stories from lists.

    python -m benchmarks.newsite DATASET [--hosts]

DATASET is a folder of pages, ID.html.gz with ID.json beside it, whose "url" or "domain" says where the page is from.
Of each host the links to itself are taken, and half of them (by a hash) are given to the inference. Of the other half,
a link counts as a story where its text is a headline of at least 12 letters, and as none where it is a name of at most
6; what is between them counts for nothing. So the truth is a guess too: a headline may lead to a film or a special.
Hosts are parted by a hash of their domains: nothing was looked at, or changed, for what the held-out half shows.

All pages of DATASET are stories; how many are told to be is counted, and the same of the stories and lists in
tests/pages. Last, profiles are proposed for the demo site, whose pages have three designs, under other addresses: the
rule is held against all addresses of the site.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slqncy.extract.links import page_links
from slqncy.extract.page import parse_page
from slqncy.extract.title import squash
from slqncy.guards.markup import Limits
from slqncy.newsite.grammar import families, story_rule
from slqncy.newsite.proposal import propose
from slqncy.newsite.sample import Headers, read_sample
from slqncy.newsite.shapes import take_apart
from slqncy.newsite.stranger import stranger
from tests.newsite.renamed import Renamed
from tests.newsite.walking import ADDRESS, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGES = Path(__file__).parent.parent / "tests/pages"
DEMO_PATHS = (
    "/{section}/{number}.html",
    "/{section}/content_{number}.shtml",
    "/{section}/{date:%Y%m}/t{date:%Y%m%d}_{number}.htm",
    "/{section}/{date:%Y-%m}/{date:%d}/c_{number}.htm",
    "/{date:%Y}/{date:%m-%d}/{number}.shtml",
    "/a/{date:%Y%m%d}/{number:06}.htm",
    "/content_{number}.htm",
)
HEADLINE, NAME = 12, 6
FEWEST = 5
"""Links to stories in either half: with fewer there is nothing to infer, or to measure."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the links of a host that the inference had not seen."""

    host: str
    rule: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)


def is_odd(text: str) -> bool:
    return sha256(text.encode()).digest()[0] % 2 == 1


def links_by_host(dataset: Path) -> dict[str, dict[str, str]]:
    """The longest text of each address that a host's pages link on it."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for file in sorted(dataset.glob("*.json")):
        about = json.loads(file.read_text(encoding="utf-8"))
        host = urlsplit(about["url"]).hostname or about["domain"]
        # Where the address is unknown, relative links lead nowhere.
        page = parse_page(
            gzip.decompress(file.with_suffix(".html.gz").read_bytes()), about["url"] or "http://x.invalid/"
        )
        for link in page_links(page):
            parts = urlsplit(link.url)
            if host and parts.hostname == host:
                is_told_by_query = parts.query and not take_apart(parts.path).is_numbered
                address = f"{parts.path}?{parts.query}" if is_told_by_query else parts.path
                found[host][address] = max(found[host].get(address, ""), link.text, key=len)
    return found


def try_host(host: str, links: dict[str, str]) -> Outcome | None:
    """Infer from one half of the links, and look at the other; None where there are too few."""
    given = {address: text for address, text in links.items() if is_odd(address)}
    kept = {address: len(squash(text)) for address, text in links.items() if not is_odd(address)}
    stories = {address for address, letters in kept.items() if letters >= HEADLINE}
    names = {address for address, letters in kept.items() if 0 < letters <= NAME}
    if min(len(stories), sum(len(squash(text)) >= HEADLINE for text in given.values())) < FEWEST:
        return None
    found = families({address: text for address, text in given.items() if "?" not in address}, (), ())
    rule = story_rule(found[0], given, (), ()) if found else None
    accepted = {address for address in kept if rule and rule.accepts(address)}
    return Outcome(
        host, rule.story if rule else "none", len(accepted & stories), len(accepted & names), len(stories - accepted)
    )


def domain(host: str) -> str:
    labels = host.split(".")
    return ".".join(labels[-3:] if labels[-2] in {"com", "org", "gov", "net"} else labels[-2:])


def report(title: str, outcomes: Iterable[Outcome], *, hosts: bool) -> None:
    outcomes = sorted(outcomes, key=lambda outcome: (outcome.recall, outcome.precision))
    right, wrong, missed = (sum(getattr(o, name) for o in outcomes) for name in ("right", "wrong", "missed"))
    print(f"{title}: {len(outcomes)} hosts, {right + missed} links to stories and others that the rule had not seen")
    print(f"  all links    precision {right / (right + wrong):.3f}  recall {right / (right + missed):.3f}")
    means = (sum(getattr(o, name) for o in outcomes) / len(outcomes) for name in ("precision", "recall"))
    print("  mean of hosts  precision {:.3f}  recall {:.3f}".format(*means))
    for limit in (0.9, 0.5):
        print(f"  recall of at least {limit}: {sum(o.recall >= limit for o in outcomes)} hosts")
    if hosts:
        for o in outcomes:
            print(f"  {o.precision:.2f} {o.recall:.2f}  {o.right:4} {o.wrong:3} {o.missed:4}  {o.host}  {o.rule}")


def is_told_a_story(body: bytes, content_type: str, url: str) -> bool:
    return read_sample(
        body, Headers(content_type), url, stranger(url), downloaded=datetime.now(UTC), limits=Limits()
    ).is_story  # fmt: skip


def report_pages(dataset: Path) -> None:
    real = []
    for file in sorted(dataset.glob("*.json")):
        about = json.loads(file.read_text(encoding="utf-8"))
        url = about["url"] or f"http://{about['domain'] or 'www.example.com'}/"
        real.append(is_told_a_story(gzip.decompress(file.with_suffix(".html.gz").read_bytes()), "", url))
    print(f"Told to be stories: {sum(real)} of {len(real)} pages of DATASET, all stories")
    for kind in ("stories", "lists"):
        told = []
        for folder in sorted((PAGES / kind).iterdir()):
            response = json.loads((folder / "response.json").read_text(encoding="utf-8"))
            content_type = response["headers"].get("Content-Type", "")
            told.append(is_told_a_story((folder / "page.html").read_bytes(), content_type, response["url"]))
        print(f"  {sum(told)} of {len(told)} in tests/pages/{kind}")


def report_demo() -> None:
    print("The demo site under other addresses: stories accepted, other addresses accepted, pages read, sections")
    for story_path in DEMO_PATHS:
        site = Renamed(story_path)
        samples, _ = walk(site)
        proposal = propose(samples, ADDRESS.site)
        stories = set(site.stories.values())
        accepted = {path for path in site.old_paths if proposal.stories.accepts(path)}
        others = len(site.old_paths) - len(stories)
        print(
            f"  {len(accepted & stories)}/{len(stories)}  {len(accepted - stories)}/{others}"
            f"  {len(samples)}  {len(proposal.section_titles)}/3  {proposal.stories.story}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--hosts", action="store_true", help="a line for each host of the development half")
    arguments = parser.parse_args()
    tried = [try_host(host, links) for host, links in links_by_host(arguments.dataset).items()]
    outcomes = [outcome for outcome in tried if outcome]
    held_out = [outcome for outcome in outcomes if is_odd(domain(outcome.host))]
    report("Development half", (o for o in outcomes if o not in held_out), hosts=arguments.hosts)
    report("Held-out half", held_out, hosts=False)
    report_pages(arguments.dataset)
    report_demo()


if __name__ == "__main__":
    main()
