"""What ``topicclf predict`` writes: every record whole, or an error that counts."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import topicclf
from topicclf import TopicModel
from topicclf.cli.group import commands
from topicclf.records import Record
from topicclf.text import json_text
from topicclf.text.json_text import encoded
from topicclf.writing.delimited import DelimitedWriter
from topicclf.writing.parquet import ParquetWriter
from topicclf.writing.row import Tagged
from topicclf.writing.sheet import MORE_FIELDS, MOST_COLUMNS, Sheet

NAVY = "The navy ordered two frigates."
TRADE = "Tariffs on steel rose."
NONE = "The quartet plays Haydn on Sunday."

posix = pytest.mark.skipif(os.name != "posix", reason="other rights and links")


def _predict(*arguments: object, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(commands, ["predict", *map(str, arguments)], input=given)


def _feed(folder: Path, *records: object, name: str = "feed.jsonl") -> Path:
    path = folder / name
    lines = (each if isinstance(each, str) else json.dumps(each) for each in records)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def _rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def _objects(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _parquet(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pytest.importorskip("pyarrow.parquet").read_table(path).to_pylist()
    return rows


# Tables


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_a_field_that_first_comes_late_gets_its_column(
    tmp_path: Path, form: str, delimiter: str
) -> None:
    """The file is written once more, with all columns in its header."""
    records: list[dict[str, object]] = [{"id": n, "text": f'{NAVY}\r"{n}"\n'} for n in range(300)]
    records[280]["editor"] = "x,\t\n"
    records[299] |= {"page": 7, "editor": "y"}
    out = tmp_path / f"out.{form}"
    assert _predict(_feed(tmp_path, *records, "{"), "-o", out).exit_code == 1
    rows = _rows(out, delimiter)
    assert [row["id"] for row in rows] == [str(n) for n in range(300)] + [""]
    assert [row["text"] for row in rows[:300]] == [record["text"] for record in records]
    assert [(row["editor"], row["page"]) for row in rows if row["editor"]] == [
        ("x,\t\n", ""),
        ("y", "7"),
    ]
    assert all(row["topics"] == "defence" and not row["error"] for row in rows[:300])
    assert "not JSON" in rows[300]["error"]
    assert list(rows[0])[:4] == ["id", "text", "editor", "page"]
    assert list(rows[0])[-1] == "error"


def _tagged(fields: dict[str, Any]) -> Tagged:
    return Tagged(Record("", "", fields, "a", 1), (), [0.25])


def test_fields_without_end_share_a_column(tmp_path: Path) -> None:
    """Otherwise a table of records with ever new fields would grow with their square."""
    path = tmp_path / "out.csv"
    with path.open("w+b") as file:
        writer = DelimitedWriter(file, Sheet(("trade",)), streamed=False)
        for number in range(1000):
            writer.write(_tagged({f"field{20 * number + n}": number for n in range(20)}))
        writer.close()
        assert file.tell() < 5_000_000
        file.seek(0)
        rewritten = writer.rewritten(file)
        assert rewritten is not None
        table = list(csv.reader(io.StringIO(b"".join(rewritten).decode())))
    header = table[0]
    more = header.index(MORE_FIELDS)
    assert len(header) == MOST_COLUMNS + 1 + len(Sheet(("trade",)).answers) + 1
    for number, row in enumerate(table[1:]):
        fields = {name: value for name, value in zip(header, row, strict=True) if value}
        fields |= json.loads(row[more] or "{}")
        assert all(int(fields[f"field{20 * number + n}"]) == number for n in range(20))


def test_records_of_more_fields_than_that_keep_their_columns(tmp_path: Path) -> None:
    """Each column is one of the first record's."""
    record = {"text": NAVY} | {f"f{n}": n for n in range(2 * MOST_COLUMNS)}
    assert _predict(_feed(tmp_path, record, record), "-o", tmp_path / "out.csv").exit_code == 0
    for row in _rows(tmp_path / "out.csv"):
        assert MORE_FIELDS not in row
        assert all(row[name] == str(value) for name, value in record.items())


