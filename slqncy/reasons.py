"""What may become of an address, and every reason for it: closed lists, counted, never free text."""

from __future__ import annotations

from enum import StrEnum


class PageKind(StrEnum):
    """What an address leads to, by the site's URL grammar and by where it was found."""

    FRONT = "front"  # the home page or the front page of a section: where a list begins
    LIST = "list"  # a further page of a list
    SITEMAP = "sitemap"
    STORY = "story"
    PART = "part"  # a further page of a story


class State(StrEnum):
    """What became of an address; each is in exactly one state."""

    FOUND = "found"  # not asked for yet
    FETCHED = "fetched"  # a page that is no story of its own was read: a list, a sitemap, a part of a story
    ARCHIVED = "archived"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    FAILED = "failed"  # no answer; due again
    GONE = "gone"  # archived, and since taken off the site
    EXCLUDED = "excluded"  # by robots.txt, by an argument of the run, or because reading it hangs
    FORGOTTEN = "forgotten"  # taken down for good: its text is nowhere in the archive, and it is never asked for


UNSETTLED = frozenset({State.FOUND, State.FAILED, State.EXCLUDED})
"""States that a failure or an exclusion may replace; the others tell of an answer that stands."""


class Standing(StrEnum):
    """What is known of a story number; where it has several addresses, what comes first here."""

    ARCHIVED = "archived"
    DUPLICATE = "duplicate"
    GONE = "gone"
    FORGOTTEN = "forgotten"  # taken down, here
    WAITING = "waiting"  # found, and not answered yet
    REJECTED = "rejected"  # a page came, and it is no story
    MISSING = "missing"  # the site has no story of that number


class EventKind(StrEnum):
    """What happened to an address, or to the archive."""

    FOUND = "found"  # seen for the first time; also a number without a story, linked for the first time
    OPENED = "opened"  # the reading of a list begins: what is known now is its boundary, once it is read to the end
    FETCHED = "fetched"  # a list page, a sitemap or a part of a story was read
    COMPLETED = "completed"  # a list was read to its end, or to the boundary of the reading before
    ARCHIVED = "archived"  # the first version of a story
    CHANGED = "changed"  # a further version: title or text differ
    EARLIER = "earlier"  # a version from before the newest one, out of a web archive
    UNCHANGED = "unchanged"  # the page still says the same
    NOT_MODIFIED = "not_modified"  # HTTP 304
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    GONE = "gone"  # an archived story is no longer on the site
    RETURNED = "returned"  # a story that was gone is there again, and says the same
    FAILED = "failed"
    EXCLUDED = "excluded"
    FORGOTTEN = "forgotten"  # taken down: its lines and raw responses are gone, and it is never asked for again
    LOST = "lost"  # found by repair or rebuild: lines of it are gone, or its events are; it is asked for again
    RESCORED = "rescored"  # judged again: something else is said of what it duplicates
    REEXTRACTED = "reextracted"  # read again by another version's parser, which says something else
    FINISHED = "finished"  # a run ended; its report has the hash


class Rejection(StrEnum):
    """Why a fetched page is in rejected/ and not in stories/."""

    NOT_FOUND = "not_found"  # HTTP 404 or 410
    HTTP_STATUS = "http_status"  # another 4xx, or a status that is no page
    REDIRECTED = "redirected"  # the address leads to another page, which is looked at under its own address
    NOT_HTML = "not_html"  # binary data, an image, a feed
    INCOMPLETE = "incomplete"  # each time fewer bytes than announced, or more, or a compressed body without its end
    TOO_LARGE = "too_large"  # more bytes than are taken, on the wire or unpacked
    UNDECODABLE = "undecodable"  # a body whose Content-Encoding cannot be undone
    REFUSED = "refused"  # made so that parsing it would take minutes
    SOFT_404 = "soft_404"  # status 200, and the page says that the story does not exist
    CHALLENGE = "challenge"  # a captcha, or a script that tests for a browser, in place of the page
    LOGIN = "login"  # a login form in place of the page
    WAITING_ROOM = "waiting_room"  # the site is busy or under maintenance, and says so with status 200
    NO_TITLE = "no_title"  # no headline
    EMPTY = "empty"  # no body text
    GARBLED = "garbled"  # undecodable bytes in the text
    TOO_LONG = "too_long"  # the line would pass 1,000,000 bytes, where readers fail
    NOARCHIVE = "noarchive"  # the page asks not to be archived: what it is stands here, its text nowhere
    PASSED_OVER = "passed_over"  # a capture of a web archive, less complete than another one of the story


