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
from topicclf.render.tables import commonest
from topicclf.render.wording import TOTALS, interval, number, percent, shortened

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
_NAME_SHOWN, _HEADER_SHOWN, _START_SHOWN, _TEXT_SHOWN = 40, 20, 90, 4000
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff;
       max-width: 1080px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { margin-top: 2em; border-bottom: 1px solid #ccc; }
h3 { margin-bottom: .2em; } h1, h2 { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
.wide img { width: 100%; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25em .5em; text-align: right; border-bottom: 1px solid #e5e5e5; }
th:first-child, td:first-child { text-align: left; }
small, .note { color: #595959; }
td { white-space: pre; } td:first-child { white-space: normal; min-width: 6em; }
article { border-left: 3px solid #ccc; padding-left: .8em; margin: 1em 0; }
article p { margin: .2em 0; } summary { color: #595959; cursor: pointer; }
details p { white-space: pre-wrap; }
"""


def evaluation_page(
    found: Evaluation, answers: Answers, mistakes: Mapping[str, Sequence[Mistake]], *, title: str
) -> str:
    """Write the page.

    Args:
        found: The evaluation.
        answers: What it was made of.
        mistakes: The worst mistakes of the topics that get a picture.
        title: What was measured, on what.
    """
    parts = [*_head(title, found), *_topics(found), *_slices(found), *_confusion(answers)]
    if len(mistakes) < len(answers.topics):
        parts.append(f'<p class="note">Below: the {len(mistakes)} topics with most mistakes.</p>')
    for topic, some in mistakes.items():
        parts += _topic(topic, answers, some)
    return "\n".join([*parts, "</body></html>", ""])


def _head(title: str, found: Evaluation) -> Iterator[str]:
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{escape(title)}</h1>"
    totals = {name: getattr(found, attribute) for attribute, name in TOTALS.items()}
    drawn = any(map(interval, totals.values()))
    yield (
        f"<p>{found.n_articles:,} articles, {found.n_none:,} of them without any of the topics."
        + f" In brackets: {percent(found.level)} bootstrap intervals." * drawn
        + " Cells with unknown labels are left out.</p>"
    )
    yield from _table(
        ["", "", ""],
        [[name, number(each.value), _bracketed(each)] for name, each in totals.items()],
    )


def _topics(found: Evaluation) -> Iterator[str]:
    yield "<h2>Topics</h2>"
    head = (
        "topic, with, without, unknown, tagged, precision, recall, F1, average precision, "
        "calibration error, threshold"
    )
    rows = [
        [
            shortened(name, _NAME_SHOWN),
            *map(str, (topic.positives, topic.negatives, topic.unknown, topic.tagged)),
            *(
                f"{number(each.value)}\n{_bracketed(each)}"
                for each in (topic.precision, topic.recall, topic.f1, topic.average_precision)
            ),
            number(topic.calibration_error),
            f"{topic.threshold:.2g}",
        ]
        for name, topic in found.topics.items()
    ]
    yield from _table(head.split(", "), rows)
    measured = {n: t.f1 for n, t in found.topics.items() if not math.isnan(t.f1.value)}
    lowest = sorted(measured, key=lambda name: measured[name].value)[:_MOST_LINES]
    if len(lowest) < len(measured):
        yield f'<p class="note">Below: the {len(lowest)} topics with the lowest F1.</p>'
    kept = {name: each for name, each in measured.items() if name in lowest}
    if kept:
        yield _estimates({**kept, "macro": found.macro_f1}, "F1", found.level)


def _slices(found: Evaluation) -> Iterator[str]:
    for by, values in found.slices.items():
        yield f"<h2>By {escape(by)}</h2>"
        names = commonest(found)
        if len(names) < len(found.topics):
            about = f"The {len(names)} topics with most articles; macro-F1 is over all of them."
            yield f'<p class="note">{about}</p>'
        yield from _table(
            [
                by,
                "articles",
                "macro-F1",
                "false tags",
                *(shortened(name, _HEADER_SHOWN) for name in names),
            ],
            [
                [
                    shortened(value, _NAME_SHOWN),
                    f"{part.n_articles:,}",
                    f"{number(part.macro_f1.value)} {_bracketed(part.macro_f1)}",
                    number(part.false_tags.value),
                    *(number(part.topics[name].f1.value) for name in names),
                ]
                for value, part in values.items()
            ],
        )
        measured = {v: p for v, p in values.items() if not math.isnan(p.macro_f1.value)}
        largest = sorted(measured, key=lambda value: -measured[value].n_articles)[:_MOST_LINES]
        if len(largest) < len(measured):
            yield f'<p class="note">Below: the {len(largest)} with most articles.</p>'
        kept = {value: part.macro_f1 for value, part in measured.items() if value in largest}
        if kept:
            yield _estimates(kept, f"macro-F1 by {by}", found.level)


def _confusion(answers: Answers) -> Iterator[str]:
    yield "<h2>What is taken for what</h2>"
    yield (
        "<p>Each number counts articles that carry the topic on the left, miss it, and get the one "
        "below instead. Right column: missed, and nothing false in its place. Bottom row: tagged "
        "falsely, with nothing missed."
        + (
            f" Only the {MOST_TOPICS} topics with most mistakes."
            * (len(answers.topics) > MOST_TOPICS)
        )
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
        f"<article><p><b>{escape(item.title or _cut(item.text, _START_SHOWN))}</b><br>"
        f"<small>{escape(item.place)} · {escape(truth or 'labelled none')} · "
        f"{escape(mistake.topic)} {mistake.probability:.1%}</small></p>"
    )
    for sentence in mistake.evidence.sentences:
        marked = highlight.html(sentence.text, sentence.terms, offset=sentence.start)
        yield f"<p>{marked}</p>"
    text = escape(_cut(item.text, _TEXT_SHOWN))
    yield f"<details><summary>the article</summary><p>{text}</p></details></article>"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


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


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield '<div class="wide"><table>'
    if any(head):
        yield "<tr>" + "".join(f"<th>{escape(name)}</th>" for name in head) + "</tr>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
    yield "</table></div>"


def _bracketed(estimate: Estimate) -> str:
    return f"({interval(estimate)})" if interval(estimate) else ""
