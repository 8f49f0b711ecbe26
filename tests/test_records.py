"""Reading the files that people have."""

import csv
import gzip
import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import topicclf
from topicclf.errors import DataError, MissingExtraError
from topicclf.records import BadRecord, ReadOptions, Record, read_records


def _read(*sources: Path, **options: Any) -> list[Record | BadRecord]:
    return list(read_records(sources, options=ReadOptions(**options)))


def _texts(*sources: Path, **options: Any) -> list[str | None]:
    """The text of each record, None for a bad one."""
    return [r.text if isinstance(r, Record) else None for r in _read(*sources, **options)]


def _file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_plain_file_is_one_article(tmp_path: Path) -> None:
    """All of it, under its file's name."""
    path = _file(tmp_path, "a.txt", "The navy.\nTwo frigates.\n")
    [record] = _read(path)
    assert isinstance(record, Record)
    assert record.text == "The navy.\nTwo frigates.\n"
    assert record.fields == {"file": str(path), "text": record.text}


def test_json_lines_keep_every_field(tmp_path: Path) -> None:
    """With the text and the title found among them."""
    fields = {"id": 7, "headline": "Ships", "body": "The navy.", "deep": {"a": [None, 1.5]}}
    [record] = _read(_file(tmp_path, "a.jsonl", json.dumps(fields)))
    assert record == Record("The navy.", "Ships", fields, str(tmp_path / "a.jsonl"), 1)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "not JSON"),
        (b"\x00", "not JSON"),
        (b'{"text": "a\x00b"}', "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'["text"]', "put one object on each line"),
        (b'{"text": null}', "'text' must be a text, but is missing"),
        (b'{"text": 7}', "'text' must be a text, but is a number"),
        (b'{"text": "a", "title": ["b"]}', "'title' must be a text, but is a list"),
        (b'{"txt": "a"}', "there are 'txt'"),
        (b"{}", "there are none"),
        (b'{"n": ' + b"9" * 5000 + b"}", "not JSON"),
        (
            '{"text": "é"}\n{"text": "'.encode() + b'\xff"}',
            "not UTF-8 (byte 0xff at 10); save it as UTF-8",
        ),
    ],
)
def test_a_bad_line_is_a_bad_record_in_its_place(tmp_path: Path, line: bytes, problem: str) -> None:
    """With its number and what is wrong; the lines around it are read."""
    good = b'{"text": "good"}\n'
    first, *_, bad, last = _read(_file(tmp_path, "a.jsonl", good + line + b"\n" + good))
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert isinstance(bad, BadRecord)
    assert problem in bad.problem
    assert bad.line == last.line - 1


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    """The lines after them keep their numbers."""
    path = _file(tmp_path, "a.jsonl", '\n{"text": "a"}\n \t\n\r\n{"text": "b"}\n')
    assert _texts(path) == ["a", "b"]
    assert _read(path)[1].line == 5


def test_a_line_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    """In JSON lines and in CSV."""
    text = "frigate " * 1_250_000
    jsonl = _file(tmp_path, "a.jsonl", json.dumps({"text": text}))
    assert _texts(jsonl, _file(tmp_path, "a.csv", f"text\n{text}\n")) == [text, text]


def test_escaped_lone_surrogates_come_through(tmp_path: Path) -> None:
    """JSON can say them, so they can occur."""
    assert _texts(_file(tmp_path, "a.jsonl", r'{"text": "a\ud800b"}')) == ["a\ud800b"]


def test_csv_rows_may_span_lines(tmp_path: Path) -> None:
    """A record's line is the one on which it starts."""
    path = _file(tmp_path, "a.csv", 'Title,Text,id\nShips,"The ""navy"",\nat sea",1\n\nB,b,2\n')
    first, second = _read(path)
    fields = {"Title": "Ships", "Text": 'The "navy",\nat sea', "id": "1"}
    assert first == Record(fields["Text"], "Ships", fields, str(path), 2)
    assert (second.line, second.file) == (5, str(path))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_tells_what_parts_the_fields(tmp_path: Path, delimiter: str) -> None:
    """Many a CSV has no comma."""
    path = _file(tmp_path, "a.csv", f"id{delimiter}text\n1{delimiter}The navy.\n")
    assert _texts(path) == ["The navy."]


