"""The work of ``topicclf predict``: from files to answers on a terminal or in a file."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import click

from topicclf.cli.answering import Answer, Answering
from topicclf.cli.terminal import Progress, coloured, progress
from topicclf.errors import DataError
from topicclf.records import BadRecord, ReadOptions, Record, read_records
from topicclf.records.sources import total_size
from topicclf.writing.row import Row

if TYPE_CHECKING:
    from topicclf.cli.output import Destination

__all__ = ["BadCount", "Job"]


@dataclass
class BadCount:
    """How many records there were, and how many of them were bad.

    Attributes:
        records: All of them.
        bad: The bad ones.
        first: The first bad one.
    """

    records: int = 0
    bad: int = 0
    first: BadRecord | None = None

    def add(self, answer: Answer | Row) -> None:
        """Count one more."""
        self.records += 1
        if isinstance(answer, BadRecord):
            self.bad += 1
            self.first = self.first or answer

    def __str__(self) -> str:
        told = f"; the first: {self.first}" if self.first else ""
        return f"{self.bad} of {self.records} records can't be used{told}"


@dataclass(frozen=True)
class Job:
    """What to answer, and how.

    Attributes:
        files: The files.
        reading: How to read them.
        answering: How to answer.
        document: Whether the input is one article: a text or a page.
        title: The title of that article.
    """

    files: list[str]
    reading: ReadOptions
    answering: Answering
    document: bool = False
    title: str | None = None

    def show(self) -> BadCount:
        """Answer for people to read: a block for each article, or a line where there are many."""
        from topicclf.cli.display import Display

        display = Display(
            self.answering.model.topics,
            colour=coloured(sys.stdout),
            why=self.answering.why or self.document,
            top_terms=self.answering.top_terms,
        )
        count = BadCount()
        blocks = display.why or display.top_terms
        if not blocks:
            click.echo(display.header())
        with self._records(shown=not sys.stdout.isatty()) as (records, _):
            for answer in self.answering.answers(records):
                count.add(answer)
                if isinstance(answer, BadRecord):
                    click.echo(display.error(answer))
                elif not self.answering.keeps(answer[1].topics):
                    continue
                elif blocks:
                    if not self.document:
                        click.echo(("\n" if count.records > 1 else "") + display.heading(answer[0]))
                    click.echo(display.block(answer[1]))
                else:
                    click.echo(display.line(*answer))
        return count

    def write(self, destination: "Destination", *, resume: bool) -> BadCount:
        """Answer as rows of a file.

        Raises:
            DataError: What an earlier run has written can't be gone on with.
        """
        with (
            _rare_collection(),
            self._records(shown=destination.is_file) as (records, bar),
            destination.open(resume=resume) as output,
        ):
            done = output.written
            if sum(1 for _ in islice(records, done.records)) < done.records:
                msg = f"{destination.target} has been written from more records than there are"
                raise DataError(msg)
            count = BadCount(done.records, done.bad)
            bar.add_items(done.records)
            unseen = 0
            for row in self.answering.rows(records):
                count.add(row)
                unseen += 1
                if output.write(row):
                    bar.add_items(unseen)
                    unseen = 0
            bar.add_items(unseen)
        return count

    @contextmanager
    def _records(self, *, shown: bool) -> Iterator[tuple[Iterator[Record | BadRecord], Progress]]:
        with progress(total_size(self.files), unit="articles", shown=shown) as bar:
            records = read_records(self.files, options=self.reading, on_bytes=bar.add_bytes)
            yield (records if self.title is None else map(self._titled, records)), bar

    def _titled(self, record: Record | BadRecord) -> Record | BadRecord:
        if isinstance(record, BadRecord) or self.title is None:
            return record
        fields = {**record.fields, "title": self.title}
        return replace(record, title=self.title, fields=fields)


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Look for cyclic garbage rarely: rows come and go by the hundred thousand without any."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
