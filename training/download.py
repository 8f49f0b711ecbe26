"""Downloads that go on where they broke off, are kept in a folder, and are what they should be.

The folder is the user's cache, or what the environment variable ``TOPICCLF_DATA`` names. A file is
known by its SHA-256. Where nobody has said what that is, the first download counts (trust on first
use): its hash is noted in ``first-seen.json`` in the folder and holds from then on.
"""

import fnmatch
import gzip
import hashlib
import json
import tarfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from topicclf.errors import DataError
from topicclf.installation.extras import extra
from topicclf.writing.beside import write_beside

__all__ = ["Download", "bring", "cache_folder", "members"]

ENVIRONMENT = "TOPICCLF_DATA"
_FIRST_SEEN = "first-seen.json"
_ATTEMPTS = 4
_PAUSE = 1.0
_TIMEOUT = (10, 60)
_PIECE = 1 << 16


@dataclass(frozen=True)
class Download:
    """A file to bring.

    Attributes:
        url: From where.
        name: What it is called in the cache.
        sha256: What it must be; nothing to trust the first download.
        commit: For a repository's archive, the commit that it must say it is of.
    """

    url: str
    name: str
    sha256: str = ""
    commit: str = ""


def cache_folder() -> Path:
    """Where downloads are kept.

    Raises:
        MissingExtraError: pooch is missing.
    """
    return Path(
        _pooch().create(path=_pooch().os_cache("topicclf"), base_url="", env=ENVIRONMENT).abspath
    )


def bring(download: Download) -> Path:
    """Where a file stands in the cache, after downloading it if it is not there yet.

    Raises:
        DataError: It can't be had, or is not what it should be; the message says what to do.
        MissingExtraError: pooch is missing.
    """
    pooch = _pooch()
    folder = cache_folder()
    known = download.sha256 or _first_seen(folder).get(download.name)
    kept = pooch.create(
        path=folder,
        base_url="",
        registry={download.name: known},
        urls={download.name: download.url},
    )
    path = Path(kept.fetch(download.name, downloader=partial(_download, download, known)))
    if not known:
        _trust(path, download)
    return path


def _pooch() -> Any:
    pooch = extra("pooch", name="data")
    pooch.get_logger().setLevel("WARNING")
    return pooch


def _first_seen(folder: Path) -> dict[str, str]:
    path = folder / _FIRST_SEEN
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except ValueError as error:
        msg = f"{path} is damaged ({error}); delete it to trust the files in its folder anew"
        raise DataError(msg) from error


def _trust(path: Path, download: Download) -> None:
    """Note the hash of a file that came for the first time, if it is whole."""
    if download.commit:
        try:
            says = _commit(path)
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            path.unlink()
            msg = f"{download.url} came damaged ({error}) and was deleted; run the command again"
            raise DataError(msg) from error
        if not says.startswith(download.commit):
            path.unlink()
            msg = (
                f"{download.url} is an archive of commit {says or 'unknown'}, not of "
                f"{download.commit}; it was deleted"
            )
            raise DataError(msg)
    seen = _first_seen(path.parent) | {download.name: _sha256(path)}
    text = json.dumps(seen, indent=1, sort_keys=True) + "\n"
    write_beside(path.parent / _FIRST_SEEN, text.encode())


def _commit(archive: Path) -> str:
    """The commit that an archive says it is of, once it has been read to its end."""
    with gzip.open(archive) as file:
        # Only the last bytes tell whether those before them are right.
        while file.read(_PIECE):
            pass
    with tarfile.open(archive, "r:gz") as tar:
        return tar.pax_headers.get("comment", "")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(download: Download, known: str | None, url: str, output: str, kept: Any) -> None:
    """What pooch calls to get a file: goes on with what an earlier call left."""
    import requests

    part = Path(output).parent / f".{download.name}.part"
    for attempt in range(_ATTEMPTS):
        try:
            _receive(download, part)
            break
        except requests.RequestException as error:
            broken = error
            time.sleep(_PAUSE * attempt)
    else:
        size = part.stat().st_size if part.exists() else 0
        msg = (
            f"{url} could not be downloaded ({broken}); {size:,} bytes are kept: run the command "
            "again to go on from there"
        )
        raise DataError(msg)
    sha256 = _sha256(part)
    if known and sha256 != known:
        part.unlink()
        msg = (
            f"{download.name} is not the file that it should be: SHA-256 {known} was expected, "
            f"{url} gave {sha256}. It was deleted. Run the command again in case it came damaged; "
            "if it stays so, the publisher has changed it: don't use it"
        )
        raise DataError(msg)
    part.replace(output)


def _receive(download: Download, part: Path) -> None:
    import requests
    from tqdm import tqdm

    have = part.stat().st_size if part.exists() else 0
    # Bytes as they are stored: a range of them means nothing once they are packed on the way.
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with requests.get(download.url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            part.unlink()
            _receive(download, part)
            return
        if answer.status_code in (requests.codes.not_found, requests.codes.gone):
            msg = (
                f"{download.url} answers {answer.status_code} {answer.reason}: it has been moved "
                "or taken away; docs/data.md says how to go on without it"
            )
            raise DataError(msg)
        answer.raise_for_status()
        goes_on = answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        length = int(answer.headers.get("Content-Length", 0))
        with (
            part.open("ab" if goes_on else "wb") as file,
            # None shows it on a terminal only.
            tqdm(
                total=length or None, desc=download.name, unit="B", unit_scale=True, disable=None
            ) as bar,
        ):
            for piece in answer.iter_content(_PIECE):
                file.write(piece)
                bar.update(len(piece))


def members(archive: Path, patterns: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The files of a repository's archive whose paths match a pattern, with their contents.

    Args:
        archive: A ``.tar.gz``, everything under one folder as GitHub packs it, or under none.
        patterns: Paths under that folder; ``*`` stands for any characters.

    Raises:
        DataError: It is damaged, or no archive.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                path = member.name.partition("/")[2] or member.name
                if any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns):
                    file = tar.extractfile(member)
                    if file:
                        yield path, file.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        msg = f"{archive} is damaged, or no .tar.gz ({error}); fetch it again"
        raise DataError(msg) from error
