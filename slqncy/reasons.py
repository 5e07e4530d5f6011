"""Every reason for which something is not archived or is changed: closed lists, counted, never free text."""

from __future__ import annotations

from enum import StrEnum


class Rejection(StrEnum):
    """Why a fetched page is in rejected/ and not in stories/."""

    NOT_FOUND = "not_found"  # HTTP 404 or 410
    HTTP_STATUS = "http_status"  # another 4xx, or a status that is no page
    REDIRECTED = "redirected"  # the address leads to another page, which is looked at under its own address
    NOT_HTML = "not_html"  # binary data, an image, a feed
    REFUSED = "refused"  # made so that parsing it would take minutes
    SOFT_404 = "soft_404"  # status 200, and the page says that the story does not exist
    NO_TITLE = "no_title"  # no headline
    EMPTY = "empty"  # no body text
    GARBLED = "garbled"  # undecodable bytes in the text
    TOO_LONG = "too_long"  # the line would pass 1,000,000 bytes, where readers fail


class Exclusion(StrEnum):
    """Why a found story may not be asked for."""

    ROBOTS = "robots"  # robots.txt disallows it


class DuplicateKind(StrEnum):
    """How a duplicate is known to be one."""

    SAME_TEXT = "same_text"  # equal normal form under another address
    SAME_STORY = "same_story"  # the site's own story number again, with equal normal form


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

    UNREACHABLE = "unreachable"  # DNS, connection refused or reset, timeout
    SERVER_ERROR = "server_error"  # 5xx, or 403 or 429: told to stay away for now
    MISSING = "missing"  # a list page or sitemap that is not there
    UNREADABLE = "unreadable"  # a sitemap that is none
    INCOMPLETE = "incomplete"  # the body is not whole, or a further page of a story is missing
    OFF_SITE = "off_site"  # a redirect leaves the site
    REDIRECTS = "redirects"  # too many of them
    INTERNAL = "internal"  # an exception nobody expected
