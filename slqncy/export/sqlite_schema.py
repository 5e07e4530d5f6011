"""The tables of an archive in an SQLite file. Absent text is '', an absent number NULL, a list JSON."""

from __future__ import annotations

_PAGE = """\
    schema_version      INTEGER NOT NULL,
    id                  TEXT NOT NULL,
    version             INTEGER NOT NULL,
    url                 TEXT NOT NULL,
    canonical_url       TEXT NOT NULL,
    site                TEXT NOT NULL,
    section             TEXT NOT NULL,
    story_id            TEXT NOT NULL,
    title               TEXT NOT NULL,
    text                TEXT NOT NULL,
    authors             TEXT NOT NULL,        -- JSON; as rows: table authors
    byline_raw          TEXT NOT NULL,
    source_name         TEXT NOT NULL,
    publication         TEXT NOT NULL,
    date_published      TEXT NOT NULL,
    date_published_raw  TEXT NOT NULL,
    date_modified       TEXT NOT NULL,
    language            TEXT NOT NULL,
    images              TEXT NOT NULL,        -- JSON
    keywords            TEXT NOT NULL,        -- JSON
    description         TEXT NOT NULL,
    robots              TEXT NOT NULL,        -- JSON
    declared_chars      INTEGER,
    declared_minutes    INTEGER,
    char_count          INTEGER NOT NULL,
    declared_delta      INTEGER,
    content_hash        TEXT NOT NULL,
    date_downloaded     TEXT NOT NULL,
    spider              TEXT NOT NULL,        -- from here on what the lines have under provenance
    run_id              TEXT NOT NULL,
    parser_version      TEXT NOT NULL,
    http_status         INTEGER NOT NULL,
    encoding            TEXT NOT NULL,
    etag                TEXT NOT NULL,
    last_modified       TEXT NOT NULL,
    web_archive         TEXT NOT NULL,
    date_captured       TEXT NOT NULL,
    warc_file           TEXT NOT NULL,
    warc_offset         INTEGER,
"""
"""The keys of a page, those of its provenance last."""

TABLES = f"""
CREATE TABLE meta (
    key    TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A row a version of a story. `row` grows with the day of publication, so that ORDER BY row DESC sorts nothing.
CREATE TABLE stories (
    row                 INTEGER PRIMARY KEY,  -- days since 1970 * 1048576 + a number within the day
    latest              INTEGER NOT NULL,     -- 1: what the site has said last
{_PAGE}    UNIQUE (id, version)
) STRICT;
CREATE INDEX stories_section ON stories (site, section);
CREATE INDEX stories_date_published ON stories (date_published);
CREATE INDEX stories_canonical_url ON stories (canonical_url);
CREATE INDEX stories_edited ON stories (id) WHERE version > 1;

CREATE TABLE authors (
    row       INTEGER NOT NULL REFERENCES stories (row) ON DELETE CASCADE,
    position  INTEGER NOT NULL,               -- in the byline, from 0
    name      TEXT NOT NULL,
    PRIMARY KEY (row, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX authors_name ON authors (name);

-- Copies, whole. The id may be in stories too, where one was archived before or after; then that is what stands.
CREATE TABLE duplicates (
    row                 INTEGER PRIMARY KEY,  -- of the same numbers as those of stories
    latest              INTEGER NOT NULL,     -- 1: the newest line of its id, which stories has not
{_PAGE}    duplicate_of        TEXT NOT NULL,        -- id in stories, where that has not been lost
    duplicate_kind      TEXT NOT NULL,
    duplicate_score     REAL NOT NULL,
    duplicate_evidence  TEXT NOT NULL
) STRICT;
CREATE INDEX duplicates_id ON duplicates (id, version);
CREATE INDEX duplicates_of ON duplicates (duplicate_of);

-- What was fetched and is no story: the fields that say what it was, and no text.
CREATE TABLE rejected (
    number           INTEGER PRIMARY KEY,     -- in the order met
    id               TEXT NOT NULL,
    canonical_url    TEXT NOT NULL,
    site             TEXT NOT NULL,
    section          TEXT NOT NULL,
    title            TEXT NOT NULL,
    reason           TEXT NOT NULL,
    reason_detail    TEXT NOT NULL,
    http_status      INTEGER NOT NULL,
    date_downloaded  TEXT NOT NULL,
    run_id           TEXT NOT NULL,
    warc_file        TEXT NOT NULL,
    warc_offset      INTEGER
) STRICT;
CREATE INDEX rejected_reason ON rejected (reason);
CREATE INDEX rejected_id ON rejected (id);

-- Which stories tell what another one tells. The last row of an id counts; '' in rewrite_of withdraws those before it.
CREATE TABLE rewrites (
    number            INTEGER PRIMARY KEY,    -- in the order archived
    id                TEXT NOT NULL,
    version           INTEGER NOT NULL,
    rewrite_of        TEXT NOT NULL,
    rewrite_kind      TEXT NOT NULL,
    rewrite_score     REAL NOT NULL,
    rewrite_evidence  TEXT NOT NULL,
    date_downloaded   TEXT NOT NULL,
    run_id            TEXT NOT NULL
) STRICT;
CREATE INDEX rewrites_id ON rewrites (id, number);
CREATE INDEX rewrites_of ON rewrites (rewrite_of);

-- What `scrapy changes` tells: ADD, MOD, GONE.
CREATE TABLE changes (
    number   INTEGER PRIMARY KEY,             -- in the order they happened
    change   TEXT NOT NULL,
    id       TEXT NOT NULL,
    version  INTEGER,
    at       TEXT NOT NULL
) STRICT;
CREATE INDEX changes_id ON changes (id, number);
CREATE INDEX changes_gone ON changes (id, number) WHERE change = 'GONE';

-- Which page is a copy or a rewrite of which, as it stands.
CREATE VIEW links AS
    SELECT id, duplicate_of AS original, duplicate_kind AS kind, duplicate_score AS score,
        duplicate_evidence AS evidence
    FROM duplicates WHERE latest
    UNION ALL
    SELECT id, rewrite_of, rewrite_kind, rewrite_score, rewrite_evidence
    FROM rewrites WHERE rewrite_of <> ''
        AND number = (SELECT max(number) FROM rewrites AS later WHERE later.id = rewrites.id);

-- Stories that the site has taken down, and not put back.
CREATE VIEW gone AS
    SELECT id, at FROM changes WHERE change = 'GONE'
        AND number = (SELECT max(number) FROM changes AS later WHERE later.id = changes.id);

-- By two letters, as most words are: WHERE grams MATCH '社区'; by one: WHERE grams MATCH '湖*'. Of duplicates, too.
CREATE VIRTUAL TABLE grams USING fts5 (
    gram, content = '', detail = 'none', columnsize = 0, tokenize = 'ascii'
);
"""  # noqa: S608  # our own words

TRIGRAMS = """
CREATE VIEW latest_stories AS SELECT row, title, text FROM stories WHERE latest;

-- By three characters and more: WHERE stories_fts MATCH '"志愿者"', with rank, snippet() and highlight().
CREATE VIRTUAL TABLE stories_fts USING fts5 (
    title, text, content = 'latest_stories', content_rowid = 'row', tokenize = 'trigram'
);
INSERT INTO stories_fts (stories_fts) VALUES ('rebuild');
"""
