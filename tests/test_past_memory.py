"""Learning in bounded memory, with words and features in files: the same model where it fits."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import sparse

import topicclf
from tests.conftest import LABELS, ROOT, TEXTS
from topicclf import Plan, TopicClassifier, kernel
from topicclf.cli.group import commands
from topicclf.errors import DataError
from topicclf.labelled.reading import Source
from topicclf.learning.corpus import Corpus
from topicclf.learning.linear import LinearSettings, fit_linear, fit_several
from topicclf.learning.matrix_file import MatrixFile
from topicclf.learning.scratch import Scratch
from topicclf.learning.streamed import solve
from topicclf.learning.text_file import TextFile
from topicclf.learning.vocabulary import learn_vocabulary
from topicclf.training.run import prepare_past_memory
from topicclf.training.tuning import tune

ENOUGH = 500_000_000


@pytest.fixture(scope="module")
def corpus_file() -> Path:
    """Labelled articles of our own."""
    return ROOT / "training" / "corpus" / "held-out.jsonl"


def _scratch(memory: int = ENOUGH) -> Scratch:
    # Not by `of`, which refuses bounds as small as tests need.
    return Scratch(memory)


def test_the_model_is_the_same_where_memory_holds_all(tmp_path: Path) -> None:
    """To the last byte."""
    for name, memory in (("plain", None), ("bounded", ENOUGH)):
        classifier = TopicClassifier(min_pair_frequency=2, max_pairs=60, memory=memory)
        classifier.fit(TEXTS, LABELS).model_.save(tmp_path / name)
    plain, bounded = (tmp_path / name / "model.npz" for name in ("plain", "bounded"))
    assert plain.read_bytes() == bounded.read_bytes()


def test_the_command_learns_the_same(corpus_file: Path, tmp_path: Path) -> None:
    """From a file with duplicates and contradictions, with articles held out."""
    lines = corpus_file.read_text("utf-8").splitlines()[:120]
    twin = json.loads(lines[0])
    clash = {**twin, "topics": ["trade"], "text": f" {twin['text']}"}
    data = tmp_path / "my.jsonl"
    data.write_text("\n".join([*lines, lines[5], json.dumps(clash), "{broken"]), "utf-8")
    outputs = {}
    for name, options in (("plain", []), ("bounded", ["--memory", "500MB"])):
        arguments = ["train", str(data), "--out", str(tmp_path / name), "--test", "0.2"]
        run = CliRunner().invoke(commands, [*arguments, "--skip-bad", *options])
        assert run.exit_code == 0, run.stderr
        outputs[name] = run.output.replace(str(tmp_path / name), "")
    assert outputs["plain"] == outputs["bounded"]
    assert "left out: 2 duplicates, 1 with other labels" in outputs["plain"]
    texts = [json.loads(line)["text"] for line in lines]
    plain, bounded = (topicclf.load(tmp_path / name) for name in outputs)
    assert np.array_equal(plain.predict_proba(texts), bounded.predict_proba(texts))
    assert np.array_equal(plain.thresholds, bounded.thresholds)
    trainings = [model.provenance["training"] for model in (plain, bounded)]
    assert trainings[0]["fingerprint"] == trainings[1]["fingerprint"]
    assert trainings[1]["command"].endswith("--memory 500MB --skip-bad")


@pytest.mark.parametrize("text", ["500", "500MB", "0.5 GB", "500 m"])
def test_sizes_are_written_as_people_write_them(
    text: str, corpus_file: Path, tmp_path: Path
) -> None:
    """Too small ones and nonsense are refused before anything is read."""
    run = CliRunner().invoke(
        commands, ["train", str(corpus_file), "--out", str(tmp_path / "m"), "--memory", text]
    )
    if text == "500":
        assert run.exit_code == 3
        assert "memory must be 350 MB or more" in run.stderr
    else:
        assert run.exit_code == 0
    run = CliRunner().invoke(commands, ["train", str(corpus_file), "--dry-run", "--memory", "much"])
    assert run.exit_code == 2
    assert "'much' is not a size" in run.stderr


def test_what_needs_all_articles_at_once_is_refused(tmp_path: Path) -> None:
    """With a word on what to do."""
    with pytest.raises(DataError, match="name a field"):
        Plan(memory=ENOUGH, group="near-duplicates")
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(DataError, match="no labelled article"):
        topicclf.train(tmp_path / "empty.jsonl", plan=Plan(memory=ENOUGH))


def _both(data: Path, tmp_path: Path, *options: str) -> tuple[topicclf.TopicModel, str]:
    """What the command learns and says with options, after seeing that it is so past memory."""
    outputs = []
    for name, more in (("plain", ()), ("bounded", ("--memory", "500MB"))):
        arguments = ["train", str(data), "--out", str(tmp_path / name), *options, *more]
        run = CliRunner().invoke(commands, arguments)
        assert run.exit_code == 0, run.stderr
        outputs.append(run.output.replace(str(tmp_path / name), ""))
    assert outputs[0] == outputs[1]
    plain, bounded = (topicclf.load(tmp_path / name) for name in ("plain", "bounded"))
    assert np.array_equal(plain.thresholds, bounded.thresholds)
    assert np.array_equal(plain.predict_proba(TEXTS), bounded.predict_proba(TEXTS))
    return bounded, outputs[1]


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    """Articles with a date each, and stories of two articles within another field."""
    path = tmp_path / "dated.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number, (text, topics) in enumerate(zip(TEXTS, LABELS, strict=True)):
            day = f"2024-{1 + number % 12:02}-{1 + number % 28:02}"
            article = {"text": f"{text} No. {number}.", "topics": sorted(topics), "day": day}
            file.write(json.dumps(article | {"meta": {"story": number // 2}}) + "\n")
    return path


def test_stories_and_dates_part_articles_past_memory_too(dated: Path, tmp_path: Path) -> None:
    """By the same fields to the same model, with the same messages where there are none."""
    options = ["--group", "meta.story", "--time", "day"]
    model, output = _both(dated, tmp_path, *options)
    assert "2024-12" in output
    assert "The newest" in model.provenance["training"]["test"]["about"]
    for option in ("--group", "--time"):
        said = []
        for more in ((), ("--memory", "500MB")):
            arguments = ["train", str(dated), "--dry-run", option, "dya", *more]
            run = CliRunner().invoke(commands, arguments)
            assert run.exit_code == 3
            said.append(run.stderr)
        assert "no article has a field 'dya'; did you mean 'day'?" in said[0]
        assert said[0] == said[1]


def test_folders_are_learnt_past_memory(tmp_path: Path) -> None:
    """A text in several folders carries all their topics."""
    for number, (text, topics) in enumerate(zip(TEXTS, LABELS, strict=True)):
        for topic in topics or {"none"}:
            file = tmp_path / "texts" / topic / f"{number}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{text} No. {number}.", "utf-8")
    twice = tmp_path / "texts" / "disaster" / "copy.txt"
    twice.write_text(f" {TEXTS[0]} No. 0.\n", "utf-8")
    _, output = _both(tmp_path / "texts", tmp_path)
    assert "a folder for each topic" in output
    assert "left out: 7 duplicates, 0 with other labels" in output


def test_settings_are_looked_for_past_memory(dated: Path, tmp_path: Path) -> None:
    """In as little memory; the loss that can't be learnt so is not tried."""
    model, _ = _both(dated, tmp_path, "--tune", "quick")
    assert model.provenance["training"]["tuning"]["trials"] == 6
    tried: list[Any] = []
    prepared = prepare_past_memory([Source(dated)], Plan(memory=ENOUGH))
    settings = {"C": 0.5, "class_weight": None, "min_pair_frequency": 3, "max_pairs": 0}
    tune(
        prepared.data,
        "thorough",
        settings | {"min_document_frequency": 2},
        on_trial=lambda trial, *_: tried.append(trial.settings.get("loss")),
    )
    assert tried == [None, "hinge"]


