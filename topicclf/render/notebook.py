"""Predictions and explanations as HTML, for notebooks and pages.

Notebooks drop style sheets and scripts, so every element has its own style.
"""

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from topicclf.render import highlight
from topicclf.render.wording import counted, shortened

if TYPE_CHECKING:
    from topicclf.evidence.explanation import Explanation, Passage, TopicExplanation
    from topicclf.evidence.prediction import Evidence, Prediction

__all__ = ["explanation_html", "prediction_html"]

_FONT = "font:14px/1.5 system-ui,sans-serif"
_QUOTE = "margin:.3em 0;padding-left:.7em;border-left:3px solid #999"
_CELL = "padding:1px 10px 1px 0;text-align:left;vertical-align:middle"
_NUMBER = "padding:1px 10px 1px 0;text-align:right;font-variant-numeric:tabular-nums"
_BLUE = "#4c78a8"
_GREEN, _RED = "rgb(46,160,67)", "rgb(218,54,51)"

# With hundreds of topics the page would be too big to open.
_TOPICS_SHOWN = 12
_TERMS_SHOWN = 20
_PASSAGE_SHOWN = 90


def prediction_html(prediction: "Prediction") -> str:
    """The topics with their probabilities, and the evidence highlighted."""
    parts = [_head(prediction), _probabilities(prediction)]
    parts += [_evidence(topic, evidence) for topic, evidence in prediction.evidence.items()]
    return f'<div style="{_FONT}">{"".join(parts)}</div>'


def explanation_html(explanation: "Explanation") -> str:
    """Each topic's sum, its passages and the article highlighted.

    Of more than twelve topics those that the article carries are shown, and the next probable.
    """
    order = sorted(explanation.topics.values(), key=lambda each: -each.probability)
    order.sort(key=lambda each: not each.carried)
    n_carried = sum(each.carried for each in order)
    shown = order[: max(_TOPICS_SHOWN, n_carried)]
    parts = [_head(explanation.prediction), _probabilities(explanation.prediction), _legend()]
    parts += [_topic(each, explanation, opened=each is order[0] or each.carried) for each in shown]
    if left := len(order) - len(shown):
        parts.append(f"<p>{counted(left, 'less probable topic')} left out.</p>")
    return f'<div style="{_FONT}">{"".join(parts)}</div>'


class _Stretch(NamedTuple):
    start: int
    end: int
    weight: float


def _legend() -> str:
    speaks = highlight.html("speaks for", [_Stretch(0, 10, 1.0)])
    against = highlight.html("speaks against", [_Stretch(0, 14, -1.0)])
    return (
        f'<p style="opacity:.85">A marked word {speaks} the topic or {against} it; the stronger, '
        "the darker.</p>"
    )


def _head(prediction: "Prediction") -> str:
    topics = ", ".join(map(escape, prediction.topics)) or "none of the topics"
    head = f'<p style="font-size:1.2em;margin:.4em 0"><b>{topics}</b></p>'
    if prediction.language:
        language = escape(prediction.language)
        head += f"<p>Not in the model's language ({language}): take it with care.</p>"
    return head


def _probabilities(prediction: "Prediction") -> str:
    order = sorted(prediction.probabilities.items(), key=lambda item: -item[1])
    shown = order[: max(_TOPICS_SHOWN, len(prediction.topics))]
    rows = "".join(
        _row(
            f"<b>{escape(topic)}</b>" if topic in prediction.topics else escape(topic),
            f"{probability:.1%}",
            _bar(probability, _BLUE if topic in prediction.topics else "#b0b0b0"),
        )
        for topic, probability in shown
    )
    return f'<table style="border-collapse:collapse">{rows}</table>'


def _evidence(topic: str, evidence: "Evidence") -> str:
    quotes = "".join(
        f'<p style="{_QUOTE}">{highlight.html(each.text, each.terms, offset=each.start)}</p>'
        for each in evidence.sentences
    )
    return f'<p style="margin:.8em 0 0"><b>{escape(topic)}</b></p>{quotes}'


def _topic(explanation: "TopicExplanation", whole: "Explanation", *, opened: bool) -> str:
    verdict = "carried" if explanation.carried else "not carried"
    side = "above" if explanation.margin >= 0 else "below"
    parts = [
        f'<details style="margin:1em 0"{" open" if opened else ""}>'
        f'<summary style="font-size:1.1em;cursor:pointer"><b>{escape(explanation.topic)}</b>: '
        f"{explanation.probability:.1%}, {verdict}</summary>",
        f"<p>Log-odds {explanation.log_odds:+.3f}, {abs(explanation.margin):.3f} {side} the "
        f"threshold's, {explanation.threshold:.0%}.",
    ]
    if explanation.tip:
        words = ", ".join(f"<i>{escape(word)}</i>" for word in explanation.tip.words)
        parts.append(
            f" Without {words} it would be at {explanation.tip.probability:.1%}, not carried."
        )
    parts.append("</p>")
    marked = highlight.html(whole.text, explanation.marks)
    parts.append(f'<p style="{_QUOTE};white-space:pre-wrap">{marked}</p>')
    parts.append(f"<details><summary>The sum</summary>{_sum(explanation)}</details>")
    if len(whole.passages) > 1:
        table = _passages(explanation.topic, whole.text, whole.passages)
        parts.append(f"<details><summary>The passages</summary>{table}</details>")
    return "".join([*parts, "</details>"])


def _sum(explanation: "TopicExplanation") -> str:
    summands = explanation.summands(n_terms=_TERMS_SHOWN)
    most = max(abs(value) for _, value in summands)
    rows = [_summand(name, value, most) for name, value in summands]
    rows.append(_row("<b>log-odds</b>", f"<b>{explanation.log_odds:+.3f}</b>", ""))
    return f'<table style="border-collapse:collapse">{"".join(rows)}</table>'


def _summand(name: str, value: float, most: float) -> str:
    bar = _bar(abs(value) / most if most else 0.0, _GREEN if value > 0 else _RED)
    return _row(escape(name), f"{value:+.3f}", bar)


def _passages(topic: str, text: str, passages: Iterable["Passage"]) -> str:
    scores = [(passage, passage.scores[topic]) for passage in passages]
    most = max(abs(score) for _, score in scores)
    rows = "".join(
        _row(
            escape(shortened(text[passage.start : passage.end], _PASSAGE_SHOWN)),
            f"{score:+.2f}",
            _bar(abs(score) / most if most else 0.0, _GREEN if score > 0 else _RED),
        )
        for passage, score in scores
    )
    return f'<table style="border-collapse:collapse">{rows}</table>'


def _row(name: str, number: str, bar: str) -> str:
    return (
        f'<tr><td style="{_CELL}">{name}</td><td style="{_NUMBER}">{number}</td>'
        f'<td style="{_CELL}">{bar}</td></tr>'
    )


def _bar(share: float, colour: str) -> str:
    width = round(100 * min(share, 1.0))
    return (
        f'<div style="width:100px"><div style="width:{width}px;height:9px;'
        f'background:{colour}"></div></div>'
    )
