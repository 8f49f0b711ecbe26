"""Finding labels that are wrong."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests.conftest import LABELS, ROOT, TEXTS
from topicclf.cli.group import commands
from topicclf.errors import DataError
from topicclf.labelled.reading import Source, read_source
from topicclf.labelling.audit import audit
from topicclf.labelling.doubts import doubts
from topicclf.training.dataset import TrainingSet, gather

LINES: list[dict[str, Any]] = [
    {"id": f"a{n}", "text": text, "topics": sorted(topics)}
    for n, (text, topics) in enumerate(zip(TEXTS, LABELS, strict=True))
]


def _write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def _training_set(path: Path) -> TrainingSet:
    return gather([read_source(Source(path))])[0]


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, ["audit", *map(str, arguments)])


@pytest.mark.slow
def test_labels_flipped_on_purpose_are_found(tmp_path: Path) -> None:
    """In our own corpus: of ten labels of each topic turned round, they come out on top."""
    path = ROOT / "training" / "corpus" / "articles.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    rng = np.random.default_rng(0)
    flipped = set()
    for topic in ("defence", "energy", "trade", "disaster"):
        for row in rng.choice(len(lines), 10, replace=False).tolist():
            lines[row]["topics"] = sorted({*lines[row]["topics"]} ^ {topic})
            flipped.add((row, topic))
    found, _ = audit(_training_set(_write(tmp_path / "my.jsonl", lines)))
    top = {(doubt.row, doubt.topic) for doubt in found[:20]}
    assert len(top & flipped) >= 14


def test_labels_that_count_as_wrong_come_first() -> None:
    """As confident learning has it, by topic; unknown labels are never doubted."""
    labels = np.array([[1], [1], [1], [0], [0], [0], [0], [-1]], np.int8)
    probability = np.array([0.9, 0.8, 0.02, 0.99, 0.55, 0.1, 0.1, 0.99])[:, None]
    found = doubts(labels, probability, ["x"])
    assert [(doubt.row, doubt.labelled) for doubt in found] == [(3, False), (2, True), (4, False)]
    assert [doubt.confident for doubt in found] == [True, True, False]


def test_right_labels_raise_no_doubt(tmp_path: Path) -> None:
    """A clean file gives an empty list, and says so."""
    run = _run(_write(tmp_path / "my.jsonl", LINES))
    assert run.exit_code == 0, run.output
    assert run.stdout == ""
    assert "0 labels less probable" in run.stderr


def test_the_command_shows_the_label_and_what_speaks_against_it(tmp_path: Path) -> None:
    """In words, with file and line."""
    wrong = {"id": "odd", "text": "The navy ordered frigates; soldiers begin.", "topics": []}
    run = _run(_write(tmp_path / "my.jsonl", [*LINES, wrong]), "-n", "1")
    assert run.exit_code == 0, run.output
    assert run.stdout.startswith("defence: not labelled, yet ")
    assert f"my.jsonl:{len(LINES) + 1}" in run.stdout
    assert "The navy ordered frigates" in run.stdout


def test_a_title_can_not_give_orders_to_the_terminal(tmp_path: Path) -> None:
    """Control characters in it become spaces."""
    wrong = {"title": "\x1b[2JFleet", "text": "The navy ordered frigates.", "topics": []}
    run = _run(_write(tmp_path / "my.jsonl", [*LINES, wrong]), "-n", "1")
    assert "[2JFleet" in run.stdout
    assert "\x1b" not in run.stdout


def test_as_json_the_article_keeps_its_fields(tmp_path: Path) -> None:
    """With what speaks against its label."""
    wrong = {"id": "odd", "text": "The navy ordered frigates; soldiers begin.", "topics": []}
    run = _run(_write(tmp_path / "my.jsonl", [*LINES, wrong]), "-n", "1", "--json")
    found = json.loads(run.stdout)
    assert {key: found[key] for key in wrong} == wrong
    [doubt] = found["doubts"]
    assert doubt["topic"] == "defence"
    assert doubt["labelled"] is False
    assert doubt["place"].endswith(f"my.jsonl:{len(LINES) + 1}")
    assert doubt["evidence"]


def test_an_article_with_two_doubts_is_one_line(tmp_path: Path) -> None:
    """So that it is corrected once."""
    text = "The navy sent frigates with aid after the earthquake, and floods drove villagers."
    wrong = {"id": "odd", "text": text, "topics": []}
    run = _run(_write(tmp_path / "my.jsonl", [*LINES, wrong]), "--json")
    found = [json.loads(line) for line in run.stdout.splitlines()]
    [odd] = [line for line in found if line["id"] == "odd"]
    assert {doubt["topic"] for doubt in odd["doubts"]} == {"defence", "disaster"}


def test_corrected_lines_are_training_data_and_win_over_the_old_ones(tmp_path: Path) -> None:
    """Also where the labels stand in a column for each topic, and the text has another name."""
    table = tmp_path / "my.csv"
    rows: list[tuple[object, ...]] = [
        ("story", "defence", "disaster"),
        ("The navy ordered frigates; soldiers begin.", 0, ""),
    ]
    rows += [
        (text, int("defence" in topics), int("disaster" in topics))
        for text, topics in zip(TEXTS, LABELS, strict=True)
    ]
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    options = ["--text-field", "story", "--topic-columns", "defence,disaster"]
    run = _run(table, "-n", "1", "--json", *options)
    line = json.loads(run.stdout)
    assert (line["topics"], line["unknown"]) == ([], ["disaster"])
    fixed = _write(tmp_path / "fixed.jsonl", [{**line, "topics": ["defence"]}])
    again = _run(table, f"{fixed}:2", "--json", *options)
    assert again.exit_code == 0, again.output
    assert again.stdout == ""
    assert "43 articles: 0 labels less probable" in again.stderr


def test_what_nobody_looked_at_is_not_doubted(tmp_path: Path) -> None:
    """A file without a column for a topic says nothing of it."""
    one = tmp_path / "one.csv"
    rows = 'Floods drove villagers out.,1\n"The navy sent frigates, soldiers.",0\n'
    one.write_text(f"text,disaster\n{rows}", "utf-8")
    run = _run(_write(tmp_path / "my.jsonl", LINES), one)
    assert run.exit_code == 0, run.output
    assert "defence: not labelled" not in run.stdout


def test_a_story_is_not_judged_by_its_own_retelling(tmp_path: Path) -> None:
    """Two tellings of one story with the same wrong label speak for each other, unless grouped."""
    odd = [
        {
            "text": f"The orchestra opens its season with zebras {n}.",
            "topics": ["disaster"],
            "story": "zoo",
        }
        for n in range(4)
    ]
    lines = [{**line, "story": line["id"]} for line in LINES]
    data = _training_set(_write(tmp_path / "my.jsonl", [*lines, *odd]))
    alone = {doubt.row for doubt in audit(data)[0] if doubt.topic == "disaster"}
    grouped = replace(data, stories=[line["story"] for line in [*lines, *odd]])
    together = {doubt.row for doubt in audit(grouped)[0] if doubt.topic == "disaster"}
    zoo = set(range(len(lines), len(data.texts)))
    assert not alone & zoo
    assert zoo <= together


def test_data_that_can_not_be_learnt_is_refused(tmp_path: Path) -> None:
    """With the reason, and without a traceback."""
    path = _write(tmp_path / "my.jsonl", [{**line, "topics": []} for line in LINES])
    run = _run(path)
    assert run.exit_code == 3
    assert "no article carries a topic" in run.stderr
    _write(path, [{**line, "topics": ["defence"]} for line in LINES])
    with pytest.raises(DataError, match="no article without topic 'defence'"):
        audit(_training_set(path))
    run = _run(path)
    assert run.exit_code == 3
    assert "no article without topic 'defence'" in run.stderr
    run = _run(_write(path, LINES), "--group", "sotry")
    assert run.exit_code == 3
    assert "no article has a field 'sotry'" in run.stderr


def test_learning_in_no_process_makes_no_sense(tmp_path: Path) -> None:
    """Nor in fewer."""
    for jobs in ("0", "-1"):
        run = _run(_write(tmp_path / "my.jsonl", LINES), "--jobs", jobs)
        assert run.exit_code == 2
        assert f"Invalid value for '--jobs': {jobs} is not in the range x>=1" in run.stderr


def test_weights_choose_between_twins_and_nothing_else(tmp_path: Path) -> None:
    """A file that weighs a lot does not outvote the others."""
    text = (
        "Soldiers began an exercise near the border; the navy ordered two frigates from the yard."
    )
    odd = [{"text": f"{text} {n}", "topics": []} for n in range(2)]
    paths = [_write(tmp_path / "my.jsonl", LINES), _write(tmp_path / "odd.jsonl", odd)]
    runs = [_run(paths[0], f"{paths[1]}{weight}", "--json") for weight in ("", ":50")]
    assert runs[0].stdout == runs[1].stdout
    assert "odd.jsonl" in runs[0].stdout


def test_a_rare_topic_does_not_flood_the_list() -> None:
    """All that carry it look improbable; an improbable opposite is no doubt."""
    rng = np.random.default_rng(0)
    labels = np.zeros((1000, 2), np.int8)
    labels[:300, 0] = labels[999, 1] = 1
    probability = np.zeros((1000, 2))
    probability[:, 0] = np.where(labels[:, 0], 0.9, 0.05)
    probability[0, 0] = 0.2
    probability[:, 1] = 0.001 + 0.0005 * rng.random(1000)
    found = doubts(labels, probability, ["trade", "sugar"])
    assert {(doubt.row, doubt.topic) for doubt in found} == {(0, "trade"), (999, "sugar")}
