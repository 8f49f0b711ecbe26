"""Measure speed, start, memory and quality of topicclf and its peers, in one run.

    python benchmarks/speed.py [--corpus FOLDER] [--write]

All are timed in turn in every round, on texts that differ. What is printed is Markdown: what each
takes (medians), and the ratios that matter (medians of the rounds' ratios). The peers learn from
the same articles, those that the recipe trusts; topicclf is measured as it ships and, for quality,
once more as it learns from these alone. Without --corpus all learn from the articles in the
repository, and quality is not measured. --write puts tables and picture into docs/.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from random import Random

import click
import numpy as np

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import topicclf  # noqa: E402
from benchmarks.fresh import peak_memory  # noqa: E402
from benchmarks.timing import machine, medians, rounds_of  # noqa: E402
from tests.paths import on_numpy, random_text, worst_difference  # noqa: E402
from topicclf.evaluation.answers import Answers, answer  # noqa: E402
from topicclf.evaluation.evaluation import evaluate  # noqa: E402
from topicclf.evaluation.intervals import Bootstrap  # noqa: E402
from topicclf.labelled.reading import read_labelled  # noqa: E402
from topicclf.text.words import fold  # noqa: E402
from topicclf.training.dataset import TrainingSet  # noqa: E402
from training.peers import PEERS, Peer, Tagger  # noqa: E402
from training.recipe import Recipe  # noqa: E402
from training.train import RECIPE, gather  # noqa: E402

DOCS = REPOSITORY / "docs"
COMMAND = (sys.executable, "-m", "topicclf")
OURS = "topicclf"
SHIPPED = str(REPOSITORY / "models" / "news")
SKLEARN = "import sklearn.feature_extraction.text, sklearn.linear_model"
STREAM = 500_000_000
RECIPE_PEER, FASTTEXT_100, FASTTEXT_10 = (peer.name for peer in PEERS[:3])
SPLIT, SLICES = "translate and split, all kept", "translate and split, in slices"
ONE_THREAD, TWO_THREADS = "one thread", "two threads"

Row = dict[str, str]
Table = dict[str, Row]
#: The seconds of each task in each round.
Times = dict[str, list[float]]

#: What is compared: the kind of text, the slower one hoped for, the other, floor and aim.
RATIOS = (
    ("one article of 2,000 characters", RECIPE_PEER, OURS, 40, 80),
    ("one article of 2,000 characters", FASTTEXT_100, OURS, 3, 6),
    ("one article of 2,000 characters", FASTTEXT_10, OURS, 1.2, 2.5),
    ("batch", SPLIT, OURS, 1.2, 2.2),
    ("batch", SLICES, OURS, 1.2, 2.2),
    ("batch", FASTTEXT_10, OURS, 2, 4),
    ("batch", ONE_THREAD, TWO_THREADS, 1.8, 1.95),
)


def stories_of(corpus: Path | None) -> list[str]:
    """Reuters' stories, or without the corpora our own articles."""
    if corpus is None:
        file = REPOSITORY / "training" / "corpus" / "articles.jsonl"
    else:
        file = corpus / "reuters.jsonl.gz"
    return [item.joined for item in read_labelled(file, skip_bad=True)[0]]


def _macro_f1(answers: Answers) -> float:
    return evaluate(answers, bootstrap=Bootstrap(n_draws=0)).macro_f1.value


def _one_by_one(predict: Callable[[str], object], texts: Sequence[str]) -> None:
    for text in texts:
        predict(text)


def _of_one(tagger: Tagger) -> Callable[[str], object]:
    return lambda text: tagger([text])


def _split(texts: Sequence[str]) -> list[list[bytes]]:
    return [fold(text).split() for text in texts]


def _split_in_slices(texts: Sequence[str]) -> None:
    for start in range(0, len(texts), 256):
        _split(texts[start : start + 256])


