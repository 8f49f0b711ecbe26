"""Draw an answer as README and docs show it: the article, what says so in it, and the topics.

python examples/picture.py           writes docs/answer-light.svg and docs/answer-dark.svg
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import topicclf

__all__ = ["DARK", "LIGHT", "PICTURES", "Theme", "draw"]

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = ROOT / "examples" / "article.txt"


@dataclass(frozen=True)
class Theme:
    """The colours of a picture.

    Attributes:
        text: Of the title and of labels.
        pale: Of sentences that are no evidence.
        track: Of the empty part of a bar.
        topics: Of a topic's sentence and bar.
    """

    text: str
    pale: str
    track: str
    topics: Mapping[str, str]


# The topics' colours are Okabe and Ito's, darker or lighter until they contrast 4.5 to 1.
LIGHT = Theme(
    text="#1f2328",
    pale="#6e7781",
    track="#eaeef2",
    topics={"defence": "#0b5f9c", "energy": "#a34b00", "trade": "#00694f", "disaster": "#9b3c7b"},
)
DARK = Theme(
    text="#f0f6fc",
    pale="#9198a1",
    track="#2a313c",
    topics={"defence": "#6cb8ee", "energy": "#f0a35e", "trade": "#46c9a5", "disaster": "#e29cc5"},
)
PICTURES = {"answer-light.svg": LIGHT, "answer-dark.svg": DARK}

_WIDTH, _MARGIN, _LINE = 680, 8, 21
_TOP = 56  # Of the article, below the bars.
_BAR = 140
_LETTERS = 96  # In a line. An SVG can't wrap, and the reader's font is not known.


def draw(text: str, *, theme: Theme) -> str:
    """An article and its answer as SVG, made of text and rectangles alone.

    Args:
        text: The article; its first line is the title.
        theme: The colours.
    """
    prediction = topicclf.predict(text)
    lines, y = [], _TOP
    for line in _lines(text, prediction, theme):
        y += _LINE
        lines.append(f'<text x="{_MARGIN}" y="{y}" xml:space="preserve">{line}</text>')
    height = y + 2 * _MARGIN
    said = f"{', '.join(prediction.topics)}: an article with the sentences that say so in colour"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
            f'width="{_WIDTH}" height="{height}" role="img" font-size="14" fill="{theme.pale}" '
            'font-family="Helvetica, Arial, Liberation Sans, sans-serif">',
            f"<title>{escape(said)}</title>",
            *lines,
            *_bars(prediction, theme),
            "</svg>\n",
        ]
    )


def _lines(text: str, prediction: topicclf.Prediction, theme: Theme) -> Iterator[str]:
    """The article's lines, with evidence in its topic's colour and its terms in bold."""
    colour, bold = [""] * len(text), [False] * len(text)
    for topic, evidence in prediction.evidence.items():
        for sentence in evidence.sentences:
            length = sentence.end - sentence.start
            colour[sentence.start : sentence.end] = [theme.topics[topic]] * length
            for term in sentence.terms:
                bold[term.start : term.end] = [True] * (term.end - term.start)
    title = text.index("\n")
    colour[:title], bold[:title] = [theme.text] * title, [True] * title
    for start, end in _wrapped(text):
        yield "".join(_spans(text, start, end, colour, bold))


def _wrapped(text: str) -> Iterator[tuple[int, int]]:
    """Where each line starts and ends."""
    start = 0
    for paragraph in text.rstrip("\n").split("\n"):
        end = start + len(paragraph)
        while end - start > _LETTERS:
            space = text.rindex(" ", start, start + _LETTERS + 1)
            yield start, space
            start = space + 1
        yield start, end
        start = end + 1


def _spans(text: str, start: int, end: int, colour: list[str], bold: list[bool]) -> Iterator[str]:
    """Runs of one look."""
    while start < end:
        stop, look = start, (colour[start], bold[start])
        while stop < end and (colour[stop], bold[stop]) == look:
            stop += 1
        fill = f' fill="{look[0]}"' if look[0] else ""
        weight = ' font-weight="bold"' if look[1] else ""
        piece = escape(text[start:stop])
        yield f"<tspan{fill}{weight}>{piece}</tspan>" if fill or weight else piece
        start = stop


def _bars(prediction: topicclf.Prediction, theme: Theme) -> Iterator[str]:
    """Each topic's probability, the topics that the article carries in bold."""
    for column, (topic, probability) in enumerate(prediction.probabilities.items()):
        x = _MARGIN + column * (_BAR + 34)
        weight = ' font-weight="bold"' if topic in prediction.topics else ""
        fill = theme.topics[topic] if topic in prediction.topics else theme.pale
        place = f'x="{x}" y="30" height="8" rx="4"'
        yield f'<text x="{x}" y="20" fill="{fill}"{weight}>{topic}</text>'
        yield (
            f'<text x="{x + _BAR}" y="20" fill="{fill}"{weight} text-anchor="end">'
            f"{probability:.1%}</text>"
        )
        yield f'<rect {place} width="{_BAR}" fill="{theme.track}"/>'
        yield f'<rect {place} width="{max(8, _BAR * probability):.0f}" fill="{fill}"/>'


def main() -> None:
    """Write the pictures."""
    text = ARTICLE.read_text("utf-8")
    for name, theme in PICTURES.items():
        (ROOT / "docs" / name).write_text(draw(text, theme=theme), "utf-8")


if __name__ == "__main__":
    main()
