"""The scripts that make and measure the shipped model, their data and what they refuse."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from click.testing import CliRunner, Result

import topicclf
from tests.conftest import ROOT
from topicclf.errors import DataError
from topicclf.labelled.reading import merge, read_labelled
from topicclf.training.dataset import TrainingSet
from training.annotated import write_annotations
from training.corpus_article import CorpusArticle
from training.corpus_stories import corpus_story
from training.evaluate import main as evaluate
from training.recipe import REPOSITORY, CorpusEntry, Recipe
from training.train import RECIPE, gather, main
from training.tuned_peers import TUNED_PEERS

LINES = [
    {"text": f"{text} {number}", "topics": topics, "title": "News"}
    for number in range(20)
    for text, topics in [
        ("The club signed a striker and a goalkeeper", ["football"]),
        ("The bakery opens with rye and sourdough loaves", ["bread"]),
        ("The club eats sourdough loaves after the match", ["football", "bread"]),
        ("Rain is expected in the north", []),
    ]
]


def _write(path: Path, lines: list[Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def _arguments(folder: Path, lines: list[Any], *options: str) -> list[str]:
    """What the script is given to learn from these lines."""
    _write(folder / "my.jsonl", lines)
    recipe = folder / "recipe.toml"
    recipe.write_text('[[corpora]]\nfile = "my.jsonl"\ntrusted = true\n', "utf-8")
    return ["--corpus", str(folder), "--recipe", str(recipe), "--out", str(folder / "model"),
            "--jobs", "1", *options]  # fmt: skip


def _train(folder: Path, lines: list[Any], *options: str) -> Result:
    return CliRunner().invoke(main, _arguments(folder, lines, *options))


def test_the_script_learns_what_its_recipe_says(tmp_path: Path) -> None:
    """And writes a model, an estimator and a card."""
    run = _train(tmp_path, LINES)
    assert run.exit_code == 0, run.output
    model = topicclf.load(tmp_path / "model")
    assert model.topics == ("bread", "football")
    assert model.predict("The striker and the goalkeeper").topics == ("football",)
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert "| football | 40 | 40 |" in card
    estimator = joblib.load(tmp_path / "model" / "pipeline.joblib")
    texts = [str(line["text"]) for line in LINES]
    difference = estimator.predict_proba(texts) - model.predict_proba(texts)
    assert np.abs(difference).max() < 1e-6


@pytest.mark.slow
def test_the_same_data_gives_the_same_bytes(tmp_path: Path) -> None:
    """All three files, whatever the number of processes and the order of sets."""
    about = [{"text": f"Gen. Ito met Sen. Doe and Mr. Roe. {n}", "topics": []} for n in range(40)]
    arguments = _arguments(tmp_path, [*LINES, *about])
    script = [sys.executable, str(ROOT / "training" / "train.py"), *arguments]
    for name in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": name}
        options = ["--out", str(tmp_path / name), "--jobs", name]
        subprocess.run([*script, *options], check=True, env=environment)
    assert len(topicclf.load(tmp_path / "1").abbreviations) >= 2
    for name in ("model.npz", "pipeline.joblib", "README.md"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_gzip_is_read_and_a_damaged_one_refused(tmp_path: Path) -> None:
    """With the line where it breaks off."""
    path = tmp_path / "my.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(x) + "\n" for x in LINES).encode()))
    assert len(read_labelled(path)[0]) == len(LINES)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"my\.jsonl\.gz:\d+: the gzip file is damaged"):
        read_labelled(path)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{broken", "not JSON"),
        ("[1, 2]", "a JSON list; put one object"),
        ('{"topics": []}', "no field is called 'text'"),
        ('{"text": 3, "topics": []}', "'text' must be a text, but is a number"),
        ('{"text": "x"}', "no 'topics'; give a list of names, empty"),
        ('{"text": "x", "topics": null}', "'topics' is not filled in; give a list of names"),
        ('{"text": "x", "topics": 3}', "'topics' must be a list of names"),
        (
            '{"text": "x", "topics": ["wine"]}',
            "unknown topic 'wine'; the topics are bread, football",
        ),
        ('{"text": "x", "topics": ["bread"], "unknown": ["bread"]}', "'bread' is in"),
        ('{"text": "x", "title": 1, "topics": []}', "'title' must be a text, but is a number"),
    ],
)
def test_a_bad_line_is_named_by_file_and_line(tmp_path: Path, bad: str, message: str) -> None:
    """With what to do about it; or it is left out, when asked."""
    path = _write(tmp_path / "my.jsonl", LINES)
    lines = path.read_text("utf-8").splitlines()
    lines.insert(2, bad)
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(DataError, match=f"my.jsonl:3: .*{message}".replace("[", r"\[")):
        read_labelled(path, topics=("bread", "football"))
    items, problems = read_labelled(path, topics=("bread", "football"), skip_bad=True)
    assert len(items) == len(LINES)
    assert [problem.place for problem in problems] == [f"{path}:3"]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """There is nothing to learn from."""
    path = _write(tmp_path / "my.jsonl", [])
    with pytest.raises(DataError, match="holds no labelled article"):
        read_labelled(path)


def test_the_script_shows_bad_lines_without_a_traceback(tmp_path: Path) -> None:
    """And leaves them out when asked to."""
    lines = [*LINES, {"text": "x"}]
    run = _train(tmp_path, lines)
    assert run.exit_code == 1
    assert f"my.jsonl:{len(lines)}: no 'topics'" in run.output
    assert not (tmp_path / "model").exists()
    run = _train(tmp_path, lines, "--skip-bad-lines")
    assert run.exit_code == 0
    assert "left out: " in run.output


def test_duplicates_count_once_and_the_heavier_label_wins(tmp_path: Path) -> None:
    """Equal ones that contradict each other become unknown, and are named."""
    one = {"text": "Same text", "topics": ["bread"]}
    other = {"text": "Same text", "topics": ["football"]}
    path = _write(tmp_path / "my.jsonl", [one, one, other])
    items, _ = read_labelled(path)
    kept, problems = merge(items, [1, 1, 2])
    assert {number: item.topics for number, item in kept.items()} == {2: {"football"}}
    assert not problems
    kept, problems = merge(items, [1, 1, 1])
    assert kept[0].unknown == {"bread", "football"}
    assert problems[2].place.endswith("my.jsonl:3")
    assert "my.jsonl:1, but they differ on 'bread'" in problems[2].message


def test_a_contradiction_in_trusted_data_stops_the_script(tmp_path: Path) -> None:
    """With both places."""
    run = _train(tmp_path, [*LINES, {**LINES[0], "topics": []}])
    assert run.exit_code == 1
    assert f"my.jsonl:{len(LINES) + 1}: the same article as" in run.output


def test_a_topic_without_positives_is_named(tmp_path: Path) -> None:
    """It can't be learnt."""
    run = _train(tmp_path, [{**line, "unknown": ["wine"]} for line in LINES])
    assert run.exit_code == 1
    assert "no article with topic 'wine'" in run.output


