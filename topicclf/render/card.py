"""The model card, which lies beside a model and is made from the model's provenance."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from topicclf.artifact.card import CARD, naming
from topicclf.model import TopicModel
from topicclf.render.tables import stated_measures
from topicclf.render.wording import counted, printable
from topicclf.writing.beside import all_beside, write_beside

__all__ = ["add_numbers", "card", "save_with_card"]

_FRONT_MATTER = """\
---
library_name: topicclf
license: {licence}
{language}pipeline_tag: text-classification
tags: [multi-label, tf-idf, calibrated]
---
"""

_LIMITS = """\
- It finds topics by words that it has seen in training. It misses a topic in wholly different
  words, and ignores words newer than the training data until it is trained again. A text of which
  it knows little has a low `known_share`.
- It reads words and neighbouring words, not grammar: who did what to whom, irony and negation
  escape it.
- Probabilities are calibrated for a mix of articles like those that were measured. Where a topic is
  much rarer or more frequent, `topicclf adapt` corrects them.
- Not for decisions about people.
"""

_MARK = "<!-- evaluation -->"
_RARE = 30
_BAR = "\\|"
_UNSTATED = "not stated"


def save_with_card(
    model: TopicModel,
    folder: str | os.PathLike[str],
    *,
    more: Mapping[str, bytes] | None = None,
) -> None:
    """Write ``model.npz`` and its card, ``README.md``; they change together.

    Whenever this is killed, both are of one model, but for a moment between two renames. What is
    left then shows, as the card names the model's SHA-256, and the next save mends it.

    Args:
        model: The model, whose provenance says how it was made.
        folder: Where to.
        more: Other files, by name, that change with them.
    """
    folder = Path(folder)
    content = model.to_bytes()
    text = card(model, sha256=hashlib.sha256(content).hexdigest())
    files = {"model.npz": content, **(more or {}), CARD: text.encode(errors="backslashreplace")}
    all_beside({folder / name: each for name, each in files.items()})


def add_numbers(folder: Path, lines: list[str]) -> None:
    """Put what was measured into a card, in the place of earlier numbers."""
    path = folder / CARD
    text = path.read_text("utf-8").partition(_MARK)[0].rstrip()
    block = "\n".join([text, "", _MARK, "## Evaluation", "", "```", *lines, "```", ""])
    write_beside(path, block.encode())


def card(model: TopicModel, *, sha256: str) -> str:
    """The card of a model, as Markdown.

    Args:
        model: The model, whose provenance says how it was made.
        sha256: Of its file, as hexadecimal digits.
    """
    made = model.provenance["training"]
    languages = sorted(model.languages)
    many = f"{len(model.topics)} topics" if len(model.topics) > 8 else ", ".join(model.topics)
    lines = [
        _FRONT_MATTER.format(
            licence=made.get("licence", "mit").lower(),
            language=f"language: [{', '.join(languages)}]\n" if languages else "",
        ),
        f"# A topicclf model: {many}",
        "",
        "Predicts which of these topics an article carries: several at once, or none.",
        "",
        "## Made of",
        "",
        *_corpora(made["corpora"]),
        "",
        f"Left out: {counted(made['duplicates'], 'duplicate')}, {made['contradictions']:,} with "
        "other labels than the article kept; a topic on which equals differ counts as unknown.",
        "",
        *_reproduced(model, made),
        naming(sha256),
        "",
        *_adapted(model),
        *_tuned(made),
        *_tested(made),
        "## Measured out of fold",
        "",
        "On the articles to measure on, each scored by classifiers that know neither it nor its "
        "story, "
        "with thresholds that were chosen without its fold.",
        "",
        *_out_of_fold(model, made),
        "",
        "## Limits",
        "",
        *_rare(model),
        *_languages(languages),
        _LIMITS,
    ]
    return "\n".join(lines)


def _corpora(corpora: Sequence[dict[str, Any]]) -> Iterator[str]:
    # Users don't say how far to trust their data: only a recipe does.
    said = [name for name in ("trusted", "measured") if not all(entry[name] for entry in corpora)]
    heads = ["corpus", "what it is", "licence", "articles", "weight", *said]
    yield _row(*heads)
    yield "|" + "---|" * len(heads)
    for entry in corpora:
        yield _row(
            entry["file"],
            entry["about"],
            entry.get("licence", _UNSTATED),
            f"{entry['articles']:,}",
            f"{entry['weight']:g}",
            *("yes" if entry[name] else "no" for name in said),
        )


def _row(*cells: str) -> str:
    """A row of a table; neither a bar in a cell nor the end of a line ends it."""
    return f"| {' | '.join(printable(cell).replace('|', _BAR) for cell in cells)} |"


def _reproduced(model: TopicModel, made: dict[str, Any]) -> Iterator[str]:
    settings = ", ".join(f"{k} = {v}" for k, v in made["settings"].items()) or "the defaults"
    how = made.get("command", "training/train.py")
    yield (
        f"Made by `{how}` of topicclf {model.provenance['topicclf']}; settings: {settings}. "
        "The same data and settings give the same bytes."
    )
    if "base_sha256" in made:
        yield ""
        yield f"It started from another model, whose SHA-256 is `{made['base_sha256']}`."
    if "fingerprint" in made:
        yield ""
        yield f"The data that was learnt from, as one SHA-256: `{made['fingerprint']}`."
    yield ""
    yield (
        "`model.npz` is safe to load: nothing in it can run code. A `pipeline.joblib` beside "
        "it is the fitted scikit-learn estimator, and a pickle: open it only if you trust its "
        "origin, with the scikit-learn that wrote it."
    )
    yield ""


def _adapted(model: TopicModel) -> Iterator[str]:
    about = model.provenance.get("adapted")
    if about is None:
        return
    named = ", ".join(map(printable, about["sources"])) or "a sample"
    labels = "with labels" if about["labelled"] else "without labels"
    yield "## Adapted"
    yield ""
    yield (
        f"Corrected after training for the mix of topics in {named}: "
        f"{counted(about['articles'], 'article')} {labels}, {about['left_out']:,} left out. Other "
        "mixes need their own. What was measured out of fold, below, is of the mix before, and so "
        "are its thresholds, but for topics that the sample has enough labels of."
    )
    yield ""
    yield _row("topic", "before", "in the sample", "90 % interval", "threshold")
    yield "|" + "---|" * 5
    for (topic, mix), threshold in zip(about["topics"].items(), model.thresholds, strict=True):
        interval = f"{mix['low']:.1%} to {mix['high']:.1%}"
        yield _row(
            topic, f"{mix['before']:.1%}", f"{mix['share']:.1%}", interval, f"{threshold:.2g}"
        )
    yield ""


def _tuned(made: dict[str, Any]) -> Iterator[str]:
    if tuned := made.get("tuning"):
        yield (
            f"The settings were chosen among {tuned['trials']} by mean average precision out of "
            f"fold: {tuned['score']:.4f}, against {tuned['default']:.4f} with the defaults. Being "
            "the best of so many, what was measured out of fold flatters it a little."
        )
        yield ""


def _tested(made: dict[str, Any]) -> Iterator[str]:
    if tested := made.get("test"):
        yield "## Measured on articles held out"
        yield ""
        yield f"{tested['about']}: no choice was made on them. 95 % intervals by bootstrap."
        yield ""
        yield "```"
        yield from tested["lines"]
        yield "```"
        yield ""


def _out_of_fold(model: TopicModel, made: dict[str, Any]) -> Iterator[str]:
    numbers = model.provenance["out_of_fold"]
    promise = next((name for name in ("precision", "recall") if made["settings"].get(name)), None)
    if promise:
        yield (
            f"Thresholds promise each topic a {promise} of {made['settings'][promise]:g}: its "
            "lower bound at 90 % confidence (Clopper and Pearson, 1934). Where the bound is below "
            "that, the data can't support the promise."
        )
        yield ""
    measures = stated_measures(numbers)
    heads = ["topic", "with", "without", *(each.title for each in measures.values())]
    heads += ["threshold", "its spread", *(["bound"] if promise else [])]
    yield _row(*heads)
    yield "|" + "---|" * len(heads)
    for name, stated in numbers.items():
        spread = stated["fold_thresholds"]
        yield _row(
            name,
            f"{stated['positives']:,}",
            f"{stated['negatives']:,}",
            *(f"{stated[each]:.3f}" for each in measures),
            f"{stated['threshold']:.2g}",
            f"{min(spread):.2g} to {max(spread):.2g}",
            *([f"{stated['bound']:.3f}"] if promise else []),
        )


def _rare(model: TopicModel) -> Iterator[str]:
    numbers = model.provenance["out_of_fold"]
    if rare := [name for name, stated in numbers.items() if stated["positives"] < _RARE]:
        yield (
            f"- Measured on fewer than {_RARE} articles with the topic, so that the numbers say "
            f"little: {', '.join(rare)}."
        )


def _languages(languages: Sequence[str]) -> Iterator[str]:
    if languages:
        shown = ", ".join(languages)
        yield f"- Its language, by the words that it knows: {shown}. It can't read others."
    if languages and "en" not in languages:
        yield "- Words are stemmed by the rules of English, which hardly fit this language."
