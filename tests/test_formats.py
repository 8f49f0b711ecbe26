"""Formats known by their contents, packed or not, and what can't be read."""

import bz2
import gzip
import io
import json
import lzma
import re
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from topicclf.errors import DataError
from topicclf.records import BadRecord, ReadOptions, Record, read_records
from topicclf.records.sources import is_document

WORDS = (
    "<p>The choir sang in the old theatre, and the audience stayed for two hours until the end.</p>"
)
PAGE = (
    '<html lang="en"><head><title>Choir</title><script>var menu="oil pipeline gas";</script>'
    '</head><body><nav><a href="/">Army navy missiles</a></nav>'
    f"<article><h1>Choir</h1>{WORDS * 2}</article></body></html>"
)
RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>News</title>
<item><title>Steel &amp; trade</title><link>https://example.org/1</link><guid>7</guid>
<description>Short.</description><pubDate>Mon, 1 Dec 2025 08:00:00 GMT</pubDate>
<content:encoded><![CDATA[<p>Tariffs on <b>steel</b> rose.</p><p>Exporters&rsquo; fears.</p>]]>
</content:encoded></item>
<item><title>Navy</title><description>&lt;p&gt;The navy fired.&lt;/p&gt;</description></item>
</channel></rss>
"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry>
<title type="html">Steel &amp;amp; trade</title><link href="https://example.org/1"/><id>7</id>
<author><name>Jo</name></author><updated>2025-12-01</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Tariffs on <b>steel</b> rose.</p>
<p>Exporters\u2019 fears.</p></div></content></entry></feed>
"""
MHTML = f"""From: <Saved by a browser>
Subject: Choir
MIME-Version: 1.0
Content-Type: multipart/related; boundary="B"

--B
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable

{PAGE.replace("=", "=3D")}
--B
Content-Type: image/png
Content-Transfer-Encoding: base64

AAAA
--B--
"""
MAIL = """From: a@example.org
Subject: =?utf-8?q?Caf=C3=A9?=
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: 8bit