class Exclusion(StrEnum):
    """Why what was found may not be asked for."""

    ROBOTS = "robots"  # robots.txt disallows it
    ARGUMENT = "argument"  # a section that the run was told to leave out
    HUNG = "hung"  # reading it took so long that the watchdog ended the run
    TRAP = "trap"  # an address such as endless mazes of links are made of


GONE = frozenset({Rejection.NOT_FOUND, Rejection.SOFT_404})
"""The reasons that mean of an archived story that it was taken off the site."""

UNWELCOME = frozenset({Rejection.CHALLENGE, Rejection.WAITING_ROOM})
"""The reasons that mean that the site wants no more requests for now."""

HOLE = GONE | {Rejection.REDIRECTED}
"""The reasons that mean of a story number that the site has no story there."""


class DuplicateKind(StrEnum):
    """How a duplicate is known to be one."""

    SAME_TEXT = "same_text"  # equal normal form under another address
    SAME_STORY = "same_story"  # the site's own story number again, with equal normal form
    NEAR_TEXT = "near_text"  # most of one text is in the other: small edits, other boilerplate or paragraphs
    CONTAINED = "contained"  # one text is within the other: a cut, or a copy with more around it
    REWRITE = "rewrite"  # the same story in other words, where rewrites are set apart


class Boilerplate(StrEnum):
    """What the strip pipeline takes off a page's text."""

    BANNER = "banner"  # 本篇文章2662字,读完约7分钟
    TITLE_LINE = "title_line"  # 标题:…
    ADDRESS_LINE = "address_line"  # 地址:…
    REPEATED_TITLE = "repeated_title"
    SOURCE_LINE = "source_line"  # 来源:…
    OUTSIDE = "outside"  # before the banner or behind the trailer
    EDITOR = "editor"  # 责任编辑:…
    NEIGHBOURS = "neighbours"  # 上一篇 / 下一篇
    RELATED = "related"  # 相关阅读
    COPYRIGHT = "copyright"  # 版权声明, 免责声明
    SHARE = "share"  # 分享到
    CLICKS = "clicks"  # 点击次数
    QR_CODE = "qr_code"  # 扫码
    TAGS = "tags"  # 标签:…
    TOOLS = "tools"  # 打印 关闭 收藏 字号
    PUBLISHED = "published"  # 发布时间:…
    COMMENTS = "comments"  # 发表评论
    PAGER = "pager"  # 上一页 1 2 下一页


class Failure(StrEnum):
    """Why a request brought no page; a story stays due and the next run asks again."""

    UNREACHABLE = "unreachable"  # DNS, connection refused or reset
    TOO_SLOW = "too_slow"  # the answer was not over within DOWNLOAD_TIMEOUT
    CERTIFICATE = "certificate"  # the server cannot prove that it is the site
    FORBIDDEN_ADDRESS = "forbidden_address"  # the host name leads to an address that is not on the public internet
    MALFORMED = "malformed"  # an answer that is not HTTP
    TOO_LARGE = "too_large"  # more bytes than are taken, on the wire or unpacked
    SERVER_ERROR = "server_error"  # 5xx or 403, or a 304 that nobody asked for
    TOLD_TO_WAIT = "told_to_wait"  # 429, or an answer with Retry-After
    MISSING = "missing"  # a list page or sitemap that is not there
    UNREADABLE = "unreadable"  # a sitemap or an answer of an index that is none; a body whose coding cannot be undone
    INCOMPLETE = "incomplete"  # the body is not whole, or a further page of a story is missing
    OFF_SITE = "off_site"  # a redirect leaves the site
    REDIRECTS = "redirects"  # too many of them, or one leads to what was taken down
    WRONG_CAPTURE = "wrong_capture"  # not what the index of the web archive names: another digest, address or time
    INTERNAL = "internal"  # an exception nobody expected


NO_ANSWER = frozenset(
    {Failure.UNREACHABLE, Failure.TOO_SLOW, Failure.CERTIFICATE, Failure.FORBIDDEN_ADDRESS, Failure.MALFORMED}
)
"""The reasons that mean that whoever was asked has said nothing, or that it was somebody else."""
