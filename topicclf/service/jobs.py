"""Files that are being tagged: each in a folder of its own, so that every process can show it.

A folder's name is drawn by us, never taken from a request, and so are the names of the files in it.
"""

import fcntl
import json
import logging
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

from topicclf.errors import TopicclfError
from topicclf.model import TopicModel
from topicclf.records import BadRecord, Record, read_records
from topicclf.records.sources import total_size
from topicclf.render.summary_page import summary_html
from topicclf.service.problems import ProblemError
from topicclf.service.roster import ServedModel
from topicclf.summary.speaking import speaking_sentences
from topicclf.summary.tally import By, Tagged, Tally
from topicclf.text.article import Article
from topicclf.writing.delimited import DelimitedWriter
from topicclf.writing.jsonl import JsonlWriter, encoded
from topicclf.writing.parquet import ParquetWriter
from topicclf.writing.row import Tagged as TaggedRow
from topicclf.writing.row import Writer
from topicclf.writing.sheet import Sheet

__all__ = ["Job", "Jobs", "Wanted"]

_logger = logging.getLogger(__name__)
_NAME = re.compile(r"[0-9a-f]{32}")
_KEPT_SECONDS = 3600.0
# Often enough for whoever looks on.
_SHOWN_SECONDS = 0.2
# A file that is locked as long as there is somebody at work.
_HELD = "held"
_LEFT = "the service stopped while it tagged the file; send it again"
_FORMATS = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet", ".pq": "parquet"}


@dataclass(frozen=True)
class Wanted:
    """What to do with a file.

    Attributes:
        ending: The ending of its name where it came from.
        by: What to sum up by.
    """

    ending: str
    by: By


@dataclass(frozen=True)
class Job:
    """How far a file is.

    Attributes:
        id: Its name.
        state: Whether it is being tagged, is done, or can't be tagged.
        articles: How many articles have been tagged.
        bad: How many records can't be used.
        share: How much of the file has been read, from 0 to 1.
        problem: Why it can't be tagged.
        format: The form of the tagged file.
        model: The model's name.
        sha256: The model's hash.
    """

    id: str
    state: str
    articles: int = 0
    bad: int = 0
    share: float = 0.0
    problem: str = ""
    format: str = "jsonl"
    model: str = ""
    sha256: str = ""


