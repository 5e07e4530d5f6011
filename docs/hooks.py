"""For MkDocs: pages that stand at the top of the repository, and links that lead out of docs/."""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_TOP = Path(__file__).parent.parent
_DOCS = "docs/"
_PAGES = {"CHANGELOG.md": "changelog.md", "SECURITY.md": "security.md"}
"""Pages of the site that stand elsewhere in the repository."""
_SOURCES = {page: source for source, page in _PAGES.items()}
_LEFT_OUT = {
    'data-md-component="search" role="dialog"': ' aria-label="Search"',
    'type="radio" name="__palette"': ' tabindex="-1"',
}
"""What Material leaves out for those who use a screen reader or a keyboard, and where."""
_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)#:\s]+)(?P<anchor>#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that stand elsewhere."""
    for source, page in _PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(_TOP / source)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Resolve links as the repository does; a file that is no page is named, and not linked."""
    folder = dirname(_SOURCES.get(page.file.src_uri, _DOCS + page.file.src_uri))

    def resolved(link: re.Match[str]) -> str:
        text, target, anchor = link["text"], normpath(join(folder, link["target"])), link["anchor"] or ""
        if target in _PAGES:
            return f"[{text}]({_PAGES[target]}{anchor})"
        if target.startswith(_DOCS):
            return f"[{text}]({target.removeprefix(_DOCS)}{anchor})"
        if not (_TOP / target).exists():
            return link[0]  # MkDocs says so
        return f"`{target}`" if target.endswith(text) else f"{text} (`{target}`)"

    return _LINK.sub(resolved, markdown)


def on_post_page(output: str, **_: object) -> str:
    """Put in what Material leaves out."""
    for where, what in _LEFT_OUT.items():
        output = output.replace(where, where + what)
    return output
