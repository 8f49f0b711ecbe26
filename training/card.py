"""The model card that training writes beside a model."""

from pathlib import Path

from topicclf.artifact import write_beside
from topicclf.model import TopicModel

__all__ = ["write_card"]

_FRONT_MATTER = """\
---
library_name: topicclf
license: mit
language: en
pipeline_tag: text-classification
tags: [multi-label, news, tf-idf, calibrated]
---
"""


def write_card(model: TopicModel, folder: Path) -> None:
    """Write ``README.md`` beside a model, from what the model says of itself."""
    write_beside(folder / "README.md", _card(model).encode())


def _card(model: TopicModel) -> str:
    made = model.provenance["training"]
    lines = [
        _FRONT_MATTER,
        f"# A topicclf model: {', '.join(model.topics)}",
        "",
        "Tells which of these topics a news article carries: several at once, or none.",
        "",
        "## Made of",
        "",
        "| corpus | articles | weight | trusted |",
        "|---|---|---|---|",
        *(
            f"| {Path(entry['file']).name} | {entry['articles']:,} | {entry['weight']:g} | "
            f"{'yes' if entry['trusted'] else 'no'} |"
            for entry in made["corpora"]
        ),
        "",
        f"{made['duplicates']:,} duplicates left out. Settings: "
        + (", ".join(f"{k} = {v}" for k, v in made["settings"].items()) or "the defaults")
        + ".",
        "",
        "## Measured out of fold",
        "",
        "On the trusted articles, each scored by classifiers that know neither it nor its story.",
        "",
        "| topic | with | without | F1 | average precision | calibration error | threshold "
        "| its spread |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {topic} | {n['positives']:,} | {n['negatives']:,} | {n['f1']:.3f} | "
            f"{n['average_precision']:.3f} | {n['calibration_error']:.3f} | {n['threshold']:.2f} | "
            f"{min(n['fold_thresholds']):.2f} to {max(n['fold_thresholds']):.2f} |"
            for topic, n in model.provenance["out_of_fold"].items()
        ),
        "",
    ]
    return "\n".join(lines)
