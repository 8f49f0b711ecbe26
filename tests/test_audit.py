"""Finding labels that are wrong."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests.conftest import LABELS, ROOT, TEXTS
from topicclf.cli.group import commands
from topicclf.errors import DataError
from topicclf.labelling.audit import audit
from topicclf.labelling.doubts import doubts
from topicclf.learning.data import read_labelled

LINES: list[dict[str, Any]] = [
    {"id": f"a{n}", "text": text, "topics": sorted(topics)}
    for n, (text, topics) in enumerate(zip(TEXTS, LABELS, strict=True))
]


def _write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, ["audit", *map(str, arguments)])


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
    found, _ = audit(read_labelled(_write(tmp_path / "my.jsonl", lines))[0])
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
    assert "0 count as wrong" in run.stderr


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
    """So that it can be corrected and given to training again."""
    wrong = {"id": "odd", "text": "The navy ordered frigates; soldiers begin.", "topics": []}
    run = _run(_write(tmp_path / "my.jsonl", [*LINES, wrong]), "-n", "1", "--json")
    found = json.loads(run.stdout)
    assert {key: found[key] for key in wrong} == wrong
    assert found["doubt"]["topic"] == "defence"
    assert found["doubt"]["labelled"] is False
    assert found["doubt"]["evidence"]


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
    items = read_labelled(_write(tmp_path / "my.jsonl", [*lines, *odd]))[0]
    alone = {doubt.row for doubt in audit(items)[0] if doubt.topic == "disaster"}
    stories = [item.fields["story"] for item in items]
    groups = np.unique(np.array(stories), return_inverse=True)[1]
    together = {doubt.row for doubt in audit(items, groups=groups)[0] if doubt.topic == "disaster"}
    zoo = set(range(len(lines), len(items)))
    assert not alone & zoo
    assert zoo <= together


def test_data_that_can_not_be_learnt_is_refused(tmp_path: Path) -> None:
    """With the reason, and without a traceback."""
    lines = [{**line, "topics": []} for line in LINES]
    path = _write(tmp_path / "my.jsonl", lines)
    with pytest.raises(DataError, match="there is no topic to learn"):
        audit(read_labelled(path)[0])
    run = _run(path)
    assert run.exit_code == 3
    assert "there is no topic to learn" in run.stderr
    run = _run(_write(path, LINES), "--group", "sotry")
    assert run.exit_code == 3
    assert "no article has a field 'sotry'" in run.stderr