def test_why_has_a_column_for_each_topic(tmp_path: Path) -> None:
    """With the sentences; those who want JSON ask for the column ``evidence``."""
    feed = _feed(tmp_path, {"text": f"{NAVY}\n{TRADE}"}, {"text": NONE})
    assert _predict(feed, "-o", tmp_path / "out.csv", "--why", "--top-terms").exit_code == 0
    first, second = _rows(tmp_path / "out.csv")
    expected = topicclf.predict(f"{NAVY}\n{TRADE}")
    for topic in expected.topics:
        sentences = [sentence.text for sentence in expected.evidence[topic].sentences]
        assert first[f"why_{topic}"].split(" … ") == sentences
        assert first[f"terms_{topic}"].split(";") == list(expected.evidence[topic].terms)
    assert first["why_disaster"] == second["why_defence"] == ""
    assert (
        _predict(
            feed, "-o", tmp_path / "two.csv", "--why", "--columns", "why_trade,evidence"
        ).exit_code
        == 0
    )
    [row, _] = _rows(tmp_path / "two.csv")
    assert list(row) == ["why_trade", "evidence", "error"]
    assert json.loads(row["evidence"]) == json.loads(json.dumps(expected.to_dict()["evidence"]))


def test_columns_are_those_that_are_asked_for_in_that_order(tmp_path: Path) -> None:
    """A name with a comma is quoted; one that no record has is named."""
    feed = _feed(tmp_path, {"id": 1, "text": NAVY, "a, b": "c"}, "{", {"id": 2, "text": NONE})
    names = ["--columns", 'topics,"a, b"', "--columns", "probabilities,id,titel"]
    run = _predict(feed, "-o", tmp_path / "out.csv", *names)
    assert "no record has a field 'titel'" in run.stderr
    header, *rows = (tmp_path / "out.csv").read_text("utf-8").splitlines()
    topics = topicclf.load().topics
    probabilities = ",".join(f"probability_{topic}" for topic in topics)
    assert header == f'topics,"a, b",{probabilities},id,titel,error'
    assert rows[0].startswith("defence,c,")
    assert rows[0].endswith(",1,,")
    assert "not JSON" in rows[1]


def test_columns_of_parquet_can_be_chosen_too(tmp_path: Path) -> None:
    """With their types."""
    pytest.importorskip("pyarrow")
    feed = _feed(tmp_path, {"id": 1, "text": NAVY})
    run = _predict(feed, "-o", tmp_path / "o.parquet", "--columns", "topics,id,x")
    assert "no record has a field 'x'" in run.stderr
    assert _parquet(tmp_path / "o.parquet") == [
        {"topics": ["defence"], "id": 1, "x": None, "error": None}
    ]


def test_excel_gets_its_mark_once(tmp_path: Path) -> None:
    """Also where the file is written once more for late columns."""
    late: list[dict[str, str]] = [{"text": NAVY}] * 300
    late.append({"text": NAVY, "é": "1"})
    for number, records in enumerate((late[:1], late)):
        out = tmp_path / f"out{number}.csv"
        assert _predict(_feed(tmp_path, *records), "-o", out, "--excel").exit_code == 0
        content = out.read_bytes()
        assert content.startswith(b"\xef\xbb\xbftext,")
        assert content.count(b"\xef\xbb\xbf") == 1


def test_cells_that_a_spreadsheet_would_run_are_made_harmless_on_request(tmp_path: Path) -> None:
    """Headers too; numbers stay numbers."""
    record = {
        "text": "=cmd|' /C calc'!A0",
        "@name": "+1+cmd",
        "tab": "\t=1",
        "wide": "\uff1d1",  # Some spreadsheets run these as well.
        "change": "-1.5",
        "percent": "+3,5%",
        "number": -2,
        "plain": "a=b",
    }
    feed = _feed(tmp_path, record)
    assert _predict(feed, "-o", tmp_path / "out.csv", "--safe-cells").exit_code == 0
    [row] = _rows(tmp_path / "out.csv")
    dangerous = {"text", "@name", "tab", "wide"}
    for name, value in record.items():
        if name in dangerous:
            assert row["'@name" if name == "@name" else name] == f"'{value}"
        else:
            assert row[name] == str(value)
    assert _predict(feed, "-o", tmp_path / "plain.csv").exit_code == 0
    assert _rows(tmp_path / "plain.csv")[0]["text"] == record["text"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--columns", "id"], "--columns is for csv"),
        (["--excel"], "are for csv and tsv"),
        (["--format", "csv", "--columns", "why"], "need --why"),
        (["--format", "csv", "--columns", "terms"], "needs --top-terms"),
    ],
)
def test_options_for_tables_are_refused_elsewhere(options: list[str], message: str) -> None:
    """With status 2, before anything is read."""
    run = _predict("--json", *options, given=NAVY)
    assert message in run.stderr
    assert run.exit_code == 2


