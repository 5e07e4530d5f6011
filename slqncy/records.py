"""The lines of the archive, as dataclasses: field order is key order, and the published JSON Schemas come from here.

Absent text is "", an absent list [], an absent number null; every key stands on every line.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from slqncy.reasons import (  # noqa: TC001  # msgspec reads annotations at run time
    DuplicateKind,
    EventKind,
    PageKind,
    Rejection,
    State,
)

if TYPE_CHECKING:
    from datetime import datetime

SCHEMA_VERSION = 1
MAX_LINE_BYTES = 1_000_000
"""A longer line breaks readers: pyarrow fails above 1 MiB."""


@dataclass(slots=True, kw_only=True)
class Image:
    """A picture of a story."""

    url: Annotated[str, Meta(description="Absolute URL.")]
    caption: Annotated[str, Meta(description='Text shown with the picture, or "".')] = ""


@dataclass(slots=True, kw_only=True)
class Warc:
    """Where the raw response is kept."""

    file: Annotated[str, Meta(description='File under warc/, or "" where no capture was made.')] = ""
    offset: Annotated[int | None, Meta(description="Byte offset of the record in that file.")] = None


@dataclass(slots=True, kw_only=True)
class Provenance:
    """How a line came to be."""

    spider: Annotated[str, Meta(description="Name of the spider.")]
    run_id: Annotated[str, Meta(description="The run that wrote the line: runs/<run_id>.json.")]
    parser_version: Annotated[str, Meta(description="Version of slqncy whose extraction made the fields.")]
    http_status: Annotated[int, Meta(description="Status of the response.")]
    encoding: Annotated[str, Meta(description="Codec the page was decoded with.")]
    etag: Annotated[str, Meta(description="ETag of the response.")] = ""
    last_modified: Annotated[str, Meta(description="Last-Modified of the response, as sent.")] = ""
    web_archive: Annotated[
        str, Meta(description='wayback or commoncrawl, which had the page, or "" where the site itself was asked.')
    ] = ""
    date_captured: Annotated[
        str, Meta(description='When the web archive had it from the site, or "". RFC 3339, UTC.')
    ] = ""
    warc: Annotated[Warc, Meta(description="The raw response.")] = field(default_factory=Warc)


@dataclass(slots=True, kw_only=True)
class Story:
    """One version of one story: a line of stories/YYYY-MM.jsonl."""

    schema_version: Annotated[int, Meta(description="Version of this shape.")] = SCHEMA_VERSION
    id: Annotated[str, Meta(description="site/section/number, stable for ever.", pattern=r"^[^/]+/[^/]+/[^/]+$")]
    version: Annotated[int, Meta(description="1 for the first version; grows when title or text changed.", ge=1)] = 1
    url: Annotated[str, Meta(description="Address the page was fetched from.")]
    canonical_url: Annotated[str, Meta(description="The story's address on the site itself.")]
    site: Annotated[str, Meta(description="Name of the site profile.")]
    section: Annotated[str, Meta(description="Section in the address.")]
    story_id: Annotated[str, Meta(description="The site's own story number.")]
    title: Annotated[str, Meta(description="Headline as published.")] = ""
    text: Annotated[str, Meta(description="Paragraphs joined by \\n, as published, less boilerplate.")] = ""
    authors: Annotated[list[str], Meta(description="Names read from the byline.")] = field(default_factory=list)
    byline_raw: Annotated[str, Meta(description="The byline as published.")] = ""
    source_name: Annotated[str, Meta(description="来源 as printed on the page.")] = ""
    publication: Annotated[str, Meta(description="The line that says which paper printed it.")] = ""
    date_published: Annotated[str, Meta(description="RFC 3339 with +08:00, or a date where no time is given.")] = ""
    date_published_raw: Annotated[str, Meta(description="The words the date was read from.")] = ""
    date_modified: Annotated[str, Meta(description="RFC 3339, as date_published.")] = ""
    language: Annotated[str, Meta(description="BCP 47 tag.")] = ""
    images: Annotated[list[Image], Meta(description="Pictures of the story.")] = field(default_factory=list)
    keywords: Annotated[list[str], Meta(description="Keywords the page declares.")] = field(default_factory=list)
    description: Annotated[str, Meta(description="Summary the page declares.")] = ""
    robots: Annotated[
        list[str], Meta(description="What the page asks of robots, in lower case; for one alone after its name.")
    ] = field(default_factory=list)
    declared_chars: Annotated[int | None, Meta(description="Characters by the page's own banner.")] = None
    declared_minutes: Annotated[int | None, Meta(description="Reading time by the page's own banner.")] = None
    char_count: Annotated[int, Meta(description="Characters of text, line breaks included.", ge=0)] = 0
    declared_delta: Annotated[
        int | None,
        Meta(description="declared_chars less the count of text by the site's rule; 0 proves completeness."),
    ] = None
    content_hash: Annotated[str, Meta(description="sha256: over title, a line feed, and text, in UTF-8.")] = ""
    date_downloaded: Annotated[str, Meta(description="RFC 3339, UTC.")]
    provenance: Annotated[Provenance, Meta(description="How the line came to be.")]

    @property
    def as_of(self) -> str:
        """When the site said so: RFC 3339, UTC."""
        return self.provenance.date_captured or self.date_downloaded

    @property
    def captured(self) -> bool:
        """Whether a web archive was asked, and not the site."""
        return bool(self.provenance.web_archive)


@dataclass(slots=True, kw_only=True)
class Duplicate(Story):
    """A story that the archive already has: a line of duplicates/YYYY-MM.jsonl."""

    duplicate_of: Annotated[str, Meta(description="id of the story it duplicates.")]
    duplicate_kind: Annotated[DuplicateKind, Meta(description="How we know.")]
    duplicate_score: Annotated[float, Meta(description="1.0 is certain.", ge=0, le=1)]
    duplicate_evidence: Annotated[str, Meta(description="What was compared.")]


DUPLICATE_FIELDS = tuple(name for name in Duplicate.__dataclass_fields__ if name not in Story.__dataclass_fields__)
"""What a copy says of what it duplicates."""


@dataclass(slots=True, kw_only=True)
class Rejected(Story):
    """A page that was fetched and not archived: a line of rejected/YYYY-MM.jsonl."""

    reason: Annotated[Rejection, Meta(description="Why it is not a story.")]
    reason_detail: Annotated[str, Meta(description="What was seen.")] = ""


@dataclass(slots=True, kw_only=True)
class Rewrite:
    """That one version of a story tells what another story tells, in other words: a line of rewrites/YYYY-MM.jsonl."""

    schema_version: Annotated[int, Meta(description="Version of this shape.")] = SCHEMA_VERSION
    id: Annotated[str, Meta(description="id of the story that rewrites another.", pattern=r"^[^/]+/[^/]+/[^/]+$")]
    version: Annotated[int, Meta(description="Version of its line in stories/.", ge=1)]
    canonical_url: Annotated[str, Meta(description="The story's address on the site itself.")]
    title: Annotated[str, Meta(description="Headline of that version.")]
    content_hash: Annotated[str, Meta(description="content_hash of that version.")]
    rewrite_of: Annotated[
        str, Meta(description='id of the story it rewrites, or "" where an earlier line is withdrawn.')
    ]
    rewrite_kind: Annotated[
        DuplicateKind, Meta(description="rewrite; a copy's kind where it was judged to be one once it was in stories/.")
    ]
    rewrite_score: Annotated[float, Meta(description="1.0 is certain.", ge=0, le=1)]
    rewrite_evidence: Annotated[str, Meta(description="What was compared.")]
    date_downloaded: Annotated[str, Meta(description="date_downloaded of that version: RFC 3339, UTC.")]
    run_id: Annotated[
        str, Meta(description="The run that wrote the line, runs/<run_id>.json, or rescore-<time> where none did.")
    ]


@dataclass(slots=True, kw_only=True)
class Event:
    """What happened to one address, once: a line of events/YYYY-MM.ndjson. In their order they tell every state."""

    schema_version: Annotated[int, Meta(description="Version of this shape.")] = SCHEMA_VERSION
    event: Annotated[EventKind, Meta(description="What happened.")]
    at: Annotated[str, Meta(description="When. RFC 3339, UTC.")]
    run_id: Annotated[
        str, Meta(description='The run it happened in, runs/<run_id>.json, or rescore-<time> or "" where it was none.')
    ]
    url: Annotated[str, Meta(description='Canonical URL of the page, or "" where a run finished.')] = ""
    kind: Annotated[PageKind | None, Meta(description="What the address leads to; null where a run finished.")] = None
    id: Annotated[str, Meta(description='id of the story, or "" where the address is of no story.')] = ""
    state: Annotated[State | None, Meta(description="State of the address from now on; null where it stays.")] = None
    reason: Annotated[str, Meta(description="Reason of a rejection, a failure or an exclusion.")] = ""
    detail: Annotated[str, Meta(description="What was seen.")] = ""
    via: Annotated[
        str, Meta(description="Canonical URL of the page it was found on, or of what a list was completed up to.")
    ] = ""
    version: Annotated[int | None, Meta(description="Version of the line written; null where none was.")] = None
    http_status: Annotated[int | None, Meta(description="Status of the response.")] = None
    etag: Annotated[str, Meta(description="ETag to ask with the next time.")] = ""
    last_modified: Annotated[str, Meta(description="Last-Modified to ask with the next time.")] = ""
    stories: Annotated[int | None, Meta(description="Stories linked by a list page or sitemap.")] = None
    hash: Annotated[str, Meta(description="sha256: of the stories a list page links, or of a run's report.")] = ""
    date_captured: Annotated[
        str, Meta(description='When the web archive that answered had the page from the site, or "". RFC 3339, UTC.')
    ] = ""


Line = Story | Rewrite | Event
Record = TypeVar("Record", bound=Line)

_ADDED = ((b',"robots":[]',), (b',"web_archive":""', b',"date_captured":""'))
"""Keys that were added, the last ones first: how they stand in a line where there is nothing to say."""

# str.splitlines() and some readers end a line at these, which JSON allows raw.
_LINE_BREAKERS = {
    b"\xe2": {b"\xe2\x80\xa8": b"\\u2028", b"\xe2\x80\xa9": b"\\u2029"},
    b"\xc2": {b"\xc2\x85": b"\\u0085"},
}
"""How they are escaped, by their first byte: one byte is looked for much faster than several."""


def duplicate_fields(copy: Story) -> dict[str, Any]:
    """What a line in duplicates/ says of what it duplicates."""
    return {name: getattr(copy, name) for name in DUPLICATE_FIELDS}


def story_fields(page: Story) -> dict[str, Any]:
    """What a line of any page has, to make one of another kind of it."""
    return {name: getattr(page, name) for name in Story.__dataclass_fields__}


def rewrite_line(story: Story, said: dict[str, Any], run_id: str) -> Rewrite:
    """The line that says of a version of a story what it rewrites; `said` are the rewrite_… fields."""
    shared = ("id", "version", "canonical_url", "title", "content_hash", "date_downloaded")
    return Rewrite(**{name: getattr(story, name) for name in shared}, **said, run_id=run_id)


def moment(at: datetime) -> str:
    """A time as lines write it: RFC 3339, UTC, whole seconds. `at` must know its zone."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def content_hash(title: str, text: str) -> str:
    """The hash by which versions of a story are told apart."""
    return hash_of(f"{title}\n{text}".encode())