The caf\u00e9 closed.
""".encode("latin-1")
LINES = b'{"text": "Tariffs rose."}\n{"text": "The navy fired."}\n'
BOTH = ["Tariffs rose.", "The navy fired."]


def _given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, how: str
) -> tuple[Path, list[Record | BadRecord]]:
    """What is read of a file without an ending, or of standard input."""
    path = tmp_path / "given"
    path.write_bytes(content)
    if how == "input":
        stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(content)))
        monkeypatch.setattr(sys, "stdin", stdin)
        path = Path("-")
    # To look at standard input must take nothing away.
    is_document(str(path), options=ReadOptions())
    return path, list(read_records([path]))


def _texts(found: list[Record | BadRecord]) -> list[str | None]:
    return [each.text if isinstance(each, Record) else None for each in found]


def _zip(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return file.getvalue()


def _tar(mode: str, **members: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name.replace("__", "/").replace("_", "."))
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def _older(archive: bytes) -> bytes:
    """The same as tar wrote it before it wrote its name into the header."""
    header = bytearray(archive[:512])
    header[257:265] = bytes(8)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + archive[512:]


@pytest.mark.parametrize("how", ["file", "input"])
@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (json.dumps([json.loads(line) for line in LINES.splitlines()]).encode(), BOTH),
        (LINES.decode().encode("utf-16"), BOTH),
        (LINES.decode().encode("utf-16-le"), BOTH),
        (LINES.decode().encode("utf-32-be"), BOTH),
        (b"{}\n" + LINES, [None, *BOTH]),
        (b"\xef\xbb\xbfid,text\n1,Tariffs rose.\n", BOTH[:1]),
        ("id,text\n1,Tariffs rose.\n".encode("utf-16"), BOTH[:1]),
        (b"sep=;\nid;text\n1;Tariffs rose.\n", BOTH[:1]),
        (b'"id", "text"\n1, "Tariffs rose."\n', BOTH[:1]),
        (b"id, text\n1, Tariffs rose.\n", [" Tariffs rose."]),
        (b"Body, mind\nTariffs rose.\n", ["Body, mind\nTariffs rose.\n"]),
        (b"\x1e" + LINES.replace(b"\n", b"\n\x1e", 1), BOTH),
        (b'{"status": "ok", "articles": [' + LINES.replace(b"\n", b",", 1) + b"]}", BOTH),
        (
            b'{\n"items": [\n'
            + LINES.replace(b"\n", b",", 1).replace(b"text", b"content_text")
            + b"]}",
            BOTH,
        ),
        (b'{"id": 1, "paragraphs": [{"text": "Tariffs rose."}]}', [None]),
        (b'"Tariffs rose."\n"The \\"navy\\" fired."\n', [None, None]),
        (b'"Tariffs rose."', ['"Tariffs rose."']),
        (b"id,text\r1,Tariffs rose.\r2,The navy fired.\r", BOTH),
        ("Tariffs rose.".encode("utf-16-le"), BOTH[:1]),
        ("Tariffs rose.".encode("utf-16-be"), BOTH[:1]),
        (b"[Agency] Tariffs rose.", ["[Agency] Tariffs rose."]),
        (b"{Agency} Tariffs rose.", ["{Agency} Tariffs rose."]),
        (b'["Tariffs rose."]', [None]),
        (bytes(range(32)) * 20, [None]),
        (gzip.compress(LINES, mtime=0), BOTH),
        (bz2.compress(LINES) + bz2.compress(LINES), BOTH * 2),
        (lzma.compress(LINES) + bytes(4) + lzma.compress(LINES) + bytes(8), BOTH * 2),
        (lzma.compress(LINES, lzma.FORMAT_ALONE), BOTH),
        (b"{'text': 'Tariffs rose.'}\n", [None]),
        (b'callback({"text": "Tariffs rose."});', [None]),
        ('{"text": "\u6d77\u519b"}\n'.encode("utf-16-be"), ["\u6d77\u519b"]),
        ("id,text\n1,\u6d77\u519b\n".encode("utf-16-le"), ["\u6d77\u519b"]),
        (b'id,text\n1,"a\0b"\n', ["a\0b"]),
        (b"From: a\nTo: b\nSubject: c\n\nTariffs rose.\n", BOTH[:1]),
        (_older(_tar("w", a_jsonl=LINES)), BOTH),
        (bz2.compress(LINES)[:-4], [*BOTH, None]),
        (lzma.compress(LINES)[:-4], [*BOTH, None]),
    ],
)
def test_what_is_given_is_known_by_its_contents(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    texts: list[str | None],
    how: str,
) -> None:
    """The same from a file and from standard input."""
    assert _texts(_given(tmp_path, monkeypatch, content, how)[1]) == texts


@pytest.mark.parametrize("how", ["file", "input"])
@pytest.mark.parametrize(
    "content",
    [
        f"<!-- saved from url=(0014)about:internet -->\n<!doctype html>{PAGE}".encode(),
        f'<?xml version="1.0"?>\n<!DOCTYPE html>{PAGE}'.encode(),
        f"<!doctype html>{PAGE}".encode("utf-16"),
        f"<body>{PAGE.partition('<body>')[2]}".encode(),
        MHTML.encode(),
        MHTML.replace("\n", "\r\n").encode(),
    ],
)
def test_a_page_is_a_page_whatever_comes_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, how: str
) -> None:
    """A comment, an instruction, or the header of a page that a browser saved."""
    pytest.importorskip("trafilatura")
    _, [record] = _given(tmp_path, monkeypatch, content, how)
    assert isinstance(record, Record)
    assert record.text.startswith("The choir sang")
    assert not {"pipeline", "missiles"} & set(record.text.split())
    assert is_document(str(tmp_path / "given"), options=ReadOptions())


def _prefixed(feed: str) -> str:
    """Atom with its elements in a namespace that has a prefix."""
    for tag in ("feed", "entry", "title", "link", "id", "author", "name", "updated", "content"):
        feed = re.sub(rf"<(/?){tag}\b", rf"<\1a:{tag}", feed)
    return feed.replace(" xmlns=", " xmlns:a=", 1)


@pytest.mark.parametrize("how", ["file", "input"])
@pytest.mark.parametrize(
    "content",
    [
        RSS.encode(),
        RSS.encode("utf-16"),
        RSS.replace("UTF-8", "GB18030").encode("gb18030"),
        RSS.replace("UTF-8", "utf-16").encode(),
        RSS.replace("UTF-8", "klingon").encode(),
        ATOM.encode(),
        ATOM.encode("cp1252"),
        _prefixed(ATOM).encode(),
    ],
)
def test_a_feed_is_an_article_for_each_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, how: str
) -> None:
    """The fullest text, without its tags, with what else is known of the entry."""
    _, found = _given(tmp_path, monkeypatch, content, how)
    first = found[0]
    assert isinstance(first, Record)
    assert (first.title, first.text) == (
        "Steel & trade",
        "Tariffs on steel rose.\nExporters\u2019 fears.",
    )
    assert first.fields["link"] == "https://example.org/1"
    assert first.fields["id"] == "7"
    assert "published" in first.fields
    assert _texts(found[1:]) == ["The navy fired."] * content.startswith((b"<?xml", b"\xff"))
    assert not is_document(str(tmp_path / "given"), options=ReadOptions())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A&nbsp;&eacute;", "A \u00e9"),
        ("AT&T & B", "AT&T & B"),
        ("A\x0bB\uffff", "AB"),
        ("&#0;A&#8;", "\ufffdA"),
        ("<![CDATA[R&amp;D\x0b & c]]>", "R&D & c"),
        ("A &LT; &unheardof; B", "A < &unheardof; B"),
    ],
)
def test_what_xml_has_not_but_feeds_have_costs_nothing(
    tmp_path: Path, written: str, read: str
) -> None:
    """HTML's names of characters, lone ampersands and control characters."""
    path = tmp_path / "a.rss"
    item = f"<item><title>{written}</title><description>Steel</description></item>"
    path.write_text(f"<rss><channel>{item * 2}</channel></rss>", "utf-8")
    found = list(read_records([path]))
    assert [each.title for each in found if isinstance(each, Record)] == [read] * 2


@pytest.mark.parametrize("encoding", ["utf-7", "utf-16"])
def test_a_feed_hides_no_entities_behind_an_encoding(tmp_path: Path, encoding: str) -> None:
    """They are looked for in what is parsed."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaa">]><rss><channel><item/></channel></rss>'
    hidden = bomb.replace("<!", "+ADwAIQ-") if encoding == "utf-7" else bomb
    said = f'<?xml version="1.0" encoding="{encoding}"?>'
    (tmp_path / "a.xml").write_text(f"{said}<rss>{hidden}", "ascii")
    [bad] = read_records([tmp_path / "a.xml"])
    assert isinstance(bad, BadRecord)
    assert "entities" in bad.problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('<!DOCTYPE x [<!ENTITY a "aaa">]><rss><channel><item/></channel></rss>', "entities"),
        ("<rss><channel></channel></rss>", "without an entry"),
        ("<rss><channel><item></item></channel></rss>", "an entry without a text"),
        ("<rss><channel><item>", "can't be read from here on"),
        ('<?xml version="1.0"?><nitf><p>Tariffs rose.</p></nitf>', "XML with the root <nitf>"),
    ],
)
def test_a_feed_that_cannot_be_read_says_why(tmp_path: Path, content: str, problem: str) -> None:
    """Bombs of entities are refused before anything is parsed."""
    path = tmp_path / "a.xml"
    path.write_text(content, "utf-8")
    [bad] = read_records([path])
    assert isinstance(bad, BadRecord)
    assert problem in bad.problem


@pytest.mark.parametrize("subject", ["=?klingon?q?Caf=C3=A9?=", "=?utf-8?b?w?="])
def test_a_mail_in_an_encoding_that_nobody_knows_is_read(tmp_path: Path, subject: str) -> None:
    """As far as it can be."""
    (tmp_path / "a.eml").write_bytes(
        f"Subject: {subject}\nContent-Type: text/plain; charset=klingon\n\nTariffs.".encode()
    )
    [record] = read_records([tmp_path / "a.eml"])
    assert isinstance(record, Record)
    assert (record.title, record.text) == (subject, "Tariffs.")


def test_a_mail_is_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And its subject the title."""
    [record] = _given(tmp_path, monkeypatch, MAIL, "file")[1]
    assert isinstance(record, Record)
    assert (record.title, record.text) == ("Caf\u00e9", "The caf\u00e9 closed.")


