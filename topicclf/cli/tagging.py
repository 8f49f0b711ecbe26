"""The work of ``topicclf predict``: from files to answers on a terminal or in a file."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from topicclf.cli.answering import Answering
from topicclf.cli.terminal import Progress, coloured, progress
from topicclf.records import BadRecord, ReadOptions, Record, read_records
from topicclf.records.sources import total_size
from topicclf.writing.tally import Tally

if TYPE_CHECKING:
    from topicclf.cli.output import Destination

__all__ = ["Job"]


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

    def show(self) -> Tally:
        """Answer for people to read: a block for each article, or a line where there are many."""
        from topicclf.cli.display import Display

        display = Display(
            self.answering.model.topics,
            colour=coloured(sys.stdout),
            why=self.answering.why or self.document,
            top_terms=self.answering.top_terms,
        )
        tally = Tally()
        blocks = display.why or display.top_terms
        if not blocks:
            click.echo(display.header())
        with self._records(shown=not sys.stdout.isatty()) as (records, _):
            for answer in self.answering.answers(records):
                tally.records += 1
                if isinstance(answer, BadRecord):
                    tally.add_problem(answer)
                    click.echo(display.error(answer))
                elif not self.answering.keeps(answer[1].topics):
                    continue
                elif blocks:
                    if not self.document:
                        click.echo(("\n" if tally.records > 1 else "") + display.heading(answer[0]))
                    click.echo(display.block(answer[1]))
                else:
                    click.echo(display.line(*answer))
        return tally

    def write(self, destination: "Destination", *, resume: bool) -> tuple[Tally, list[str]]:
        """Answer as rows of a file.

        Returns:
            What was written, and the columns that were asked for and that no row had.

        Raises:
            DataError: Resuming is not possible.
        """
        with (
            _rare_collection(),
            self._records(shown=destination.is_file) as (records, bar),
            destination.open(resume=resume) as output,
        ):
            output.pass_over(records)
            bar.add_items(output.tally.records)
            paused = None if destination.is_file else self.answering.paused
            unseen = 0
            for row in self.answering.rows(records):
                unseen += 1
                if output.write(row):
                    bar.add_items(unseen)
                    unseen = 0
                elif paused is not None and paused():
                    output.flush()
            bar.add_items(unseen)
        return output.tally, output.absent

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
