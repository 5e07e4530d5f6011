"""Records to write, each told from the others by its number."""

from __future__ import annotations

from slqncy.reasons import DuplicateKind, Rejection
from slqncy.records import Duplicate, Image, Provenance, Rejected, Story, Warc, content_hash

FIRST, SECOND = "2026-10-31T23:59:59Z", "2026-11-01T00:00:00Z"


def story(number: int, text: str = "", *, version: int = 1, downloaded: str = SECOND) -> Story:
    text = text or f"第{number}条新闻的正文。\n(王宇)"
    title = f"第{number}条新闻"
    url = f"http://www.slqncy.com/szxw/{number}.html"
    return Story(
        id=f"slqncy/szxw/{number}",
        version=version,
        url=url,
        canonical_url=url,
        site="slqncy",
        section="szxw",
        story_id=str(number),
        title=title,
        text=text,
        authors=["王宇"],
        images=[Image(url="http://www.slqncy.com/a.jpg", caption="图")],
        declared_chars=len(text) + 2,
        char_count=len(text),
        content_hash=content_hash(title, text),
        date_downloaded=downloaded,
        provenance=Provenance(
            spider="stories",
            run_id="20261101T000000-1",
            parser_version="0.1.0",
            http_status=200,
            encoding="gb18030",
            warc=Warc(file="a.warc.gz", offset=number),
        ),
    )


def _fields(number: int) -> dict[str, object]:
    base = story(number)
    return {name: getattr(base, name) for name in Story.__dataclass_fields__}


def duplicate(number: int, original: int = 1) -> Duplicate:
    return Duplicate(
        **_fields(number),  # type: ignore[arg-type]
        duplicate_of=f"slqncy/szxw/{original}",
        duplicate_kind=DuplicateKind.SAME_TEXT,
        duplicate_score=1.0,
        duplicate_evidence="equal normal form",
    )


def rejected(number: int, reason: Rejection = Rejection.NOT_FOUND) -> Rejected:
    return Rejected(**_fields(number), reason=reason, reason_detail="HTTP 404")  # type: ignore[arg-type]