def _speeds(
    taggers: dict[str, Tagger], stories: list[str], rounds: int, table: Table
) -> dict[str, Times]:
    """Time one article and a batch, and fill the table."""
    model = topicclf.load()
    long = [text[:2000] for text in stories if len(text) >= 1800][:300]
    short = [" ".join(text.split()[:60]) for text in stories if len(text.split()) >= 60][:300]
    times: dict[str, Times] = {}
    for column, texts in (("60 words", short), ("2,000 characters", long)):
        tasks: dict[str, Callable[[], object]] = {OURS: partial(_one_by_one, model.predict, texts)}
        for name, tagger in taggers.items():
            tasks[name] = partial(_one_by_one, _of_one(tagger), texts)
        times[f"one article of {column}"] = found = rounds_of(tasks, rounds=rounds)
        for name, each in found.items():
            seconds = statistics.median(each) / len(texts)
            table[name][column] = f"{seconds * 1e6:,.0f} µs ({_ratio(found, name, OURS):.1f})"
    batch = list(islice(cycle(stories), 2000))
    size = sum(map(len, batch)) / 1e6
    raw = "\n".join(batch).encode()

    def ours(workers: int) -> int:
        return sum(1 for _ in model.predict_many(batch, workers=workers))

    tasks = {OURS: partial(ours, 1)}
    tasks |= {name: partial(tagger, batch) for name, tagger in taggers.items()}
    tasks |= {SPLIT: partial(_split, batch), SLICES: partial(_split_in_slices, batch)}
    tasks["read from memory"] = lambda: np.frombuffer(raw, np.uint8).max()
    times["batch"] = found = rounds_of(tasks, rounds=rounds)
    for name, each in found.items():
        speed = size / statistics.median(each)
        table.setdefault(name, {})["batch"] = f"{speed:,.1f} MB/s ({_ratio(found, name, OURS):.2g})"
    # They have more to do, and more rounds, as two threads are what other work disturbs most.
    long_batch = {ONE_THREAD: 1, TWO_THREADS: 2}
    times["batch"] |= rounds_of(
        {name: partial(_repeat, partial(ours, n), 5) for name, n in long_batch.items()},
        rounds=3 * rounds,
    )
    click.echo(f"batch: {len(batch):,} stories, {size:.1f} MB", err=True)
    return times


def _repeat(task: Callable[[], object], times: int) -> None:
    for _ in range(times):
        task()


def _ratio(times: Times, slower: str, faster: str) -> float:
    pairs = zip(times[slower], times[faster], strict=True)
    return statistics.median(slow / fast for slow, fast in pairs)


def _ratios(times: dict[str, Times], difference: float) -> str:
    lines = ["| | times as fast | floor | aim |", "|---|---|---|---|"]
    for kind, slower, faster, floor, aim in RATIOS:
        known = slower in times[kind]
        ratio = f"{_ratio(times[kind], slower, faster):.3g}" if known else "not installed"
        what = f"{kind}: {faster} against {slower}"
        lines.append(f"| {what} | {ratio} | {floor} | {aim} |")
    lines += [
        "",
        f"Greatest difference between the kernel's and NumPy's probabilities: {difference:.1e}",
    ]
    return "\n".join(lines)


def _difference(stories: list[str]) -> float:
    model = topicclf.load()
    texts = stories[:1000] + [random_text(Random(seed)) for seed in range(300)]
    return worst_difference(model, on_numpy(model), texts)


def _fresh(system: str, model: str, texts: str, *more: str) -> dict[str, float]:
    script = str(Path(__file__).with_name("fresh.py"))
    run = subprocess.run(
        [sys.executable, script, system, model, texts, *more], capture_output=True, check=True
    )
    found: dict[str, float] = json.loads(run.stdout)
    return found


def _starts(models: dict[str, str], texts: str, rounds: int, table: Table) -> None:
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in models}
    for _ in range(rounds):
        for name, model in models.items():
            runs[name].append(_fresh(name, model, texts))
    for name, found in runs.items():
        for key in ("import", "load", "first"):
            table[name][key] = f"{statistics.median(run[key] for run in found) * 1e3:,.0f} ms"
        table[name]["peak memory"] = f"{statistics.median(run['peak'] for run in found):,.0f} MB"
        table[name]["model"] = f"{_size(Path(models[name])) / 1e6:,.1f} MB"


def _size(path: Path) -> int:
    if path == Path(SHIPPED):
        path /= "model.npz"
    return sum(f.stat().st_size for f in path.rglob("*")) if path.is_dir() else path.stat().st_size


def _cold(article: str, rounds: int) -> dict[str, float]:
    def run(*command: str) -> Callable[[], object]:
        return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    return medians(
        {
            "topicclf predict": run(*COMMAND, "predict", article),
            "import of scikit-learn": run(sys.executable, "-c", SKLEARN),
            "import of NumPy": run(sys.executable, "-c", "import numpy"),
            "nothing": run(sys.executable, "-c", "pass"),
        },
        rounds=rounds,
    )


