"""The pages as a browser gets them: what they say, and what they do not let through."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from html import unescape
from http.client import HTTPConnection
from time import monotonic, sleep
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

import pytest

from slqncy.archive import Archive
from slqncy.archive.layout import BROWSE
from slqncy.browse.captures import NoCaptureError, raw_response
from slqncy.browse.guard import Keys
from tests.browse.conftest import browsing
from tests.browse.samples import COPY, EDITED, GONE, HOSTILE, MARKUP, REWRITE
from tests.crawling import ROOT, scrapy

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from pathlib import Path

    from tests.browse.conftest import Server

pytestmark = pytest.mark.xdist_group("browse")

SEED = "slqncy/szxw/9538"


def ask(
    server: Server,
    path: str = "/",
    *,
    method: str = "GET",
    host: str = "",
    site: str = "",
    cookie: str | None = None,
    **parameters: str,
) -> tuple[HTTPResponse, bytes]:
    place = urlsplit(server.address).netloc
    connection = HTTPConnection(place, timeout=60)
    query = f"?{urlencode(parameters)}" if parameters else ""
    connection.putrequest(method, path + query, skip_host=True)
    connection.putheader("Host", host or place)
    connection.putheader("Cookie", f"theme=dark; {server.cookie if cookie is None else cookie}")
    if site:
        connection.putheader("Sec-Fetch-Site", site)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def page(server: Server, path: str = "/", **parameters: str) -> str:
    response, body = ask(server, path, **parameters)
    assert response.status == 200, body
    return body.decode()


def name(number: int) -> str:
    return f"slqncy/szxw/{number}"


def test_search_shows_what_it_found(server: Server, archive: Path) -> None:
    said = page(server, q="志愿者 社区")
    stories = [f"{one.title}\n{one.text}" for one in Archive(archive).stories(latest=True)]
    assert f"{sum('志愿者' in text and '社区' in text for text in stories)} found." in said
    assert "<mark>志愿者</mark>" in said
    assert "<mark>社区</mark>" in said
    assert said.count("<li>") == 20
    assert "Page 1 of 2" in said


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"kind": "edited"}, [EDITED]),
        ({"kind": "rewrite"}, [REWRITE]),
        ({"kind": "gone"}, [GONE]),
        ({"kind": "duplicate", "q": "湖滨路"}, [COPY]),
        ({"author": MARKUP}, [HOSTILE]),
        ({"from": "2026-11-01", "to": "2026-11-01"}, [EDITED, REWRITE]),
        ({"kind": "edited", "section": "bdxw"}, []),
        ({"q": "湖滨路", "order": "rank"}, [EDITED, REWRITE]),
        ({"q": "棵梧"}, [REWRITE]),
        ({"q": "“反过来”", "kind": "incomplete"}, [HOSTILE]),
    ],
    ids=["edited", "rewrite", "gone", "copy", "author", "days", "section", "rank", "two letters", "incomplete"],
)
def test_filters(server: Server, chosen: dict[str, str], found: list[int]) -> None:
    said = page(server, **chosen)
    assert {number for number in range(90_000, 90_010) if f"/story?id={quote(name(number))}" in said} == set(found)


@pytest.mark.parametrize(
    "strange",
    [
        {"q": "—— 《》"}, {"q": "a" * 5000}, {"page": "-1"}, {"page": "99999999999999999999"},
        {"kind": "x", "order": "y"}, {"from": "2026-99-99", "to": "'"}, {"q": '" OR grams MATCH "'},
        {"q": "\x00\ud7ff*"}, {"q": "(" * 50}, {"site": "'--"}, {"from": "9999-12-31"}, {"to": "0001-01-01"},
    ],
    ids=["signs", "long", "minus", "large", "unknown", "days", "words of FTS5", "control", "brackets", "quote", "last",
         "first"],
)  # fmt: skip
def test_nothing_that_is_asked_breaks_a_page(server: Server, strange: dict[str, str]) -> None:
    assert "<form" in page(server, **strange)


def test_a_story_has_all_that_is_known_of_it(server: Server) -> None:
    said = page(server, "/story", id=name(EDITED))
    for part in (
        "一共210棵。", "whole: the page declares", "version 1", "what the site has said last", "gone from the site",
        "there again", "side by side with", 'href="http://www.slqncy.com/szxw/90001.html" rel="noreferrer noopener"',
        "3 names and 4 figures",
    ):  # fmt: skip
        assert part in said
    assert "taken this story down" not in said
    assert "taken this story down" in page(server, "/story", id=name(GONE))
    assert "120棵" in page(server, "/story", id=name(EDITED), version="1")
    assert "A duplicate (same text, 1) of" in page(server, "/story", id=name(COPY))
    assert "A rewrite (rewrite, 0.75) of" in page(server, "/story", id=name(REWRITE))
    assert "7 more than are here" in page(server, "/story", id=name(HOSTILE))


def test_what_changed_is_marked(server: Server) -> None:
    said = page(server, "/compare", one=f"{name(EDITED)}:1", other=f"{name(EDITED)}:2")
    assert "一共<del>12</del>0棵。" in said
    assert "一共<ins>21</ins>0棵。" in said
    assert "<ins>养护由社区负责。</ins>" in said
    same = page(server, "/compare", one=f"{name(EDITED)}:2", other=f"{name(COPY)}:1")
    assert "<del>1</del>" in same
    assert "<ins>" not in same.split("一共210棵")[1]


def test_the_raw_response_is_text(server: Server, archive: Path) -> None:
    response, body = ask(server, "/capture", of=f"{SEED}:1")
    assert response.status == 200
    said = unescape(body.decode())
    assert "HTTP 200" in said
    assert "Content-Type: text/html" in said
    (story,) = (one for one in Archive(archive).stories() if one.id == SEED)
    assert f"<title>{story.title}" in said
    assert f"<title>{story.title}" not in body.decode()
    response, body = ask(server, "/capture/download", of=f"{SEED}:1")
    assert response.getheader("Content-Disposition") == 'attachment; filename="slqncy-szxw-9538-1.html"'
    assert response.getheader("Content-Type") == "application/octet-stream"
    assert story.title in body.decode(story.provenance.encoding)


def test_no_capture_is_read_outside_of_its_folder(archive: Path, tmp_path: Path) -> None:
    (story,) = (one for one in Archive(archive).stories() if one.id == SEED)
    place = story.provenance.warc
    assert raw_response(archive, place.file, place.offset).body
    shutil.copy(archive / "warc" / place.file, tmp_path / "copy.warc.gz")
    for file in (
        "../" * 30 + f"{tmp_path}/copy.warc.gz",
        f"{tmp_path}/copy.warc.gz",
        f"../warc/{place.file}",
        "..",
        "x\0",
    ):
        with pytest.raises(NoCaptureError, match="is not there"):
            raw_response(archive, file, place.offset)


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("/story", {}), ("/story", {"id": "slqncy/szxw/1", "version": "x"}),
        ("/compare", {"one": f"{SEED}:1", "other": ""}), ("/capture", {"of": f"{name(EDITED)}:1"}),
        ("/capture", {"of": "x"}), ("/capture/download", {"of": f"{SEED}:7"}),
    ],
    ids=["nothing", "unknown", "one of two", "no capture", "no name", "no version"],
)  # fmt: skip
def test_what_is_not_there(server: Server, path: str, parameters: dict[str, str]) -> None:
    response, body = ask(server, path, **parameters)
    assert response.status == 404
    assert b"Not here" in body


def test_hostile_texts_are_shown_and_not_obeyed(server: Server) -> None:
    for said in (
        page(server, "/story", id=name(HOSTILE)), page(server, q="反过来"),
        page(server, "/archive/stories", story_id=str(HOSTILE)),
        page(server, "/compare", one=f"{name(HOSTILE)}:1", other=f"{SEED}:1"), page(server, q=MARKUP),
    ):  # fmt: skip
        assert MARKUP not in said
        assert "<img src=x" not in said
    said = page(server, "/story", id=name(HOSTILE), q="第二行")
    assert "\u202e" not in said
    assert "\u2028" not in said
    assert "&lt;U+2028&gt;<mark>第二行</mark>&lt;U+202E&gt;反过来" in said
    assert 'href="javascript' not in said
    assert 'lang="zh"' in said


@pytest.mark.parametrize("path", ["/", "/story", "/archive", "/nowhere"])
def test_a_browser_is_told_what_it_may_do(server: Server, path: str) -> None:
    response, _ = ask(server, path)
    policy = response.getheader("Content-Security-Policy") or ""
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert ("script-src" in policy) is (path == "/archive")
    assert response.getheader("X-Content-Type-Options") == "nosniff"
    assert response.getheader("Referrer-Policy") == "no-referrer"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", " "])
def test_other_names_are_refused(server: Server, host: str) -> None:
    response, body = ask(server, host=host)
    assert response.status == 421
    assert b"<" not in body
    local = server.address.replace("http://127.0.0.1", "localhost")
    assert ask(server, host=local)[0].status == 200


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)]
)
def test_pages_of_others_get_no_answer(server: Server, site: str, status: int) -> None:
    response, body = ask(server, "/archive.json", site=site, sql="SELECT 1")
    assert response.status == status
    assert (b"Another page has sent you here" in body) is (status == 403)


def test_others_on_this_machine_get_no_answer(server: Server) -> None:
    port = urlsplit(server.address).port
    for cookie in ("", f"slqncy-{port}=", f"slqncy-{port}=x", f"slqncy-1={server.cookie.partition('=')[2]}"):
        for path in ("/", "/story", "/archive.json", "/-/static/app.css"):
            response, body = ask(server, path, cookie=cookie)
            assert response.status == 403
            assert body == b"Open the address that `scrapy browse` has printed, in this browser.\n"
    assert ask(server, "/?key=", cookie="")[0].status == 403
    # It can be copied into a second browser.
    assert ask(server, server.entrance.removeprefix(server.address), cookie="")[0].status == 303
    assert ask(server)[0].status == 200


def test_what_a_browser_is_started_with_opens_once() -> None:
    keys = Keys(8001)
    scope = {"path": "/", "query_string": f"key={keys.once}".encode()}
    assert keys.opens(scope)
    assert not keys.opens(scope)
    assert not keys.opens({"path": "/", "query_string": b""})
    for _ in range(2):
        assert keys.opens({"path": "/", "query_string": f"key={keys.key}".encode()})


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/archive", "/-/permissions"])
def test_nothing_can_be_written(server: Server, method: str, path: str) -> None:
    response, _ = ask(server, path, method=method)
    assert response.status == 405
    assert response.getheader("Allow") == "GET, HEAD"


def test_every_table_has_a_page(server: Server) -> None:
    listed = json.loads(page(server, "/archive.json"))
    tables = [one["name"] for part in ("tables", "views") for one in listed[part] if not one.get("hidden")]
    assert {"stories", "authors", "links", "gone"} <= set(tables)
    for name in tables:
        assert name in page(server, f"/archive/{name}", _size="1")


def test_sql_is_for_reading(server: Server) -> None:
    rows = json.loads(
        page(server, "/archive.json", sql="SELECT count(*) AS n FROM stories WHERE latest", _shape="array")
    )
    assert rows == [{"n": len(list(Archive(server.root).stories(latest=True)))}]
    for sql in ("DELETE FROM stories", "ATTACH 'x' AS x", "CREATE TABLE x (y)", "SELECT load_extension('x')"):
        response, body = ask(server, "/archive.json", sql=sql)
        assert response.status == 400
        assert json.loads(body)["ok"] is False
    response, body = ask(server, "/archive", sql="SELECT <script>")
    assert response.status == 400
    assert b"SELECT &lt;script&gt;" in body
    assert b"SELECT <script>" not in body


def test_a_question_without_end_is_stopped(server: Server) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    assert ask(server, "/archive.json", sql=endless)[0].status == 400
    assert ask(server)[0].status == 200


@pytest.mark.parametrize("value", ["zeroblob(50000000)", "hex(zeroblob(3000000))"])
def test_no_value_is_larger_than_a_line_could_be(server: Server, value: str) -> None:
    response, body = ask(server, "/archive.json", sql=f"SELECT length({value})")
    assert response.status == 400
    assert b"too big" in body
    assert ask(server, "/archive.json", sql="SELECT length(hex(zeroblob(1500000)))")[0].status == 200


def test_only_this_machine_is_answered(server: Server) -> None:
    port = urlsplit(server.address).port
    with socket.socket() as other:
        # It is the same machine, by another address.
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_a_takedown_takes_the_database_too(archive: Path, tmp_path: Path) -> None:
    root = shutil.copytree(archive, tmp_path / "archive")
    with browsing(root) as server:
        assert "湖滨路" in page(server, "/story", id=name(EDITED))
        result = scrapy("forget", name(EDITED), "--why", "asked for", "-s", f"ARCHIVE_DIR={root}")
        assert result.status == 0, result.errors
        assert BROWSE in result.output
        assert not (root / BROWSE).exists()
        response, body = ask(server, "/story", id=name(EDITED))
        assert response.status == 503
        assert "湖滨路".encode() not in body
        status, said = server.stop()
    assert status == 0
    assert said.strip() == ""
    with browsing(root) as server:
        assert ask(server, "/story", id=name(EDITED))[0].status == 404
    assert "梧桐树昨天种下".encode() not in (root / BROWSE).read_bytes()


def test_without_datasette_it_says_what_to_install(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "datasette").mkdir()
    (tmp_path / "datasette/__init__.py").write_text("raise ModuleNotFoundError(name='datasette')")
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "browse", "--no-open", "-s", f"ARCHIVE_DIR={archive}"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 64
    said = "this command needs datasette: pip install 'slqncy[browse]', or make extras"
    assert done.stderr == f"scrapy browse: {said} (exit status 64)\n"


BROWSER = """#!{python}
import sys
from urllib.request import HTTPCookieProcessor, build_opener
with build_opener(HTTPCookieProcessor()).open(sys.argv[1], timeout=60) as answer, open({shown!r}, "w") as file:
    file.write(str(answer.status))
"""


def test_a_browser_that_is_waited_for_gets_its_page(archive: Path, tmp_path: Path) -> None:
    browser, shown = tmp_path / "browser", tmp_path / "shown"
    browser.write_text(BROWSER.format(python=sys.executable, shown=str(shown)))
    browser.chmod(0o700)
    with subprocess.Popen(
        [sys.executable, "-m", "scrapy", "browse", "-s", f"ARCHIVE_DIR={archive}"],
        cwd=ROOT, env={**os.environ, "BROWSER": f"{browser} %s"}, stdout=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            until = monotonic() + 60
            while not (shown.exists() and shown.read_text()):
                assert monotonic() < until
                sleep(0.05)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert shown.read_text() == "200"


def test_a_port_that_is_taken(archive: Path, server: Server) -> None:
    port = urlsplit(server.address).port
    result = scrapy("browse", "--no-open", "--port", str(port), "-s", f"ARCHIVE_DIR={archive}")
    assert result.status == 74
    assert (
        f"scrapy browse: port {port} of 127.0.0.1: Address already in use; without --port a free one is taken"
        in result.errors
    )
    assert scrapy("browse", "--port", "70000", "-s", f"ARCHIVE_DIR={archive}").status == 64
