"""Makes docstrings fit for the site: griffe calls `Fenced` for each."""

import re
from typing import Any

import griffe

__all__ = ["Fenced", "fenced"]

_EXAMPLE = re.compile(r"(?:^[ ]*>>> .*\n?)(?:^[ ]*\S.*\n?)*", re.MULTILINE)


def fenced(docstring: str) -> str:
    r"""A docstring whose examples are code to Markdown, too.

    >>> fenced("It adds.\n\n>>> 1 + 1\n2").split("\n")
    ['It adds.', '', '```pycon', '>>> 1 + 1', '2', '```']
    """

    def fence(match: re.Match[str]) -> str:
        return f"```pycon\n{match[0].rstrip()}\n```\n"

    return _EXAMPLE.sub(fence, re.sub(r"^::$\n", "", docstring, flags=re.MULTILINE)).rstrip("\n")


class Fenced(griffe.Extension):  # type: ignore[misc,unused-ignore]
    """Fences the examples in docstrings."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called by griffe for each module, class, function and attribute."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)
