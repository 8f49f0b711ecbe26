"""Downloads: kept, gone on with, checked."""

import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.published import Published, publish
from topicclf.errors import DataError, MissingExtraError
from training.download import Download, bring, cache_folder, members

CONTENT = bytes(range(256)) * 2000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
COMMIT = "0123456789abcdef"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of our own, and no waiting between attempts."""
    monkeypatch.setenv("TOPICCLF_DATA", str(tmp_path / "cache"))
    monkeypatch.setattr("training.download._PAUSE", 0)
    return tmp_path / "cache"


@pytest.fixture
def server(cache: Path) -> Iterator[Published]:
    """A server with one file."""
    with publish() as published:
        published.files["/file"] = CONTENT
        yield published


def _file(server: Published, sha256: str = SHA256) -> Download:
    return Download(f"{server.url}/file", "file", sha256)


def _archive(server: Published, commit: str = COMMIT, text: bytes = b"Rain") -> Download:
    """Put an archive on the server as GitHub packs it."""
    packed = io.BytesIO()
    with tarfile.open(
        fileobj=packed, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": commit}
    ) as tar:
        for name in ("repository-0123/news/a.txt", "repository-0123/README.md"):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    server.files["/archive"] = packed.getvalue()
    return Download(f"{server.url}/archive", "a.tar.gz", commit=COMMIT)


def test_a_file_is_fetched_once_and_kept(server: Published, cache: Path) -> None:
    """In the folder that the environment names; the second time needs no network."""
    path = bring(_file(server))
    assert path == cache / "file"
    assert path.read_bytes() == CONTENT
    bring(_file(server))
    assert len(server.asked) == 1
    assert [entry.name for entry in cache.iterdir()] == ["file"]


def test_without_the_variable_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is made there before it is needed."""
    monkeypatch.delenv("TOPICCLF_DATA", raising=False)
    assert "topicclf" in cache_folder().parts


def test_a_download_that_breaks_off_goes_on(server: Published) -> None:
    """From the byte where it stopped, as often as need be."""
    server.drops["/file"] = [131_072, 65_536]
    assert bring(_file(server)).read_bytes() == CONTENT
    assert server.asked == [
        ("/file", None),
        ("/file", "bytes=131072-"),
        ("/file", "bytes=196608-"),
    ]


def test_the_next_run_goes_on_where_one_gave_up(server: Published) -> None:
    """After a message that says so."""
    server.drops["/file"] = [131_072, 0, 0, 0]
    with pytest.raises(DataError, match=r"131,072 bytes are kept: run the command again"):
        bring(_file(server))
    assert bring(_file(server)).read_bytes() == CONTENT
    assert server.asked[-1] == ("/file", "bytes=131072-")


def test_a_server_without_ranges_is_asked_for_the_whole_again(server: Published) -> None:
    """And the parts don't pile up."""
    server.ranges = False
    server.drops["/file"] = [100_000]
    assert bring(_file(server)).read_bytes() == CONTENT


def test_a_part_that_is_longer_than_the_file_is_dropped(server: Published, cache: Path) -> None:
    """It can only be of something else."""
    cache.mkdir()
    (cache / ".file.part").write_bytes(CONTENT + b"more")
    assert bring(_file(server)).read_bytes() == CONTENT


def test_a_part_of_something_else_is_not_made_into_a_file(server: Published, cache: Path) -> None:
    """The hash tells; the next run starts anew."""
    cache.mkdir()
    (cache / ".file.part").write_bytes(b"other")
    with pytest.raises(DataError, match="is not the file that it should be"):
        bring(_file(server))
    assert bring(_file(server)).read_bytes() == CONTENT


def test_a_wrong_hash_is_refused(server: Published, cache: Path) -> None:
    """The message says which file, what was expected, what was found and what to do."""
    with pytest.raises(DataError) as caught:
        bring(_file(server, "0" * 64))
    message = str(caught.value)
    assert message.startswith("file is not the file that it should be")
    assert "0" * 64 in message
    assert SHA256 in message
    assert "Run the command again" in message
    assert not list(cache.iterdir())


def test_what_is_gone_is_named(server: Published) -> None:
    """At once: asking again would not help."""
    with pytest.raises(DataError, match="answers 404 Not Found: it has been moved or taken away"):
        bring(Download(f"{server.url}/gone", "gone", SHA256))
    assert len(server.asked) == 1


def test_a_busy_server_is_asked_again(server: Published) -> None:
    """A few times."""
    server.fails = [503, 429]
    assert bring(_file(server)).read_bytes() == CONTENT
    server.fails = [503] * 9
    with pytest.raises(DataError, match=r"could not be downloaded \(503 Server Error"):
        bring(Download(f"{server.url}/file", "other", SHA256))


def test_no_network_is_said(cache: Path) -> None:
    """With the address."""
    with publish() as published:
        url = published.url
    with pytest.raises(DataError, match=rf"{url}/file could not be downloaded"):
        bring(Download(f"{url}/file", "file", SHA256))


def test_a_file_that_went_bad_in_the_cache_is_fetched_again(server: Published) -> None:
    """Instead of being used."""
    bring(_file(server)).write_bytes(b"rotten")
    assert bring(_file(server)).read_bytes() == CONTENT


def test_an_archive_without_a_known_hash_is_trusted_once(server: Published, cache: Path) -> None:
    """Its hash is noted; another one is refused from then on."""
    path = bring(_archive(server))
    noted = json.loads((cache / "first-seen.json").read_text("utf-8"))
    assert noted == {"a.tar.gz": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert dict(members(path, ["news/*.txt"])) == {"news/a.txt": b"Rain"}
    path.unlink()
    with pytest.raises(DataError, match=noted["a.tar.gz"]):
        bring(_archive(server, text=b"Wind"))


def test_an_archive_of_another_commit_is_refused(server: Published, cache: Path) -> None:
    """And neither kept nor noted."""
    with pytest.raises(DataError, match="is an archive of commit feedbeef, not of 0123456789abcde"):
        bring(_archive(server, commit="feedbeef"))
    assert not list(cache.iterdir())


def test_an_archive_that_ends_early_is_not_trusted(server: Published, cache: Path) -> None:
    """Even where the server doesn't say how long it is."""
    download = _archive(server, text=CONTENT)
    server.says_length = False
    server.drops["/archive"] = [len(server.files["/archive"]) // 2]
    with pytest.raises(DataError, match="came damaged"):
        bring(download)
    assert not list(cache.iterdir())
    assert bring(download).exists()


def test_a_damaged_list_of_hashes_is_named(server: Published, cache: Path) -> None:
    """With what to do."""
    cache.mkdir()
    (cache / "first-seen.json").write_text("{", "utf-8")
    with pytest.raises(DataError, match=r"first-seen\.json is damaged .* delete it"):
        bring(_archive(server))


def test_without_pooch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a traceback about a module."""
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(MissingExtraError, match="pip install pooch pyyaml tqdm;"):
        cache_folder()