@pytest.mark.parametrize("how", ["file", "input"])
@pytest.mark.parametrize(
    "pack",
    [
        _zip,
        lambda **members: _tar("w", **members),
        lambda **members: _tar("w:gz", **members),
        lambda **members: _tar("w:xz", **members),
    ],
)
def test_each_file_in_an_archive_is_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[..., bytes], how: str
) -> None:
    """Named after both; hidden files and unknown endings are left out, as in a folder."""
    content = pack(
        a_jsonl=LINES,
        b__c_txt=b"Quake.",
        d_csv_gz=gzip.compress(b"text\nFlood.\n"),
        e_exe=b"no",
        _f_txt=b"no",
        g_zip=_zip(a_txt=b"no"),
        h_csv=b"a,b\n",
    )
    path, found = _given(tmp_path, monkeypatch, content, how)
    assert _texts(found) == [*BOTH, "Quake.", "Flood.", None, None]
    assert [each.file for each in found] == [
        f"{path}/{name}" for name in ("a.jsonl", "a.jsonl", "b/c.txt", "d.csv.gz", "g.zip", "h.csv")
    ]
    assert "archive within an archive" in str(found[4])
    assert "no field is called 'text'" in str(found[5])
    assert not is_document(str(tmp_path / "given"), options=ReadOptions())


