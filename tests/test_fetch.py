"""Public corpora, from files as they are published to labelled lines."""

import gzip
import hashlib
import io
import json
import lzma
import shutil
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.published import Published, publish
from topicclf.labelled.reading import read_labelled
from training.annotated import read_annotations, write_annotations
from training.corpus_article import CorpusArticle
from training.fetch import main
from training.registry import REGISTRY, Registry
from training.sources import PARSERS

COMMIT = "feedbeef"


def _fetch(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def _lines(path: Path) -> list[dict[str, Any]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _pack(files: Mapping[str, bytes], folder: str = "", *, commit: str = COMMIT) -> bytes:
    """An archive as GitHub packs it."""
    packed = io.BytesIO()
    with tarfile.open(
        fileobj=packed, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": commit}
    ) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(folder + name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _story(number: int, split: str, topics: str, *, indexed: str = "YES", text: str = "") -> str:
    named = "".join(f"<D>{topic}</D>" for topic in topics.split())
    text = text or f"><TITLE>STORY {number}</TITLE><BODY>Rain fell\n    on wheat.\n&#3;</BODY>"
    return (
        f'<REUTERS TOPICS="{indexed}" LEWISSPLIT="{split}" CGISPLIT="X" OLDID="1" '
        f'NEWID="{number}">\n<DATE> 2-MAR-1987 09:00:00.00</DATE>\n<TOPICS>{named}</TOPICS>\n'
        f"<TEXT{text}</TEXT>\n</REUTERS>\n"
    )


# A file of every format, written by us in the manner of those that are published.
FILES: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "senate": (
        "raw/Doe/02Mar2005Doe7.txt",
        b"SEN. DOE OPENS A BRIDGE\n  The bridge is open.  \n   Contact: A. Roe.\n \n ",
        {
            "id": "senate:Doe/02Mar2005Doe7",
            "source": "senate",
            "title": "SEN. DOE OPENS A BRIDGE",
            "text": "The bridge is open. Contact: A. Roe.",
        },
    ),
    "bbc": (
        "news/business/mill-reopens.txt",
        "Mill reopens\n\nThe mill cost £2m.\n\nIt employs ten.\n".encode(),
        {
            "id": "bbc:business/mill-reopens",
            "source": "bbc",
            "title": "Mill reopens",
            "text": "The mill cost £2m. It employs ten.",
        },
    ),
    "wikipedia": (
        "2022/03/2022-03-02.yaml",
        b"Date: '2022-03-02'\nIntelligence_Payload:\n  Uncategorized:\n"
        b"  - A storm cuts power\n    in Anytown. (The Anytown News) (Radio One)\n",
        {
            "id": "wce:2022-03-02:"
            + hashlib.sha256(b"A storm cuts power in Anytown.").hexdigest()[:10],
            "source": "wce-modern",
            "date": "2022-03-02",
            "text": "A storm cuts power in Anytown.",
        },
    ),
    "bills": (
        "104/bills/hr/hr7/data.json",
        json.dumps(
            {
                "bill_id": "hr7-104",
                "introduced_at": "1995-01-04",
                "official_title": "To build a bridge.",
                "subjects": ["Bridges"],
                "summary": {"text": "Bridge Act - Builds  a bridge.\n\nAnd paints it."},
            }
        ).encode(),
        {
            "id": "crs:hr7-104",
            "source": "crs",
            "date": "1995-01-04",
            "title": "To build a bridge.",
            "text": "Bridge Act - Builds a bridge.\n\nAnd paints it.",
        },
    ),
    "allsides": (
        "data/jsons/aB1.json",
        json.dumps(
            {
                "ID": "aB1",
                "title": "Bridge opens ",
                "date": "2014-05-10",
                "content": "The bridge is open .",
                "content_original": "The bridge is open.\n\n\n\u00a0It is long.",
            }
        ).encode(),
        {
            "id": "allsides:aB1",
            "source": "allsides",
            "date": "2014-05-10",
            "title": "Bridge opens",
            "text": "The bridge is open.\n\n It is long.",
        },
    ),
    "congress": (
        "data/2012/2012-03.jsonl",
        json.dumps(
            {
                "url": "https://doe.example.gov/bridge",
                "title": "Doe Opens Bridge",
                "date": "2012-03-02",
                "text": "03.02.12\n\t\t\t Doe Opens \n\t\t\r\n\tThe bridge.\r\n\r\n\tOpen.",
            }
        ).encode(),
        {
            "id": "congress:https://doe.example.gov/bridge",
            "source": "congress",
            "date": "2012-03-02",
            "title": "Doe Opens Bridge",
            "text": "03.02.12\n Doe Opens \n\n The bridge.\n\n Open.",
        },
    ),
    "transcripts": (
        "transcripts/transcript-9.xml",
        b"<?xml version='1.0' encoding='UTF-8' ?>\n<transcripts><transcript>"
        b"<transcript-id>9</transcript-id><title>A bridge</title>"
        b"<release-date>02/03/2014</release-date><content><![CDATA[<p>We open:</p>\n"
        b"<ul><li>a bridge;</li>\n<li>a <a href='x'>road</a> &amp; path.</li>\n</ul>"
        b"<p>Call:<br />\n1800.</p>\n]]></content></transcript></transcripts>",
        {
            "id": "au-pm:pm-9",
            "source": "au-pm",
            "date": "2014-03-02",
            "title": "A bridge",
            "text": "We open:\n\na bridge;\na road & path.\nCall:\n\n1800.",
        },
    ),
    "posts": (
        "content/en/news/tradingview/tagreuters.com,2025newsml_X.en.md",
        b'---\ntitle: "Bridge opens"\ndate: "2025-02-11 09:45:24"\ntags:\n  - "Reuters"\n---\n\n'
        b"The [bridge](https://example.org/b) is open.  \n \n**About bridges**\n\n"
        b"[Reuters](https://example.org)\n",
        {
            "id": "reuters-2025:content/en/news/tradingview/tagreuters.com,2025newsml_X.en.md",
            "source": "reuters-2025",
            "date": "2025-02-11",
            "title": "Bridge opens",
            "text": "The bridge is open. \n\nAbout bridges\n\nReuters",
        },
    ),
    "onestop": (
        "Texts/Adv-Txt/Long bridge-adv.txt",
        b"\xef\xbb\xbfAdvanced \r\nThe bridge is open.\r\nIt is long.\r\n",
        {
            "id": "onestop:Long bridge-adv.txt",
            "source": "onestop",
            "date": "2013-2016",
            "title": "Long bridge",
            "text": "The bridge is open.\nIt is long.",
        },
    ),
}
CSV = (
    "id,year,majortopic,subtopic,title,summary\n"
    '1,1996,8,801,"Caf\xe9 owners, too, pay for oil ","oil  price"\n'
    '2,1996,19,1921,"Rebels meet",""\n'
    '3,1996,15,1523,"Flood","relief for flood"\n'
    '4,1996,29,2900,"Bowl games","college football"\n'
).encode("latin-1")
STORIES = (
    _story(1, "TRAIN", "crude trade") + _story(2, "TRAIN", "ship") + _story(3, "TEST", "crude")
).encode("latin-1")


def _items(parser: str) -> list[dict[str, Any]]:
    name, content, _ = FILES[parser]
    return [item.to_dict() for item in PARSERS[parser](name, content)]


@pytest.mark.parametrize("parser", FILES)
def test_each_format_is_read(parser: str) -> None:
    """With the names that the annotations use, and texts as they were labelled."""
    assert _items(parser) == [FILES[parser][2]]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "source/_posts/bridge_opens.md",
            b"---\nextends: _layouts.post\ntitle: Bridge opens \ndate: 2020-09-30-01-52-15 \n--- \n"
            b"The bridge is open.  \n\n",
            ("daily-mail", "2020-09-30", "Bridge opens", "The bridge is open."),
        ),
        (
            "content/posts/2015/05/19/bridge.md",
            b"Title: Bridge opens\nDate: 2015-05-19 11:40\nSlug: bridge\n\n\nThe bridge is open.",
            ("aljazeera-bbc", "2015-05-19", "Bridge opens", "The bridge is open."),
        ),
        (
            "content/en/news/businessstandard/1.en.md",
            b'---\ntitle: "Bridge"\ndate: "2025-02-10"\n---\nOpen.',
            ("business-standard", "2025-02-10", "Bridge", "Open."),
        ),
    ],
)
def test_posts_have_heads_of_several_kinds(
    name: str, content: bytes, expected: tuple[str, ...]
) -> None:
    """And the folder tells whose they are."""
    [item] = PARSERS["posts"](name, content)
    assert item.id == f"{expected[0]}:{name}"
    assert (item.source, item.date, item.title, item.text) == expected


