"""A recipe: which corpora make a model, how much each counts, and the settings."""

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

__all__ = ["ANNOTATIONS", "REPOSITORY", "CorpusEntry", "Recipe"]

REPOSITORY = Path(__file__).parent / "corpus"
ANNOTATIONS = Path(__file__).parent / "annotations"


@dataclass(frozen=True)
class CorpusEntry:
    """One corpus of a recipe.

    Attributes:
        file: The file's name under its root.
        root: ``repository`` for training/corpus, ``corpus`` for the folder given to the script.
        annotations: A file of training/annotations whose labels are joined to the articles by their
            names: a labelled corpus is those that have labels there, one without labels the others.
        weight: How much one article counts.
        labelled: Whether there are labels; articles without any are learnt from with the labels
            that a first model is sure of.
        trusted: Whether labels hold for passages and calibration.
        measured: Whether probabilities, thresholds and what is measured out of fold go by it, if
            it is trusted.
        passages_weight: How much a paragraph with a label of its own counts; 0 for not at all.
        every: Take every nth article only.
        about: What it is, for the model card.
        licence: Under what terms, for the model card.
    """

    file: str
    root: str = "corpus"
    annotations: str = ""
    weight: float = 1.0
    labelled: bool = True
    trusted: bool = False
    measured: bool = True
    passages_weight: float = 0.0
    every: int = 1
    about: str = ""
    licence: str = ""

    def path(self, corpus: Path | None) -> Path:
        """Where the file is."""
        if self.root == "repository":
            return REPOSITORY / self.file
        return (corpus or Path()) / self.file

    def summary(self, n_articles: int) -> dict[str, Any]:
        """What the model card says of it."""
        return {
            "file": Path(self.file).name,
            "about": self.about,
            "licence": self.licence,
            "articles": n_articles,
            "weight": self.weight,
            "trusted": self.trusted and self.labelled,
            "measured": self.trusted and self.measured,
        }


@dataclass(frozen=True)
class Recipe:
    """All that a model is made of.

    Attributes:
        corpora: The corpora.
        topics: The topics; None for those that the data names.
        settings: Keywords for `topicclf.TopicClassifier`.
    """

    corpora: tuple[CorpusEntry, ...]
    topics: tuple[str, ...] | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Recipe":
        """Read a recipe from TOML."""
        parts = tomllib.loads(path.read_text("utf-8"))
        return cls(
            corpora=tuple(CorpusEntry(**entry) for entry in parts["corpora"]),
            topics=tuple(parts["topics"]) if "topics" in parts else None,
            settings=parts.get("settings", {}),
        )

    def from_repository(self) -> "Recipe":
        """The part that needs nothing but the repository."""
        ours = tuple(
            # Where there is nothing else, they have to do.
            replace(entry, measured=True)
            for entry in self.corpora
            if entry.root == "repository"
        )
        return Recipe(corpora=ours, topics=self.topics, settings=self.settings)
