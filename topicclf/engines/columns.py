"""Which columns of a frame hold the articles, and what the columns of answers are called."""

from collections.abc import Sequence

from topicclf.errors import DataError, did_you_mean
from topicclf.records.fields import TEXT_NAMES, TITLE_NAMES

__all__ = ["article_columns"]


def article_columns(
    columns: Sequence[str], *, text: str | None, title: str | None
) -> tuple[str, str | None]:
    """Find the columns of the texts and of the titles.

    Args:
        columns: All columns of a frame.
        text: The column of the texts; None finds it by its name, such as ``text`` or ``body``.
        title: The column of the titles, likewise.

    Returns:
        Both; None in the place of the titles where there is no such column.

    Raises:
        DataError: There is no column of that name, or none that looks like the text.

    >>> article_columns(["id", "Headline", "body"], text=None, title=None)
    ('body', 'Headline')
    """
    found = _column(columns, text, TEXT_NAMES)
    if found is None:
        names = ", ".join(map(str, columns))
        msg = f"no column looks like the text; name one of {names or 'none at all'} as text="
        raise DataError(msg)
    return found, _column(columns, title, TITLE_NAMES)


def _column(columns: Sequence[str], asked: str | None, usual: Sequence[str]) -> str | None:
    if asked is not None:
        if asked not in columns:
            names = ", ".join(map(str, columns))
            hint = did_you_mean(asked, list(map(str, columns)), otherwise=f"it has {names}")
            msg = f"the frame has no column {asked!r}; {hint}"
            raise DataError(msg)
        return asked
    by_name = {str(column).lower(): column for column in reversed(columns)}
    return next((by_name[name] for name in usual if name in by_name), None)