def test_wikipedias_lists_are_read_however_deep() -> None:
    """What stood in sections before November 2020 counts as old."""
    content = (
        b"date: '2012-03-02'\nwikipedia:\n  categories:\n    Sport:\n"
        b"    - A match ends. (AP via One)\n    - Cup:\n      - A cup is won.\n"
    )
    items = list(PARSERS["wikipedia"]("2012/03/2012-03-02.yaml", content))
    assert [item.text for item in items] == ["A match ends.", "A cup is won."]
    assert {item.source for item in items} == {"wce-old"}


def test_bills_without_subjects_stay_out_and_without_summary_keep_their_title() -> None:
    """As the text."""
    bill = {"bill_id": "s1-109", "introduced_at": "2005-01-24", "official_title": "To dig."}
    parse = PARSERS["bills"]
    assert not list(parse("data.json", json.dumps(bill).encode()))
    [item] = parse("data.json", json.dumps(bill | {"subjects": ["Mines"]}).encode())
    assert (item.title, item.text) == ("", "To dig.")


def test_the_codes_of_the_times_become_topics() -> None:
    """A title without a summary is the text; affairs abroad may be defence or not."""
    items = list(PARSERS["nyt"]("x.csv", CSV))
    assert [(item.id, item.topics, item.unknown, item.code) for item in items] == [
        ("nyt:1", ("energy",), (), "8/801"),
        ("nyt:2", (), ("defence",), "19/1921"),
        ("nyt:3", ("disaster",), (), "15/1523"),
        ("nyt:4", (), (), "29/2900"),
    ]
    assert items[0].title == "Café owners, too, pay for oil"
    assert (items[1].title, items[1].text) == ("", "Rebels meet")


