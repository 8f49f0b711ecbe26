"""Fetching public corpora and making them into labelled lines."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from topicclf.learning.data import read_labelled
from training.fetch import main


def _fetch(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _story(number: int, split: str, topics: str, *, indexed: str = "YES", text: str = "") -> str:
    named = "".join(f"<D>{topic}</D>" for topic in topics.split())
    text = text or f"<TITLE>STORY {number}</TITLE><BODY>Rain fell\n    on wheat.\n&#3;</BODY>"
    return (
        f'<REUTERS TOPICS="{indexed}" LEWISSPLIT="{split}" CGISPLIT="X" OLDID="1" '
        f'NEWID="{number}">\n<DATE> 2-MAR-1987 09:00:00.00</DATE>\n<TOPICS>{named}</TOPICS>\n'
        f"<TEXT{text if text.startswith(' ') else '>' + text}</TEXT>\n</REUTERS>\n"
    )


def _archive(path: Path, files: dict[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            content = text.encode("latin-1")
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def test_modapte_takes_indexed_stories_of_categories_on_both_sides(tmp_path: Path) -> None:
    """And only these categories; others, and stories without any left, stay out."""
    archive = _archive(
        tmp_path / "reuters.tar.gz",
        {
            "README.txt": "<REUTERS",
            "reut2-001.sgm": _story(4, "TEST", "wheat grain")
            + _story(5, "TEST", "tea")
            + _story(6, "TEST", "wheat", indexed="NO"),
            "reut2-000.sgm": _story(1, "TRAIN", "wheat cocoa")
            + _story(2, "TRAIN", "cocoa")
            + _story(3, "NOT-USED", "wheat tea")
            + _story(7, "TRAIN", ""),
        },
    )
    run = _fetch("reuters-modapte", "--archive", archive, "--out", tmp_path / "out")
    assert run.exit_code == 0, run.output
    assert _lines(tmp_path / "out" / "train.jsonl") == [
        {
            "id": "reuters21578:1",
            "source": "reuters",
            "date": "1987-03-02",
            "title": "STORY 1",
            "text": "Rain fell on wheat.",
            "topics": ["wheat"],
            "unknown": [],
        }
    ]
    test = _lines(tmp_path / "out" / "test.jsonl")
    assert [(line["id"], line["topics"]) for line in test] == [("reuters21578:4", ["wheat"])]


def test_briefs_and_unprocessed_stories_keep_their_text(tmp_path: Path) -> None:
    """A brief is its headline; an unprocessed story has none."""
    brief = ' TYPE="BRIEF">&#2;\n******<TITLE>WHEAT UP &lt;W>\n</TITLE>Blah blah blah.\n&#3;'
    unprocessed = ' TYPE="UNPROC">&#2;\nWHEAT  CLOSE\n  June 2.55\n&#3;'
    stories = _story(1, "TRAIN", "wheat", text=brief) + _story(2, "TEST", "wheat", text=unprocessed)
    archive = _archive(tmp_path / "reuters.tar.gz", {"reut2-000.sgm": stories})
    _fetch("reuters-modapte", "--archive", archive, "--out", tmp_path / "out")
    found = [_lines(tmp_path / "out" / f"{side}.jsonl")[0] for side in ("train", "test")]
    assert [line["text"] for line in found] == ["WHEAT UP <W>", "WHEAT CLOSE June 2.55"]
    assert not any("title" in line for line in found)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no archive", "is no tar archive, or a damaged one"), (None, "holds no .sgm file")],
)
def test_a_file_that_is_no_reuters_archive_is_refused(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    """With what to give instead."""
    archive = _archive(tmp_path / "reuters.tar.gz", {"other.txt": "text"})
    if content:
        archive.write_bytes(content)
    run = _fetch("reuters-modapte", "--archive", archive, "--out", tmp_path / "out")
    assert run.exit_code == 1
    assert message in run.output
    assert not (tmp_path / "out").exists()


def test_the_real_archive_gives_the_published_counts(shared: Path, tmp_path: Path) -> None:
    """7,770 stories to train on and 3,019 to test on, in 90 categories."""
    run = _fetch("reuters-modapte", "--archive", shared / "reuters21578.tar.gz", "--out", tmp_path)
    assert run.exit_code == 0, run.output
    train, test = (read_labelled(tmp_path / f"{side}.jsonl")[0] for side in ("train", "test"))
    assert (len(train), len(test)) == (7770, 3019)
    for side in (train, test):
        assert len({topic for item in side for topic in item.topics}) == 90
        assert all(item.text for item in side)
