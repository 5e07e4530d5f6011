"""What `scrapy crawl -a sites=` tells of its sites; there is no command in here."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from slqncy.archive.errors import ArchiveDamagedError
from slqncy.cli import archive_status
from slqncy.commands.telling import ended_of, told
from slqncy.exitcodes import ExitStatus, most_severe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

    from slqncy.archive.errors import ArchiveError
    from slqncy.display.closing_sites import SiteEnded
    from slqncy.extensions.run import Run
    from slqncy.extensions.sites import SitesDisplay
    from slqncy.notify import Outcome, SiteOutcome

logger = logging.getLogger(__name__)


class Sites:
    """What came of the crawls of sites, of which each crawler tells when it is over."""

    def __init__(self, display: SitesDisplay, *, with_reports: bool) -> None:
        """Reports are kept only where somebody has a use for them: there may be thousands."""
        self._display = display
        self._with_reports = with_reports
        self._ended: dict[str, SiteEnded] = {}
        self._outcomes: dict[str, SiteOutcome] = {}

    def over(self, crawler: Crawler) -> None:
        """A crawl is over."""
        from slqncy.extensions.run import Run
        from slqncy.notify import SiteOutcome

        run = crawler.get_extension(Run)
        assert run is not None
        assert crawler.spider is not None
        run.end()
        name = crawler.spider.address.site.name  # type: ignore[attr-defined]
        if run.is_handed_over:
            self._display.ended(crawler, None)
            return
        ended = _site_ended(name, run, crawler)
        self._ended[name] = ended.after(self._ended.get(name))
        self._outcomes[name] = SiteOutcome(run.status, run.report if self._with_reports else None)
        level = logging.INFO if run.status is ExitStatus.OK else logging.WARNING
        logger.log(level, "%s: %d pages, %d new; %s", name, ended.figures.pages, ended.figures.new, run.reason)
        self._display.ended(crawler, run.status)

    def never_began(self, profiles: Iterable[str]) -> None:
        """All other sites were not come to, or could not be crawled."""
        from slqncy.display.closing_sites import SiteEnded
        from slqncy.notify import SiteOutcome
        from slqncy.sites import load_site

        status = ExitStatus.TEMPORARY
        for name in (load_site(profile).name for profile in profiles):
            if name not in self._ended:
                self._ended[name] = SiteEnded(name=name, status=status, reason="not begun; run again to go on")
                self._outcomes[name] = SiteOutcome(status)

    def outcome(self, settings: BaseSettings, seconds: float, error: ArchiveError | None) -> Outcome:
        """Tell it; `error` has ended all of them."""
        from slqncy.archive.layout import RUNS
        from slqncy.display.closing_sites import closing_of_sites, last_words

        sites = list(self._ended.values())
        statuses = [site.status for site in sites] + ([_status(error)] if error else [])
        reason = str(error) if error else last_words(sites)
        said = None
        # Where no run could begin, for one and the same reason, that is all there is to say.
        if any(site.figures.pages for site in sites) or len({site.reason for site in sites}) > 1:
            said = closing_of_sites(sites, f"{Path(settings['ARCHIVE_DIR']) / RUNS}", seconds)
        return told(most_severe(statuses), reason, said, self._outcomes)


def _site_ended(name: str, run: Run, crawler: Crawler) -> SiteEnded:
    from slqncy.display.closing_sites import SiteEnded, site_ended

    if run.summary:
        return site_ended(name, ended_of(run, run.summary, crawler))
    return SiteEnded(name=name, status=run.status, reason=run.reason)


def _status(error: ArchiveError) -> ExitStatus:
    """How a crawl ends that an error of the archive has ended: 65 is of what sites say."""
    return ExitStatus.IO if isinstance(error, ArchiveDamagedError) else archive_status(error)