def test_the_categories_of_reuters_become_topics() -> None:
    """Of stories to train on only; shipping news leaves trade open."""
    items = list(PARSERS["reuters"]("data/0.sgm", STORIES))
    assert [(item.topics, item.unknown) for item in items] == [
        (("energy", "trade"), ("defence", "disaster")),
        ((), ("defence", "trade", "disaster")),
        (None, ()),
    ]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Published]:
    """All sources, with one file each, and a registry of them in ``registry.toml``."""
    monkeypatch.setenv("TOPICCLF_DATA", str(tmp_path / "cache"))
    with publish() as published:
        registry = [
            f'archive_url = "{published.url}/{{repository}}.tar.gz"',
            f'file_url = "{published.url}/{{repository}}/{{path}}"',
        ]
        for name, (path, content, _) in FILES.items():
            published.files[f"/o/{name}.tar.gz"] = _pack(
                {path: content, "README.md": b"no article"}, f"{name}-{COMMIT}/"
            )
            registry += [
                f'[[sources]]\nname = "{name}"\nrepository = "o/{name}"\ncommit = "{COMMIT}"',
                f'members = ["{Path(path).parts[0]}/*"]\nmodern = {str(name == "bbc").lower()}',
            ]
        published.files["/o/nyt/x.csv"] = CSV
        published.files["/o/reuters.tar.gz"] = _pack({"data/0.sgm": STORIES}, "reuters/")
        for name, path, content, members in (
            ("nyt", "x.csv", CSV, ""),
            ("reuters", "reut2-000.sgm", STORIES, 'members = ["data/*"]\n'),
        ):
            registry += [
                f'[[sources]]\nname = "{name}"\nrepository = "o/{name}"\ncommit = "{COMMIT}"',
                f'{members}[sources.sha256]\n"{path}" = "{hashlib.sha256(content).hexdigest()}"',
            ]
        registry += [
            '[[corpora]]\nfile = "labelled.jsonl.gz"\nannotations = "labelled.csv.xz"',
            f"sources = {[*FILES, 'reuters']}\nlength = 30\nmodern_length = 20",
            '[[corpora]]\nfile = "coded.jsonl.gz"\nsources = ["nyt", "reuters"]',
            'without = ["labelled.csv.xz"]',
        ]
        (tmp_path / "registry.toml").write_text("\n".join(registry), "utf-8")
        labelled = [
            CorpusArticle(
                **{
                    **line,
                    "text": line["text"][: 20 if name == "bbc" else 30],
                    "topics": ("disaster",) if name == "wikipedia" else (),
                    "doubtful": name == "bbc",
                }
            )
            for name, (_, _, line) in reversed(FILES.items())
        ]
        story = CorpusArticle(
            "reuters21578:1", "reuters", "Rain fell on wheat.", "STORY 1", topics=()
        )
        write_annotations(tmp_path / "annotations" / "labelled.csv.xz", [*labelled, story])
        yield published


