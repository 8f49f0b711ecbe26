"""What comes out when what goes in is no article."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

import topicclf
from topicclf.labelled.reading import read_labelled
from topicclf.records import BadRecord, Record, read_records


@pytest.mark.parametrize("value", [None, b"bytes", 7, 1.5, ["a text"], object()])
def test_what_is_no_text_is_a_type_error_that_names_the_type(value: Any) -> None:
    """Never an answer about something that nobody wrote."""
    with pytest.raises(TypeError, match=f"must be a str, not {type(value).__name__}"):
        topicclf.predict(value)


def test_a_title_that_is_no_text_is_a_type_error() -> None:
    """The title is held to the same rule."""
    with pytest.raises(TypeError, match="title of the article must be a str, not bytes; decode it"):
        topicclf.predict("A text.", title=b"bytes")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (None, "item 1 must be a str, not NoneType"),
        ({"title": "x"}, "item 1 is a mapping without 'text'"),
        ({"text": 3}, "the text of item 1 must be a str, not int"),
    ],
)
def test_a_bad_item_among_many_is_named_by_its_number(item: Any, message: str) -> None:
    """Counted from 0."""
    with pytest.raises(TypeError, match=message):
        list(topicclf.predict_many(["A good one.", item]))


@pytest.mark.parametrize("items", ["one text", b"bytes", {"text": "one"}])
def test_one_article_in_the_place_of_many_is_a_type_error_at_once(items: Any) -> None:
    """A string would pass for an iterable of letters."""
    with pytest.raises(TypeError, match="iterable of articles"):
        topicclf.predict_many(items)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\r\n ",
        "\n" * 1_000_000,
        "\x00\x00",
        "\ud800\udfff",
        "…—!?",
        "防衛省は新しい護衛艦を発注した。",
        "وزارة الدفاع تطلب فرقاطتين",
        "qwxzj zzkpt vvbrq",
    ],
)
def test_a_text_without_a_known_word_carries_nothing_and_says_why(text: str) -> None:
    """The share of known words is zero; the probabilities are the topics' base rates."""
    found = topicclf.predict(text)
    assert found.topics == ()
    assert found.known_share == 0
    assert found.evidence == {}
    assert all(0 < p < 0.5 for p in found.probabilities.values())


def test_odd_characters_among_words_do_no_harm() -> None:
    """NUL, lone surrogates and right-to-left marks part words, as a space does."""
    plain = topicclf.predict("The navy ordered two frigates.")
    odd = topicclf.predict("The\x00navy \ud800ordered\u200f two\u2003frigates.")
    assert odd.probabilities == plain.probabilities


def test_accents_quotes_and_capitals_do_not_change_words() -> None:
    """Typography is not meaning."""
    plain = topicclf.predict("the navys cafe ordered two frigates")
    fancy = topicclf.predict("THE NAVY\u2019S CAFÉ “ORDERED” TWO FRIGATES")
    assert fancy.probabilities == plain.probabilities


@pytest.mark.slow
def test_a_line_of_fifty_megabytes_is_answered_with_evidence() -> None:
    """Nothing in it is quadratic; a quadratic step would take hours."""
    found = topicclf.predict("The navy ordered two frigates. " * 1_600_000)
    assert found.topics == ("defence",)
    assert found.n_words == 8_000_000


def test_a_word_of_fifty_megabytes_is_no_word() -> None:
    """Neither slow nor known."""
    assert topicclf.predict("a" * 50_000_000).known_share == 0


def _labelled(n: int) -> list[dict[str, Any]]:
    return [{"text": f"Frigates, no. {i}", "topics": ["defence"]} for i in range(n)]


@pytest.mark.parametrize("name", ["my.jsonl", "my.dat"])
@pytest.mark.parametrize("before", ["", "\n\n", "\ufeff"])
@pytest.mark.parametrize("indent", [None, 0, 2])
def test_a_json_array_is_read_element_by_element(
    tmp_path: Path, indent: int | None, before: str, name: str
) -> None:
    """However it is laid out."""
    path = tmp_path / name
    path.write_text(before + json.dumps(_labelled(9), indent=indent) + "\n", "utf-8")
    assert [record.fields for record in read_records([path]) if isinstance(record, Record)] == (
        _labelled(9)
    )


def test_objects_over_several_lines_are_read(tmp_path: Path) -> None:
    """One, or several after each other; each has the line on which it starts."""
    path = tmp_path / "my.json"
    path.write_text("".join(json.dumps(each, indent=2) + "\n" for each in _labelled(3)), "utf-8")
    found = list(read_records([path]))
    assert [each.fields for each in found if isinstance(each, Record)] == _labelled(3)
    assert [each.line for each in found] == [1, 7, 13]


