"""Feed damaged pages to the extraction, guided by coverage, and fail on what no page may cause.

    pip install atheris
    python benchmarks/fuzz_extraction.py --minutes 30 --corpus DIR

DIR keeps the pages that reached new code; real pages put there are seeds too. A finding is an exception, a page that
takes more than two seconds, or a character in a field that no record may hold. Each is printed and its page saved in
DIR-findings, once for every place in the code; exit status 1 if there is any.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]  # no dependency of the project

with atheris.instrument_imports(include=["slqncy"]):
    from slqncy.demo import build_site
    from slqncy.extract.lines import page_lines
    from slqncy.extract.page import parse_page
    from slqncy.extract.reading import read_story
    from slqncy.extract.story import extract_story
    from slqncy.sites import Site, load_site

if TYPE_CHECKING:
    from collections.abc import Iterator

DOWNLOADED = datetime(2026, 11, 24, 2, tzinfo=UTC)
MOST_SECONDS = 2
MOST_BYTES = 20_000
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 17))
    + "]"
)
CONTENT_TYPES = ("", "text/html; charset=gb2312", "text/html; charset=utf-8", "text/html; charset=big5")
WORDS = (
    "<p>", "</p>", "<div>", "</div>", "<br>", "<h1>", "</h1>", "<title>", "<a href='", "<table><tr><td>", "<ul><li>",
    "<img src=", "<meta name=author content='", "<script type=application/ld+json>", "</script>", "<pre>", "hidden",
    'style="display:none"', "itemprop=author", "datePublished", '"\\ud800"', "&#x", "&#1", "<link rel=canonical",
    "本篇文章", "字，读完约", "分钟", "标题:", "地址:", "来源：", "作者：", "记者", "责任编辑：", "年", "月",
    "昨天", "，", "。",
    "下午", "（", "）", "\u3000", "\u00a0", "\ufeff", "\u2028", "\ufdd0", "相关阅读", "上一篇：", "版权所有",
)  # fmt: skip


def texts(value: Any) -> Iterator[str]:
    """All strings inside the fields of a story."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def read(body: bytes, site: Site) -> str:
    """Both ways through a page; what is wrong with the result, "" if nothing."""
    url = "http://www.slqncy.com/szxw/9538.html"
    page = parse_page(body, url, CONTENT_TYPES[len(body) % len(CONTENT_TYPES)])
    for extracted in (
        extract_story(page, page_lines(page), downloaded=DOWNLOADED),
        read_story(page, site, DOWNLOADED),
    ):
        for name, value in asdict(extracted).items():
            if any(map(FORBIDDEN.search, texts(value))):
                return f"forbidden character in {name}"
            if not page.replaced and any("\ufffd" in text for text in texts(value)):
                return f"uncounted U+FFFD in {name}"
    return ""


def examine(body: bytes, site: Site, findings: Path) -> None:
    """Read one page and save it if its finding is new."""
    begun = time.process_time()
    try:
        finding = read(body, site)
    except Exception as error:  # noqa: BLE001  # any exception is what we look for
        frame = traceback.extract_tb(error.__traceback__)[-1]
        finding = f"{type(error).__name__} in {frame.name}"
    if not finding and time.process_time() - begun > MOST_SECONDS:
        finding = "slow"
    if finding:
        saved = findings / f"{finding.replace(' ', '-')}.html"
        if not saved.exists():
            saved.write_bytes(body)
            print(f"FOUND {finding}: {saved}", flush=True)


def seed(corpus: Path) -> None:
    """Lay down the pages of the demo site."""
    site = build_site(stories=40)
    for number, path in enumerate(site.paths):
        body = site.respond(path).body
        if len(body) <= MOST_BYTES:
            (corpus / f"demo-{number}").write_bytes(body)


def fuzz(corpus: Path, findings: Path, seconds: int) -> None:
    """Never returns: libFuzzer ends the process."""
    with tempfile.NamedTemporaryFile("w", suffix=".dict") as words:
        for word in WORDS:
            words.write('"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"\n')
        words.flush()
        options = [f"-max_total_time={seconds}", f"-max_len={MOST_BYTES}", f"-dict={words.name}", "-timeout=60"]
        atheris.Setup(
            [sys.argv[0], *options, str(corpus)], partial(examine, site=load_site("slqncy"), findings=findings)
        )
        atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    corpus: Path = arguments.corpus
    findings = corpus.with_name(corpus.name + "-findings")
    if arguments.child:
        fuzz(corpus, findings, round(arguments.minutes * 60))
    corpus.mkdir(parents=True, exist_ok=True)
    findings.mkdir(exist_ok=True)
    seed(corpus)
    ended = subprocess.run([sys.executable, *sys.argv, "--child"], check=False)  # noqa: S603  # this script itself
    return int(ended.returncode != 0 or any(findings.iterdir()))


if __name__ == "__main__":
    sys.exit(main())
