"""The pages, as a plugin of Datasette: it has the rest, tables, SQL and JSON."""

from __future__ import annotations

import logging
import re
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup
from pluggy import HookimplMarker

from slqncy.browse.captures import NoCaptureError, raw_response
from slqncy.browse.passages import marked, passage
from slqncy.browse.question import Order, question, words_of
from slqncy.browse.reading import Comparison, key_of, page_of, reading
from slqncy.browse.search import MOST, MOST_PAGES, PAGE, NoLettersError, search
from slqncy.visible import visible

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from datasette.app import Datasette
    from datasette.utils.asgi import Request
    from jinja2 import Environment

    from slqncy.browse.captures import Raw

    Page = Callable[[Datasette, Request], Awaitable[Response]]

T = TypeVar("T")
hookimpl = HookimplMarker("datasette")

_log = logging.getLogger(__name__)
DATABASE = "archive"
"""Name of the database in addresses."""
TIME_LIMIT = 1_000
"""Milliseconds that a page may look for what it shows."""
STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of these pages: no script, whatever a text says."""
_HEADINGS = {404: "Not here", 503: "Too long"}
_MOST_VALUE = 4_000_000
"""Bytes of a value or row in SQL: a line has a million at most, and nothing stops SQLite while it makes a value."""
_MOST_TEXT = 200_000
"""Characters of a raw response that are shown."""
_SITES = "SELECT DISTINCT site, section FROM stories ORDER BY site, section"
_VERSION = re.compile(r"[0-9]{1,6}")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_UNSAFE = re.compile(r"[^0-9A-Za-z._-]+")


class NotThereError(Base400):  # type: ignore[misc]  # it has no types
    """What is asked for is not there; the message says so."""

    status = 404


class TooLongError(Base400):  # type: ignore[misc]
    """It takes longer than a page may."""

    status = 503


class Choices(NamedTuple):
    """What there is to choose from."""

    sites: list[str]
    sections: list[str]


class Pages:
    """The plugin."""

    def __init__(self, root: Path, db: sqlite3.Connection) -> None:
        """`db` is only asked what there is to choose from."""
        # The package that has templates/ and static/.
        self.__name__ = "slqncy.browse"
        self._root = root
        pairs = db.execute(_SITES).fetchall()
        self._choices = Choices(*(sorted({pair[place] for pair in pairs}) for place in (0, 1)))

    @hookimpl
    def register_routes(self) -> list[tuple[str, Page]]:
        """They come before those of Datasette."""
        pages = {
            "": self.search, "story": self.story, "compare": self.compare, "capture": self.capture,
            "capture/download": self.download,
        }  # fmt: skip
        return [(f"^/{path}$", page) for path, page in pages.items()]

    @hookimpl
    def prepare_connection(self, conn: sqlite3.Connection) -> None:
        """What anybody may ask in SQL takes little memory."""
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_VALUE)

    @hookimpl
    def prepare_jinja2_environment(self, env: Environment) -> None:
        """What templates show texts of others with."""
        env.filters |= {"visible": visible, "web_link": web_link, "language": language}
        env.globals |= {"marked": marked, "passage": passage, "key_of": key_of, "orders": Order}

    @hookimpl
    def handle_exception(self, datasette: Datasette, request: Request, exception: Exception) -> Awaitable[Response]:
        """What is said where Datasette's pages cannot say what they should."""
        status, message = 500, "This should not happen; the terminal says more."
        if isinstance(exception, DatasetteError):
            is_html = exception.message_is_html
            status, message = exception.status, Markup(exception.message) if is_html else visible(exception.message)  # noqa: S704
        elif isinstance(exception, Base400):
            status, message = exception.status, visible(str(exception))
        else:
            _log.error("%s: %r", request.path, exception, exc_info=exception)
        if request.path.endswith(".json"):
            return _at_once(Response.json({"ok": False, "error": message, "status": status}, status=status))
        context = {"heading": _HEADINGS.get(status, "This does not work"), "message": message}
        return _rendered(datasette, request, "message", context, status=status)

    async def search(self, datasette: Datasette, request: Request) -> Response:
        """What was found."""
        given = _given(request)
        asked = question(given, MOST_PAGES)
        context: dict[str, Any] = {"asked": asked, "given": given, "choices": self._choices, "most": MOST}
        try:
            found = await _read(datasette, lambda db: search(db, asked))
        except NoLettersError:
            context["trouble"] = "These words have no letter and no digit. Look for some that have any."
        else:
            last = max(1, -(-found.count // PAGE))
            context |= {
                "found": found,
                "first": (asked.page - 1) * PAGE + 1,
                "last_page": last,
                "at_page": lambda page: "/?" + urlencode({**given, "page": page}),
            }
        return await _rendered(datasette, request, "search", context)

    async def story(self, datasette: Datasette, request: Request) -> Response:
        """A story, or a duplicate."""
        given = _given(request)
        read = await _read(datasette, lambda db: reading(db, given.get("id", ""), _number(given.get("version", ""))))
        if read is None:
            raise NotThereError("There is no such story, or no such version of it.")
        words = given.get("q", "")
        return await _rendered(datasette, request, "story", {"read": read, "words": words_of(words), "query": words})

    async def compare(self, datasette: Datasette, request: Request) -> Response:
        """Two texts side by side."""
        keys = [_key(_given(request).get(name, "")) for name in ("one", "other")]
        pages = await _read(datasette, lambda db: [page_of(db, *key) for key in keys])
        one, other = pages
        if one is None or other is None:
            raise NotThereError("One of these two is not in the archive.")
        compared = await _read(datasette, lambda _: Comparison.of(one, other))
        return await _rendered(datasette, request, "compare", {"compared": compared})

    async def capture(self, datasette: Datasette, request: Request) -> Response:
        """A raw response, as text."""
        page, raw = await self._raw(datasette, request)
        text = raw.text(page["encoding"])
        context = {"page": page, "raw": raw, "text": text[:_MOST_TEXT], "is_cut": len(text) > _MOST_TEXT}
        return await _rendered(datasette, request, "capture", context)

    async def download(self, datasette: Datasette, request: Request) -> Response:
        """Its body, for a file: no browser shows it here."""
        page, raw = await self._raw(datasette, request)
        name = _UNSAFE.sub("-", f"{page['id']}-{page['version']}").strip("-.")
        headers = {"Content-Disposition": f'attachment; filename="{name}.html"', "Content-Security-Policy": "sandbox"}
        response = Response(raw.body, headers=headers, content_type="application/octet-stream")
        assert isinstance(response, Response)
        return response

    async def _raw(self, datasette: Datasette, request: Request) -> tuple[dict[str, Any], Raw]:
        key = _key(_given(request).get("of", ""))
        page = await _read(datasette, lambda db: page_of(db, *key))
        if page is None:
            raise NotThereError("There is no such story, or no such version of it.")
        try:
            return page, await _read(
                datasette, lambda _: raw_response(self._root, page["warc_file"], page["warc_offset"])
            )
        except NoCaptureError as error:
            raise NotThereError(f"The raw response cannot be shown: {error}.") from error


def web_link(url: str) -> str:
    """An address that may be followed, or "": nothing but http and https."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def language(tag: str) -> str:
    """The language of a text, for those who read it aloud."""
    return tag if _TAG.fullmatch(tag) else "zh"


def _given(request: Request) -> dict[str, str]:
    """The parameters of an address, each as it stands first."""
    return {name: request.args[name] for name in request.args}


def _number(text: str) -> int:
    """A version, or 0 for the newest."""
    return int(text) if _VERSION.fullmatch(text) else 0


def _key(key: str) -> tuple[str, int]:
    """A story and its version."""
    story_id, _, version = key.rpartition(":")
    return story_id, _number(version)


async def _at_once(response: Response) -> Response:
    return response


async def _read(datasette: Datasette, read: Callable[[sqlite3.Connection], T]) -> T:
    """What is in the database, in a thread. Raises TooLongError."""

    def limited(db: sqlite3.Connection) -> T:
        with sqlite_timelimit(db, TIME_LIMIT):
            return read(db)

    try:
        found: T = await datasette.get_database(DATABASE).execute_fn(limited)
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        raise TooLongError("This takes longer than a second. Ask for rarer words, or for fewer days.") from error
    return found


async def _rendered(
    datasette: Datasette, request: Request, template: str, context: dict[str, Any], *, status: int = 200
) -> Response:
    body = await datasette.render_template(f"browse/{template}.html", context, request=request)
    return Response.html(body, status=status, headers={"Content-Security-Policy": STRICT})
