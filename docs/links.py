"""Makes the repository's Markdown fit for the site; mkdocs calls `on_page_markdown`.

Some pages show a file from outside of docs/. Links count from where the file is; those to what
is no page become its name.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

__all__ = ["SHOWN", "on_page_markdown", "relinked"]

ROOT = Path(__file__).resolve().parent.parent

#: Files outside of docs/ and the pages that show them.
SHOWN = {
    "CHANGELOG.md": "docs/changelog.md",
    "CONTRIBUTING.md": "docs/contributing.md",
    "topicclf/topics.md": "docs/topics.md",
}

_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#:\s]+)(#[^)\s]*)?\)")


def relinked(markdown: str, *, source: str, page: str) -> str:
    """Markdown with its links as the site needs them.

    Args:
        markdown: The text of a file of the repository.
        source: The path of that file in the repository.
        page: The path of the page that shows it.

    >>> relinked("[ours](../training/README.md)", source="docs/data.md", page="docs/data.md")
    'ours (`training/README.md`)'
    >>> relinked("[how](docs/x.md#y)", source="CONTRIBUTING.md", page="docs/contributing.md")
    '[how](x.md#y)'
    """

    def link(match: re.Match[str]) -> str:
        text, place, anchor = match.groups()
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), place))
        target = SHOWN.get(target, target)
        if not target.startswith("docs/"):
            return f"{text} (`{target}`)"
        return f"[{text}]({posixpath.relpath(target, posixpath.dirname(page))}{anchor or ''})"

    return _LINK.sub(link, markdown)


def on_page_markdown(markdown: str, *, page: Any, **_: object) -> str:
    """Called by mkdocs for each page, with its Markdown."""
    path = f"docs/{page.file.src_uri}"
    source = next((file for file, shown in SHOWN.items() if shown == path), path)
    if source != path:
        markdown = (ROOT / source).read_text("utf-8")
    return relinked(markdown, source=source, page=path)
