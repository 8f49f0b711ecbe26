"""Answers for people to read: a block for one article, a line for each of many."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from topicclf.cli.streams import can_print
from topicclf.records.record import BadRecord, Record
from topicclf.render.highlight import ansi
from topicclf.render.wording import printable

if TYPE_CHECKING:
    from topicclf.evidence.prediction import Prediction

__all__ = ["Display"]

_BAR = 20
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_PLAIN = "#"
# More topics than this don't fit into columns.
_COLUMNS = 6


@dataclass(frozen=True)
class Display:
    """How answers are shown.

    Attributes:
        topics: The model's topics.
        colour: Whether to colour.
        why: Whether to show the sentences that speak for a topic.
        top_terms: Whether to show the terms.
    """

    topics: tuple[str, ...]
    colour: bool
    why: bool = False
    top_terms: bool = False

    def block(self, prediction: "Prediction") -> str:
        """One article, in full."""
        lines = [self._bold(printable(", ".join(prediction.topics)) or "none of the topics")]
        width = max(map(len, self.topics))
        for topic, probability in prediction.probabilities.items():
            carried = topic in prediction.topics
            line = f"  {printable(topic):{width}} {_bar(probability, _BAR)} {probability:6.1%}"
            lines.append(self._bold(f"{line} *") if carried else line)
        if self.why or self.top_terms:
            lines += self._evidence(prediction)
        if prediction.language:
            share = f"{prediction.known_share:.0%}"
            lines += [
                "",
                f"The language ({prediction.language}) is not the model's, and only {share} of the "
                "words are known: take it with care.",
            ]
        return "\n".join(lines)

    def _evidence(self, prediction: "Prediction") -> Iterator[str]:
        for topic, evidence in prediction.evidence.items():
            yield ""
            yield f"{self._bold(printable(topic))}: {printable(', '.join(evidence.terms))}"
            for sentence in evidence.sentences if self.why else ():
                text = sentence.text
                if self.colour:
                    text = ansi(text, sentence.terms, offset=sentence.start)
                else:
                    text = printable(text)
                yield f'  "{text}"'

    def header(self) -> str:
        """What stands above the lines."""
        names = self.topics if self._in_columns else ("topics",)
        return "  ".join([*(f"{printable(name):14.14}" for name in names), "article"])

    def line(self, record: Record, prediction: "Prediction") -> str:
        """One article of many."""
        shown = "  ".join(self._cells(prediction))
        room = shutil.get_terminal_size().columns - len(click.unstyle(shown)) - 2
        text = " ".join((record.title or record.text[:500]).split())
        return f"{shown}  {printable(text)[: max(room, 20)]}"

    def _cells(self, prediction: "Prediction") -> Iterator[str]:
        probabilities = prediction.probabilities
        if not self._in_columns:
            named = (
                f"{printable(topic)} {probabilities[topic]:.2f}" for topic in prediction.topics
            )
            yield ", ".join(named) or "none"
            return
        for topic in self.topics:
            carried = topic in prediction.topics
            mark = "*" if carried else " "
            cell = f"{_bar(probabilities[topic], 8)} {probabilities[topic]:4.2f}{mark}"
            yield self._bold(cell) if carried else cell

    def heading(self, record: Record) -> str:
        """What stands above a block where there are several."""
        return printable(f"{record.file}:{record.line} {record.title}").rstrip()

    def error(self, bad: BadRecord) -> str:
        """A bad record."""
        text = printable(str(bad))
        return click.style(text, fg="red") if self.colour else text

    @property
    def _in_columns(self) -> bool:
        return len(self.topics) <= _COLUMNS

    def _bold(self, text: str) -> str:
        return click.style(text, bold=True) if self.colour else text


def _bar(share: float, width: int) -> str:
    """A bar of block characters, to an eighth of one.

    >>> _bar(0.5, 4)
    '██  '
    """
    if not can_print(_EIGHTHS):
        return f"{_PLAIN * round(share * width):{width}}"
    full, eighths = divmod(round(share * width * 8), 8)
    bar = "█" * full + (_EIGHTHS[eighths] if eighths else "")
    return f"{bar:{width}}"
