"""Data frames in, data frames out: pandas, Polars and others that narwhals [1]_ knows.

.. [1] https://narwhals-dev.github.io/narwhals/
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from topicclf.api import load
from topicclf.engines.columns import article_columns
from topicclf.errors import DataError
from topicclf.installation.extras import extra
from topicclf.text.article import Article, is_missing
from topicclf.writing.row import PROBABILITY, free_names

if TYPE_CHECKING:
    from topicclf.model import TopicModel

__all__ = ["predict_frame"]

Frame = TypeVar("Frame")


def predict_frame(
    frame: Frame,
    *,
    model: "TopicModel | None" = None,
    text: str | None = None,
    title: str | None = None,
) -> Frame:
    """Find the topics of the articles in a data frame, one in each row.

    Args:
        frame: An eager data frame: pandas, Polars, PyArrow, Modin or cuDF. It is not changed.
        model: The model; None takes the shipped one.
        text: The column of the texts; None finds it by its name, such as ``text`` or ``body``.
        title: The column of the titles, likewise; where there is none, articles have no title.

    Returns:
        A frame of the same kind with the same rows and index, and added to it ``topics`` (a list
        for each row, most probable first), ``probability_TOPIC`` for each topic (float64) and
        ``language`` (as in `topicclf.Prediction`). All are null where the text is. A column that
        has such a name already gets ``input_`` before it.

    Raises:
        DataError: There is no such column, none that looks like the text, or two of one name.
        MissingExtraError: narwhals is not installed.
        TypeError: This isn't a data frame, or a text or title isn't a `str`; the message names the
            row.
    """
    nw = extra("narwhals", name="frame")
    if nw.dependencies.is_into_series(frame):
        msg = "give a data frame, not one column; topicclf.predict_many takes a column of texts"
        raise TypeError(msg)
    names = Counter(map(str, getattr(frame, "columns", ())))
    if twice := [name for name, count in names.items() if count > 1]:
        msg = f"two columns are called {twice[0]!r}; rename one"
        raise DataError(msg)
    whole = nw.from_native(frame, eager_only=True)
    of_texts, of_titles = article_columns(whole.columns, text=text, title=title)
    texts = whole[of_texts].to_list()
    titles = whole[of_titles].to_list() if of_titles else [None] * len(texts)
    rows = [row for row, value in enumerate(texts) if not is_missing(value)]
    model = model or load()
    articles = _articles(rows, texts, titles)
    topics: list[list[str] | None] = [None] * len(texts)
    languages: list[str | None] = [None] * len(texts)
    columns: list[list[float | None]] = [[None] * len(texts) for _ in model.topics]
    for row, (carried, probabilities, language) in zip(rows, model.tag_many(articles), strict=True):
        topics[row] = list(carried)
        languages[row] = language
        for column, probability in zip(columns, probabilities, strict=True):
            column[row] = probability

    def series(name: str, values: list[Any], kind: Any) -> Any:
        return nw.new_series(name, values, kind, backend=whole.implementation)

    # pandas has no lists without PyArrow; there they are objects.
    lists = nw.Object if whole.implementation.is_pandas_like() else nw.List(nw.String)
    free = free_names(tuple(whole.columns))
    added = [
        series("topics", topics, lists),
        *(
            series(f"{PROBABILITY}{topic}", values, nw.Float64)
            for topic, values in zip(model.topics, columns, strict=True)
        ),
        series("language", languages, nw.String),
    ]
    renamed = whole.rename(dict(zip(whole.columns, free, strict=True)))
    result: Frame = renamed.with_columns(*added).to_native()
    return result


def _articles(rows: list[int], texts: list[Any], titles: list[Any]) -> Iterator[Article]:
    for row in rows:
        title = None if is_missing(titles[row]) else titles[row]
        yield Article.of({"text": texts[row], "title": title}, number=row)
