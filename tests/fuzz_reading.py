"""Try to break what reads: the tokenizer, the reader of models and every reader of input.

    python tests/fuzz_reading.py --seconds 1200

Inputs are spoilt copies of good ones. Each has to be answered soundly, or refused by an error that
is meant (`topicclf.errors`), within ten seconds. Anything else is kept in the folder of --crashes,
and tried again by ``--again FILE``. ``--guided TARGET`` lets atheris (``pip install atheris``)
look for new paths through one target, until it is stopped.
"""

import collections
import contextlib
import faulthandler
import functools
import hashlib
import logging
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.seeds import SEEDS, flipped, mutated, repacked, spoilt_docx
from topicclf import TopicModel, load
from topicclf.artifact import seal
from topicclf.errors import DataError, ModelFileError
from topicclf.labelled.reading import Source, read_source
from topicclf.records import BadRecord, ReadOptions, Record, read_records
from topicclf.text.prose import prose
from topicclf.text.sentences import sentence_spans
from topicclf.text.words import words

__all__ = ["TARGETS", "main", "spoilt"]

Target = Callable[[bytes, Path], None]
_SECONDS = 10


def _tokenizer(content: bytes, _: Path) -> None:
    text = content.decode("utf-8", "surrogateescape")
    read = prose(text)
    assert len(read) == len(text), "prose changes the length"
    assert all(words(text)), "an empty word"
    place = 0
    for start, end in sentence_spans(text):
        assert place <= start < end <= len(text), "sentences overlap"
        place = end
    prediction = load().predict(text)
    assert all(0 <= p <= 1 for p in prediction.probabilities.values()), "no probability"
    for evidence in prediction.evidence.values():
        for sentence in evidence.sentences:
            assert text[sentence.start : sentence.end] == sentence.text, "a shifted sentence"
            for term in sentence.terms:
                assert text[term.start : term.end] == term.text, "a shifted term"


def _model(content: bytes, folder: Path) -> None:
    path = folder / "model.npz"
    path.write_bytes(content)
    model = TopicModel.load(path)
    for row in model.predict_proba(["The navy ordered frigates.", "w3 w4 xyzzy", ""]).tolist():
        assert all(0 <= p <= 1 for p in row), "no probability"


def _reader(name: str, format_: str | None, content: bytes, folder: Path) -> None:
    path = folder / name
    path.write_bytes(content)
    for record in read_records([path], options=ReadOptions(format=format_)):
        assert record.line >= 1, "a line before the first"
        if isinstance(record, BadRecord):
            assert record.problem, "no reason"
            continue
        assert isinstance(record, Record)
        assert isinstance(record.text, str), "no text"
        assert isinstance(record.title, str), "no title"


def _labels(name: str, content: bytes, folder: Path) -> None:
    path = folder / name
    path.write_bytes(content)
    for item in read_source(Source(path)).items:
        assert not item.topics & item.unknown, "known and unknown at once"


#: What is tried with each content; `DataError` and `ModelFileError` are refusals that are meant.
TARGETS: dict[str, Target] = {
    "tokenizer": _tokenizer,
    "model": _model,
    "labels": functools.partial(_labels, "a.jsonl"),
    "label table": functools.partial(_labels, "a.csv"),
    "packed": functools.partial(_reader, "given", None),
    "sniffed": functools.partial(_reader, "given", None),
    **{
        kind: functools.partial(_reader, "given", kind)
        for kind in (
            "text",
            "jsonl",
            "csv",
            "tsv",
            "html",
            "feed",
            "mhtml",
            "pdf",
            "docx",
            "parquet",
        )
    },
}
# Time is shared out, not tries: pages take a hundred times as long as lines.
_TURN = 0.5


def spoilt(chance: Random, target: str) -> bytes:
    """A content to try."""
    deep = chance.random() < 0.8
    if target == "model" and deep:
        # What has a wrong seal is refused before anything is read.
        return _sealed(flipped(chance, SEEDS[target]))
    if target == "docx" and deep:
        return spoilt_docx(chance)
    if target == "packed" and deep:
        return repacked(chance, SEEDS["jsonl"])
    return mutated(chance, SEEDS[target])


