"""The page around what is shown: one skeleton and one style sheet for all pages."""

from functools import cache
from html import escape
from pathlib import Path

__all__ = ["page"]


def page(body: str, *, title: str) -> str:
    """A page that needs nothing else.

    Args:
        body: HTML.
        title: The page's title, as plain text.
    """
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_style()}</style></head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )


@cache
def _style() -> str:
    """The style sheet of all pages, the service's own included."""
    return Path(__file__).with_name("look.css").read_text("utf-8")
