"""Predictions and explanations as HTML, for notebooks and pages; colours stand in the elements.

Notebooks drop style sheets and scripts, so there are none.
"""

from collections.abc import Iterable
from html import escape

from topicclf.evidence.explanation import Explanation, Passage, TopicExplanation, describe
from topicclf.evidence.prediction import Evidence, Prediction
from topicclf.render import highlight

__all__ = ["explanation_html", "page", "prediction_html"]

_FONT = "font:14px/1.5 system-ui,sans-serif"
_QUOTE = "margin:.3em 0;padding-left:.7em;border-left:3px solid #999"
_CELL = "padding:1px 10px 1px 0;text-align:left;vertical-align:middle"
_NUMBER = "padding:1px 10px 1px 0;text-align:right;font-variant-numeric:tabular-nums"
_BLUE = "#4c78a8"
_GREEN, _RED = "rgb(46,160,67)", "rgb(218,54,51)"

# With hundreds of topics nobody looks at all of them, and the page would be too big to open.
_TOPICS_SHOWN = 12
_TERMS_SHOWN = 20


def page(body: str, *, title: str) -> str:
    """A page of its own around a snippet.

    Args:
        body: HTML.
        title: The page's title, as plain text.
    """
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title></head>\n"
        '<body style="max-width:56em;margin:1.5em auto;padding:0 1em;color:#1a1a1a;'
        f'background:#fff">\n{body}\n</body></html>\n'
    )


def prediction_html(found: Prediction) -> str:
    """The topics with their probabilities, and the evidence highlighted."""
    parts = [_head(found), _probabilities(found)]
    parts += [_evidence(topic, evidence) for topic, evidence in found.evidence.items()]
    return f'<div style="{_FONT}">{"".join(parts)}</div>'


def explanation_html(found: Explanation) -> str:
    """Each topic's sum, its passages and the article highlighted.

    Of more than twelve topics those that the article carries are shown, and the next probable.
    """
    order = sorted(found.topics.values(), key=lambda each: -each.probability)
    order.sort(key=lambda each: not each.carried)
    n_carried = sum(each.carried for each in order)
    shown = order[: max(_TOPICS_SHOWN, n_carried)]
    parts = [_head(found.prediction), _probabilities(found.prediction)]
    parts += [_topic(each, found, opened=each is order[0] or each.carried) for each in shown]
    if left := len(order) - len(shown):
        parts.append(f"<p>{left} less probable topics are left out.</p>")
    return f'<div style="{_FONT}">{"".join(parts)}</div>'


def _head(found: Prediction) -> str:
    topics = ", ".join(map(escape, found.topics)) or "none of the topics"
    head = f'<p style="font-size:1.2em;margin:.4em 0"><b>{topics}</b></p>'
    if found.language:
        head += f"<p>Not in the model's language ({escape(found.language)}): take it with care.</p>"
    return head


def _probabilities(found: Prediction) -> str:
    order = sorted(found.probabilities.items(), key=lambda item: -item[1])
    shown = order[: max(_TOPICS_SHOWN, len(found.topics))]
    rows = "".join(
        _row(
            f"<b>{escape(topic)}</b>" if topic in found.topics else escape(topic),
            f"{probability:.1%}",
            _bar(probability, _BLUE if topic in found.topics else "#b0b0b0"),
        )
        for topic, probability in shown
    )
    return f'<table style="border-collapse:collapse">{rows}</table>'


def _evidence(topic: str, evidence: Evidence) -> str:
    quotes = "".join(
        f'<p style="{_QUOTE}">{highlight.html(each.text, each.terms, offset=each.start)}</p>'
        for each in evidence.sentences
    )
    return f'<p style="margin:.8em 0 0"><b>{escape(topic)}</b></p>{quotes}'


def _topic(found: TopicExplanation, whole: Explanation, *, opened: bool) -> str:
    verdict = "carried" if found.carried else "not carried"
    side = "above" if found.margin >= 0 else "below"
    parts = [
        f'<details style="margin:1em 0"{" open" if opened else ""}>'
        f'<summary style="font-size:1.1em;cursor:pointer"><b>{escape(found.topic)}</b>: '
        f"{found.probability:.1%}, {verdict}</summary>",
        f"<p>Log-odds {found.log_odds:+.3f}, {abs(found.margin):.3f} {side} those of the "
        f"threshold, {found.threshold:.0%}.",
    ]
    if found.tip:
        words = ", ".join(f"<i>{escape(word)}</i>" for word in found.tip.words)
        parts.append(f" Without {words} it would be at {found.tip.probability:.1%}, not carried.")
    parts.append("</p>")
    marked = highlight.html(whole.text, found.marks)
    parts.append(f'<p style="{_QUOTE};white-space:pre-wrap">{marked}</p>')
    parts.append(f"<details><summary>The sum</summary>{_sum(found)}</details>")
    if len(whole.passages) > 1:
        table = _passages(found.topic, whole.text, whole.passages)
        parts.append(f"<details><summary>The passages</summary>{table}</details>")
    return "".join([*parts, "</details>"])


def _sum(found: TopicExplanation) -> str:
    terms = [each for each in found.contributions if each.kind == "term"]
    kept = {id(each) for each in terms[:_TERMS_SHOWN]}
    shown = [each for each in found.contributions if each.kind != "term" or id(each) in kept]
    most = max(abs(each.value) for each in shown)
    rows = [_summand(describe(each), each.value, most) for each in shown]
    if rest := terms[_TERMS_SHOWN:]:
        rows.append(_summand(f"{len(rest)} other terms", sum(each.value for each in rest), most))
    rows.append(_row("<b>log-odds</b>", f"<b>{found.log_odds:+.3f}</b>", ""))
    return f'<table style="border-collapse:collapse">{"".join(rows)}</table>'


def _summand(name: str, value: float, most: float) -> str:
    bar = _bar(abs(value) / most if most else 0.0, _GREEN if value > 0 else _RED)
    return _row(escape(name), f"{value:+.3f}", bar)


def _passages(topic: str, text: str, passages: Iterable[Passage]) -> str:
    scores = [(passage, passage.scores[topic]) for passage in passages]
    most = max(abs(score) for _, score in scores)
    rows = "".join(
        _row(
            escape(_shortened(text[passage.start : passage.end])),
            f"{score:+.2f}",
            _bar(abs(score) / most if most else 0.0, _GREEN if score > 0 else _RED),
        )
        for passage, score in scores
    )
    return f'<table style="border-collapse:collapse">{rows}</table>'


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else f"{text[:60]} \u2026 {text[-25:]}"


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
