"""Articles as lines that come back as training data."""

from collections.abc import Iterable, Mapping
from typing import Any

from topicclf.labelled.schemes import LabelOptions
from topicclf.text.topic_names import listed_names

__all__ = ["training_line"]


def training_line(
    fields: Mapping[str, Any],
    options: LabelOptions,
    *,
    text: str,
    title: str = "",
    topics: Iterable[str] | None,
    unknown: Iterable[str] = (),
) -> dict[str, Any]:
    """An article as training reads it with the same options, from whatever file it came.

    Args:
        fields: Everything that its record holds.
        options: How the record was read.
        text: Its text.
        title: Its title, or nothing.
        topics: The topics that it carries; None to be filled in.
        unknown: The topics of which nothing is known.

    >>> training_line({"Topics": "a|b", "page": 3}, LabelOptions(), text="x", topics=None)
    {'topics': None, 'unknown': [], 'title': '', 'text': 'x', 'page': 3}
    """
    # Topics come first, where whoever fills them in sees them.
    own = {
        options.topics_field or "topics": None if topics is None else sorted(topics),
        "unknown": sorted(unknown),
        options.read.title_field or "title": title,
        options.read.text_field or "text": text,
    }
    # Training would take what differs in capitals only for ours.
    columns = listed_names(options.topic_columns or (), known=fields)
    ours = {name.lower() for name in (*own, *columns)}
    return own | {k: value for k, value in fields.items() if k.strip().lower() not in ours}
