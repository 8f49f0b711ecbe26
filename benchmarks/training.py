"""Time training on Reuters-21578 beside scikit-learn's one-vs-rest logistic regression.

    python -m training.fetch reuters-modapte --archive reuters21578.tar.gz --out reuters
    python benchmarks/training.py reuters/train.jsonl

topicclf goes all the way, from texts to a calibrated model; scikit-learn is timed on the features
that topicclf made, and once more from the texts on, with its own TF-IDF of words and pairs.
"""

import statistics
import sys
import warnings
from pathlib import Path

import click
from joblib import effective_n_jobs
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.timing import machine, rounds_of
from topicclf.labelled.reading import Source, read_source
from topicclf.learning.corpus import Corpus
from topicclf.learning.matrices import numbered_articles
from topicclf.learning.vocabulary import learn_vocabulary
from topicclf.training.dataset import gather

_OURS = "topicclf, from the texts on"
_SAME = "OneVsRest(LogisticRegression), on topicclf's features"
_OWN = "TfidfVectorizer(1, 2) and OneVsRest(LogisticRegression), from the texts on"


@click.command(help=__doc__)
@click.argument("train", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--rounds", default=5, show_default=True, help="How often each is timed.")
@click.option("--jobs", default=2, show_default=True, help="How many processes learn.")
def main(train: Path, rounds: int, jobs: int) -> None:
    """Run the command line."""
    # Rare categories are what the benchmark is about.
    warnings.simplefilter("ignore", UserWarning)
    data, _, _ = gather([read_source(Source(train))], skip_bad=True)
    corpus = Corpus(data.texts)
    vocabulary = learn_vocabulary(
        corpus, min_document_frequency=2, min_form_frequency=1000, min_pair_frequency=3
    )
    features = numbered_articles(corpus, vocabulary)
    carried = (data.labels == 1).astype(int)

    def peer() -> OneVsRestClassifier:
        return OneVsRestClassifier(LogisticRegression(), n_jobs=jobs)

    def from_texts() -> None:
        tfidf = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        make_pipeline(tfidf, peer()).fit(data.texts, carried)

    seconds = rounds_of(
        {
            _OURS: lambda: data.fitted({}, n_jobs=jobs),
            _SAME: lambda: peer().fit(features, carried),
            _OWN: from_texts,
        },
        rounds=rounds,
    )
    click.echo(f"{machine()}; {effective_n_jobs(jobs)} processes, {rounds} rounds in turn.")
    click.echo(
        f"{features.shape[0]:,} stories, {len(data.topics)} categories, "
        f"{features.shape[1]:,} words and pairs"
    )
    for name, times in seconds.items():
        ratios = [ours / each for ours, each in zip(seconds[_OURS], times, strict=True)]
        click.echo(
            f"{statistics.median(times):6.2f} s  topicclf takes {statistics.median(ratios):.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f}) of it: {name}"
        )


if __name__ == "__main__":
    main()
