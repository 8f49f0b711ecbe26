"""The page around what is shown: one skeleton and one style sheet for all pages."""

from html import escape

__all__ = ["page"]

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff;
       max-width: 1080px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { margin-top: 2em; border-bottom: 1px solid #ccc; }
h3 { margin-bottom: .2em; } h1, h2 { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
.wide img { width: 100%; height: auto; }
.wide table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.wide th, .wide td { padding: .25em .5em; text-align: right; border-bottom: 1px solid #e5e5e5; }
.wide td { white-space: pre; }
.wide th:first-child, .wide td:first-child { text-align: left; }
.wide td:first-child { white-space: normal; min-width: 6em; }
small, .note { color: #595959; }
article { border-left: 3px solid #ccc; padding-left: .8em; margin: 1em 0; }
article p { margin: .2em 0; } article summary { color: #595959; cursor: pointer; }
article details p { white-space: pre-wrap; }
"""


def page(body: str, *, title: str) -> str:
    """A page that needs nothing else.

    Args:
        body: HTML.
        title: The page's title, as plain text.
    """
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )
