"""``topicclf explain``."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import topicclf
from topicclf import TopicClassifier
from topicclf.cli.group import commands

EXAMPLE = Path(__file__).parent.parent / "examples" / "article.txt"


def test_it_prints_a_sum_for_each_topic() -> None:
    """With the words that carry it."""
    run = CliRunner().invoke(commands, ["explain", str(EXAMPLE)])
    assert run.exit_code == 0
    assert re.search(r"energy: \d+\.\d%, carried \(threshold", run.output)
    assert '"pipelines"' in run.output


def test_it_reads_standard_input_and_writes_json() -> None:
    """What the library's to_json gives."""
    run = CliRunner().invoke(commands, ["explain", "-", "--json"], input="The navy sails.")
    topics = json.loads(run.output)["topics"]
    total = sum(part["value"] for part in topics["defence"]["contributions"])
    assert total == pytest.approx(topics["defence"]["log_odds"], abs=1e-9)


def test_it_writes_a_page(tmp_path: Path) -> None:
    """And says where, on standard error."""
    page = tmp_path / "page.html"
    run = CliRunner().invoke(commands, ["explain", str(EXAMPLE), "--html", str(page)])
    assert run.stdout == ""
    assert f"wrote {page}" in run.stderr
    assert "Muscat" in page.read_text("utf-8")


def test_it_compares_two_models(tmp_path: Path, small: TopicClassifier) -> None:
    """Which topics change, and by which words; as text and as JSON."""
    small.model_.save(tmp_path)
    arguments = ["explain", "-", "--against", str(tmp_path)]
    run = CliRunner().invoke(commands, arguments, input="The navy ordered two frigates.")
    assert run.output.startswith("defence: ")
    assert '"frigates"' in run.output
    run = CliRunner().invoke(commands, [*arguments, "--json"], input="The navy sails.")
    assert json.loads(run.output)["defence"]["after"]["carried"] is True


@pytest.mark.parametrize(
    ("arguments", "message", "status"),
    [
        (["missing.txt"], "no such file: missing.txt", 3),
        ([str(EXAMPLE), "--html", "x", "--against", "y"], "--html shows one model", 2),
        ([str(EXAMPLE), "--model", "missing"], "missing", 3),
    ],
)
def test_errors_are_one_line_and_a_status(arguments: list[str], message: str, status: int) -> None:
    """No traceback."""
    run = CliRunner().invoke(commands, ["explain", *arguments])
    assert run.exit_code == status
    assert message in run.output


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """Records with ids, one of them bad."""
    path = tmp_path / "several.jsonl"
    records = [
        {"id": 7, "story": "The navy ordered two frigates.", "url": "https://example.org/?a=b"},
        {"id": "8", "story": "Tariffs on steel rose.", "Headline": "Trade"},
        {"id": 9},
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def _explain(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["explain", *map(str, arguments)])


@pytest.mark.parametrize(
    ("options", "topic"),
    [
        (["--record", 1], "defence"),
        (["--record", 2], "trade"),
        (["--id", 7], "defence"),
        (["--id", "8"], "trade"),
        (["--id", "url=https://example.org/?a=b"], "defence"),
        (["--id", "Headline=Trade", "--title-field", "Headline"], "trade"),
    ],
)
def test_a_record_is_picked_by_number_or_id(
    several: Path, options: list[object], topic: str
) -> None:
    """Its fields are found as predict finds them."""
    run = _explain(several, "--text-field", "story", *options)
    assert run.exit_code == 0
    assert run.stdout.startswith(f"This article carries {topic} (")


@pytest.mark.parametrize(
    ("options", "message", "status"),
    [
        ([], "more than one article: pick one by --record N or --id ID", 3),
        (["--record", 4], "has no record 4", 3),
        (["--record", 3], "no field 'story'", 3),
        (["--id", "x"], "has no record with the id 'x'", 3),
        (["--id", "x", "--record", 1], "not by both", 2),
    ],
)
def test_a_record_that_is_not_there_is_refused(
    several: Path, options: list[object], message: str, status: int
) -> None:
    """And one that is bad, or not the only one."""
    run = _explain(several, "--text-field", "story", *options)
    assert message in run.stderr
    assert run.exit_code == status


def test_it_begins_with_a_sentence(tmp_path: Path) -> None:
    """About the topics and the words for them, or how near the nearest one is."""
    article = tmp_path / "a.txt"
    article.write_text("The navy ordered two frigates.")
    first, blank, *_ = _explain(article).stdout.splitlines()
    assert first.startswith("This article carries defence (100.0% probable, mostly for ")
    assert '"frigates"' in first
    assert blank == ""
    article.write_text("The quartet plays Haydn on Sunday.")
    first, *_ = _explain(article).stdout.splitlines()
    assert first.startswith("This article carries none of the topics. The nearest is ")


def test_lone_surrogates_become_escapes(tmp_path: Path) -> None:
    """In the library as well."""
    feed = tmp_path / "a.jsonl"
    feed.write_text('{"text": "Tariffs \\ud800 on steel rose"}\n')
    assert json.loads(_explain(feed, "--json").stdout)["text"] == "Tariffs \ud800 on steel rose"
    for shown in (topicclf.predict, topicclf.explain):
        json.loads(shown("Tariffs \ud800 on steel rose").to_json().encode())
