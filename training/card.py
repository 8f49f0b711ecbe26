"""The model card that stands beside a model: training writes it, evaluation adds its numbers."""

from pathlib import Path
from typing import Any

from topicclf.artifact import write_beside
from topicclf.model import TopicModel

__all__ = ["add_numbers", "write_card"]

_FRONT_MATTER = """\
---
library_name: topicclf
license: mit
language: en
pipeline_tag: text-classification
tags: [multi-label, news, tf-idf, calibrated]
---
"""

_LIMITS = """\
- English news. Another language shows in a low `known_share`; the answer then means little.
- A topic must be told in words that training has seen. What is told in wholly other words is
  missed, and words newer than the training data count for nothing until it is trained again.
- It reads words and neighbouring words, no grammar: who did what to whom, irony and negation
  escape it.
- Probabilities are calibrated for a mix of articles like the trusted corpora. Where a topic is much
  rarer or more frequent, choose a threshold of your own from `probabilities`.
- Not for decisions about people.
"""

_MARK = "<!-- evaluation -->"


def write_card(model: TopicModel, folder: Path) -> None:
    """Write ``README.md`` beside a model, from what the model says of itself."""
    write_beside(folder / "README.md", _card(model).encode())


def add_numbers(folder: Path, lines: list[str]) -> None:
    """Put what was measured into a card, in the place of what stood there."""
    path = folder / "README.md"
    card = path.read_text("utf-8").partition(_MARK)[0].rstrip()
    block = "\n".join([card, "", _MARK, "## Evaluation", "", "```", *lines, "```", ""])
    write_beside(path, block.encode())


def _card(model: TopicModel) -> str:
    made = model.provenance["training"]
    settings = ", ".join(f"{k} = {v}" for k, v in made["settings"].items()) or "the defaults"
    lines = [
        _FRONT_MATTER,
        f"# A topicclf model: {', '.join(model.topics)}",
        "",
        "Tells which of these topics a news article carries: several at once, or none.",
        "",
        "## Made of",
        "",
        "| corpus | what it is | licence | articles | weight | trusted |",
        "|---|---|---|---|---|---|",
        *(_corpus(entry) for entry in made["corpora"]),
        "",
        f"{made['duplicates']:,} duplicates were left out. Where {made['contradictions']:,} of "
        "them contradicted their twin, the topic counts as unknown.",
        "",
        f"Made by `training/train.py` of topicclf {model.provenance['topicclf']}; settings: "
        f"{settings}. The same data and settings give the same bytes.",
        "",
        "`model.npz` is safe to load. `pipeline.joblib`, the fitted scikit-learn estimator, is a "
        "pickle: open it only if you trust where it comes from, with the scikit-learn that wrote "
        "it.",
        "",
        "## Measured out of fold",
        "",
        "On the trusted articles, each scored by classifiers that know neither it nor its story.",
        "",
        "| topic | with | without | F1 | average precision | calibration error | threshold "
        "| its spread |",
        "|---|---|---|---|---|---|---|---|",
        *(_topic(name, numbers) for name, numbers in model.provenance["out_of_fold"].items()),
        "",
        "## Limits",
        "",
        _LIMITS,
    ]
    return "\n".join(lines)


def _corpus(entry: dict[str, Any]) -> str:
    return (
        f"| {entry['file']} | {entry['about']} | {entry['licence']} | {entry['articles']:,} | "
        f"{entry['weight']:g} | {'yes' if entry['trusted'] else 'no'} |"
    )


def _topic(name: str, numbers: dict[str, Any]) -> str:
    spread = numbers["fold_thresholds"]
    return (
        f"| {name} | {numbers['positives']:,} | {numbers['negatives']:,} | {numbers['f1']:.3f} | "
        f"{numbers['average_precision']:.3f} | {numbers['calibration_error']:.3f} | "
        f"{numbers['threshold']:.2f} | {min(spread):.2f} to {max(spread):.2f} |"
    )