def test_the_summary_counts_topics_and_errors(tmp_path: Path) -> None:
    """On standard error, unless it is to be quiet."""
    feed = _feed(tmp_path, {"text": NAVY}, {"text": NAVY}, {"text": TRADE}, {"text": NONE}, "{")
    run = _predict(feed, "-o", tmp_path / "out.jsonl")
    assert run.stderr.splitlines() == [
        "5 records: defence 2, trade 1, no topic 1",
        f"topicclf: 1 of 5 records can't be used; the first: {feed}:5: "
        + run.stderr.split(f"{feed}:5: ")[1].rstrip(),
    ]
    run = _predict(feed, "-o", tmp_path / "out.jsonl", "--only", "trade")
    assert run.stderr.startswith("5 records: trade 1, no topic 0, left out 3\n")
    assert "records:" not in _predict(feed, "-o", tmp_path / "out.jsonl", "-q").stderr
    assert _predict(given=NAVY).stderr == ""


# Values


VALUES: list[object] = [
    *(1, 0.75, 2**53 + 1, 2**63, 2**70, -(2**63), "a", "", None, True, 1e-7),
    *({}, {"a": 1}, {"a": "b", "c": {}}, [], [1, "a"], [None], [[{"a": []}]], {"a": [0.5, 1]}),
]


def test_parquet_writes_every_value_of_every_row_whole(tmp_path: Path) -> None:
    """Whatever came first: values that share no type become text, and JSON of what is nested."""
    pytest.importorskip("pyarrow")
    names = ["plain", "late", "mixed", "nested"]
    columns: dict[str, list[Any]] = {
        "plain": [1, 0.75, None, 2],
        "late": [None, None, {"a": 1}, {"a": 1, "b": "kept"}],
        "mixed": [1, "a", {"b": 2}, True],
        "nested": [{"x": [1]}, {"x": [0.5], "y": {"z": None}}, {"x": None}, None],
        "huge": [2**64, 1, -(2**70), None],
        "unsigned": [2**63, 1, 2**64 - 1, 0],
        "exact": [2**53 + 1, 0.5, None, 1],
        "empty": [{}, None, {}, {"a": 1}],
    }
    names = list(columns)
    rows = [{name: columns[name][n] for name in names} for n in range(4)]
    out = tmp_path / "out.parquet"
    with mock.patch("topicclf.writing.parquet._GROUP_ROWS", 2):
        feed = _feed(tmp_path, *({"text": NAVY} | row for row in rows))
        assert _predict(feed, "-o", out).exit_code == 0
    written = _parquet(out)
    assert all(row["error"] is None and row["topics"] == ["defence"] for row in written)
    made = {name: [row[name] for row in written] for name in names}
    assert made["plain"] == columns["plain"]
    assert made["late"] == [None, None, {"a": 1, "b": None}, {"a": 1, "b": "kept"}]
    assert made["mixed"] == ["1", "a", '{"b":2}', "true"]
    assert made["nested"] == [
        {"x": [1.0], "y": None},
        {"x": [0.5], "y": {"z": None}},
        {"x": None, "y": None},
        None,
    ]
    assert made["huge"] == [str(2**64), "1", str(-(2**70)), None]
    assert made["unsigned"] == columns["unsigned"]
    assert made["exact"] == [str(2**53 + 1), "0.5", None, "1"]
    assert made["empty"] == ["{}", None, "{}", '{"a":1}']