def _kinds(path: Path, content: str) -> list[tuple[str, int]]:
    """What becomes of each record: its text or the start of what is wrong, and its line."""
    path.write_text(content, "utf-8")
    return [
        (each.text if isinstance(each, Record) else each.problem[:8], each.line)
        for each in read_records([path])
    ]


def test_a_broken_element_costs_itself_only(tmp_path: Path) -> None:
    """Whether its JSON is wrong, its quotes are, or the file breaks off in it."""
    path = tmp_path / "my.json"
    good, last = '{\n"text": "good"\n}', '{"text": "last"}'
    wrong = '{\n"text": 1 2\n}'
    assert _kinds(path, f"[{good},\n{wrong},\n{last}]") == [
        ("good", 1),
        ("not JSON", 4),
        ("last", 7),
    ]
    assert _kinds(path, f'[{good},\n{{"text": "no\n,\n{last}]')[::3] == [("good", 1)]
    assert _kinds(path, f"[{good},\n{{") == [("good", 1), ("not JSON", 4)]
    assert _kinds(path, f"[{good},") == [("good", 1), ("not JSON", 3)]


def test_a_line_that_is_cut_costs_itself_only(tmp_path: Path) -> None:
    """It isn't taken for the beginning of an object over several lines."""
    good = '{"text": "good"}\n'
    for cut in ("{", '{"id": 1,', '{"id": 1, "tags": ["a",', '{"text": "no', "["):
        found = _kinds(tmp_path / "my.jsonl", good + cut + "\n" + good + good)
        assert [each for each in found if each[0] == "good"] == [
            ("good", 1),
            ("good", 3),
            ("good", 4),
        ]
        assert len(found) == 4


def test_lines_that_open_and_never_close_take_linear_time(tmp_path: Path) -> None:
    """Thousands of them would otherwise take hours."""
    for line in ("{", "[", '{"a":', '"b": 2,', '{"a": 1,', '[{"a": 1},', "}"):
        assert len(_kinds(tmp_path / "my.jsonl", f"{line}\n" * 20_000)) > 0


def test_a_line_that_is_a_list_costs_itself_only(tmp_path: Path) -> None:
    """The lines after it are read, also where it is the first and broken."""
    for line in ("[1, 2]", "[1, 2"):
        path = tmp_path / "my.jsonl"
        path.write_text(f'{line}\n{{"text": "good"}}\n', "utf-8")
        assert [type(record) for record in read_records([path])] == [BadRecord, Record]


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_a_table_may_end_its_lines_in_any_way(tmp_path: Path, end: str) -> None:
    """As Windows, Unix and old Macs do; also within a quote."""
    path = tmp_path / "my.csv"
    rows = ["text,topics", f'"One{end}{end}two.",a', "Three.,b", "Four.,b,c", "Five.,"]
    path.write_bytes((end.join(rows) + end).encode())
    items, problems = read_labelled(path, skip_bad=True)
    assert [item.text for item in items] == [f"One{end}{end}two.", "Three.", "Five."]
    assert [str(problem) for problem in problems] == [f"{path}:6: 3 fields where the header has 2"]


def _packed(path: Path, content: str, *, share: float) -> Path:
    """The first part of a packed file."""
    whole = gzip.compress(content.encode())
    path.write_bytes(whole[: int(share * len(whole))])
    return path


@pytest.mark.slow
@pytest.mark.parametrize("n", [50, 2000, 20_000])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_what_can_be_read_of_a_packed_file_is_read(tmp_path: Path, n: int, share: float) -> None:
    """And the line where it breaks off is named, also after blank lines and rows of two lines."""
    draw = random.Random(n)
    texts = [f"{draw.random()} {draw.random()}" for _ in range(n)]
    lines = "".join(json.dumps({"text": text, "topics": []}) + "\n\n" for text in texts)
    table = "text,topics\n" + "".join(f'"{text}\nand",a\n' for text in texts)
    for name, content, lines_each in (("a.jsonl.gz", lines, 2), ("a.csv.gz", table, 2)):
        path = _packed(tmp_path / name, content, share=share)
        items, (problem,) = read_labelled(path, skip_bad=True)
        assert share - 0.15 - 5 / n < len(items) / n < share + 0.15
        assert [item.text.removesuffix("\nand") for item in items] == texts[: len(items)]
        line = int(problem.place.rpartition(":")[2])
        assert 0 <= line - lines_each * len(items) - name.count("csv") <= 2
        assert "the gzip file is damaged" in problem.message


def test_an_empty_name_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And does not mean the current folder."""
    (tmp_path / "a.txt").write_text("Text.", "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="an empty name is no file"):
        read_records([""])
