"""Make the shipped model, or a small one from the corpora in the repository alone.

\b
python training/train.py --corpus FOLDER     the shipped model, from the full corpora
python training/train.py                     a small one

For a model of your own there is `topicclf train`.
"""  # noqa: D301

import io
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import joblib
import numpy as np

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from topicclf import TopicClassifier
from topicclf.cli.terminal import stages
from topicclf.errors import DataError
from topicclf.evaluation.answers import known_labels
from topicclf.installation.version import __version__
from topicclf.labelled.reading import LabelledArticle, Problem, listing, merge, read_labelled
from topicclf.records import BadRecord, read_records
from topicclf.render.card import save_with_card
from topicclf.training.dataset import TrainingSet
from topicclf.training.run import check_place
from training.annotated import read_annotations
from training.corpus_stories import corpus_story
from training.recipe import ANNOTATIONS, CorpusEntry, Recipe

RECIPE = Path(__file__).with_name("recipe.toml")
SHIPPED = Path(__file__).resolve().parent.parent / "models" / "news"

# Paragraphs are joined until they have this many words: a line alone says little.
_PARAGRAPH_WORDS = 30


def gather(
    recipe: Recipe, corpus: Path | None, *, skip_bad: bool
) -> tuple[TrainingSet, list[Problem]]:
    """Read a recipe's corpora, and drop duplicates.

    Raises:
        DataError: A file has bad lines, or a trusted one contradictions, and `skip_bad` is false.
    """
    items: list[LabelledArticle] = []
    entries: list[CorpusEntry] = []
    problems: list[Problem] = []
    for entry in recipe.corpora:
        path = entry.path(corpus)
        if entry.labelled and not entry.annotations:
            read, bad = read_labelled(path, topics=recipe.topics, skip_bad=skip_bad)
        else:
            read, bad = _read_joined(path, recipe.topics or (), entry), []
        read = read[:: entry.every]
        items += read
        entries += [entry] * len(read)
        problems += bad
    # Of twins, the one with labels is kept.
    kept, contradictions = merge(items, [entry.weight * entry.labelled for entry in entries])
    grave = [problem for i, problem in contradictions.items() if entries[i].trusted]
    if grave and not skip_bad:
        raise DataError(listing(grave))
    counts = Counter(entries[i].file for i in kept)
    summary = {
        "corpora": [entry.summary(counts[entry.file]) for entry in recipe.corpora],
        "duplicates": len(items) - len(kept),
        "contradictions": len(contradictions),
        "settings": recipe.settings,
    }
    occurring = {topic for item in items for topic in item.topics | item.unknown}
    examples = [
        example
        for i, item in kept.items()
        for example in _examples(item, entries[i], corpus_story(item.fields))
    ]
    topics = recipe.topics or tuple(sorted(occurring))
    return _training_set(examples, topics, summary), [*problems, *grave]


def _read_joined(path: Path, topics: Sequence[str], entry: CorpusEntry) -> list[LabelledArticle]:
    """Articles of a file without labels: those that annotations label, or those that none does."""
    labels = {}
    if entry.annotations:
        every = read_annotations(ANNOTATIONS / entry.annotations)
        labels = {known.id: known for known in every if known.topics is not None}
    articles = []
    for record in read_records([path]):
        if isinstance(record, BadRecord):
            raise DataError(str(record))
        known = labels.get(str(record.fields.get("id")))
        if entry.labelled != (known is not None):
            continue
        articles.append(
            LabelledArticle(
                text=record.text,
                title=record.title,
                topics=frozenset(known.topics or () if known else ()),
                unknown=frozenset(known.unknown if known else topics),
                fields=record.fields,
                place=f"{record.file}:{record.line}",
            )
        )
    return articles


def _training_set(
    examples: list["_Example"], topics: tuple[str, ...], summary: dict[str, object]
) -> TrainingSet:
    return TrainingSet(
        texts=[example.item.joined for example in examples],
        labels=known_labels([example.item for example in examples], topics),
        weight=np.array([example.weight for example in examples]),
        trusted=np.array([example.trusted for example in examples]),
        measured=np.array([example.entry.measured for example in examples]),
        stories=[example.story for example in examples],
        sources=np.unique([example.source for example in examples], return_inverse=True)[1],
        topics=topics,
        summary=summary,
    )


