"""news-please's recursive crawler, over one site: its own crawler class, extractors and file storage.

    python news_please.py BASE_URL DIRECTORY CONCURRENCY

Left as it comes are the extractors (newspaper, readability, dates, language) and the storage (a JSON file and an HTML
file a page). Changed are: the requests at a time, the heuristic by which a page is an article (every page of the site
is, for its own asks for og:type, which two of three pages lack), and how other hosts are left alone (by its expression
for addresses, for Scrapy's middleware does not take the host with a port that it is given). Left out are the pictures,
which newspaper would fetch one after another from hosts that there are not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import newsplease
from newspaper import Article
from newsplease.single_crawler import SingleCrawler


def main(base_url: str, directory: Path, concurrency: int) -> None:
    """Crawl the site into the directory."""
    config = (Path(newsplease.__file__).parent / "config/config.cfg").read_text(encoding="utf-8")
    changes = {
        "working_path = ~/news-please-repo/": f"working_path = {directory}/",
        "\nLOG_LEVEL = INFO": (
            "\nLOG_LEVEL = ERROR"
            "\nDOWNLOADER_MIDDLEWARES = {'scrapy.downloadermiddlewares.offsite.OffsiteMiddleware': None}"
        ),
        "\nCONCURRENT_REQUESTS=16": f"\nCONCURRENT_REQUESTS={concurrency}",
        "\nCONCURRENT_REQUESTS_PER_DOMAIN=4": f"\nCONCURRENT_REQUESTS_PER_DOMAIN={concurrency}",
        '\nenabled_heuristics = {"og_type": True, "linked_headlines": "<=0.65", "self_linked_headlines": "<=0.56"}': (
            '\nenabled_heuristics = {"linked_headlines": "<=1"}'
        ),
        '\npass_heuristics_condition = "og_type and (linked_headlines or self_linked_headlines)"': (
            '\npass_heuristics_condition = "linked_headlines"'
        ),
    }
    for before, after in changes.items():
        assert config.count(before) == 1, before
        config = config.replace(before, after)
    directory.mkdir(parents=True)
    (directory / "config.cfg").write_text(config, encoding="utf-8")
    site = {"url": f"{base_url}/", "crawler": "RecursiveCrawler", "ignore_regex": rf"(?!{base_url}).+"}
    (directory / "sitelist.hjson").write_text(json.dumps({"base_urls": [site]}), encoding="utf-8")
    Article.fetch_images = lambda _: None
    SingleCrawler(str(directory / "config.cfg"), str(directory / "sitelist.hjson"), 0, False, False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