def test_tsv_has_tabs(tmp_path: Path) -> None:
    """Whatever else the header holds."""
    assert _texts(_file(tmp_path, "a.tsv", "a,b,c\ttext\n1\tnavy\n")) == ["navy"]


def test_a_row_of_another_length_is_a_bad_record(tmp_path: Path) -> None:
    """Nobody can tell which field is missing."""
    path = _file(tmp_path, "a.csv", "id,text\n1,a\n2\n3,b,c\n4,d\n")
    found = _read(path)
    assert [type(record) for record in found] == [Record, BadRecord, BadRecord, Record]
    assert str(found[1]) == f"{path}:3: 1 fields where the header has 2"


@pytest.mark.parametrize("tail", ["", '3,"c"\n', "3,c\n" * 10])
def test_a_broken_quote_costs_its_own_line_only(tmp_path: Path, tail: str) -> None:
    """What it would have swallowed is read."""
    path = _file(tmp_path, "a.csv", 'id,text\n1,a\n2,"never closed\n4,"d"\n' + tail)
    found = _read(path)
    assert isinstance(found[1], BadRecord)
    assert str(found[1]).startswith(f"{path}:3: a broken quote")
    assert [r.text for r in found if isinstance(r, Record)][:2] == ["a", "d"]
    assert len(found) == 3 + tail.count("\n")


def test_any_table_that_csv_writes_is_read_back(tmp_path: Path) -> None:
    """Quotes, line ends, tabs and NULs in it or not."""
    values = ["a", 'say "no"', "two\nlines", "\r\n", "tab\t", ",;|", "", " x ", "\x00", "é…"]
    rows = [{"text": a + b, "other": b} for a in values for b in values]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, ["text", "other"])
    writer.writeheader()
    writer.writerows(rows)
    found = _read(_file(tmp_path, "a.csv", buffer.getvalue()))
    assert [record.fields for record in found if isinstance(record, Record)] == rows


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,words\n1,a\n", "a.csv:1: .*there are 'id', 'words': name the text's field"),
        ("text,id,text\na,1,b\n", "a.csv:1: two columns are called 'text'"),
        ('text,"id\n', "a.csv:1: the header can't be read"),
    ],
)
def test_a_header_that_makes_no_sense_is_a_data_error(
    tmp_path: Path, content: str, message: str
) -> None:
    """The whole file would be guesswork."""
    with pytest.raises(DataError, match=message):
        _read(_file(tmp_path, "a.csv", content))


def test_the_fields_can_be_named(tmp_path: Path) -> None:
    """Over those that would be found."""
    path = _file(tmp_path, "a.csv", "text,words,kicker\na,b,c\n")
    [record] = _read(path, text_field="words", title_field="kicker")
    assert isinstance(record, Record)
    assert (record.text, record.title) == ("b", "c")


def test_a_name_mistyped_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """And not with the usual field."""
    with pytest.raises(DataError, match="no field 'txet'; did you mean 'text'"):
        _read(_file(tmp_path, "a.csv", "text\na\n"), text_field="txet")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv"])
