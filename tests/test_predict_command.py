"""``topicclf predict`` over the files that people have."""

import csv
import gzip
import io
import json
from dataclasses import replace
from itertools import islice, repeat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import topicclf
from topicclf import TopicClassifier, TopicModel
from topicclf.cli.answering import Answering
from topicclf.cli.group import commands
from topicclf.records import BadRecord

EXAMPLE = Path(__file__).parent.parent / "examples" / "article.txt"
NAVY = "The navy ordered two frigates."
QUAKE = "The earthquake brought down a bridge."
NONE = "The quartet plays Haydn on Sunday."


def _predict(*arguments: object, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(commands, ["predict", *map(str, arguments)], input=given)


def _objects(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def _feed(folder: Path, *records: object, name: str = "feed.jsonl") -> Path:
    path = folder / name
    lines = (each if isinstance(each, str) else json.dumps(each) for each in records)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def test_one_text_gets_its_topics_and_why() -> None:
    """The topics first, then each one's evidence; in a pipe as well."""
    run = _predict(EXAMPLE)
    assert run.exit_code == 0
    first, *rest = run.stdout.splitlines()
    assert set(first.split(", ")) == {"defence", "energy", "trade"}
    assert any("second gas pipeline" in line for line in rest)


def test_standard_input_is_read_without_being_named() -> None:
    """Or with a dash."""
    assert _predict(given=NAVY).stdout.startswith("defence\n")
    assert _objects(_predict("-", "--json", given=NAVY).stdout)[0]["topics"] == ["defence"]


def test_none_is_said_in_words() -> None:
    """Not an empty line."""
    assert _predict(given=NONE).stdout.startswith("none of the topics\n")


def test_a_title_counts(tmp_path: Path) -> None:
    """On the command line as in a record's field."""
    path = _feed(tmp_path, "They signed on Sunday.", name="a.txt")
    assert _predict(path, "--title", NAVY).stdout.startswith("defence\n")
    feed = _feed(tmp_path, {"body": "They signed on Sunday.", "headline": NAVY})
    assert _objects(_predict(feed).stdout)[0]["topics"] == ["defence"]


def test_a_strange_language_is_pointed_out() -> None:
    """The share of known words says how far to believe the answer."""
    assert "words are known" in _predict(given="Laivasto tilasi kaksi fregattia.").stdout


def test_the_answers_are_those_of_the_library(
    tmp_path: Path, articles: list[dict[str, Any]]
) -> None:
    """To the last digit, in order."""
    found = _objects(_predict(_feed(tmp_path, *articles)).stdout)
    expected = list(topicclf.predict_many(articles))
    assert [answer["probabilities"] for answer in found] == [p.probabilities for p in expected]
    assert [tuple(answer["topics"]) for answer in found] == [p.topics for p in expected]


def test_several_processes_give_the_same_bytes(
    tmp_path: Path, articles: list[dict[str, Any]]
) -> None:
    """In the same order, bad records included."""
    feed = _feed(tmp_path, *articles, "{", *articles, "")
    one = _predict(feed, "-o", tmp_path / "one.jsonl")
    two = _predict(feed, "-o", tmp_path / "two.jsonl", "--workers", 2)
    assert one.exit_code == two.exit_code == 1
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()


def test_every_other_field_is_kept_as_it_was_written(tmp_path: Path) -> None:
    """Order, digits and escapes included."""
    line = (
        r'{"n": 1.50, "big": 123456789012345678901, "text": "n\u00e9 \ud800", "a": [{"b": null}]}'
    )
    [output] = _predict(_feed(tmp_path, line)).stdout.splitlines()
    assert output.startswith(line[:-1] + ', "topics": []')


def test_fields_that_bear_the_names_of_ours_are_kept_under_another(tmp_path: Path) -> None:
    """Labels of one's own, say."""
    record = {"text": NAVY, "topics": ["ships"], "input_topics": 1, "error": "none"}
    [found] = _objects(_predict(_feed(tmp_path, record)).stdout)
    assert found["topics"] == ["defence"]
    assert found["input_input_topics"] == ["ships"]
    assert found["input_topics"] == 1
    assert found["input_error"] == "none"


def test_lone_surrogates_come_out_as_escapes(tmp_path: Path) -> None:
    """Also where the record has to be written anew."""
    line = r'{"topics": 1, "text": "a\ud800b"}'
    run = _predict(_feed(tmp_path, line))
    assert r'"a\ud800b"' in run.stdout
    assert run.exit_code == 0


def test_why_and_top_terms_add_the_evidence(tmp_path: Path) -> None:
    """As the library gives it."""
    feed = _feed(tmp_path, {"text": NAVY})
    [found] = _objects(_predict(feed, "--why", "--top-terms").stdout)
    expected = topicclf.predict(NAVY)
    assert found["evidence"] == json.loads(json.dumps(expected.to_dict()["evidence"]))
    assert found["terms"] == {"defence": list(expected.evidence["defence"].terms)}


def test_a_bad_record_is_an_error_in_its_place(tmp_path: Path) -> None:
    """Counted at the end, with status 1."""
    feed = _feed(tmp_path, {"text": NAVY}, "{", "[]", "", {"text": QUAKE})
    run = _predict(feed)
    found = _objects(run.stdout)
    assert [sorted(each)[0] for each in found] == [
        "probabilities",
        "error",
        "error",
        "probabilities",
    ]
    assert found[1] == {"error": found[1]["error"], "file": str(feed), "line": 2}
    assert "not JSON" in found[1]["error"]
    assert f"2 of 4 records can't be used; the first: {feed}:2: not JSON" in run.stderr
    assert run.exit_code == 1


def test_strict_stops_at_the_first_bad_record(tmp_path: Path) -> None:
    """Those before it are answered; a file does not appear."""
    feed = _feed(tmp_path, {"text": NAVY}, "{", {"text": QUAKE})
    assert [each["text"] for each in _objects(_predict(feed, "--strict").stdout)] == [NAVY]
    run = _predict(feed, "--strict", "-o", tmp_path / "out.jsonl")
    assert f"{feed}:2: not JSON" in run.stderr
    assert run.exit_code == 1
    assert not (tmp_path / "out.jsonl").exists()


def test_bad_records_without_end_are_not_collected(shipped: TopicModel) -> None:
    """They go on before a good one comes."""
    bad = BadRecord("no text", "feed.jsonl", 1)
    assert list(islice(Answering(shipped).rows(repeat(bad)), 10_000)) == [bad] * 10_000


def test_thresholds_can_be_set_for_all_topics_and_for_one(tmp_path: Path) -> None:
    """The one for one topic counts more, wherever it stands."""
    feed = _feed(tmp_path, {"text": NAVY})
    [all_of_them] = _objects(_predict(feed, "--threshold", "0").stdout)
    assert set(all_of_them["topics"]) == set(topicclf.load().topics)
    [but_one] = _objects(_predict(feed, "--threshold", "trade=1", "--threshold", "0").stdout)
    assert set(but_one["topics"]) == set(topicclf.load().topics) - {"trade"}


def test_a_precision_is_kept_by_the_threshold_that_finds_most(
    small: TopicClassifier, tmp_path: Path
) -> None:
    """As the model's own curves have it; what they can't promise is refused.

    The lowest one here would find no more, and tag everything.
    """
    curve = {
        "threshold": [0.0, 0.2, 0.5, 0.999999],
        "precision": [0.6, 0.6, 0.8, 0.95],
        "recall": [1.0, 1.0, 0.9, 0.5],
    }
    curves = dict.fromkeys(small.model_.topics, curve)
    replace(small.model_, provenance={"curves": curves}).save(tmp_path)
    feed = _feed(tmp_path, *({"text": f"{text} Number 1."} for text in (NAVY, QUAKE, NONE)))
    arguments = (feed, "--model", tmp_path, "--precision")
    careless = [each["topics"] for each in _objects(_predict(*arguments, 0.5).stdout)]
    assert careless == [["defence"], ["disaster"], []]
    careful = [each["topics"] for each in _objects(_predict(*arguments, 0.9).stdout)]
    assert careful == [[], [], []]
    run = _predict(*arguments, 0.99)
    assert "'defence' the model can promise a precision of 0.95 at most" in run.stderr
    assert run.exit_code == 3


def test_a_model_without_curves_can_promise_nothing(small: TopicClassifier, tmp_path: Path) -> None:
    """And says what to do."""
    replace(small.model_, provenance={}).save(tmp_path)
    run = _predict(EXAMPLE, "--model", tmp_path, "--precision", 0.9)
    assert "train it again" in run.stderr
    assert run.exit_code == 3


def test_only_leaves_out_the_articles_without_the_topic(tmp_path: Path) -> None:
    """With several, those without any; bad records stay."""
    records = [{"text": text} for text in (NAVY, QUAKE, NONE)]
    feed = _feed(tmp_path, *records, "{")
    texts = [each.get("text") for each in _objects(_predict(feed, "--only", "disaster").stdout)]
    assert texts == [QUAKE, None]
    both = _predict(feed, "--only", "disaster", "--only", "defence", "-o", tmp_path / "o.jsonl")
    assert both.exit_code == 1
    texts = [each.get("text") for each in _objects((tmp_path / "o.jsonl").read_text())]
    assert texts == [NAVY, QUAKE, None]


def test_csv_in_csv_out_has_a_column_for_each_probability(tmp_path: Path) -> None:
    """Every other column is kept, as it was."""
    path = tmp_path / "in.csv"
    rows = [{"id": "01", "text": f'{NAVY}\n"Two"', "n": "1.50"}, {"id": "", "text": NONE, "n": ""}]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", "text", "n"])
        writer.writeheader()
        writer.writerows(rows)
    out = tmp_path / "out.csv"
    assert _predict(path, "-o", out).exit_code == 0
    found = list(csv.DictReader(io.StringIO(out.read_text("utf-8"), newline="")))
    assert [{name: row[name] for name in rows[0]} for row in found] == rows
    assert [row["topics"] for row in found] == ["defence", ""]
    [first, _] = topicclf.predict_many([row["text"] for row in rows])
    assert found[0]["probability_defence"] == f"{first.probabilities['defence']:.4f}"
    assert [row["error"] for row in found] == ["", ""]


def test_a_late_field_keeps_its_text_and_answer_where_the_header_is_gone(tmp_path: Path) -> None:
    """On a pipe there is no way back to the header: what is left out is named, and counted."""
    first = [{"text": NAVY, "n": number} for number in range(300)]
    feed = _feed(tmp_path, *first, {"text": NAVY, "m": 1}, "{", {"text": NAVY})
    run = _predict(feed, "--format", "csv")
    found = list(csv.DictReader(io.StringIO(run.stdout, newline="")))
    assert len(found) == 303
    assert found[299]["n"] == "299"
    assert (found[300]["text"], found[300]["topics"]) == (NAVY, "defence")
    assert found[300]["error"].startswith("left out 'm', which the header lacks")
    assert f"{feed}:302: not JSON" in found[301]["error"]
    assert found[302]["topics"] == "defence"
    assert run.exit_code == 1
    assert "2 of 303 records can't be used" in run.stderr


def test_a_csv_of_bad_records_only_is_a_csv(tmp_path: Path) -> None:
    """With nothing but errors."""
    run = _predict(_feed(tmp_path, "{", "["), "--format", "csv")
    assert [row["error"] != "" for row in csv.DictReader(io.StringIO(run.stdout))] == [True, True]
    assert run.exit_code == 1


def test_parquet_in_parquet_out_keeps_types(tmp_path: Path) -> None:
    """Topics are lists and probabilities numbers."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows: list[dict[str, Any]] = [
        {"text": NAVY, "n": 1, "tags": ["a"]},
        {"text": None, "n": 2, "tags": []},
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "in.parquet")
    out = tmp_path / "out.parquet"
    assert _predict(tmp_path / "in.parquet", "-o", out, "--why").exit_code == 1
    first, second = parquet.read_table(out).to_pylist()
    assert {name: first[name] for name in rows[0]} == rows[0]
    assert first["topics"] == ["defence"]
    assert first["probabilities"] == topicclf.predict(NAVY).probabilities
    assert "defence" in json.loads(first["evidence"])
    assert "in.parquet:2: 'text' must be a text" in second["error"]


def test_a_folder_of_texts_becomes_a_record_for_each(tmp_path: Path) -> None:
    """With the name of its file."""
    for name, text in [("a.txt", NAVY), ("b.txt.gz", QUAKE)]:
        content = text.encode()
        (tmp_path / name).write_bytes(gzip.compress(content) if name[-1] == "z" else content)
    found = _objects(_predict(tmp_path).stdout)
    assert [each["file"] for each in found] == [str(tmp_path / n) for n in ("a.txt", "b.txt.gz")]
    assert [each["topics"] for each in found] == [["defence"], ["disaster"]]


def test_many_articles_are_shown_a_line_each(tmp_path: Path) -> None:
    """With bars, and a star at what each carries."""
    feed = _feed(tmp_path, {"text": QUAKE, "title": "Bridge\x1b[31m down"}, "{")
    header, line, error = _predict(feed, "--format", "text").stdout.splitlines()
    assert header.split() == [*topicclf.load().topics, "article"]
    assert "█ 1.00* " in line or "0.9" in line
    assert line.endswith("Bridge [31m down")
    assert error.startswith(f"{feed}:2: not JSON")


def test_with_why_each_article_is_shown_in_full(tmp_path: Path) -> None:
    """Under the line that it stands on."""
    feed = _feed(tmp_path, {"text": NAVY}, {"text": QUAKE})
    shown = _predict(feed, "--format", "text", "--why").stdout
    assert f"{feed}:1\ndefence\n" in shown
    assert f"{feed}:2\ndisaster\n" in shown
    assert f'  "{QUAKE}"' in shown


def test_the_encoding_that_was_read_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Once for the file."""
    pytest.importorskip("charset_normalizer")
    path = tmp_path / "a.jsonl"
    line = json.dumps({"text": f"Café: {NAVY}"}, ensure_ascii=False) + "\n"
    path.write_bytes(line.encode("cp1252") * 3)
    assert [each["text"] for each in _objects(_predict(path).stdout)] == [f"Café: {NAVY}"] * 3
    assert [r.getMessage() for r in caplog.records] == [f"{path}: not UTF-8; read as Windows-1252"]


def test_an_empty_input_gives_an_empty_output(tmp_path: Path) -> None:
    """No records in, none out."""
    out = tmp_path / "out.jsonl"
    assert _predict(_feed(tmp_path), "-o", out).exit_code == 0
    assert out.read_bytes() == b""