def _same(made: Any, value: Any) -> bool:
    """Whether what was written says the value, as itself or as text."""
    if made == value and (made is None) == (value is None):
        return True
    if isinstance(made, str):
        return made == str(value) or json.loads(made) == value
    if isinstance(made, list):
        return len(made) == len(value) and all(map(_same, made, value))
    if isinstance(made, dict):
        return all(_same(each, value.get(name)) for name, each in made.items()) and (
            made.keys() >= value.keys()
        )
    return False


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(VALUES), min_size=1, max_size=6))
def test_any_values_share_a_parquet_column(values: list[object]) -> None:
    """And each can be read back."""
    parquet = pytest.importorskip("pyarrow.parquet")
    file = io.BytesIO()
    writer = ParquetWriter(file, ["trade"])
    for value in values:
        writer.write(_tagged({"text": "", "value": value}))
    writer.close()
    assert not writer.problems
    rows = parquet.read_table(file).to_pylist()
    assert all(_same(row["value"], value) for row, value in zip(rows, values, strict=True))


def test_parquet_keeps_the_types_of_parquet(tmp_path: Path) -> None:
    """Times, decimals and bytes."""
    import datetime

    parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    zone = datetime.timezone.utc  # noqa: UP017
    rows: list[dict[str, Any]] = [
        {
            "text": NAVY,
            "day": datetime.date(2024, 2, 29),
            "at": datetime.datetime(2024, 2, 29, 1, 2, 3, 4),
            "zoned": datetime.datetime(2024, 2, 29, tzinfo=zone),
            "price": Decimal("1.50"),
            "raw": b"\x00\xff",
        },
        {"text": NAVY, "price": Decimal("12345678901234567890.125")},
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "in.parquet")
    assert _predict(tmp_path / "in.parquet", "-o", tmp_path / "o.parquet").exit_code == 0
    first, second = _parquet(tmp_path / "o.parquet")
    assert {name: first[name] for name in rows[0]} == rows[0]
    assert second["price"] == rows[1]["price"]


def test_lone_surrogates_are_an_error_where_no_file_can_hold_them(tmp_path: Path) -> None:
    """The rest of the record, and its answer, are kept; JSON lines have escapes for them."""
    feed = _feed(tmp_path, r'{"id": 1, "text": "Tariffs \ud800 on steel rose."}', {"text": NAVY})
    forms = ["csv", "jsonl"]
    if pytest.importorskip("pyarrow"):
        forms.append("parquet")
    for form in forms:
        out = tmp_path / f"out.{form}"
        run = _predict(feed, "-o", out)
        if form == "jsonl":
            assert run.exit_code == 0
            continue
        assert run.exit_code == 1
        assert "1 of 2 records" in run.stderr
        first, second = _rows(out) if form == "csv" else _parquet(out)
        assert first["text"] == "Tariffs ? on steel rose."
        assert first["topics"] == ("trade" if form == "csv" else ["trade"])
        assert "lone surrogates" in first["error"]
        assert not second["error"]


@pytest.mark.parametrize("fast", [True, False])
def test_json_is_the_same_whoever_writes_it(fast: bool) -> None:
    """But for the exponents of floats; what JSON lacks is null, text or an escape."""
    values = {
        "né": [1.5, float("inf"), None, True, 2**70, {"a": {}}],
        "day": Decimal("1.5"),
        "lone": "\ud800",
        "control": "\x1b\u2028",
    }
    with mock.patch.object(json_text, "_dumps", json_text._dumps if fast else None):
        assert json.loads(encoded(values)) == {
            **values,
            "né": [1.5, None, None, True, 2**70, {"a": {}}],
            "day": "1.5",
        }
        assert encoded({"a": [1, 0.1, "é"], "b": None}) == '{"a":[1,0.1,"é"],"b":null}'.encode()


# Files


@posix
@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_links_and_rights_of_a_file_that_is_replaced_are_kept(tmp_path: Path, form: str) -> None:
    """The link's target is written."""
    pytest.importorskip("pyarrow")
    real, link = tmp_path / "folder" / f"2024.{form}", tmp_path / f"latest.{form}"
    real.parent.mkdir()
    real.touch(0o640)
    link.symlink_to(real)
    assert _predict("--from", "text", "-o", link, given=NAVY).exit_code == 0
    assert link.is_symlink()
    assert real.stat().st_size
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert [path.name for path in real.parent.iterdir()] == [real.name]


@posix
def test_a_new_file_has_the_rights_of_any_other(tmp_path: Path) -> None:
    """As the umask has it."""
    (tmp_path / "other").touch()
    _predict("--from", "text", "-o", tmp_path / "out.jsonl", given=NAVY)
    assert (tmp_path / "out.jsonl").stat().st_mode == (tmp_path / "other").stat().st_mode