def test_unicode_is_read_by_its_mark(tmp_path: Path, encoding: str, name: str) -> None:
    """In any of its forms, in any format."""
    text = "The navy\u2019s café — naïve, “no”"
    content = {
        "a.txt": text,
        "a.jsonl": json.dumps({"text": text}, ensure_ascii=False) + "\n",
        "a.csv": f'text\n"{text}"\n',
    }[name]
    mark = "\ufeff" if encoding.endswith("be") else ""
    path = _file(tmp_path, name, (mark + content).encode(encoding))
    assert [text.lstrip("\ufeff") for text in _texts(path) if text] == [text]


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv"])
def test_windows_1252_is_detected_and_said_so(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The first line that is not ASCII gives it away, however far down."""
    pytest.importorskip("charset_normalizer")
    text = "The navy\u2019s café — naïve, “no”"
    plain = "plain " * 50
    content = {
        "a.txt": text,
        "a.jsonl": "".join(
            json.dumps({"text": each}, ensure_ascii=False) + "\n" for each in [plain] * 9 + [text]
        ),
        "a.csv": "text\n" + f"{plain}\n" * 9 + f'"{text}"\n',
    }[name]
    with caplog.at_level(logging.WARNING, "topicclf"):
        assert _texts(_file(tmp_path, name, content.encode("cp1252")))[-1] == text
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / name}: not UTF-8; read as Windows-1252"
    ]


def test_the_encoding_can_be_named(tmp_path: Path) -> None:
    """Then nothing is detected."""
    path = _file(tmp_path, "a.txt", "Łódź".encode("cp1250"))
    assert _texts(path, encoding="cp1250") == ["Łódź"]
    with pytest.raises(DataError, match="no encoding 'utf-9'"):
        ReadOptions(encoding="utf-9")


def test_bytes_that_are_no_text_are_a_bad_record(tmp_path: Path) -> None:
    """Not an answer about noise."""
    noise = bytes(range(128, 256)) * 3
    assert _texts(_file(tmp_path, "a.txt", noise)) == [None]
    csv_file = _file(tmp_path, "a.csv", b"text\n\xc3\xa9\n" + noise.replace(b"\n", b"") + b"\nb\n")
    assert _texts(csv_file) == ["é", None, "b"]


def test_without_charset_normalizer_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or that the encoding can be named."""
    monkeypatch.setitem(sys.modules, "charset_normalizer", None)
    path = _file(tmp_path, "a.txt", "café".encode("latin-1"))
    with pytest.raises(DataError, match=r"name its encoding.*pip install charset-normalizer"):
        _read(path)


@pytest.mark.parametrize("name", ["a.txt.gz", "a.jsonl.gz", "a.csv.gz", "b.jsonl"])
def test_gzip_is_unpacked_whatever_its_name(tmp_path: Path, name: str) -> None:
    """What it is packed around is told by the rest of the name."""
    content = {"txt": "navy", "csv": "text\nnavy\n"}.get(name.split(".")[1], '{"text": "navy"}\n')
    assert _texts(_file(tmp_path, name, gzip.compress(content.encode()))) == ["navy"]


def test_damaged_gzip_is_a_bad_record_where_it_breaks(tmp_path: Path) -> None:
    """What came before it counts."""
    lines = b"".join(b'{"text": "%d navy"}\n' % number for number in range(100_000))
    whole = gzip.compress(lines)
    found = _read(_file(tmp_path, "a.jsonl.gz", whole[: len(whole) // 2]))
    assert isinstance(found[-1], BadRecord)
    assert "gzip file is damaged" in found[-1].problem
    assert found[-1].line == len(found) > 1000


def test_folders_and_globs_give_their_files_in_order(tmp_path: Path) -> None:
    """Hidden files and unknown formats are left out; named ones are read whatever they are."""
    (tmp_path / "in").mkdir()
    for name, text in [("b.txt", "b"), ("a.txt", "a"), ("in/c.txt", "c"), (".d.txt", "d")]:
        _file(tmp_path, name, text)
    odd = _file(tmp_path, "e.dat", "e")
    assert _texts(tmp_path) == ["a", "b", "c"]
    assert _texts(tmp_path / "*.txt") == ["a", "b"]
    assert _texts(tmp_path / "**" / "*.txt") == ["a", "b", "c"]
    assert _texts(odd) == ["e"]


@pytest.mark.parametrize("name", ["missing.txt", "*.csv", "empty"])
def test_a_source_without_a_file_is_an_error_at_once(tmp_path: Path, name: str) -> None:
    """Before a single record has been read."""
    (tmp_path / "empty").mkdir()
    good = _file(tmp_path, "good.txt", "good")
    with pytest.raises(FileNotFoundError, match=name.replace("*", r"\*")):
        read_records([good, tmp_path / name])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"text": "navy"}\n{"text": "army"}\n', ["navy", "army"]),
        (b'\xef\xbb\xbf{ "text": "navy" }', ["navy"]),
        (b"The navy.", ["The navy."]),
        (b"id;text\n1;The navy.\n", ["The navy."]),
        (b'"text"\tid\nThe navy.\t1\n', ["The navy."]),
        (b"Body, mind and text\nA review.\n", ["Body, mind and text\nA review.\n"]),
        (b"Dear reader,\nthe navy.", ["Dear reader,\nthe navy."]),
        (b"", [""]),
    ],
)
def test_standard_input_is_known_by_how_it_begins(
    monkeypatch: pytest.MonkeyPatch, content: bytes, expected: list[str]
) -> None:
    """JSON lines, a web page, Parquet, or else plain text."""
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(content)))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert _texts(Path("-")) == expected