def test_zstandard_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the extra for Parquet installs."""
    pyarrow = pytest.importorskip("pyarrow")
    packed = pyarrow.compress(LINES, "zstd", asbytes=True)
    assert _texts(_given(tmp_path, monkeypatch, packed, "file")[1]) == BOTH


@pytest.mark.parametrize("how", ["file", "input"])
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Word, Excel or PowerPoint file"),
        (b"{\\rtf1 Tariffs}", "a Rich Text file"),
        (
            b"7z\xbc\xaf\x27\x1c" + bytes(60),
            "a 7-Zip archive, which can't be read; unpack it first",
        ),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "an image"),
        (bytes(4) + b"ftypisom" + bytes(60), "a sound or film"),
        (
            b"From a@b.example Mon Jan  1 00:00:00 2025\nSubject: Steel\n\nTariffs rose.\n",
            "a mailbox",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nTariffs rose.", "an HTTP response"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\nTariffs rose.", "a web archive"),
        (_zip(xl__workbook_xml=b"x"), "an Excel file, which can't be read; save it as CSV"),
        (_zip(META_INF=b"", content_xml=b"x"), "an OpenDocument file"),
        (_zip(a_exe=b"x"), "an archive without a file of a known format"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, what: str, how: str
) -> None:
    """Whatever the file is called; among others it is a bad record in its place."""
    with pytest.raises(DataError, match=what):
        _given(tmp_path, monkeypatch, content, how)
    (tmp_path / "a.txt").write_bytes(content)
    (tmp_path / "b.txt").write_bytes(b"The navy fired.")
    found = list(read_records([tmp_path / "a.txt", tmp_path / "b.txt"]))
    assert _texts(found) == [None, "The navy fired."]
    assert what in str(found[0])


def test_a_damaged_archive_is_a_bad_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came before the damage counts."""
    zipped = _given(tmp_path, monkeypatch, _zip(a_txt=b"x")[:-9], "file")[1]
    assert "the packed file is damaged" in str(zipped[0])
    many = b"".join(b'{"text": "%d"}\n' % (number**5) for number in range(5000))
    tarred = _tar("w:gz", a_txt=b"Quake.", b_jsonl=LINES + many)
    found = _given(tmp_path, monkeypatch, tarred[: len(tarred) // 2], "file")[1]
    assert _texts(found)[:2] == ["Quake.", "Tariffs rose."]
    assert "the gzip file is damaged" in str(found[-1])


def test_a_file_that_is_not_where_its_archive_says_costs_itself_only(tmp_path: Path) -> None:
    """Wherever that would be: past the end, or before the beginning."""
    content = _zip(a_txt=b"Quake.", b_txt=b"The navy fired.")
    entry = content.index(b"PK\x01\x02") + 42
    end = content.index(b"PK\x05\x06") + 16
    (tmp_path / "past.zip").write_bytes(content[:entry] + b"\xf0\xff\0\0" + content[entry + 4 :])
    (tmp_path / "before.zip").write_bytes(content[:end] + b"\xf0\xff\0\0" + content[end + 4 :])
    found = list(read_records([tmp_path / "past.zip"]))
    assert _texts(found) == [None, "The navy fired."]
    found = list(read_records([tmp_path / "before.zip"]))
    assert _texts(found) == [None, None]
    assert all("can't be unpacked" in str(each) for each in found)


@pytest.mark.parametrize("how", ["file", "input"])
@pytest.mark.parametrize("member", [False, True])
def test_a_word_file_is_its_paragraphs_and_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, member: bool
) -> None:
    """On its own or in an archive."""
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.core_properties.title = "Steel"
    document.add_paragraph(BOTH[0])
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Steel"
    table.cell(1, 0).add_table(1, 1).cell(0, 0).text = "Navy\tarmy"
    document.add_paragraph(BOTH[1])
    file = io.BytesIO()
    document.save(file)
    content = _zip(a_docx=file.getvalue()) if member else file.getvalue()
    [record] = _given(tmp_path, monkeypatch, content, how)[1]
    assert isinstance(record, Record)
    lines = [line for line in record.text.split("\n") if line]
    assert (record.title, lines) == ("Steel", [BOTH[0], "Steel", "Navy\tarmy", BOTH[1]])


@pytest.mark.parametrize("how", ["file", "input"])
def test_a_pdf_file_is_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Known by its beginning, also where it is ASCII; one without text says so."""
    pypdf = pytest.importorskip("pypdf")
    _, [record] = _given(tmp_path, monkeypatch, pdf_of("Tariffs on steel rose."), how)
    assert isinstance(record, Record)
    assert record.text == "Tariffs on steel rose."
    assert is_document(str(tmp_path / "given"), options=ReadOptions())
    empty = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(empty)
    assert "no text in it" in str(_given(tmp_path, monkeypatch, empty.getvalue(), how)[1][0])
    assert "can't be read" in str(_given(tmp_path, monkeypatch, b"%PDF-1.4\nx", how)[1][0])


def pdf_of(text: str) -> bytes:
    """A PDF file with a line of text."""
    stream = f"BT /F1 12 Tf 10 50 Td ({text}) Tj ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    content, places = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj{each}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    xref = f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Size 6/Root 1 0 R>>"
    return f"{content}{xref}\nstartxref\n{len(content)}\n%%EOF".encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", b'{"text": "' + b"a" * (66 << 20) + b'"}\n{"text": "next"}\n'),
        ("a.csv", b"text\n" + b"a" * (66 << 20) + b"\nnext\n"),
    ],
)
def test_a_record_that_is_too_long_costs_itself_only(
    tmp_path: Path, name: str, content: bytes
) -> None:
    """It is never held as a whole."""
    path = tmp_path / name
    path.write_bytes(content)
    found = list(read_records([path]))
    assert _texts(found) == [None, "next"]
    assert "longer than 64 MiB" in str(found[0])


def test_a_text_that_is_too_long_is_refused(tmp_path: Path) -> None:
    """As a record among others."""
    (tmp_path / "a.txt").write_bytes(b"a" * (66 << 20))
    (tmp_path / "b.txt").write_bytes(b"next")
    found = list(read_records([tmp_path]))
    assert _texts(found) == [None, "next"]
    assert "longer than 64 MiB" in str(found[0])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lambda bomb: _zip(a_jsonl=bomb)])
def test_a_bomb_is_refused_before_it_grows(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """After 64 MiB, if it has grown a hundredfold."""
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(pack(b'{"text": "good"}\n' + b" " * (70 << 20)))
    (tmp_path / "b.txt").write_bytes(b"next")
    found = list(read_records([path, tmp_path / "b.txt"]))
    assert _texts(found) == ["good", None, "next"]
    assert "unpacks to more than 100 times its size" in str(found[1])


def test_files_of_one_archive_are_a_bomb_together(tmp_path: Path) -> None:
    """Each of them alone would pass."""
    part = b"a " * (20 << 20)
    (tmp_path / "a.zip").write_bytes(_zip(a_txt=part, b_txt=part, c_txt=part, d_txt=b"Quake."))
    found = list(read_records([tmp_path / "a.zip"]))
    assert [isinstance(each, Record) for each in found] == [True, False, False, False]
    assert "as a bomb does" in str(found[1])


def test_parquet_that_grows_like_a_bomb_is_refused(tmp_path: Path) -> None:
    """A kilobyte may hold gigabytes: one text, many times over."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "a.parquet"
    text = pyarrow.array(["a" * (1 << 21)]).dictionary_encode()
    table = pyarrow.table({"text": text.take(pyarrow.array([0] * 100))})
    parquet.write_table(table, path, compression="zstd")
    *good, bad = read_records([path])
    assert len(good) < 100
    assert "holds more than 100 times its size" in str(bad)


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("<svg><title>T</title><p>x", "can't be read (AssertionError"),
    ],
)
def test_a_page_that_extraction_cannot_do_is_one_bad_record(
    tmp_path: Path, page: str, problem: str
) -> None:
    """Because extraction fails."""
    pytest.importorskip("trafilatura")
    (tmp_path / "a.html").write_text(page, "utf-8")
    (tmp_path / "b.html").write_text(PAGE.replace("<p>", '<p data-x="a b c">'), "utf-8")
    bad, good = read_records([tmp_path])
    assert problem in str(bad)
    assert isinstance(good, Record)