def _corpora(tmp_path: Path, *arguments: str) -> Result:
    registry, out = tmp_path / "registry.toml", tmp_path / "out"
    return _fetch("corpora", "--out", out, "--registry", registry, *arguments)


def test_corpora_are_made_from_what_is_published(server: Published, tmp_path: Path) -> None:
    """Annotated articles in the order of their labels, coded ones without these."""
    run = _corpora(tmp_path)
    assert run.exit_code == 0, run.output
    labelled = _lines(tmp_path / "out" / "labelled.jsonl.gz")
    expected = [*reversed(FILES)]
    assert [line["id"] for line in labelled] == [
        *(FILES[name][2]["id"] for name in expected),
        "reuters21578:1",
    ]
    lines = dict(zip(expected, labelled[:-1], strict=True))
    assert lines["wikipedia"]["topics"] == ["disaster"]
    assert lines["bbc"]["doubtful"] is True
    assert lines["bbc"]["text"] == "The mill cost £2m. I"
    assert lines["onestop"]["text"] == "The bridge is open.\nIt is long"
    coded = _lines(tmp_path / "out" / "coded.jsonl.gz")
    assert [line["id"] for line in coded] == [*(f"nyt:{n}" for n in "1234"), "reuters21578:2"]
    assert read_labelled(tmp_path / "out" / "labelled.jsonl.gz")[1] == []


def test_with_a_warm_cache_no_network_is_needed(server: Published, tmp_path: Path) -> None:
    """And the same files are written, byte for byte."""
    _corpora(tmp_path)
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    asked = len(server.asked)
    server.files.clear()
    run = _corpora(tmp_path)
    assert run.exit_code == 0, run.output
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == first
    assert len(server.asked) == asked


def test_only_what_is_asked_for_is_fetched(server: Published, tmp_path: Path) -> None:
    """And a name that isn't there is refused with those that are."""
    run = _corpora(tmp_path, "--only", "coded.jsonl.gz")
    assert run.exit_code == 0, run.output
    assert {path for path, _ in server.asked} == {"/o/nyt/x.csv", "/o/reuters.tar.gz"}
    assert not (tmp_path / "out" / "labelled.jsonl.gz").exists()
    run = _corpora(tmp_path, "--only", "other")
    assert run.exit_code == 2
    assert "no corpus 'other'; there are labelled.jsonl.gz, coded.jsonl.gz" in run.output


def test_missing_and_changed_articles_are_named(server: Published, tmp_path: Path) -> None:
    """The rest is written; the exit status tells."""
    release = b"SEN. DOE OPENS A BRIDGE\nThe bridge is shut."
    server.files["/o/senate.tar.gz"] = _pack({FILES["senate"][0]: release}, "senate/")
    server.files["/o/bbc.tar.gz"] = _pack({"README.md": b""}, "bbc/")
    server.files["/o/bills.tar.gz"] = _pack({FILES["bills"][0]: b"{"}, "bills/")
    run = _corpora(tmp_path)
    assert run.exit_code == 1
    assert "2 not found in their sources: crs:hr7-104, bbc:business/mill-reopens" in run.output
    assert "1 not the text that was labelled: senate:Doe/02Mar2005Doe7" in run.output
    assert "1 files were left out: bills: 104/bills/hr/hr7/data.json: not in the" in run.output
    assert len(_lines(tmp_path / "out" / "labelled.jsonl.gz")) == len(FILES) - 1