def hash_of(data: bytes) -> str:
    """A hash as lines and the reports of runs write it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def encode(record: Line) -> bytes:
    """The line of a record, line feed included."""
    return json_line(record)


def json_line(document: object) -> bytes:
    """One line of JSON in UTF-8, line feed included, that no reader takes for several."""
    line = msgspec.json.encode(document)
    for first, breakers in _LINE_BREAKERS.items():
        if first in line:
            for raw, escaped in breakers.items():
                line = line.replace(raw, escaped)
    return line + b"\n"


def is_as_written(line: bytes, record: Line) -> bool:
    """Whether a line is that of a record, byte for byte, as this version writes it or as one before did."""
    written = encode(record)
    forms = [written]
    for keys in _ADDED:
        for key in keys:
            # Within a text, its quotation marks would be escaped.
            written = written.replace(key, b"")
        forms.append(written)
    return line in forms


def decode(line: bytes, record_type: type[Record]) -> Record:
    """The record of one line.

    Raises msgspec.ValidationError where the line does not fit the schema, msgspec.DecodeError where it is not JSON;
    both are ValueErrors.
    """
    return msgspec.json.decode(line, type=record_type)


def json_schema(record_type: type[Any]) -> dict[str, Any]:
    """JSON Schema (2020-12) of a line, or of a run's report; every key is required and no other key allowed."""
    (reference,), components = msgspec.json.schema_components((record_type,))
    for component in components.values():
        if component.get("type") == "object":
            component["required"] = list(component["properties"])
            component["additionalProperties"] = False
            for value in component["properties"].values():
                value.pop("default", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **reference, "$defs": components}
