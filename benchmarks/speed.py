"""Time topicclf against its peers, interleaved in one run, and print medians and ratios.

    python benchmarks/speed.py

The peers are trained on the corpus in the repository: what they cost does not depend on what they
have learnt, but for the size of their vocabulary.
"""

import json
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

import topicclf

CORPUS = Path(__file__).parent.parent / "training" / "corpus" / "articles.jsonl"
ROUNDS = 9


def _interleaved(tasks: dict[str, Callable[[], Any]], repeat: int) -> dict[str, float]:
    """The median seconds of each task, all of them in turn in every round."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start = time.perf_counter()
            for _ in range(repeat):
                task()
            seconds[name].append((time.perf_counter() - start) / repeat)
    return {name: statistics.median(times) for name, times in seconds.items()}


def _peers(texts: Sequence[str], labels: Sequence[Sequence[str]]) -> dict[str, Callable[..., Any]]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MultiLabelBinarizer

    pipeline = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        OneVsRestClassifier(LogisticRegression()),
    )
    pipeline.fit(texts, MultiLabelBinarizer().fit_transform(labels))
    peers: dict[str, Callable[..., Any]] = {"scikit-learn pipeline": pipeline.predict_proba}
    try:
        import fasttext
    except ImportError:
        click.echo("fastText is not installed: pip install 'topicclf[peers]'", err=True)
        return peers
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for text, names in zip(texts, labels, strict=True):
            file.write(" ".join([f"__label__{n}" for n in names] + text.lower().split()) + "\n")
        file.flush()
        model = fasttext.train_supervised(file.name, loss="ova", wordNgrams=2, dim=100, verbose=0)
    peers["fastText, dim 100, pairs"] = lambda batch: [
        model.f.predict(" ".join(text.lower().split()) + "\n", -1, 0.0, "strict") for text in batch
    ]
    return peers


@click.command(help=__doc__)
def main() -> None:
    """Run the command line."""
    articles = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    texts = [article["text"] for article in articles]
    peers = _peers(texts, [article["topics"] for article in articles])
    article = min(texts, key=lambda text: abs(len(text) - 2000))
    model = topicclf.load()
    tasks: dict[str, Callable[..., Any]] = {
        "topicclf": lambda batch: list(model.predict_many(batch))
    } | peers
    for name, batch, repeat in (
        (f"one article of {len(article)} characters", [article], 50),
        (f"{len(texts)} articles, {sum(map(len, texts)) / 1e6:.1f} MB", texts, 1),
    ):
        medians = _interleaved({who: partial(task, batch) for who, task in tasks.items()}, repeat)
        click.echo(f"\n{name}")
        for who, seconds in medians.items():
            speed = sum(map(len, batch)) / seconds / 1e6
            ratio = seconds / medians["topicclf"]
            click.echo(f"  {who:26} {seconds * 1e6:10.0f} us  {speed:6.1f} MB/s  x{ratio:.2f}")


if __name__ == "__main__":
    main()