@pytest.mark.parametrize(
    ("source", "content"),
    [
        ("allsides", b"[]"),
        ("bills", b"null"),
        ("congress", b"[1]"),
        ("transcripts", b"<a>"),
        ("wikipedia", b"a: ["),
    ],
)
def test_a_file_in_another_format_is_named_and_the_others_are_read(
    server: Published, tmp_path: Path, source: str, content: bytes
) -> None:
    """Whatever it holds instead."""
    path = FILES[source][0]
    server.files[f"/o/{source}.tar.gz"] = _pack({path: content}, f"{source}/")
    run = _corpora(tmp_path, "--only", "labelled.jsonl.gz")
    assert run.exit_code == 1
    assert f"1 files were left out: {source}: {path}: not in the format known" in run.output
    assert len(_lines(tmp_path / "out" / "labelled.jsonl.gz")) == len(FILES)


def test_a_story_without_text_is_in_another_format(tmp_path: Path) -> None:
    """And named as such."""
    stories = STORIES.replace(b"<TEXT>", b"<WORDS>")
    archive = _pack({"reut2-000.sgm": stories}, "reuters/")
    with publish() as published:
        published.files["/o/reuters.tar.gz"] = archive
        registry = tmp_path / "registry.toml"
        registry.write_text(
            f'archive_url = "{published.url}/{{repository}}.tar.gz"\nfile_url = ""\n'
            '[[sources]]\nname = "reuters"\nrepository = "o/reuters"\n'
            f'commit = "{COMMIT}"\nmembers = ["*"]\n[sources.sha256]\n'
            f'"0.sgm" = "{hashlib.sha256(stories).hexdigest()}"\n'
            '[[corpora]]\nfile = "coded.jsonl.gz"\nsources = ["reuters"]\n',
            "utf-8",
        )
        run = _corpora(tmp_path)
    assert "1 files were left out: reuters: 0.sgm: not in the format known" in run.output


def test_a_source_that_is_gone_is_told_without_a_traceback(
    server: Published, tmp_path: Path
) -> None:
    """With its address; one can go on without it."""
    del server.files["/o/nyt/x.csv"]
    run = _corpora(tmp_path, "--only", "coded.jsonl.gz")
    assert run.exit_code == 3
    assert f"Error: {server.url}/o/nyt/x.csv answers 404" in run.output
    run = _corpora(tmp_path, "--only", "coded.jsonl.gz", "--without", "nyt")
    assert run.exit_code == 0, run.output
    assert len(_lines(tmp_path / "out" / "coded.jsonl.gz")) == 1


