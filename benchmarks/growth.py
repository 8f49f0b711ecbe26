"""How the cost of a prediction grows: with the article, the number of topics and the vocabulary.

    python benchmarks/growth.py

Topics and vocabularies beyond those of the shipped model are made up: random words, pairs and
weights, and articles of these words, for the cost depends on their number alone. --write puts table
and picture into docs/.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import numpy as np

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import topicclf  # noqa: E402
from benchmarks.pictures import draw_growth, put  # noqa: E402
from benchmarks.timing import machine  # noqa: E402
from topicclf import TopicModel  # noqa: E402
from topicclf.features.vocabulary import Vocabulary  # noqa: E402
from topicclf.scoring.join import VIEWS, Join  # noqa: E402
from topicclf.scoring.scores import Weights  # noqa: E402

DOCS = REPOSITORY / "docs"
LENGTHS = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000)
TOPICS = (4, 16, 64, 250, 1_000)
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)

Points = list[tuple[float, float]]


def _best(task: Callable[[], object], *, least: float = 0.5) -> float:
    """The fastest of several runs, in seconds: what the machine does when nothing else runs."""
    times: list[float] = []
    while len(times) < 3 or sum(times) < least:
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def _made_up(n_features: int, n_topics: int) -> tuple[TopicModel, list[str]]:
    """A model of a third words and two thirds pairs, and 200 articles of 2,000 characters."""
    random = np.random.default_rng(0)
    n_terms = n_features // 3
    words = np.array([f"w{number:x}" for number in range(n_terms)])
    # Words are as uneven as Zipf found them: few make up most of a text.
    ranks = np.minimum(random.zipf(1.3, (200, 400)) - 1, n_terms - 1)
    base = n_terms + 1
    met = (ranks[:, :-1] * base + ranks[:, 1:]).ravel()
    others = random.integers(0, n_terms * base, n_features)
    pairs = np.unique(np.concatenate([met, others[others % base < n_terms]]))
    pairs = np.sort(random.choice(pairs, min(2 * n_terms, len(pairs)), replace=False))
    size = n_terms + 1 + len(pairs)
    idf = random.uniform(1, 11, size).astype(np.float32)
    idf[n_terms] = 0
    coef = random.normal(0, 1, (size, n_topics)).astype(np.float32)
    coef[n_terms] = 0
    model = TopicModel(
        topics=tuple(f"topic {number}" for number in range(n_topics)),
        thresholds=np.full(n_topics, 0.5),
        weights=Weights(
            coef=coef,
            intercept=np.zeros(n_topics),
            vocabulary=Vocabulary(
                surfaces=" ".join(words).encode(),
                surface_terms=np.arange(n_terms),
                pairs=pairs,
                idf=idf,
            ),
        ),
        join=Join(
            coef=np.ones((n_topics, len(VIEWS))),
            intercept=np.zeros(n_topics),
            prevalence=np.full(n_topics, 0.1),
        ),
    )
    texts = [" ".join(words[article])[:2000] for article in ranks]
    return model, texts


def _by_length() -> Points:
    model = topicclf.load()
    lines = (REPOSITORY / "examples" / "article.txt").read_text("utf-8")
    points: Points = []
    for length in LENGTHS:
        text = (lines * (length // len(lines) + 1))[:length]
        points.append((length, _best(partial(model.predict, text))))
        click.echo(f"{length:>12,} characters {points[-1][1] * 1e3:12.3f} ms", err=True)
    return points


def _by_topics() -> Points:
    points: Points = []
    for n_topics in TOPICS:
        model, texts = _made_up(30_000, n_topics)
        model.predict_proba(texts)
        points.append((n_topics, _best(partial(model.predict_proba, texts)) / len(texts)))
        click.echo(f"{n_topics:>12,} topics {points[-1][1] * 1e3:12.3f} ms an article", err=True)
    return points


def _by_vocabulary() -> Points:
    points: Points = []
    for size in SIZES:
        model, texts = _made_up(size, 4)
        model.predict_proba(texts)
        points.append((size, _best(partial(model.predict_proba, texts)) / len(texts)))
        click.echo(f"{size:>12,} features {points[-1][1] * 1e3:12.3f} ms an article", err=True)
    return points


def _time(seconds: float) -> str:
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:,.3g} {unit}"
    return f"{seconds * 1e6:,.0f} µs"


@click.command(help=__doc__)
@click.option("--write", is_flag=True, help="Write docs/performance.md's table and picture.")
def main(write: bool) -> None:
    """Run the command line."""
    curves = (
        ("one article, s", "characters", _by_length()),
        ("an article of 2,000 characters, in a batch, s", "topics", _by_topics()),
        ("likewise, 4 topics, s", "words and pairs known", _by_vocabulary()),
    )
    lines = [machine() + "."]
    for title, unit, points in curves:
        lines += ["", f"| {unit} | " + " | ".join(f"{x:,.0f}" for x, _ in points) + " |"]
        lines += ["|---" * (len(points) + 1) + "|"]
        lines += [
            f"| {title.removesuffix(', s')} | " + " | ".join(_time(y) for _, y in points) + " |"
        ]
    result = "\n".join(lines)
    click.echo(result)
    if write:
        put(DOCS / "performance.md", "growth", result)
        draw_growth(curves, DOCS / "growth.png")


if __name__ == "__main__":
    main()