def _command_peak(stories: list[str]) -> float:
    """The peak memory, in MB, of `topicclf predict` over JSON lines with STREAM characters."""
    lines = [json.dumps({"text": text}).encode() + b"\n" for text in stories]
    with subprocess.Popen(
        [*COMMAND, "predict", "-", "--format", "jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        sent = 0
        for text, line in cycle(zip(stories, lines, strict=True)):
            process.stdin.write(line)
            sent += len(text)
            if sent >= STREAM:
                break
        # Nearly all has gone through by now, and the kernel forgets the peak with the process.
        peak = peak_memory(process.pid)
        process.stdin.close()
        if process.wait():
            msg = f"topicclf predict ended with {process.returncode}"
            raise RuntimeError(msg)
    return peak


def _quality(data: TrainingSet, taggers: dict[str, Tagger], corpus: Path, table: Table) -> None:
    dev, _ = read_labelled(corpus / "dev.jsonl.gz", topics=data.topics)
    same = data.fitted(Recipe.load(RECIPE).settings, n_jobs=2).model_
    ours = answer(topicclf.load(), dev, topics=data.topics)
    as_shipped, as_peers = _macro_f1(ours), _macro_f1(answer(same, dev))
    table[OURS]["F1, dev"] = f"{as_peers:.3f}; as shipped, with more corpora, {as_shipped:.3f}"
    texts = [item.joined for item in dev]
    half = np.full(len(data.topics), 0.5)
    for name, tagger in taggers.items():
        theirs = replace(ours, probability=tagger(texts), thresholds=half)
        table[name]["F1, dev"] = f"{_macro_f1(theirs):.3f}"


def _trained(peer: Peer, data: TrainingSet, folder: Path) -> Path:
    path = folder / "".join(c if c.isalnum() else "-" for c in peer.name)
    peer.train(data.texts, data.carried, path)
    return path


def _markdown(table: Table) -> str:
    columns = list(dict.fromkeys(column for row in table.values() for column in row))
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, row in table.items():
        lines.append(f"| {name} | " + " | ".join(row.get(c, "") for c in columns) + " |")
    return "\n".join(lines)


@click.command(help=__doc__)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--rounds", default=5, show_default=True)
@click.option("--stream/--no-stream", default=True, help="Measure memory over a stream of 500 MB.")
@click.option("--write", is_flag=True, help="Write docs/performance.md's tables and picture.")
def main(corpus: Path | None, rounds: int, stream: bool, write: bool) -> None:
    """Run the command line."""
    recipe = Recipe.load(RECIPE) if corpus else Recipe.load(RECIPE).from_repository()
    data = gather(recipe, corpus, skip_bad=True)[0]
    data = data.of(np.flatnonzero(data.trusted))
    stories = stories_of(corpus)
    table: Table = {OURS: {}}
    facts: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = {OURS: SHIPPED}
        for peer in PEERS:
            if peer.installed:
                click.echo(f"training {peer.name}", err=True)
                models[peer.name] = str(_trained(peer, data, folder))
                table[peer.name] = {}
            else:
                click.echo(f"{peer.name}: not installed", err=True)
        taggers = {
            peer.name: peer.load(Path(models[peer.name]), data.topics)
            for peer in PEERS
            if peer.name in models
        }
        if corpus:
            _quality(data, taggers, corpus, table)
        times = _speeds(taggers, stories, rounds, table)
        taggers.clear()
        difference = _difference(stories)
        texts = folder / "texts.json"
        texts.write_text(json.dumps(stories[:300]), "utf-8")
        _starts(models, str(texts), min(rounds, 3), table)
        cold = _cold(str(REPOSITORY / "examples" / "article.txt"), rounds)
        ours = cold["topicclf predict"]
        for what, seconds in cold.items():
            facts[f"a fresh process: {what}"] = f"{seconds * 1e3:.0f} ms ({seconds / ours:.2f})"
        if stream:
            found = _fresh(OURS, SHIPPED, str(texts), str(STREAM))
            speed = STREAM / 1e6 / found["seconds"]
            facts["500 MB through predict_many"] = f"peak {found['peak']:.0f} MB, {speed:.0f} MB/s"
            facts["500 MB through topicclf predict"] = f"peak {_command_peak(stories):.0f} MB"
    result = "\n".join(
        [
            f"{machine()}; {rounds} rounds.",
            "",
            _markdown(table),
            "",
            _ratios(times, difference),
            "",
            "| | |",
            "|---|---|",
            *(f"| {what} | {said} |" for what, said in facts.items()),
        ]
    )
    click.echo(result)
    if write:
        from benchmarks.pictures import draw_speed, put

        put(DOCS / "performance.md", "speed", result)
        draw_speed(table, DOCS / "performance.png")


if __name__ == "__main__":
    main()