def test_a_named_field_tells_a_table_as_well(tmp_path: Path) -> None:
    """Where the file's name says nothing."""
    path = _file(tmp_path, "a.dat", "id,words\n1,The navy.\n")
    assert _texts(path) == ["id,words\n1,The navy.\n"]
    assert _texts(path, text_field="words") == ["The navy."]


def test_records_come_one_by_one(tmp_path: Path) -> None:
    """The first is there before the last has been written."""
    path = _file(tmp_path, "a.jsonl", "".join(f'{{"text": "{n}"}}\n' for n in range(100_000)))
    records: Iterator[Record | BadRecord] = read_records([path])
    assert next(records).line == 1
    path.write_bytes(b"")
    assert len(list(records)) < 100_000


def test_bytes_read_are_counted(tmp_path: Path) -> None:
    """For a progress bar; of a packed file, as they stand on the disk."""
    packed = gzip.compress(b'{"text": "navy"}\n' * 1000)
    path = _file(tmp_path, "a.jsonl.gz", packed)
    counts: list[int] = []
    assert len(list(read_records([path], on_bytes=counts.append))) == 1000
    assert sum(counts) == len(packed)


def test_parquet_rows_are_records(tmp_path: Path) -> None:
    """Of whatever types."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [{"body": f"text {n}", "n": n, "tags": ["a"] * (n % 3)} for n in range(2000)]
    rows[7]["body"] = None
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=700)
    found = _read(path)
    assert [r.fields for r in found if isinstance(r, Record)] == rows[:7] + rows[8:]
    assert str(found[7]) == f"{path}:8: 'body' must be a text, but is missing"


def test_what_is_no_parquet_is_a_data_error(tmp_path: Path) -> None:
    """Whose end is missing, or that never was any."""
    pytest.importorskip("pyarrow")
    with pytest.raises(DataError, match=r"a\.parquet: .*not a whole Parquet file"):
        _read(_file(tmp_path, "a.parquet", b"PAR1 and then something else"))


def test_without_pyarrow_parquet_asks_for_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match="this needs pyarrow: pip install pyarrow;"):
        _read(_file(tmp_path, "a.parquet", b"PAR1"))


PAGE = """<!doctype html><html><head><title>Navy orders frigates</title></head><body>
<nav><a href="/">Home</a> <a href="/energy">Energy prices</a></nav>
<article><h1>Navy orders frigates</h1>
<p>The navy ordered two frigates from the yard on Monday, the ministry said, for two billion.</p>
<figure><img src="a.jpg"><figcaption>An oil refinery burns.</figcaption></figure>
<p>The ships are to carry missiles and to be delivered in four years, an admiral told reporters.</p>
<p>Trials begin in the north in the spring, if the ice lets them, and end before the summer.</p>
</article><footer>© The Daily. All rights reserved.</footer></body></html>
"""


@pytest.mark.parametrize("name", ["a.html", "page"])
def test_a_web_page_is_its_title_and_main_text(tmp_path: Path, name: str) -> None:
    """Without menus, captions and footers; known by its name or its beginning."""
    pytest.importorskip("trafilatura")
    path = _file(tmp_path, name, PAGE)
    [record] = _read(path)
    assert isinstance(record, Record)
    assert record.title == "Navy orders frigates"
    assert record.text.startswith("The navy ordered")
    assert record.text.endswith("before the summer.")
    assert "refinery" not in record.text
    assert "Energy" not in record.text
    assert record.fields == {"file": str(path), "title": record.title, "text": record.text}


def test_a_page_without_an_article_is_a_bad_record(tmp_path: Path) -> None:
    """An empty one, say."""
    pytest.importorskip("trafilatura")
    [bad] = _read(_file(tmp_path, "a.html", "<html><body></body></html>"))
    assert str(bad) == f"{tmp_path / 'a.html'}:1: no article on this page"


def test_without_trafilatura_a_page_asks_for_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(
        MissingExtraError, match=r"pip install lxml_html_clean trafilatura; .* -e \"\.\[html\]\""
    ):
        _read(_file(tmp_path, "a.html", PAGE))


def test_a_named_field_is_found_whatever_its_capitals(tmp_path: Path) -> None:
    """Unless two names differ in nothing else."""
    path = _file(tmp_path, "a.csv", "text,Artikeltext,KICKER\na,b,c\n")
    [record] = _read(path, text_field="artikeltext", title_field="kicker")
    assert isinstance(record, Record)
    assert (record.text, record.title) == ("b", "c")
    for alike in ("\ufeffKicker ", "\u200bki\u00adcker", "\uff4b\uff49\uff43\uff4b\uff45\uff52"):
        path = _file(tmp_path, "c.csv", f"text,{alike}\na,c\n")
        [record] = _read(path, title_field="kicker")
        assert isinstance(record, Record)
        assert record.title == "c"
    two = _file(tmp_path, "b.csv", "Words,WORDS\na,b\n")
    with pytest.raises(DataError, match="no field 'words'"):
        _read(two, text_field="words")


@pytest.mark.parametrize("empty", ["", "  ", None, float("nan")])
def test_an_article_beside_an_empty_text_is_read(tmp_path: Path, empty: object) -> None:
    """From the next field that has a usual name."""
    line = json.dumps({"text": empty, "summary": "no", "body": "The navy."})
    assert _texts(_file(tmp_path, "a.jsonl", line)) == ["The navy."]


@pytest.mark.parametrize("missing", ["null", "NaN"])
def test_a_missing_title_is_none(tmp_path: Path, missing: str) -> None:
    """A missing text is an error."""
    path = _file(tmp_path, "a.jsonl", f'{{"title": {missing}, "text": "a"}}\n{{"text": {missing}}}')
    good, bad = _read(path)
    assert isinstance(good, Record)
    assert good.title == ""
    assert "'text' must be a text, but is missing" in str(bad)


def test_a_text_of_html_is_read_without_its_tags(tmp_path: Path) -> None:
    """The field stays as it is."""
    text = "<p>The <b>navy</b> &amp; more</p>"
    [record] = _read(_file(tmp_path, "a.jsonl", json.dumps({"text": text})))
    assert isinstance(record, Record)
    assert record.text == text
    assert topicclf.predict(record.text).n_words == 3


@pytest.mark.parametrize("with_orjson", [True, False])
def test_numbers_and_names_are_the_same_without_orjson(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_orjson: bool
) -> None:
    """What orjson would round or refuse is read as the standard library reads it."""
    from topicclf.records import json_values

    if not with_orjson:
        monkeypatch.setitem(sys.modules, "orjson", None)
    json_values._quick.cache_clear()
    values = [
        str(2**63), str(2**64), str(-(2**63) - 1), "1e400", "-1e400", "1e22", "NaN", "-0", "-0.0",
        "Infinity", '"\\ud800"', '{"a": 1, "a": 2}', "[[1.5, 100000000000000000001]]", '"\\u0000"',
    ]  # fmt: skip
    for value in values:
        line = f'{{"text": "a", "n": {value}}}'
        [record] = _read(_file(tmp_path, "a.jsonl", line))
        assert isinstance(record, Record)
        assert repr(record.fields) == repr(json.loads(line))
    for depth, kind in ((90, Record), (110, BadRecord), (5000, BadRecord)):
        line = f'{{"text": "a", "n": {"[" * depth}{"]" * depth}}}'
        assert [type(each) for each in _read(_file(tmp_path, "a.jsonl", line))] == [kind]
    json_values._quick.cache_clear()


def test_a_glob_gives_each_file_once(tmp_path: Path) -> None:
    """Also where it matches folders and what is in them."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    _file(tmp_path, "a/b/c.txt", "c")
    assert _texts(tmp_path / "**") == ["c"]
    assert _texts(tmp_path / "a" / "*") == ["c"]


