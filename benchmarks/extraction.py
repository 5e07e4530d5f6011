from datetime import datetime, timezone
from slqncy.extract.page import parse_page
from slqncy.extract.lines import page_lines
from slqncy.extract.story import extract_story

NOW = datetime.now(timezone.utc)


def extract(body: bytes, url: str) -> dict[str, str]:
    page = parse_page(body, url)
    lines = page_lines(page)
    s = extract_story(page, lines, downloaded=NOW)
    return dict(
        title=s.title,
        published=s.date_published,
        body="\n".join(s.paragraphs),
        author=" ".join([s.byline_raw, *s.authors, s.source_name]),
    )
