"""Where the time of a prediction goes, stage by stage.

    python benchmarks/stages.py --corpus FOLDER

In a batch of 256 stories and for one article of 2,000 characters; medians. The compiled kernel does
all that the stages of the NumPy path do. --write puts the table into docs/.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import topicclf  # noqa: E402
from benchmarks.pictures import put  # noqa: E402
from benchmarks.speed import stories_of  # noqa: E402
from benchmarks.timing import clock, machine, medians  # noqa: E402
from topicclf.features.batch import Batch, known_words, read, repeats  # noqa: E402
from topicclf.features.fingerprints import FoldedWords  # noqa: E402
from topicclf.features.passages import passages  # noqa: E402
from topicclf.scoring.judge import Chunk, chunks  # noqa: E402
from topicclf.text.words import fold  # noqa: E402

_WHOLE_WALK = "texts to an array of probabilities"


def _numpy_stages(texts: list[str]) -> dict[str, Callable[[], object]]:
    model = topicclf.load()
    weights, vocabulary = model.weights, model.weights.vocabulary
    folded = list(map(fold, texts))
    words = FoldedWords.of(b" ".join(folded))
    terms, ends = vocabulary.read(folded)
    batch = Batch.of(terms, ends, vocabulary)
    scores = weights.score(batch)
    known = known_words(batch, vocabulary) > 0
    return {
        "NumPy: texts to bytes": lambda: list(map(fold, texts)),
        "bytes to fingerprints": words.fingerprints,
        "fingerprints to terms, compared with the words": partial(vocabulary.read, folded),
        "terms to pairs": partial(Batch.of, terms, ends, vocabulary),
        "where passages lie": partial(passages, batch.lengths),
        "scores of articles and passages": partial(weights.score, batch),
        "of which: repeated words": partial(repeats, batch, vocabulary),
        "scores to probabilities": partial(model.join.probabilities, scores, known),
    }


def _stages(texts: list[str]) -> dict[str, Callable[[], object]]:
    model = topicclf.load()
    judge = model._judge
    chunk = Chunk(texts, [""] * len(texts), list(texts))
    return _numpy_stages(texts) | {
        "kernel: texts to numbered words": partial(read, texts, model.weights.vocabulary),
        _WHOLE_WALK: partial(judge.probabilities, chunk),
        "texts to topics and probabilities by name": partial(judge.named, chunk),
        "Python: items to chunks": lambda: list(chunks(texts)),
        "the whole, as predict_many": lambda: list(model.predict_many(texts)),
    }


@click.command(help=__doc__)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--rounds", default=101, show_default=True)
@click.option("--write", is_flag=True, help="Write docs/performance.md's table.")
def main(corpus: Path | None, rounds: int, write: bool) -> None:
    """Run the command line."""
    stories = stories_of(corpus)
    one = min(stories, key=lambda text: abs(len(text) - 2000))
    n_words = len(FoldedWords.of(b" ".join(map(fold, stories[:256]))))
    n_characters = sum(map(len, stories[:256]))
    batch = medians(_stages(stories[:256]), rounds=rounds)
    single = medians(_stages([one]), rounds=10 * rounds)
    lines = [
        f"{machine()}.",
        "",
        "| stage | ns a word, in a batch | µs, one article |",
        "|---|---|---|",
    ]
    lines += [
        f"| {name} | {seconds / n_words * 1e9:.1f} | {single[name] * 1e6:.0f} |"
        for name, seconds in batch.items()
    ]
    if hertz := clock():
        cycles = batch[_WHOLE_WALK] * hertz / n_characters
        lines += ["", f"From texts to an array: {cycles:.1f} cycles a character in a batch."]
    result = "\n".join(lines)
    click.echo(result)
    if write:
        put(REPOSITORY / "docs" / "performance.md", "stages", result)


if __name__ == "__main__":
    main()