def test_a_file_that_cannot_be_opened_is_a_bad_record_among_others(tmp_path: Path) -> None:
    """Such as a link to nowhere; a pipe in a folder is no file."""
    import os

    for name in ("a.txt", "z.txt"):
        _file(tmp_path, name, name)
    (tmp_path / "m.txt").symlink_to("/nowhere")
    os.mkfifo(tmp_path / "p.txt")
    assert _texts(tmp_path) == ["a.txt", None, "z.txt"]
    with pytest.raises(FileNotFoundError, match=r"m\.txt"):
        _read(tmp_path / "m.txt")


@pytest.mark.parametrize(
    "line", ['",a","', '1,"navy orders', '1,"navy"x orders', '1,"""navy', '"' * 9]
)
def test_quotes_that_never_close_take_linear_time(tmp_path: Path, line: str) -> None:
    """Each costs its own line, and no good one."""
    path = _file(tmp_path, "a.csv", f"id,text\n1,first\n{line}\n" * 10_000 + "2,last\n")
    texts = _texts(path)
    assert texts[0] == "first"
    assert texts[-1] == "last"


@pytest.mark.parametrize("header", ["a," * 50_000, ",".join(f"c{n}" for n in range(50_000))])
def test_a_header_of_many_columns_takes_linear_time(tmp_path: Path, header: str) -> None:
    """Whether it is good, has a name twice or no text; the message stays short."""
    good = "text," + ",".join(f"c{number}" for number in range(50_000))
    assert len(_read(_file(tmp_path, "a.csv", f"{good}\n{',' * 50_000}\n" * 1))) == 1
    with pytest.raises(DataError) as caught:
        _read(_file(tmp_path, "b.csv", header + "\n"), text_field="c0.5")
    assert len(str(caught.value)) < 1000