def test_texts_come_back_as_they_were() -> None:
    """Whatever a `str` can hold."""
    texts = ["", "Ärger", "half \ud800 of one", "\x00\n\u2028", "plain"] * 3
    file = TextFile(_scratch())
    file.extend(texts)
    assert list(file) == texts
    some = file.of(np.array([4, 2]))
    assert (list(some), some[1], len(some[:1])) == (["plain", texts[2]], texts[2], 1)


def test_pairs_are_counted_in_parts(corpus_file: Path) -> None:
    """The same ones as at once; where there are too many, the most frequent."""
    texts = [json.loads(line)["text"] for line in corpus_file.read_text("utf-8").splitlines()]
    kwargs: dict[str, Any] = {
        "min_document_frequency": 2,
        "min_form_frequency": 1000,
        "min_pair_frequency": 3,
    }
    plain = learn_vocabulary(Corpus(texts), **kwargs)
    few_keys = _scratch(0)
    assert Corpus(texts).lengths.sum() > few_keys.most_keys
    parted = learn_vocabulary(Corpus(texts, scratch=few_keys), **kwargs)
    assert few_keys.most_pairs < len(plain.pairs)
    assert 0 < len(parted.pairs) <= few_keys.most_pairs
    assert set(parted.pairs.tolist()) <= set(plain.pairs.tolist())
    frequent = plain.idf[plain.unknown + 1 :].argsort(kind="stable")[: len(parted.pairs)]
    assert plain.idf[plain.unknown + 1 :][frequent].max() <= parted.idf.max()


