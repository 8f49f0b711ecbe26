"""``topicclf explain``."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from topicclf import TopicClassifier
from topicclf.cli.group import commands

EXAMPLE = Path(__file__).parent.parent / "examples" / "article.txt"


def test_it_prints_a_sum_for_each_topic() -> None:
    """With the words that carry it."""
    run = CliRunner().invoke(commands, ["explain", str(EXAMPLE)])
    assert run.exit_code == 0
    assert "energy: 100.0%, carried (threshold" in run.output
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
        (["missing.txt"], "missing.txt is no file", 3),
        ([str(EXAMPLE), "--html", "x", "--against", "y"], "--html shows one model", 2),
        ([str(EXAMPLE), "--model", "missing"], "missing", 3),
    ],
)
def test_errors_are_one_line_and_a_status(arguments: list[str], message: str, status: int) -> None:
    """No traceback."""
    run = CliRunner().invoke(commands, ["explain", *arguments])
    assert run.exit_code == status
    assert message in run.output


def test_more_than_one_article_is_refused(tmp_path: Path) -> None:
    """Explaining is for one."""
    several = tmp_path / "several.jsonl"
    several.write_text('{"text": "The navy."}\n{"text": "The army."}\n')
    run = CliRunner().invoke(commands, ["explain", str(several)])
    assert run.exit_code == 3
    assert "more than one article" in run.output