def test_a_missing_library_is_told_with_its_extra(
    server: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not as files in another format."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    run = _corpora(tmp_path, "--only", "labelled.jsonl.gz")
    assert run.exit_code == 3
    assert "this needs yaml: pip install pooch pyyaml tqdm;" in run.output


def test_damaged_annotations_and_registries_are_named(server: Published, tmp_path: Path) -> None:
    """With the file."""
    (tmp_path / "annotations" / "labelled.csv.xz").write_bytes(b"no xz")
    run = _corpora(tmp_path)
    assert run.exit_code == 3
    assert "labelled.csv.xz is damaged" in run.output
    registry = tmp_path / "registry.toml"
    registry.write_text(registry.read_text("utf-8").replace("'bbc'", "'cbc'"), "utf-8")
    run = _corpora(tmp_path)
    assert run.exit_code == 3
    assert "registry.toml: there is no source 'cbc'; there are senate, bbc" in run.output
    registry.write_text("[[sources]]\n", "utf-8")
    run = _corpora(tmp_path)
    assert run.exit_code == 3
    assert "registry.toml is no registry of corpora" in run.output


def test_the_list_of_sources_says_how_each_is_pinned() -> None:
    """By hash or by commit, and under what terms."""
    run = _fetch("sources")
    assert run.exit_code == 0
    assert "nyt: New York Times" in run.output
    assert "pinned by SHA-256; free for research" in run.output
    assert "pinned by commit; its first download is trusted; CC BY-SA 4.0" in run.output


def test_labels_survive_being_taken_from_their_texts(tmp_path: Path) -> None:
    """All but the texts and titles, which the file of labels doesn't hold."""
    corpus = tmp_path / "corpus.jsonl"
    line = {
        "id": "a:1",
        "source": "a",
        "title": "Zeppelin",
        "text": "Xylophone",
        "topics": ["trade"],
        "unknown": ["energy"],
        "doubtful": True,
    }
    corpus.write_text(json.dumps(line) + "\n", "utf-8")
    run = _fetch("annotations", corpus, "--out", tmp_path / "a.csv.xz")
    assert run.exit_code == 0, run.output
    corpus.write_text('{"text": "a"}\n', "utf-8")
    run_on_another = _fetch("annotations", corpus, "--out", tmp_path / "b.csv.xz")
    assert run_on_another.exit_code == 3
    assert "corpus.jsonl:1: no line of a corpus" in run_on_another.output
    text = lzma.decompress((tmp_path / "a.csv.xz").read_bytes()).decode()
    assert text.startswith("id,topics,unknown,doubtful,code,digest\na:1,trade,energy,x,,")
    assert "Zeppelin" not in text
    assert "Xylophone" not in text


def test_the_repositorys_annotations_are_whole_and_measuring_sets_apart() -> None:
    """No article to measure on is one to train on."""
    registry = Registry.load()
    rows = {
        corpus.file: read_annotations(registry.annotations / corpus.annotations)
        for corpus in registry.corpora.values()
        if corpus.annotations
    }
    assert {name: len(read) for name, read in rows.items()} == {
        "annotated.jsonl.gz": 9207,
        "annotated-2.jsonl.gz": 2190,
        "annotated-short.jsonl.gz": 900,
        "dev.jsonl.gz": 800,
        "dev-modern.jsonl.gz": 209,
        "crs.jsonl.gz": 63806,
        "wikipedia.jsonl.gz": 40424,
        "unlabelled.jsonl.gz": 9857,
        "unlabelled-modern.jsonl.gz": 3414,
    }
    for name in ("annotated-world", "dev-world"):
        rows[f"{name}.jsonl.gz"] = read_annotations(registry.annotations / f"{name}.csv.xz")
    measuring = [f"{name}.jsonl.gz" for name in ("dev", "dev-modern", "dev-world")]
    learning = [name for name in rows if name not in measuring]
    measured = {row.id for name in measuring for row in rows[name]}
    assert not measured & {row.id for name in learning for row in rows[name]}
    annotated = [name for name in learning if name.startswith("annotated")]
    assert all(row.stands_for >= 1 for row in rows["annotated-world.jsonl.gz"])
    for name in (*annotated, *measuring):
        for row in rows[name]:
            assert row.topics is not None
            assert {*row.topics, *row.unknown} <= {"defence", "energy", "trade", "disaster"}
            assert not set(row.topics) & set(row.unknown)


def _archive(path: Path, stories: Mapping[str, str]) -> tuple[Path, Path]:
    """Lewis' archive with these files, and a registry that knows them."""
    contents = {name: text.encode("latin-1") for name, text in stories.items()}
    path.write_bytes(_pack({"README.txt": b"<REUTERS", **contents}))
    hashes = "".join(
        f'"{name}" = "{hashlib.sha256(content).hexdigest()}"\n'
        for name, content in contents.items()
    )
    registry = path.with_name("registry.toml")
    registry.write_text(
        'archive_url = ""\nfile_url = ""\ncorpora = []\n[[sources]]\nname = "reuters"\n'
        f'repository = "o/reuters"\ncommit = "{COMMIT}"\nmembers = ["*"]\n'
        f"[sources.sha256]\n{hashes}",
        "utf-8",
    )
    return path, registry


def test_modapte_takes_indexed_stories_of_categories_on_both_sides(tmp_path: Path) -> None:
    """And only these categories; others, and stories without any left, stay out."""
    archive, registry = _archive(
        tmp_path / "reuters.tar.gz",
        {
            "reut2-001.sgm": _story(4, "TEST", "wheat grain")
            + _story(5, "TEST", "tea")
            + _story(6, "TEST", "wheat", indexed="NO"),
            "reut2-000.sgm": _story(1, "TRAIN", "wheat cocoa")
            + _story(2, "TRAIN", "cocoa")
            + _story(3, "NOT-USED", "wheat tea")
            + _story(7, "TRAIN", ""),
        },
    )
    out = tmp_path / "out"
    run = _fetch("reuters-modapte", "--archive", archive, "--registry", registry, "--out", out)
    assert run.exit_code == 0, run.output
    assert _lines(out / "train.jsonl") == [
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
    test = _lines(out / "test.jsonl")
    assert [(line["id"], line["topics"]) for line in test] == [("reuters21578:4", ["wheat"])]


def test_without_an_archive_modapte_is_downloaded(server: Published, tmp_path: Path) -> None:
    """Whatever the mirror calls the files."""
    out = tmp_path / "out"
    run = _fetch("reuters-modapte", "--registry", tmp_path / "registry.toml", "--out", out)
    assert run.exit_code == 0, run.output
    assert [path for path, _ in server.asked] == ["/o/reuters.tar.gz"]
    assert [line["topics"] for line in _lines(out / "test.jsonl")] == [["crude"]]


def test_briefs_and_unprocessed_stories_keep_their_text(tmp_path: Path) -> None:
    """A brief is its headline; an unprocessed story has none."""
    brief = ' TYPE="BRIEF">&#2;\n******<TITLE>WHEAT UP &lt;W>\n</TITLE>Blah blah blah.\n&#3;'
    unprocessed = ' TYPE="UNPROC">&#2;\nWHEAT  CLOSE\n  June 2.55\n&#3;'
    stories = _story(1, "TRAIN", "wheat", text=brief) + _story(2, "TEST", "wheat", text=unprocessed)
    archive, registry = _archive(tmp_path / "reuters.tar.gz", {"reut2-000.sgm": stories})
    out = tmp_path / "out"
    _fetch("reuters-modapte", "--archive", archive, "--registry", registry, "--out", out)
    found = [_lines(out / f"{side}.jsonl")[0] for side in ("train", "test")]
    assert [line["text"] for line in found] == ["WHEAT UP <W>", "WHEAT CLOSE June 2.55"]
    assert not any("title" in line for line in found)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no archive", "is damaged, or no .tar.gz"),
        (_pack({"reut2-000.sgm": b"text"}), "has no reut2-000.sgm with the SHA-256 6c6ee8738f8032"),
    ],
    ids=["no archive", "other contents"],
)
def test_a_file_that_is_not_lewis_archive_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """With what to give instead."""
    archive = tmp_path / "reuters.tar.gz"
    archive.write_bytes(content)
    run = _fetch("reuters-modapte", "--archive", archive, "--out", tmp_path / "out")
    assert run.exit_code == 3
    assert message in run.output
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_real_archive_gives_the_published_counts(shared: Path, tmp_path: Path) -> None:
    """7,770 stories to train on and 3,019 to test on, in 90 categories."""
    run = _fetch("reuters-modapte", "--archive", shared / "reuters21578.tar.gz", "--out", tmp_path)
    assert run.exit_code == 0, run.output
    train, test = (read_labelled(tmp_path / f"{side}.jsonl")[0] for side in ("train", "test"))
    assert (len(train), len(test)) == (7770, 3019)
    for side in (train, test):
        assert len({topic for item in side for topic in item.topics}) == 90
        assert all(item.text for item in side)