@dataclass(frozen=True)
class _Example:
    item: LabelledArticle
    entry: CorpusEntry
    story: str
    whole: bool = True

    @property
    def weight(self) -> float:
        return self.entry.weight if self.whole else self.entry.passages_weight

    @property
    def trusted(self) -> bool:
        return self.entry.trusted and self.whole

    @property
    def source(self) -> str:
        """The newsroom; the corpus where there is none."""
        return str(self.item.fields.get("source", self.entry.file))


def _examples(item: LabelledArticle, entry: CorpusEntry, name: str) -> list[_Example]:
    """The article, and each paragraph that has labels of its own."""
    examples = [_Example(item, entry, name)]
    labels = item.fields.get("passages")
    if not entry.passages_weight or labels is None or len(labels) < 2:
        return examples
    text: list[str] = []
    topics: set[str] = set()
    for paragraph, its in zip(item.text.split("\n\n"), labels, strict=True):
        text.append(paragraph)
        topics.update(its)
        if sum(len(each.split()) for each in text) >= _PARAGRAPH_WORDS:
            part = replace(item, text="\n".join(text), title="", topics=frozenset(topics),
                           unknown=frozenset())  # fmt: skip
            examples.append(_Example(part, entry, name, whole=False))
            text, topics = [], set()
    return examples


def train(data: TrainingSet, *, n_jobs: int) -> TopicClassifier:
    """Fit the estimator, and write into its model how it was made."""
    classifier = data.fitted(data.summary["settings"], n_jobs=n_jobs)
    provenance = {
        "topicclf": __version__,
        "training": data.summary,
        **classifier.model_.provenance,
    }
    classifier.model_ = replace(classifier.model_, provenance=provenance)
    return classifier


def save(classifier: TopicClassifier, out: Path) -> None:
    """Write ``model.npz``, ``pipeline.joblib`` and the model card."""
    # The file must not depend on how many processes learnt.
    classifier.set_params(n_jobs=None)
    pipeline = io.BytesIO()
    joblib.dump(classifier, pipeline, compress=3)
    save_with_card(classifier.model_, out, more={"pipeline.joblib": pipeline.getvalue()})


@click.command(help=__doc__)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Folder of the full corpora; makes the shipped model.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Folder for the model; models/news with --corpus, else ./model.")  # fmt: skip
@click.option("--recipe", "recipe_file", type=click.Path(path_type=Path, exists=True),
              default=RECIPE, help="Another recipe than training/recipe.toml.")  # fmt: skip
@click.option("--skip-bad-lines", is_flag=True, help="Leave bad lines out instead of stopping.")
@click.option(
    "--jobs", default=2, show_default=True, type=click.IntRange(1), help="How many processes learn."
)
def main(
    corpus: Path | None,
    out: Path | None,
    recipe_file: Path,
    skip_bad_lines: bool,
    jobs: int,
) -> None:
    """Run the command line."""
    out = out or (SHIPPED if corpus else Path("model"))
    try:
        check_place(out)
        recipe = Recipe.load(recipe_file)
        recipe = recipe if corpus else recipe.from_repository()
        with stages():
            examples, problems = gather(recipe, corpus, skip_bad=skip_bad_lines)
            for problem in problems:
                click.echo(f"left out: {problem}", err=True)
            classifier = train(examples, n_jobs=jobs)
        save(classifier, out)
    except (DataError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    for topic, numbers in classifier.out_of_fold_.items():
        click.echo(
            f"{topic:12} F1 {numbers['f1']:.3f}  AP {numbers['average_precision']:.3f}  "
            f"ECE {numbers['calibration_error']:.3f}  threshold {numbers['threshold']:.2f}  "
            f"({numbers['positives']} with, {numbers['negatives']} without; out of fold)"
        )
    click.echo(f"wrote {out}/model.npz, {(out / 'model.npz').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
