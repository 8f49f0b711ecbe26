"""Where the time of a prediction goes, stage by stage.

    python benchmarks/stages.py --corpus FOLDER

In a batch of 256 stories and for one article of 2,000 characters; medians. --write puts the table
into docs/.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import numpy as np

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import topicclf  # noqa: E402
from benchmarks.pictures import put  # noqa: E402
from benchmarks.speed import stories_of  # noqa: E402
from benchmarks.timing import machine, medians  # noqa: E402
from topicclf.features.batch import Batch, known_words, repeats  # noqa: E402
from topicclf.features.fingerprints import fingerprints  # noqa: E402
from topicclf.features.passages import passages  # noqa: E402
from topicclf.features.vocabulary import join_folded  # noqa: E402
from topicclf.text.words import fold  # noqa: E402


def _stages(texts: list[str]) -> dict[str, Callable[[], object]]:
    model = topicclf.load()
    weights, vocabulary = model.weights, model.weights.vocabulary
    folded = join_folded(map(fold, texts))
    words = fingerprints(folded)
    terms, ends = vocabulary.read(folded)
    batch = Batch.of(terms, ends, vocabulary)
    scores = weights.score(batch)
    known = known_words(batch, vocabulary) > 0
    return {
        "texts to bytes": lambda: join_folded(map(fold, texts)),
        "bytes to fingerprints": partial(fingerprints, folded),
        "fingerprints to terms": partial(vocabulary.surface_lookup.find, words),
        "terms to pairs": partial(Batch.of, terms, ends, vocabulary),
        "where passages stand": partial(passages, batch.lengths),
        "scores of articles and passages": partial(weights.score, batch),
        "of which: repeated words": partial(repeats, batch, vocabulary),
        "scores to probabilities": partial(model.join.probabilities, scores, known),
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
    n_words = len(np.concatenate([fingerprints(fold(text)) for text in stories[:256]]))
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
    result = "\n".join(lines)
    click.echo(result)
    if write:
        put(REPOSITORY / "docs" / "performance.md", "stages", result)


if __name__ == "__main__":
    main()
