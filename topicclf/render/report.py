"""An evaluation as one HTML page that needs nothing else.

Importing this raises `topicclf.errors.MissingExtraError` without extra ``[report]``, matplotlib.
"""

import math
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from topicclf.evaluation.answers import Answers, listed
from topicclf.evaluation.confusion import confuse
from topicclf.evaluation.evaluation import Evaluation
from topicclf.evaluation.intervals import Estimate
from topicclf.evaluation.mistakes import Mistake
from topicclf.installation.extras import extra
from topicclf.render import highlight
from topicclf.render.page import page
from topicclf.render.tables import commonest, overall_rows, slice_rows, topic_rows
from topicclf.render.wording import counted, interval, percent, shortened

# Says which extra to install, before the pictures say that matplotlib is missing.
extra("matplotlib", name="report")
from topicclf.render.figures import (  # noqa: E402
    MOST_TOPICS,
    confusion_picture,
    estimates_picture,
    svg,
    topic_picture,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["MOST_PICTURES", "evaluation_page"]

#: Of how many topics to show the mistakes: with hundreds the page would be too big to open.
MOST_PICTURES = 30
_MOST_LINES = 40
_START_SHOWN, _TEXT_SHOWN = 90, 4000


def evaluation_page(
    evaluation: Evaluation,
    answers: Answers,
    mistakes: Mapping[str, Sequence[Mistake]],
    *,
    title: str,
    about: str = "",
) -> str:
    """Write the page.

    Args:
        evaluation: The evaluation.
        answers: What it was made of.
        mistakes: The worst mistakes of the topics that get a picture.
        title: What was measured, on what.
        about: The model and the date, say.
    """
    parts = [*_totals(evaluation), *_topics(evaluation)]
    parts += [*_slices(evaluation), *_confusion(answers)]
    if len(mistakes) < len(answers.topics):
        parts.append(_note(f"Below: {_those(len(mistakes))} with most mistakes."))
    for topic, some in mistakes.items():
        parts += _topic(topic, answers, some)
    return page("\n".join(parts), title=title, about=about)


def _totals(evaluation: Evaluation) -> Iterator[str]:
    rows = overall_rows(evaluation)
    yield (
        f"<p>{counted(evaluation.n_articles, 'article')}, {evaluation.n_none:,} of them without "
        "any of the topics."
        + f" In brackets: {percent(evaluation.level)} bootstrap intervals."
        * any(ends for _, _, ends in rows)
        + " Cells with unknown labels are left out.</p>"
    )
    yield from _table([["", "", ""], *rows])


def _topics(evaluation: Evaluation) -> Iterator[str]:
    yield "<h2>Topics</h2>"
    yield from _table(topic_rows(evaluation, compact=False))
    carried = {n: t.f1 for n, t in evaluation.topics.items() if not math.isnan(t.f1.value)}
    lowest = sorted(carried, key=lambda name: carried[name].value)[:_MOST_LINES]
    if len(lowest) < len(carried):
        yield _note(f"Below: {_those(len(lowest))} with the lowest F1.")
    kept = {name: each for name, each in carried.items() if name in lowest}
    if kept:
        yield _estimates({**kept, "macro": evaluation.macro_f1}, "F1", evaluation.level)


def _note(text: str) -> str:
    return f'<p class="note">{text}</p>'


def _those(n: int) -> str:
    return "the topic" if n == 1 else f"the {n} topics"


def _slices(evaluation: Evaluation) -> Iterator[str]:
    for by, values in evaluation.slices.items():
        yield f"<h2>By {escape(by)}</h2>"
        names = commonest(evaluation)
        if len(names) < len(evaluation.topics):
            yield _note(
                f"{_those(len(names)).capitalize()} with most articles; macro-F1 is over all."
            )
        yield from _table(slice_rows(by, values, names))
        measured = {v: p for v, p in values.items() if not math.isnan(p.macro_f1.value)}
        largest = sorted(measured, key=lambda value: -measured[value].n_articles)[:_MOST_LINES]
        if len(largest) < len(measured):
            yield _note(f"Below: the {len(largest)} with most articles.")
        kept = {value: part.macro_f1 for value, part in measured.items() if value in largest}
        if kept:
            yield _estimates(kept, f"macro-F1 by {by}", evaluation.level)


def _confusion(answers: Answers) -> Iterator[str]:
    yield "<h2>What is taken for what</h2>"
    yield (
        "<p>Each number counts articles that carry the topic on the left, miss it, and get the one "
        "below instead. Right column: missed, and nothing false in its place. Bottom row: tagged "
        "falsely, with nothing missed."
        + f" Only {_those(MOST_TOPICS)} with most mistakes." * (len(answers.topics) > MOST_TOPICS)
        + "</p>"
    )
    yield _image(confusion_picture(confuse(answers)), "Confusion of topics")


def _topic(topic: str, answers: Answers, mistakes: Sequence[Mistake]) -> Iterator[str]:
    yield f"<h2>{escape(topic)}</h2>"
    about = f"{topic}: precision and recall, reliability, probabilities"
    yield _image(topic_picture(answers, topic), about)
    for carried, heading in ((False, "Worst false tags"), (True, "Worst misses")):
        some = [mistake for mistake in mistakes if mistake.carried == carried]
        if some:
            yield f"<h3>{heading}</h3>"
            for mistake in some:
                yield from _mistake(mistake)


def _mistake(mistake: Mistake) -> Iterator[str]:
    item = mistake.item
    truth = f"labelled {listed(sorted(item.topics))}" if item.topics else ""
    if item.unknown:
        truth += "; " * bool(truth) + f"unknown: {listed(sorted(item.unknown))}"
    yield (
        f"<article><p><b>{escape(shortened(item.title or item.text[:500], _START_SHOWN))}</b><br>"
        f"<small>{escape(item.place)} · {escape(truth or 'labelled none')} · "
        f"{escape(mistake.topic)} {mistake.probability:.1%}</small></p>"
    )
    for sentence in mistake.evidence.sentences:
        marked = highlight.html(sentence.text, sentence.terms, offset=sentence.start)
        yield f"<p>{marked}</p>"
    more = "…" * (len(item.text) > _TEXT_SHOWN)
    text = escape(item.text[:_TEXT_SHOWN] + more)
    yield f"<details><summary>the article</summary><p>{text}</p></details></article>"


def _estimates(estimates: Mapping[str, Estimate], label: str, level: float) -> str:
    share = f", {percent(level)} interval" * any(map(interval, estimates.values()))
    return _image(estimates_picture(estimates, label=label + share), label)


def _image(figure: "Figure", about: str) -> str:
    data = b64encode(svg(figure)).decode()
    inches = figure.get_figwidth()
    # On a narrow screen it is scrolled, as letters would be too small to read.
    style = f"max-width:{inches * 96:.0f}px;min-width:{inches * 72:.0f}px"
    image = f'<img alt="{escape(about)}" style="{style}" src="data:image/svg+xml;base64,{data}">'
    return f'<div class="wide">{image}</div>'


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield '<div class="wide"><table>'
    for tag, some in (("th", rows[:1]), ("td", rows[1:])):
        for row in some:
            if any(row):
                cells = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
                yield f"<tr>{cells}</tr>"
    yield "</table></div>"