def _sealed(content: bytes) -> bytes:
    try:
        return seal(content)
    except Exception:
        return content


class _HangError(Exception):
    pass


def _hangs(*_: Any) -> None:
    raise _HangError


def _tried(target: str, content: bytes, folder: Path) -> bool:
    """Whether it was answered, and not refused."""
    # Of the processor's time: a busy machine makes nothing hang.
    signal.setitimer(signal.ITIMER_PROF, _SECONDS)
    try:
        TARGETS[target](content, folder)
    except (DataError, ModelFileError):
        return False
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return True


def _quiet() -> None:
    signal.signal(signal.SIGPROF, _hangs)
    logging.disable()
    warnings.simplefilter("ignore")
    # Where not even the alarm gets through.
    faulthandler.enable()


def _guided(target: str, folder: Path) -> None:
    import atheris

    def one(content: bytes) -> None:
        with contextlib.suppress(DataError, ModelFileError):
            TARGETS[target](content, folder)

    corpus = folder / "corpus"
    corpus.mkdir()
    for number, content in enumerate(SEEDS[target]):
        (corpus / str(number)).write_bytes(content)
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], str(corpus), f"-timeout={_SECONDS}"], one)
    atheris.Fuzz()


@click.command(help=__doc__)
@click.option("--seconds", default=60.0, show_default=True, help="How long to try.")
@click.option("--seed", default=0, show_default=True, help="Random seed.")
@click.option("--target", "targets", multiple=True, type=click.Choice(list(TARGETS)))
@click.option("--crashes", type=Path, default=Path("crashes"), help="Where to keep what breaks.")
@click.option("--again", type=click.Path(path_type=Path), help="A file that was kept.")
@click.option("--guided", type=click.Choice(list(TARGETS)), help="Let atheris try this target.")
def main(
    seconds: float,
    seed: int,
    targets: tuple[str, ...],
    crashes: Path,
    again: Path | None,
    guided: str | None,
) -> None:
    """Run the command line."""
    _quiet()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if guided:
            _guided(guided, folder)
        elif again:
            answered = _tried(again.name.partition(".")[0], again.read_bytes(), folder)
            click.echo("answered" if answered else "refused")
        else:
            broken = _run(seconds, Random(seed), targets or tuple(TARGETS), folder, crashes)
            raise SystemExit(bool(broken))


def _run(
    seconds: float, chance: Random, targets: tuple[str, ...], folder: Path, crashes: Path
) -> int:
    tries: collections.Counter[str] = collections.Counter()
    answered: collections.Counter[str] = collections.Counter()
    broken: dict[str, Path] = {}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for target in targets:
            turn = time.monotonic() + min(_TURN, seconds / len(targets))
            while time.monotonic() < turn:
                content = spoilt(chance, target)
                tries[target] += 1
                try:
                    answered[target] += _tried(target, content, folder)
                except Exception as error:
                    _keep(target, content, error, crashes, broken)
    for target in targets:
        click.echo(f"{target}: {tries[target]:,} tried, {answered[target]:,} of them answered")
    click.echo(f"{tries.total():,} in all; {len(broken)} broke something")
    for what, path in broken.items():
        click.echo(f"{path}: {what}")
    return len(broken)


def _keep(
    target: str, content: bytes, error: Exception, crashes: Path, broken: dict[str, Path]
) -> None:
    """Keep the first content that broke something in its way."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{target}: {type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {error}"
    kind = f"{target}: {type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
    if any(known.startswith(kind) for known in broken):
        return
    crashes.mkdir(exist_ok=True)
    path = crashes / f"{target}.{hashlib.sha256(content).hexdigest()[:12]}"
    path.write_bytes(content)
    broken[what] = path
    click.echo(f"{path}: {what}", err=True)


if __name__ == "__main__":
    main()