@pytest.mark.parametrize(
    "more",
    [
        "<p>x</p>" * 30_000,
        "<br>" * 30_000,
        "<p><a href=x>y</a></p>" * 30_000,
        "<table><tr><td>x</table>" * 10_000,
        "<h2>War at sea, again and again</h2>" * 30_000,
        "<p " + " ".join(f"a{n}=b" for n in range(30_000)) + ">x</p>",
        '<p a="<>" ' + " ".join(f"a{n}=b" for n in range(30_000)) + ">x</p>",
        "<p a='" + "<p>" * 30_000,
    ],
)
def test_a_page_of_tens_of_thousands_of_tags_is_read(tmp_path: Path, more: str) -> None:
    """Though to find the article in it would take quadratic time."""
    pytest.importorskip("trafilatura")
    (tmp_path / "a.html").write_text(PAGE.replace("</article>", f"{more}</article>"), "utf-8")
    [record] = read_records([tmp_path / "a.html"])
    assert isinstance(record, Record)
    assert record.title == "Choir"
    assert "The choir sang in the old theatre" in record.text
    assert "pipeline" not in record.text
    assert "missiles" not in record.text


def test_a_message_of_many_parts_is_read_in_linear_time(tmp_path: Path) -> None:
    """Headers, parts and encoded words by the ten thousand."""
    path = tmp_path / "a.mht"
    for line in ("X: =?utf-8?q?a?=\n", "Content-Type: multipart/mixed; boundary=B\n\n--B\n"):
        path.write_text("MIME-Version: 1.0\n" + line * 5000 + "\n\nText.", "utf-8")
        assert len(list(read_records([path]))) == 1


def test_options_that_make_no_sense_are_refused() -> None:
    """Codecs that are no encodings among them."""
    options: list[dict[str, Any]] = [
        {"encoding": "rot13"},
        {"encoding": "hex"},
        {"encoding": "undefined"},
        {"encoding": "utf-9"},
        {"delimiter": ";;"},
        {"delimiter": '"'},
        {"format": "doc"},
    ]
    for each in options:
        with pytest.raises(DataError):
            ReadOptions(**each)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp037", "cp1250"])
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv"])
def test_any_encoding_may_be_named(tmp_path: Path, name: str, encoding: str) -> None:
    """With a mark or without, whatever its bytes for the ends of lines are."""
    content = {
        "a.txt": "Łódź",
        "a.jsonl": '{"text": "Łódź"}\n{"text": "next"}\n',
        "a.csv": "id,text\n1,Łódź\n2,next\n",
    }[name].replace("Łódź", "Köln" if encoding == "cp037" else "Łódź")
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    found = _texts(list(read_records([path], options=ReadOptions(encoding=encoding))))
    assert found[0] in {"Łódź", "Köln"}
    assert found[1:] == ["next"] * (name != "a.txt")
    if encoding == "utf-8-sig":
        path.write_bytes(content.encode())
        assert _texts(list(read_records([path], options=ReadOptions(encoding=encoding)))) == found


def test_a_delimiter_may_be_named(tmp_path: Path) -> None:
    """Where the header misleads."""
    path = tmp_path / "a.csv"
    path.write_text("id~text, all of it~a,b,c\n1~Navy~2\n", "utf-8")
    options = ReadOptions(delimiter="~", text_field="text, all of it")
    assert _texts(list(read_records([path], options=options))) == ["Navy"]
