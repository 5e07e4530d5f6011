"""Scrapy settings. Beside each changed value stands Scrapy's default and why ours differs."""

import os

from scrapy.settings import default_settings

from slqncy.guards.codings import CODINGS

# Where numpy is imported it has a thread begun for each processor, for products of matrices, of which there are none.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

BOT_NAME = "slqncy"
SPIDER_MODULES = ["slqncy.spiders.stories"]
NEWSPIDER_MODULE = "slqncy.spiders"
COMMANDS_MODULE = "slqncy.commands"

# The archive.
ARCHIVE_DIR = "output"  # where it is, relative to the directory the command runs in
LIST_MAX_PAGES = 5000  # pages of one list; far above any real list, below an endless one
SITEMAP_MAX_FILES = 1000
SECTIONS_MAX = 200  # sections that a run looks into for the first time; a server may answer for any name
STORY_MAX_PAGES = 50  # pages of one story
WATCHDOG_TIMEOUT = 40  # seconds that one step of work may take before the process ends itself; 0: any time

# Many sites, for -a sites=.
SITES_AT_ONCE = 100  # that are crawled side by side; the others wait for their turn

# Many workers, for make extras.
CLUSTER_URL = ""  # redis://HOST:6379/0, the server that they have in common; what is crawled is -a sites=
CLUSTER_WORKER = ""  # name of this one, and of its part of the archive; "": HOST-1, or the next one that is free
CLUSTER_LEASE = 60  # seconds without a sign of life after which others go on with a worker's sites

# Those who watch from afar.
PING_URL = os.environ.get("PING_URL", "")  # told of each run's start and end; a secret, and everybody sees arguments
METRICS_FILE = ""  # figures of the last run for Prometheus, NAME.prom; for make extras

# Replays, for -a warc=.
REPLAY_PROCESSES = 0  # that read pages for a long replay; 0: one a processor, 4 at most; 1: none but the run itself
REPLAY_READINGS = ""  # a directory with pages that a job has read beforehand, as scrapy reextract does it by workers

# Raw responses.
WARC_ENABLED = True  # False: what servers say is not kept, and cannot be read again by a better parser
WARC_MAXSIZE = 1024 * 1024 * 1024  # bytes after which a run goes on in another file

# Web archives, for -a from=.
WAYBACK_URL = "https://web.archive.org/"
WAYBACK_CDX_ROWS = 10_000  # captures that one answer of its index names
COMMONCRAWL_INDEX_URL = "https://index.commoncrawl.org/"
COMMONCRAWL_DATA_URL = "https://data.commoncrawl.org/"
BACKFILL_MAX_CAPTURES = 20  # captures of one page that a run fetches; the next run goes on with the rest

# Copies and rewrites.
DEDUP_NEAR_SCORE = 0.5  # the least score of a copy that differs in a word, a cut, or what stands around it
DEDUP_REWRITE_SCORE = 0.5  # the least score of the same story in other words
DEDUP_DIVERT_REWRITES = False  # True: rewrites go whole to duplicates/, and not to stories/

ITEM_PIPELINES = {
    "slqncy.pipelines.watch.Watch": 50,
    "slqncy.pipelines.strip.Strip": 100,
    "slqncy.pipelines.byline.Byline": 200,
    "slqncy.pipelines.check.Check": 300,
    "slqncy.pipelines.deduplicate.Deduplicate": 400,
    "slqncy.pipelines.store.Store": 500,
}
EXTENSIONS = {
    "slqncy.extensions.log.VisibleLog": 50,  # first: what a page says is no line of a log
    "slqncy.extensions.stop.Stop": 100,
    "slqncy.extensions.pace.Pace": 150,
    "slqncy.extensions.run.Run": 200,
    "scrapy.extensions.memusage.MemoryUsage": None,
    "slqncy.extensions.memory.Memory": 300,
    "scrapy.extensions.logstats.LogStats": None,  # it counts responses and items, whatever became of them
    "slqncy.extensions.progress.ProgressDisplay": 400,
}
ADDONS = {"slqncy.addons.Identity": 100, "slqncy.addons.SwitchedOff": 200}
DOWNLOADER_MIDDLEWARES = {
    "slqncy.middlewares.site.StayOnSite": 50,  # first: it moves a request to the base URL before anything sees its host
    "slqncy.middlewares.forgotten.Forgotten": 60,  # redirects may lead to what was taken down
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "slqncy.middlewares.robots.RobotsTxt": 100,
    # Nearer to the network than Scrapy's retries, which ask again at once.
    "slqncy.middlewares.patience.Patience": 560,
    # Between the network and whatever looks at status, headers or coding of what the site had said.
    "slqncy.middlewares.webarchive.WebArchives": 605,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "slqncy.middlewares.redirect.Redirects": 600,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # StayOnSite knows ports and mirrors too
    # Half of a packed page is a page to it; the download handler unpacks, and asks again where the end is missing.
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
}
SPIDER_MIDDLEWARES = {  # each would go over all that comes of a page
    # A site's Referrer-Policy has a say in it, and which pages were read before is nobody's business.
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # every status is an outcome that is accounted for
    # What a request came from says when it was released, and not how far it is from the home page.
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # a warning for who writes a spider
}