def test_a_place_that_can_not_be_written_is_named_before_learning(tmp_path: Path) -> None:
    """And before anything is read."""
    (tmp_path / "file").write_text("", "utf-8")
    run = _train(tmp_path, [], "--out", str(tmp_path / "file" / "model"))
    assert run.exit_code == 1
    assert f"Not a directory: '{tmp_path / 'file'}'" in run.output


def test_without_the_full_corpora_only_our_own_articles_are_measured() -> None:
    """Even where a folder of them is beside the clone."""
    run = CliRunner().invoke(evaluate, ["--no-peers"])
    assert run.exit_code == 0, run.output
    assert "only our own articles are measured (see --corpus)" in run.stderr
    lines = run.stdout.splitlines()
    assert lines[0] == "held-out, 256 articles"
    assert not any(line.startswith(("dev", "peers")) for line in lines)
    assert "macro-F1, held-out, long" in run.stdout


def test_our_corpus_is_what_its_readme_says() -> None:
    """Enough articles of every kind, and none both in training and held out."""
    recipe = Recipe.load(RECIPE)
    read = {
        name: read_labelled(REPOSITORY / name, topics=recipe.topics)[0]
        for name in ("articles.jsonl", "held-out.jsonl", "contrasts.jsonl", "widening.jsonl")
    }
    ours = read["articles.jsonl"] + read["held-out.jsonl"]
    assert len(ours) >= 500
    assert sum(not item.topics for item in ours) >= 120
    words = [len(item.text.split()) for item in ours]
    assert abs(sum(count >= 180 for count in words) / len(ours) - 0.5) < 0.05
    combinations = {item.topics for item in ours}
    assert len(combinations) == 16
    for item in [item for items in read.values() for item in items]:
        passages = item.fields["passages"]
        assert len(passages) == len(item.text.split("\n\n"))
        assert {topic for passage in passages for topic in passage} == item.topics
    held = {item.text for item in read["held-out.jsonl"]}
    trained = {item.text for name in read if name != "held-out.jsonl" for item in read[name]}
    assert len(held) == 256
    assert not held & trained