@posix
@pytest.mark.parametrize("kind", ["symbolic", "hard", "pipe"])
@pytest.mark.parametrize("options", [[], ["--resume"]])
def test_what_somebody_else_put_where_the_part_goes_is_not_written(
    tmp_path: Path, kind: str, options: list[str]
) -> None:
    """A link may lead to a file that is not theirs to write."""
    victim, part = tmp_path / "victim", tmp_path / "out.jsonl.topicclf.part"
    victim.write_text("precious")
    if kind == "symbolic":
        part.symlink_to(victim)
    elif kind == "hard":
        os.link(victim, part)
    else:
        os.mkfifo(part)
    run = _predict("--from", "text", "-o", tmp_path / "out.jsonl", *options, given=NAVY)
    assert run.exit_code == 3
    assert "remove it" in run.stderr
    assert victim.read_text() == "precious"
    assert not (tmp_path / "out.jsonl").exists()


def test_two_writers_of_one_file_are_one_too_many(tmp_path: Path) -> None:
    """The second is refused, resuming or not, and the first goes on undisturbed."""
    out = tmp_path / "out.jsonl"
    feed = _feed(tmp_path, *({"text": f"{NAVY} {n}"} for n in range(600)))
    command = [sys.executable, "-m", "topicclf", "predict", str(feed), "-", "--from", "jsonl"]
    with subprocess.Popen(
        [*command, "-o", str(out), "-q"], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as first:
        part = tmp_path / "out.jsonl.topicclf.part"
        while not (part.exists() and part.stat().st_size):
            assert first.poll() is None
        for options in ([], ["--resume"]):
            run = _predict(feed, "-o", out, *options)
            assert run.exit_code == 3
            assert f"another topicclf is writing {out}" in run.stderr
        _, told = first.communicate(b'{"text": "Haydn."}\n')
    assert (first.returncode, told) == (0, b"")
    assert out.read_bytes().count(b"\n") == 601
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feed.jsonl", "out.jsonl"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="nothing is always full here")
def test_a_full_disk_is_one_line_and_the_old_file_stays(tmp_path: Path) -> None:
    """What was written until then can be gone on with."""
    feed, out = _feed(tmp_path, *({"text": NAVY} for _ in range(2000))), tmp_path / "out.jsonl"
    out.write_text("old")
    script = (
        "import resource, signal, sys\n"
        "from topicclf.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))\n"
        "main()"
    )
    command = [sys.executable, "-c", script, "predict", str(feed), "-o", str(out)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 3
    assert "File too large" in run.stderr
    assert "--resume goes on from there" in run.stderr
    assert run.stderr.count("\n") == 1
    assert out.read_text() == "old"
    assert _predict(feed, "-o", out, "--resume").exit_code == 0
    assert out.read_text().count("\n") == 2000
    assert len(list(tmp_path.iterdir())) == 2


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write anything")
def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path: Path) -> None:
    """Its folder alone would allow it."""
    out = tmp_path / "out.jsonl"
    out.touch(0o444)
    run = _predict("--from", "text", "-o", out, given=NAVY)
    assert f"{out}: the file is read-only" in run.stderr
    assert run.exit_code == 3


# Inputs


@pytest.mark.parametrize("same", ["name", "link", "hard link"])
def test_predict_never_writes_over_what_it_reads(tmp_path: Path, same: str) -> None:
    """Under whatever name."""
    feed, out = _feed(tmp_path, {"text": NAVY}, {"text": NONE}), tmp_path / "other.jsonl"
    before = feed.read_bytes()
    if same == "name":
        out = feed
    elif same == "link":
        out.symlink_to(feed)
    else:
        os.link(feed, out)
    for arguments in ([feed, "-o", out, "--only", "trade"], [feed, "-o", out, "--resume"]):
        run = _predict(*arguments)
        assert f"can't write over {feed}" in run.stderr
        assert run.exit_code == 3
    assert feed.read_bytes() == before


@pytest.mark.parametrize("stream", ["input", "output"])
def test_nor_where_a_shell_names_the_file(tmp_path: Path, stream: str) -> None:
    """Before or behind a sign for standard input or output."""
    feed = _feed(tmp_path, {"text": NAVY})
    command = [sys.executable, "-m", "topicclf", "predict", "--from", "jsonl", "--json"]
    with feed.open("rb") as read, feed.open("ab") as appended:
        if stream == "input":
            run = subprocess.run([*command, "-o", feed], stdin=read, capture_output=True)
        else:
            run = subprocess.run([*command, feed], stdout=appended, stderr=subprocess.PIPE)
    assert b"can't write over" in run.stderr
    assert run.returncode == 3
    assert feed.read_text().count("\n") == 1


def test_an_output_in_the_folder_that_is_read_is_not_read_next_time(tmp_path: Path) -> None:
    """Nor is what an interrupted run has left, whatever the format that is named."""
    _feed(tmp_path, {"text": NAVY}, name="a.jsonl")
    out = tmp_path / "out.jsonl"
    (tmp_path / "out.jsonl.topicclf.part").write_text('{"text": "left"}\n')
    for _ in range(2):
        assert _predict(tmp_path, "-o", out, "--from", "jsonl").exit_code == 0
        assert [row["text"] for row in _objects(out)] == [NAVY]


@pytest.mark.parametrize("target", ["article", "model"])
def test_explain_never_writes_over_what_it_reads(tmp_path: Path, target: str) -> None:
    """Neither the article nor the model."""
    article, model = tmp_path / "a.txt", tmp_path / "model.npz"
    article.write_text(NAVY)
    topicclf.load().save(model)
    page = article if target == "article" else model
    before = page.read_bytes()
    arguments = ["explain", str(article), "--model", str(tmp_path), "--html", str(page)]
    run = CliRunner().invoke(commands, arguments)
    assert f"can't write over {page}" in run.stderr
    assert run.exit_code == 3
    assert page.read_bytes() == before


@pytest.mark.parametrize("target", ["pool.jsonl", "labelled.jsonl"])
def test_suggest_never_writes_over_what_it_reads(tmp_path: Path, target: str) -> None:
    """Neither the pool nor the labelled articles."""
    for name in ("pool.jsonl", "labelled.jsonl"):
        _feed(tmp_path, {"text": f"{NAVY} {name}", "topics": []}, name=name)
    out = tmp_path / target
    before = out.read_bytes()
    pool, labelled = str(tmp_path / "pool.jsonl"), str(tmp_path / "labelled.jsonl")
    arguments = ["suggest", "shipped", pool, "--labelled", labelled, "--out", str(out)]
    run = CliRunner().invoke(commands, arguments)
    assert f"can't write over {out}" in run.stderr
    assert run.exit_code == 3
    assert out.read_bytes() == before


@pytest.mark.parametrize("target", ["test.jsonl", "model.npz"])
def test_evaluate_never_writes_over_what_it_reads(tmp_path: Path, target: str) -> None:
    """Neither the data nor the model."""
    pytest.importorskip("matplotlib")
    data = _feed(tmp_path, {"text": NAVY, "topics": ["defence"]}, name="test.jsonl")
    topicclf.load().save(tmp_path / "model.npz")
    page = tmp_path / target
    before = page.read_bytes()
    arguments = ["evaluate", str(tmp_path), str(data), "--draws", "0", "--html", str(page)]
    run = CliRunner().invoke(commands, arguments)
    assert f"can't write over {page}" in run.stderr
    assert run.exit_code == 3
    assert page.read_bytes() == before


# Answers


@pytest.fixture
def fragile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that one article breaks."""
    tag_many = TopicModel.tag_many

    def tag(self: TopicModel, items: Any, *, workers: int | None = None) -> Iterator[Any]:
        articles = list(items)
        if any("breaks" in article.text for article in articles):
            msg = "out of range"
            raise IndexError(msg)
        return tag_many(self, articles, workers=workers)

    monkeypatch.setattr(TopicModel, "tag_many", tag)


@pytest.mark.usefixtures("fragile")
def test_an_article_that_breaks_the_model_is_one_error(tmp_path: Path) -> None:
    """The others are answered, in order."""
    feed = _feed(tmp_path, {"text": NAVY}, {"text": "This breaks it."}, "{", {"text": TRADE})
    run = _predict(feed, "-o", tmp_path / "out.jsonl")
    rows = _objects(tmp_path / "out.jsonl")
    assert [row.get("topics") for row in rows] == [["defence"], None, None, ["trade"]]
    assert rows[1]["error"].startswith("this article can't be answered (IndexError: out of range)")
    assert (rows[1]["file"], rows[1]["line"]) == (str(feed), 2)
    assert "2 of 4 records" in run.stderr
    assert run.exit_code == 1
    run = _predict(feed, "-o", tmp_path / "out.jsonl", "--strict")
    assert f"{feed}:2: this article can't be answered" in run.stderr
    assert run.exit_code == 1


# Standard streams


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii"])
def test_standard_output_of_any_encoding_gets_sensible_text(tmp_path: Path, encoding: str) -> None:
    """As on a Windows pipe: bars in signs that it has, and question marks."""
    article = tmp_path / "a.txt"
    article.write_text(f"Erdo\u011fan said so. {TRADE}", "utf-8")
    command = [sys.executable, "-m", "topicclf"]
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    for arguments in (["predict"], ["predict", "--json"], ["explain", "--json"], ["explain"]):
        run = subprocess.run(
            [*command, arguments[0], str(article), *arguments[1:]],
            env=environment,
            capture_output=True,
        )
        assert (run.returncode, run.stderr) == (0, b"")
        if "--json" in arguments:
            json.loads(run.stdout.decode("utf-8"))
        elif arguments == ["predict"]:
            assert b"####################" in run.stdout


@posix
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_file_is_written_without_standard_streams(tmp_path: Path, closed: str) -> None:
    """As under some schedulers; what would go there goes nowhere, least of all into the file."""
    feed, out = _feed(tmp_path, {"text": NAVY}, "{"), tmp_path / "out.jsonl"
    command = f'"{sys.executable}" -m topicclf predict "{feed}" -o "{out}" {closed}'
    run = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert run.returncode == 1
    assert b"Traceback" not in run.stderr
    assert [sorted(row)[0] for row in _objects(out)] == ["probabilities", "error"]


def test_answers_for_a_closed_standard_output_are_refused(tmp_path: Path) -> None:
    """Instead of being lost."""
    feed = _feed(tmp_path, {"text": NAVY})
    command = f'"{sys.executable}" -m topicclf predict "{feed}" >&-'
    run = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, check=False)
    assert b"standard output is closed; write with -o FILE" in run.stderr
    assert run.returncode == 2


def test_a_closed_standard_input_is_no_empty_article() -> None:
    """Nor may what takes its place be one."""
    run = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m topicclf predict <&-'],
        capture_output=True,
        check=False,
    )
    assert run.stderr == b"topicclf: standard input is closed; name a file\n"
    assert (run.returncode, run.stdout) == (3, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="nothing is always full here")
@pytest.mark.parametrize("command", ["--help", "predict --help", "topics", "--version"])
def test_help_for_a_full_disk_is_one_line(command: str) -> None:
    """And no traceback."""
    run = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m topicclf {command} > /dev/full'],
        capture_output=True,
        check=False,
    )
    assert (run.returncode, run.stderr.count(b"\n")) == (3, 1), run.stderr


def test_a_link_in_a_circle_is_refused(tmp_path: Path) -> None:
    """In a line."""
    (tmp_path / "a.jsonl").symlink_to(tmp_path / "b.jsonl")
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "a.jsonl")
    run = _predict("-o", tmp_path / "a.jsonl", given=NAVY)
    assert "a link that leads back to itself" in run.stderr
    assert run.exit_code == 3


def test_nothing_that_is_shown_gives_the_terminal_orders(tmp_path: Path) -> None:
    """Neither names of files nor titles nor fields."""
    feed = tmp_path / "a\x1b]0;title\x07.jsonl"
    feed.write_text('{"title": "\\u001b[2J", "text": "The navy."}\n{"\\u001b[31m": 1}\n{\n')
    for arguments in ([], ["--why"], ["-o", tmp_path / "out.csv"]):
        run = _predict(feed, "--format", *(["csv"] if "-o" in arguments else ["text"]), *arguments)
        assert run.exit_code == 1
        assert "\x1b" not in run.stdout + run.stderr
    run = _predict(tmp_path / "missing\x1b[31m")
    assert "\x1b" not in run.stderr
