"""Good files of every kind that topicclf reads, small, and ways to spoil them; for the fuzzer."""

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable
from random import Random

from tests.paths import made_up
from tests.test_formats import ATOM, MHTML, PAGE, RSS, pdf_of

__all__ = ["SEEDS", "flipped", "mutated", "repacked", "spoilt_docx"]

_LINES = [
    {"id": 1, "title": "Steel", "text": "Tariffs on steel rose.", "topics": ["trade"]},
    {"id": 2, "text": "The navy fired.", "topics": [], "meta": {"a": [1.5, None, "\u20ac"]}},
    {"id": "3", "body": "Caf\u00e9s \U0001f680 & oil.", "labels": "energy|trade", "n": 2**63},
]
_TABLE = (
    'id,title,text,topics,trade\n1,Steel,"Tariffs, ""on"" steel",trade|energy,1\n2,,"a\nb",,0\n'
)
_PROSE = (
    'Gen. Ito resigned.  The U.S. Navy said so\u2026 "No," he said; see https://a.example/b?c=d.\n\n'
    "## New tar-\niffs\n- [link](http://a.b/c_(d)) ![i](x) `code`\n~~~\nfence\n~~~\n"
    "<p class='a'>Oil &amp; gas</p> C:\\a\\b.txt a@b.example \u202etxt\u202c tar\u00adiffs\n"
    "Read more: War in the east\nShare this article\n\u00a9 2025 Example. All rights reserved.\n"
)


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def _tar(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("a.jsonl")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _parquet() -> bytes:
    import pyarrow
    import pyarrow.parquet

    buffer = io.BytesIO()
    rows = [{"id": 1, "text": "Tariffs.", "meta": {"a": [1]}}, {"id": None, "text": None}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows * 4), buffer)
    return buffer.getvalue()


def _docx() -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph("Tariffs on steel rose.")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _seeds() -> dict[str, list[bytes]]:
    lines = "".join(json.dumps(line) + "\n" for line in _LINES).encode()
    raw = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in _LINES).encode()
    table = _TABLE.encode()
    pages = [PAGE.encode(), _PROSE.encode(), PAGE.encode("utf-16")]
    plain = {
        "text": [_PROSE.encode(), _PROSE.encode("cp1252", "replace"), _PROSE.encode("utf-16-le")],
        "jsonl": [lines, raw, json.dumps(_LINES, indent=1).encode(), raw.decode().encode("utf-16")],
        "csv": [
            table,
            table.replace(b",", b";"),
            table.replace(b"\n", b"\r"),
            table.decode().encode("utf-16"),
        ],
        "tsv": [table.replace(b",", b"\t")],
        "html": pages,
        "feed": [RSS.encode(), ATOM.encode()],
        "mhtml": [MHTML.encode()],
        "pdf": [pdf_of("Tariffs on steel rose.")],
        "docx": [_docx()],
        "parquet": [_parquet()],
    }
    packed = [gzip.compress(lines), bz2.compress(raw), lzma.compress(table), _tar(lines)]
    packed += [_zip(a_jsonl=lines, b_csv=table, c_html=PAGE.encode()), gzip.compress(_tar(raw))]
    sniffed = [*(each for kind in plain.values() for each in kind), *packed]
    return {
        **plain,
        "packed": packed,
        "sniffed": sniffed,
        "labels": [lines, raw],
        "label table": [table, table.replace(b"|", b";")],
        "tokenizer": [_PROSE.encode(), lines],
        "model": [made_up(2).to_bytes(), made_up(1, n_words=3).to_bytes()],
    }


#: Good files by target.
SEEDS = _seeds()

_WORDS = [
    *(
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\r",
        b"\n\n",
        b'"',
        b'""',
        b"\\u0000",
        b"\\ud800",
    ),
    *(b"{", b"[" * 60, b"]", b"null", b"NaN", b"1e999", b"-0", b"9" * 400, b'{"text":', b"true"),
    *(
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"&#0;",
        b"&lt;",
        b"&#xD800;",
        b"<!DOCTYPE a [",
        b"</",
    ),
    *(b"<p>" * 40, b"</div>" * 9, b"<script>", b"\xc3", b"\xe2\x80", b"\xed\xa0\x80", b"\xcc\x81~"),
    *(
        b"...!!!",
        b" " * 99,
        b"[a](",
        b"](",
        b"`" * 9,
        b"://",
        b"@",
        b"a-\nb",
        b"'" * 30,
        b"\x1b[2J",
    ),
    *(
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        b"PAR1",
        b"%PDF-",
        b"endobj",
        b"stream\n",
        b"--B",
        b"--B--\n",
    ),
    *(b"Content-Type: text/html; charset=rot13\n\n", b"=\n", b"=E9", b"sep=;\n", b"\t", b";", b"|"),
    *(struct.pack("<I", value) for value in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 30)),
    *(struct.pack("<Q", value) for value in (1 << 63, 1 << 40, (1 << 64) - 1)),
]


def mutated(chance: Random, seeds: list[bytes], *, most: int = 1 << 14) -> bytes:
    """A seed with a few things changed; half of the changes keep to what files are made of."""
    content = bytearray(chance.choice(seeds))
    for _ in range(1 + int(chance.expovariate(0.5))):
        _change(chance, content, seeds)
    return bytes(content[:most])


def _change(chance: Random, content: bytearray, seeds: list[bytes]) -> None:
    start = chance.randrange(len(content) + 1)
    end = min(start + 1 + int(chance.expovariate(0.1)), len(content))
    what = chance.randrange(8)
    if what == 0 and content:
        content[min(start, len(content) - 1)] = chance.randrange(256)
    elif what == 1 and content:
        content[min(start, len(content) - 1)] ^= 1 << chance.randrange(8)
    elif what == 2:
        del content[start:end]
    elif what == 3:
        content[start:start] = content[start:end] * chance.choice([1, 2, 30])
    elif what == 4:
        other = chance.choice(seeds)
        place = chance.randrange(len(other) + 1)
        content[start:end] = other[place : place + chance.choice([9, 90, len(other)])]
    elif what == 5 and chance.random() < 0.2:
        del content[start:]
    else:
        content[start : chance.choice([start, end])] = chance.choice(_WORDS)


def flipped(chance: Random, seeds: list[bytes]) -> bytes:
    """A seed with a few bytes that are others, each in its place."""
    content = bytearray(chance.choice(seeds))
    for _ in range(1 + int(chance.expovariate(0.5))):
        content[chance.randrange(len(content))] = chance.choice([0, 0x7F, 0xFF, *b"09.-,[]"])
    return bytes(content)


def repacked(chance: Random, seeds: list[bytes]) -> bytes:
    """A seed that is spoilt inside of a sound packing."""
    packs: list[Callable[[bytes], bytes]] = [gzip.compress, bz2.compress, lzma.compress, _tar]
    pack = chance.choice(packs)
    return pack(mutated(chance, seeds))


def spoilt_docx(chance: Random) -> bytes:
    """A Word file with a sound packing and a spoilt part."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(SEEDS["docx"][0])) as sound,
        zipfile.ZipFile(buffer, "w") as file,
    ):
        part = chance.choice(["word/document.xml", *sound.namelist()])
        for name in sound.namelist():
            content = sound.read(name)
            file.writestr(name, mutated(chance, [content]) if name == part else content)
    return buffer.getvalue()