def test_labels_kept_by_name_are_joined_to_texts_that_have_none(tmp_path: Path) -> None:
    """Each article is learnt from once: with the labels that its name has, or without any."""
    names = [f"a:{number}" for number in range(4)]
    _write(
        tmp_path / "raw.jsonl",
        [{"id": name, "text": f"Flour and water, {name}"} for name in names],
    )
    labels = tmp_path / "labels.csv.xz"
    labelled = [("football",), None, (), None]
    write_annotations(
        labels,
        [
            CorpusArticle(name, "a", "", topics=its)
            for name, its in zip(names, labelled, strict=True)
        ],
    )
    both = [
        CorpusEntry("raw.jsonl", annotations=str(labels), weight=50, trusted=True),
        CorpusEntry("raw.jsonl", annotations=str(labels), labelled=False, weight=20, trusted=True),
    ]
    data, _ = gather(Recipe(tuple(both), topics=("bread", "football")), tmp_path, skip_bad=False)
    assert [text[-3:] for text in data.texts] == ["a:0", "a:2", "a:1", "a:3"]
    assert data.labels.tolist() == [[0, 1], [0, 0], [-1, -1], [-1, -1]]
    assert data.weight.tolist() == [50, 50, 20, 20]
    assert data.summary["duplicates"] == 0


def test_paragraphs_with_labels_become_examples_of_the_same_story() -> None:
    """They stay on the article's side of every split, and are not calibrated on."""
    data, problems = gather(Recipe.load(RECIPE).from_repository(), None, skip_bad=False)
    assert not problems
    paragraphs = ~data.trusted
    assert data.stories is not None
    assert paragraphs.any()
    whole = {name for name, trusted in zip(data.stories, data.trusted, strict=True) if trusted}
    assert {n for n, part in zip(data.stories, paragraphs, strict=True) if part} <= whole


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"group": 7, "id": "x"}, "group:7"),
        ({"id": "reuters21578:4600"}, "reuters:11"),
        ({"id": "bbc:tech/ultra-fast-wi-fi"}, "bbc:['ultra']"),
        ({"id": "a", "source": "allsides", "date": "2020-07-15"}, "outlet:allsides"),
        ({"id": "own-0001"}, "own-0001"),
    ],
)
def test_stories_are_told_by_time_author_or_name(fields: dict[str, Any], name: str) -> None:
    """By the first of these that an article has."""
    assert corpus_story(fields) == name


def test_articles_of_ones_own_without_any_name_stand_alone() -> None:
    """By their words."""
    assert (
        corpus_story({"text": "one"})
        == corpus_story({"text": "one"})
        != corpus_story({"text": "two"})
    )


def test_a_peer_at_its_best_learns_each_topic_from_the_labels_that_are_known() -> None:
    """Zero is the threshold with the best F1 out of fold; half of the quakes are unknown."""
    kinds = ("A quake struck", "The navy sailed", "An opera opened")
    texts = [f"{kind} in town {n}" for n in range(60) for kind in kinds]
    labels = np.array([[kind == 1, kind == 0] for _ in range(60) for kind in range(3)], np.int8)
    labels[::6, 1] = -1
    ones = np.ones(len(texts))
    data = TrainingSet(
        texts, labels, ones, ones.astype(bool), ones.astype(bool), None, ones.astype(int),
        ("defence", "disaster"),
    )  # fmt: skip
    scores = TUNED_PEERS[0].tag(data, ["The navy sailed on", "A quake struck at night", "Opera"])
    assert (scores >= 0).tolist() == [[True, False], [False, True], [False, False]]