DEFAULT_REQUEST_HEADERS = {  # the first is Scrapy's own
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
    "Accept-Encoding": CODINGS,
}

# Manners.
OPERATOR_CONTACT = ""  # who runs this, a mail address or URL: USER_AGENT is slqncy/VERSION (+OPERATOR_CONTACT)
ROBOTSTXT_OBEY = True  # False
ROBOTSTXT_USER_AGENT = "slqncy"  # None: the User-Agent, whose contact may hold another crawler's name
ROBOTS_MAX_AGE = 24 * 3600  # seconds for which robots.txt is kept, by RFC 9309, 2.4; 0: each run asks
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # 8: one request in flight
DOWNLOAD_DELAY = 1.0  # 0: seconds from the end of an exchange to the next request, at least
DELAY_FACTOR = 5.0  # the pause is so many times as long as the exchange took: a slow site is a busy one
DELAY_MAX = 30.0  # seconds that the pause grows to by itself; a longer Crawl-delay is kept all the same
RETRY_AFTER_PATIENCE = 120.0  # seconds that a run waits where Retry-After says so; where it says more, the run ends
REQUEST_BUDGET = 0  # requests of a run, robots.txt, redirects and retries included; 0: no limit
DOWNLOAD_DELAY_JITTER = 0  # 0.5: with it, gaps fall below the delay
DOWNLOAD_SLOTS = {  # {}: web archives have rates of their own, in seconds between requests
    "wayback_cdx": {"concurrency": 1, "delay": 2.5, "jitter": 0},  # 24 a minute; the limit is 30
    "wayback": {"concurrency": 1, "delay": 0.125, "jitter": 0},  # 480 a minute; the limit is 600
    "commoncrawl_index": {"concurrency": 1, "delay": 1.0, "jitter": 0},
    "commoncrawl_data": {"concurrency": 1, "delay": 0.55, "jitter": 0},
}
COOKIES_ENABLED = False  # True: a session changes what a page shows

# Safety.
TELNETCONSOLE_ENABLED = False  # True: opens a port that runs code
REMOTE_CONTROL_ENABLED = False  # True: opens a port that runs code
TWISTED_DNS_RESOLVER = "slqncy.resolver.PublicResolver"  # scrapy.resolver.CachingThreadedResolver: a name may lead home
DNS_TIMEOUT = 10  # 60: seconds
HTTPPROXY_ENABLED = False  # True: a proxy out of the environment looks up names past the resolver above
DOWNLOAD_VERIFY_CERTIFICATES = True  # False: anybody could answer for the site
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.2"  # None: what OpenSSL is built for; RFC 8996 ends those before
DOWNLOADER = "slqncy.downloader.CountingDownloader"  # scrapy.core.downloader.Downloader: may send two at once
DOWNLOAD_HANDLERS = {
    "http": "slqncy.download.Download",  # does not wait for an answer for ever once the run is told to stop
    "https": "slqncy.download.Download",
    "data": None,  # a page may not send us to a local file
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_TIMEOUT = 30  # 180: seconds for a whole response
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # 1 GiB: bytes of a page, also after decompression
DOWNLOAD_HEAD_MAXSIZE = 256 * 1024  # bytes before the body: status line, headers, 1xx answers; browsers take no more
PARSE_MAX_SIZE = 12 * 1024 * 1024  # bytes of a page in UTF-8; what passes one of these is refused, and not parsed
PARSE_MAX_ATTRIBUTES = 1000  # of one tag: 80,000 take two minutes
PARSE_MAX_TAGS = 150_000
PARSE_MAX_LINKS = 30_000
DOWNLOAD_WARNSIZE = 4 * 1024 * 1024  # 32 MiB
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]  # 429 too: who is told to wait does not ask at once again
RETRY_EXCEPTIONS = [  # timeouts too: a server that drips would cost three times as long; the next run asks again
    error for error in default_settings.RETRY_EXCEPTIONS if error != "scrapy.exceptions.DownloadTimeoutError"
]
REDIRECT_MAX_TIMES = 5  # 20
METAREFRESH_ENABLED = False  # True: pages that a script or timer leads away from are still pages
MEMUSAGE_LIMIT_MB = 1024  # 0: no limit; crawls of a million stories take 134
MEMUSAGE_CHECK_INTERVAL_SECONDS = 5  # 60: a page is read in less

# Nothing is dropped on its way without an outcome, which would break the account of requests.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # RFPDupeFilter: what was asked for is known to the frontier
URLLENGTH_LIMIT = 0  # 2083: an address of a site has at most 2,000 characters (sites/address.py)

# First found, first asked: the order of lines in the archive is that of the site's lists.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # LifoMemoryQueue
STATS_CLASS = "slqncy.extensions.stats.Stats"  # MemoryStatsCollector, where counting takes ten times as long
WARN_ON_GENERATOR_RETURN_VALUE = False  # True: where spiders take turns, it parses their source for each page anew
CONCURRENT_ITEMS = 1  # 100: starts 100 workers a response, for pages that hold one item (a third of the CPU)

LOG_LEVEL = "INFO"  # DEBUG
PROGRESS_INTERVAL = 60.0  # seconds between lines of the log that say how far a run is; 0: none, on no terminal either
FEED_EXPORT_ENCODING = "utf-8"  # None: \uXXXX, twice the bytes, for those who add a feed of their own
