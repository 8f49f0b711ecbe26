"""The page around what is shown: one skeleton and one style sheet for all pages."""

from functools import cache
from html import escape
from pathlib import Path

__all__ = ["page"]


def page(body: str, *, title: str, about: str = "") -> str:
    """A page that needs nothing else.

    Args:
        body: HTML.
        title: The page's title and headline, as plain text.
        about: What is said below it, such as the model and the date.
    """
    below = f'<p class="note">{escape(about)}</p>\n' if about else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_style()}</style></head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{below}{body}\n</body></html>\n"
    )


@cache
def _style() -> str:
    """The style sheet of all pages, the service's own included."""
    return Path(__file__).with_name("look.css").read_text("utf-8")