class Jobs:
    """The files of all processes.

    Args:
        folder: Where they are; made when the first comes.
        most: How many are kept.
    """

    def __init__(self, folder: Path, *, most: int) -> None:
        self._folder = folder
        self._most = most

    def open(self) -> Path:
        """Make room for a file, and give the folder for it.

        The oldest file that is done goes, where there are as many as are kept.

        Raises:
            ProblemError: So many are still being tagged.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._remove_old()
        if sum(1 for _ in self._folder.iterdir()) >= self._most and not self._remove_oldest():
            msg = f"{self._most} files are being tagged; try again in a minute"
            raise ProblemError(429, "too-many-files", msg, headers={"retry-after": "60"})
        folder = self._folder / secrets.token_hex(16)
        folder.mkdir(mode=0o700)
        return folder

    def start(self, folder: Path, served: ServedModel, wanted: Wanted) -> Job:
        """Begin to tag the file ``input`` of a folder."""
        job = Job(
            folder.name,
            "running",
            format=_FORMATS.get(wanted.ending.rpartition(".")[0] or wanted.ending, "jsonl"),
            model=served.name,
            sha256=served.sha256,
        )
        run = _Run(folder, served.model, wanted, job)
        run.show(job)
        # A daemon: who stops the service doesn't wait for files.
        threading.Thread(target=run.work, daemon=True).start()
        return job

    def abandon(self, folder: Path) -> None:
        """Remove the folder of a file that has not come."""
        shutil.rmtree(folder, ignore_errors=True)

    def job(self, name: str) -> Job:
        """How far a file is.

        Raises:
            ProblemError: There is no such file.
        """
        job = self._shown(name)
        if job.state == "running" and not _is_held(self.file(name, _HELD)):
            # Done in between, or left behind by a service that was killed.
            job = self._shown(name)
            if job.state == "running":
                return replace(job, state="failed", problem=_LEFT)
        return job

    def _shown(self, name: str) -> Job:
        return Job(**json.loads(self.file(name, "job.json").read_text("utf-8")))

    def file(self, name: str, part: str) -> Path:
        """One of the files of a job.

        Args:
            name: The job's name, as a request has it.
            part: The file's name, which is ours.

        Raises:
            ProblemError: There is none, or not yet.
        """
        file = self._folder / name / part
        if not _NAME.fullmatch(name) or not file.is_file():
            raise ProblemError(
                404, "no-such-file", "there is no such file; it may have been removed"
            )
        return file

    def remove(self, name: str) -> None:
        """Remove a job and its files.

        Raises:
            ProblemError: There is none.
        """
        shutil.rmtree(self.file(name, "job.json").parent, ignore_errors=True)

    def _remove_oldest(self) -> bool:
        done = [
            (shown.stat().st_mtime, shown.parent)
            for shown in self._folder.glob("*/job.json")
            if self.job(shown.parent.name).state != "running"
        ]
        if done:
            shutil.rmtree(min(done)[1], ignore_errors=True)
        return bool(done)

    def _remove_old(self) -> None:
        for folder in self._folder.iterdir():
            # Its time is that of its latest news, so that one that is worked on stays.
            shown = folder / "job.json"
            if time.time() - (shown if shown.exists() else folder).stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


class _Run:
    """The work on one file."""

    def __init__(self, folder: Path, model: TopicModel, wanted: Wanted, job: Job) -> None:
        self._folder = folder
        self._input = folder / f"input{wanted.ending}"
        self._model = model
        self._tally = Tally(model.topics, by=wanted.by)
        self._job = job
        self._read = 0
        self._shown = 0.0
        self._size = total_size([str(self._input)]) or 1
        self._held = (folder / _HELD).open("wb")
        fcntl.flock(self._held, fcntl.LOCK_EX)

    def work(self) -> None:
        try:
            with (self._folder / "tagged.part").open("wb") as file:
                self._tag(file)
            (self._folder / "tagged.part").rename(self._folder / "tagged")
            summary = self._tally.summary(speaking_sentences(self._model))
            shown: dict[str, Any] = {"html": summary_html(summary), "summary": summary.to_dict()}
            self._write("summary.json", shown)
            self.show(replace(self._now(), state="done", share=1.0))
        except FileNotFoundError:
            return  # It has been removed.
        except (TopicclfError, OSError) as error:
            self._fail(str(error).replace(str(self._input), "the file"))
        except Exception:
            _logger.exception("a file could not be tagged")
            self._fail("an error inside the service; its log has the details")
        finally:
            for name in (self._input.name, "tagged.part"):
                (self._folder / name).unlink(missing_ok=True)
            self._held.close()

    def show(self, job: Job) -> None:
        self._write("job.json", asdict(job))

    def _fail(self, problem: str) -> None:
        self.show(replace(self._now(), state="failed", problem=problem))

    def _now(self) -> Job:
        return replace(
            self._job,
            articles=self._tally.n,
            bad=self._tally.bad,
            share=min(self._read / self._size, 1.0),
        )

    def _tag(self, file: IO[bytes]) -> None:
        with closing(self._writer(file)) as writer:
            for row in self._rows():
                writer.write(row)
                if time.monotonic() - self._shown > _SHOWN_SECONDS:
                    self._shown = time.monotonic()
                    self.show(self._now())

    def _writer(self, file: IO[bytes]) -> Writer:
        topics = self._model.topics
        if self._job.format == "jsonl":
            return JsonlWriter(file, topics)
        if self._job.format == "parquet":
            return ParquetWriter(file, topics)
        delimiter = "," if self._job.format == "csv" else "\t"
        return DelimitedWriter(file, Sheet(topics), delimiter=delimiter)

    def _rows(self) -> Iterator[TaggedRow | BadRecord]:
        """The rows in order; bad records keep their places."""
        waiting: list[Record | BadRecord] = []

        def articles() -> Iterator[Article]:
            for record in read_records([self._input], on_bytes=self._count):
                waiting.append(record)
                if isinstance(record, Record):
                    yield Article(record.text, record.title)

        for topics, probabilities, language in self._model.tag_many(articles()):
            while isinstance(record := waiting.pop(0), BadRecord):
                yield self._bad(record)
            self._add(record, topics, probabilities)
            more = {"language": language} if language else {}
            yield TaggedRow(record, topics, probabilities, more)
        yield from (self._bad(record) for record in waiting if isinstance(record, BadRecord))

    def _count(self, n_bytes: int) -> None:
        self._read += n_bytes

    def _bad(self, record: BadRecord) -> BadRecord:
        self._tally.bad += 1
        return replace(record, file="the file")

    def _add(self, record: Record, topics: tuple[str, ...], probabilities: list[float]) -> None:
        named = dict(zip(self._model.topics, probabilities, strict=True))
        place = f"record {record.line}"
        self._tally.add(Tagged(topics, named, record.title, record.text, record.fields, place))

    def _write(self, name: str, value: dict[str, Any]) -> None:
        beside = self._folder / f".{name}"
        beside.write_bytes(encoded(value))
        beside.rename(self._folder / name)


def _is_held(file: Path) -> bool:
    with file.open("rb") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