@pytest.fixture
def warm(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that holds the raw files beside the clone under the names of downloads."""
    cache = tmp_path / "cache"
    cache.mkdir()
    monkeypatch.setenv("TOPICCLF_DATA", str(cache))
    sources = Registry.load(REGISTRY).sources
    [name] = sources["nyt"].sha256
    shutil.copy(shared / "nyt-front-page-1996-2006.csv", cache / f"nyt-{name.replace('/', '-')}")
    with tarfile.open(shared / "reuters21578.tar.gz") as tar:
        files = {member.name: tar.extractfile(member) for member in tar}
        contents = {name: file.read() for name, file in files.items() if file}
    commit = sources["reuters"].commit
    packed = _pack(contents, "TextClassification/", commit=commit)
    (cache / f"reuters-{commit[:8]}.tar.gz").write_bytes(packed)


@pytest.mark.slow
@pytest.mark.usefixtures("warm")
def test_the_raw_files_give_the_corpora_beside_the_clone(shared: Path, tmp_path: Path) -> None:
    """The same articles in the same order with the same texts and labels."""
    names = ["nyt.jsonl.gz", "reuters.jsonl.gz"]
    run = _fetch("corpora", "--out", tmp_path / "out", "--only", names[0], "--only", names[1])
    assert run.exit_code == 0, run.output
    for name in names:
        made, given = _lines(tmp_path / "out" / name), _lines(shared / "corpus" / name)
        assert len(made) == len(given)
        for mine, theirs in zip(made, given, strict=True):
            assert mine | {"date": theirs.get("date")} == {"date": None} | theirs
