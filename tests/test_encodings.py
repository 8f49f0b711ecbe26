"""Each record is judged by itself: what one line is costs no other."""

import io
import json
import os
import random
import sys
import threading
from pathlib import Path

import pytest

from topicclf.records import BadRecord, Record, read_records
from topicclf.records.live import paused_input, standard_input

TEXT = "Tariffs on the ministry\u2019s caf\u00e9s rose. "


def _lines(*texts: str) -> list[bytes]:
    return [json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n" for text in texts]


def _read(path: Path, content: bytes) -> list[str | None]:
    path.write_bytes(content)
    return [each.text if isinstance(each, Record) else None for each in read_records([path])]


def _piped(monkeypatch: pytest.MonkeyPatch, content: bytes) -> list[str | None]:
    """The same from a pipe, which is written in pieces of any size."""
    reading, writing = os.pipe()
    draw = random.Random(0)

    def write() -> None:
        with os.fdopen(writing, "wb") as file:
            start = 0
            while start < len(content):
                end = start + draw.randint(1, 9000)
                file.write(content[start:end])
                file.flush()
                start = end

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(reading, "rb") as file:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file))
        found = [each.text if isinstance(each, Record) else None for each in read_records(["-"])]
        thread.join()
    return found


@pytest.mark.parametrize("place", [0, 7, 19])
@pytest.mark.parametrize("cut", [b"\xc3", b"\xe2", b"\xe2\x80", b"\x99"])
def test_one_cut_character_costs_its_own_record_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: bytes, place: int
) -> None:
    """Wherever it is, and the same from a pipe as from a file."""
    texts: list[str | None] = [TEXT * 40] * 20
    lines = _lines(*[TEXT * 40] * 20)
    lines[place] = b'{"text": "Tariffs' + cut + b' rose"}\n'
    texts[place] = None
    content = b"".join(lines)
    assert _read(tmp_path / "a.jsonl", content) == texts
    assert _piped(monkeypatch, content) == texts


def test_pairs_of_surrogates_in_utf_8_are_the_characters_that_they_mean(tmp_path: Path) -> None:
    """As Java and old databases write them; one without its other half is damage."""
    rocket = "\U0001f680"
    halves = "\ud83d\ude80".encode("utf-8", "surrogatepass")
    assert _read(tmp_path / "a.jsonl", b'{"text": "Oil %s"}\n' % halves) == [f"Oil {rocket}"]
    assert _read(tmp_path / "a.txt", b"Oil %s" % halves) == [f"Oil {rocket}"]
    lines = _lines(*[TEXT] * 5)
    cut = b'{"text": "Oil %s"}\n' % halves[:3]
    assert _read(tmp_path / "b.jsonl", b"".join([*lines, cut])) == [TEXT] * 5 + [None]


@pytest.mark.parametrize("place", [0, 3, 9])
def test_one_line_of_utf_8_leaves_the_others_windows_1252(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    """As in a feed that is put together from several."""
    pytest.importorskip("charset_normalizer")
    lines = [line.decode().encode("cp1252") for line in _lines(*[TEXT] * 10)]
    lines[place] = _lines(TEXT)[0]
    content = b"".join(lines)
    assert _read(tmp_path / "a.jsonl", content) == [TEXT] * 10
    assert _piped(monkeypatch, content) == [TEXT] * 10


def test_a_cut_character_among_windows_1252_is_a_bad_record(tmp_path: Path) -> None:
    """Most of its own characters are UTF-8."""
    pytest.importorskip("charset_normalizer")
    lines = [line.decode().encode("cp1252") for line in _lines(*[TEXT] * 10)]
    lines[4] = _lines(TEXT * 2)[0].replace(b"\xc3\xa9s", b"\xc3s", 1)
    assert _read(tmp_path / "a.jsonl", b"".join(lines)) == [TEXT] * 4 + [None] + [TEXT] * 5


def test_a_feed_may_change_its_encoding_midway(tmp_path: Path) -> None:
    """As two files put together do."""
    pytest.importorskip("charset_normalizer")
    utf_8 = _lines(*[TEXT] * 100)
    other = [line.decode().encode("cp1252") for line in utf_8]
    for parts in (utf_8 + other, other + utf_8):
        assert _read(tmp_path / "a.jsonl", b"".join(parts)) == [TEXT] * 200


@pytest.mark.parametrize("ending", ["txt", "csv"])
def test_a_cut_character_in_a_text_or_table_is_an_error(tmp_path: Path, ending: str) -> None:
    """And no other encoding is made up for it."""
    lines = [TEXT.strip().encode()] * 9
    lines[4] = lines[4].replace(b"\xa9", b"")
    path = tmp_path / f"a.{ending}"
    if ending == "txt":
        assert _read(path, b"\n".join(lines)) == [None]
    else:
        texts = [TEXT.strip()] * 4
        assert _read(path, b"text\n" + b"\n".join(lines)) == [*texts, None, *texts]


def test_a_lone_word_of_windows_1252_is_read(tmp_path: Path) -> None:
    """Nothing near it says otherwise."""
    pytest.importorskip("charset_normalizer")
    lines = _lines(*["Plain words. " * 9] * 5)
    lines[2] = '{"text": "The café closed, and nobody knew why."}\n'.encode("cp1252")
    assert _read(tmp_path / "a.jsonl", b"".join(lines))[2] == (
        "The café closed, and nobody knew why."
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-be"])
def test_damage_in_utf_16_costs_its_own_line(tmp_path: Path, encoding: str) -> None:
    """And is named after the encoding."""
    path = tmp_path / "a.csv"
    content = "\ufefftext\ngood\nb\ud800d\ngood\n".encode(encoding, "surrogatepass")
    assert _read(path, content) == ["good", None, "good"]
    assert "not UTF-" in str(list(read_records([path]))[1])


def test_files_with_marks_may_be_put_together(tmp_path: Path) -> None:
    """The marks in the middle are no part of the text."""
    part = b"\xef\xbb\xbf" + b"".join(_lines(TEXT))
    assert _read(tmp_path / "a.jsonl", part * 3) == [TEXT] * 3


@pytest.mark.parametrize("table", [False, True])
def test_records_are_there_as_soon_as_they_come(
    monkeypatch: pytest.MonkeyPatch, table: bool
) -> None:
    """And whether more would have to be waited for is known."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as file, os.fdopen(writing, "wb", buffering=0) as feed:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file))
        feed.write(b"id,text\n" if table else b"")
        records = read_records(["-"])
        for number in range(3):
            two = [b"1,%d\n" % number, b"2,%d\n" % number]
            feed.write(b"".join(two if table else _lines(str(number), str(number))))
            assert next(records).line == 2 * number + 1 + table
            paused = paused_input()
            assert paused is not None
            assert not paused()
            next(records)
            assert paused()
        feed.close()
        assert list(records) == []
    assert isinstance(standard_input(), io.BufferedReader)


def test_what_a_file_has_never_pauses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All of it is there."""
    (tmp_path / "a.jsonl").write_bytes(b"".join(_lines(TEXT)))
    with (tmp_path / "a.jsonl").open(encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdin", file)
        assert paused_input() is None
        assert not isinstance(next(read_records(["-"])), BadRecord)
