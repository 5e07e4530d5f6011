"""What the links of a page lead to, by the site's URL grammar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slqncy.extract.links import page_links

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from slqncy.extract.links import Link
    from slqncy.extract.page import Page
    from slqncy.sites import Address


@dataclass(frozen=True, slots=True)
class LinkedStories:
    """The stories that a page links."""

    by_link: dict[str, str]
    """Canonical URL of the story, by that of the link, in the order of the page."""

    def beside(self, list_pages: Container[str]) -> list[str]:
        """Canonical URLs of the stories, each once; a list page may have the address of a story."""
        return list(dict.fromkeys(story for link, story in self.by_link.items() if link not in list_pages))


def links_within(page: Page, address: Address) -> list[Link]:
    """The page's links within the site, by their canonical URLs."""
    return page_links(page, address.canonical)


def story_urls(urls: Iterable[str], address: Address) -> list[str]:
    """Canonical URLs of the stories that canonical URLs belong to, each once."""
    stories = map(address.story, urls)
    return list(dict.fromkeys(address.story_url(story) for story in stories if story))


def stories_linked(links: Iterable[Link], address: Address) -> LinkedStories:
    """The stories that links lead to, numbers of a pager left out."""
    stories = ((link, address.story(link.url)) for link in links)
    return LinkedStories(
        {link.url: address.story_url(story) for link, story in stories if story and link.text != story.story_id}
    )


def without_stories(urls: Iterable[str], links: list[Link], address: Address) -> list[str]:
    """URLs that are no stories; a numbered link to a story of that number is a list page all the same."""
    numbered = {link.url for link in links if _is_numbered(link, address)}
    return [url for url in urls if address.story(url) is None or url in numbered]


def next_part(links: Iterable[Link], url: str, address: Address) -> str | None:
    """The linked page of the story that follows the page `url`, if there is one."""
    here = address.story(url)
    assert here is not None
    following = here._replace(page=here.page + 1)
    return next((link.url for link in links if address.story(link.url) == following), None)


def _is_numbered(link: Link, address: Address) -> bool:
    story = address.story(link.url)
    return story is not None and link.text == story.story_id