@pytest.fixture(scope="module")
def problem() -> tuple[sparse.csr_matrix, np.ndarray[Any, np.dtype[np.int8]]]:
    """Examples of which a tenth carry a topic, told by a few of many features."""
    random = np.random.default_rng(0)
    labels = (random.random((3000, 1)) < 0.1).astype(np.int8)
    dense = random.random((3000, 60)) * (random.random((3000, 60)) < 0.2)
    dense[:, :5] += labels * (random.random((3000, 5)) < 0.5)
    norms = np.linalg.norm(dense, axis=1, keepdims=True)
    return sparse.csr_matrix(dense / np.maximum(norms, 1e-9), dtype=np.float32), labels


def _filed(matrix: sparse.csr_matrix, path: Path, most_bytes: int) -> MatrixFile:
    parts = (matrix[start : start + 700] for start in range(0, matrix.shape[0], 700))
    return MatrixFile.write(parts, path, width=matrix.shape[1], most_bytes=most_bytes)


def test_a_matrix_in_a_file_multiplies_as_in_memory(
    problem: tuple[sparse.csr_matrix, Any], tmp_path: Path
) -> None:
    """To the last bit: what is learnt from it hangs on it."""
    matrix, _ = problem
    filed = _filed(matrix, tmp_path / "matrix", 10**9)
    vector = np.random.default_rng(1).random(3000).astype(np.float32)
    right = np.random.default_rng(2).random((60, 2)).astype(np.float32)
    rows = np.array([0, 5, 699, 700, 2999])
    assert filed.shape == matrix.shape
    assert np.array_equal(filed.T @ vector, matrix.T @ vector)
    assert np.array_equal(filed @ right, matrix @ right)
    assert np.array_equal(filed[rows].toarray(), matrix[rows].toarray())
    assert np.array_equal(filed.upper(1400)[np.arange(1400)].toarray(), matrix[:1400].toarray())


@pytest.mark.parametrize("loss", ["squared_hinge", "hinge"])
def test_what_does_not_fit_is_learnt_all_the_same(
    problem: tuple[sparse.csr_matrix, Any],
    loss: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To the optimum that is found in memory."""
    monkeypatch.setattr("topicclf.learning.linear._TOLERANCE", 1e-5)
    matrix, labels = problem
    weight = np.random.default_rng(3).random(3000) + 0.5
    settings = LinearSettings(C=0.5, loss=loss, class_weight="balanced")
    whole = fit_linear(matrix, labels, weight, settings)
    same = fit_linear(_filed(matrix, tmp_path / "a", 10**9), labels, weight, settings)
    assert np.array_equal(whole.coef, same.coef)
    half = np.where(np.arange(3000)[:, np.newaxis] % 2, labels, -1).astype(np.int8)
    filed = _filed(matrix, tmp_path / "b", 100_000)
    both = fit_several(filed, [(labels, weight), (half, weight)], settings)
    for blockwise, known in zip(both, (labels, half), strict=True):
        whole = fit_linear(matrix, known, weight, settings)
        scores = [matrix @ each.coef[0] + each.intercept for each in (whole, blockwise)]
        assert np.abs(scores[0] - scores[1]).max() < 1e-3


@pytest.mark.skipif(not kernel.available, reason="no kernel")
@pytest.mark.parametrize("loss", ["squared_hinge", "hinge"])
def test_without_the_kernel_the_same_is_learnt(
    problem: tuple[sparse.csr_matrix, Any],
    loss: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Step by step, only slower."""
    matrix, labels = problem[0][:700], problem[1][:700]
    filed = _filed(matrix, tmp_path / "matrix", 1)
    settings, weight = LinearSettings(C=0.5, loss=loss), np.ones(700)
    compiled = fit_linear(filed, labels, weight, settings)
    monkeypatch.setattr("topicclf.kernel.available", False)
    plain = fit_linear(filed, labels, weight, settings)
    assert np.allclose(plain.coef, compiled.coef, rtol=1e-3, atol=1e-4)
    assert np.abs(plain.coef).max() > 0.1


def test_a_model_past_memory_answers_as_one_from_memory(
    corpus_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With word pairs to choose, passages, and five folds; in blocks of a file."""
    texts = [json.loads(line)["text"] for line in corpus_file.read_text("utf-8").splitlines()]
    settings = {"max_pairs": 2000}
    plain = topicclf.train(corpus_file, plan=Plan(settings=settings)).model
    solved: list[int] = []

    def counted(features: MatrixFile, several: Any, **kwargs: Any) -> Any:
        solved.append(len(several))
        return solve(features, several, **kwargs)

    # So that the bound is too small, where a test could not fill it.
    monkeypatch.setattr("topicclf.learning.linear._CELL", 1_000_000)
    monkeypatch.setattr("topicclf.learning.linear.solve", counted)
    bounded = topicclf.train(corpus_file, plan=Plan(settings=settings, memory=ENOUGH)).model
    assert sum(solved) > 40
    gap = np.abs(plain.predict_proba(texts) - bounded.predict_proba(texts))
    assert gap.max() < 1e-3
    with pytest.raises(DataError, match="not 'log'"):
        topicclf.train(corpus_file, plan=Plan(settings={"loss": "log"}, memory=ENOUGH))