def test_parquet_values_that_python_has_not_are_text_or_null(tmp_path: Path) -> None:
    """The same whether pandas is installed or not; the articles are answered."""
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    bad = b"caf\xe9 tariffs"
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.array([0, len(bad)], pa.int32()).buffers()[1], pa.py_buffer(bad)]
    )
    columns = {
        "nanoseconds": pa.array([1_700_000_000_123_456_789], pa.timestamp("ns")),
        "whole": pa.array([1_700_000_000_000_000_000], pa.timestamp("ns")),
        "time": pa.array([1], pa.time64("ns")),
        "duration": pa.array([1], pa.duration("ns")),
        "late": pa.array([2**58], pa.timestamp("us")),
        "day": pa.array([10**7], pa.date32()),
        "mars": pa.array([1], pa.timestamp("us", tz="Mars/Phobos")),
        "broken": broken,
        "huge": pa.array([2**64 - 1], pa.uint64()),
        "struct": pa.array([{}], pa.struct([])),
    }
    for name, column in columns.items():
        path = tmp_path / f"{name}.parquet"
        try:
            parquet.write_table(pa.table({"text": ["a"], name: column}), path)
        except pa.ArrowNotImplementedError:
            continue
        [record] = _read(path)
        assert isinstance(record, Record)
        value = record.fields[name]
        assert value is None or type(value).__module__ in {"builtins", "datetime"}
        if name == "nanoseconds":
            assert value == "2023-11-14 22:13:20.123456789"
        if name == "broken":
            assert value == "caf\ufffd tariffs"
